"""The shape of a workload's model, as the formulas of steps, memory and serving see it.

Letters: P parameters, A those that a token passes, L layers, h hidden, V vocabulary.
"""

from dataclasses import replace

from advisor.estimate.images import KEPT, KERNELS, PEAK, Network, image_shape
from advisor.number import Number, at_least, larger, smaller
from advisor.values.runs import Shape
from advisor.values.workload import Model, Workload

HEAD_SIZE = 64.0
MLP_KERNELS = 0.17
"""Kernels of a layer of a small dense network over those of a transformer's (EXPERT)."""
LARGEST = 0.35
LARGEST_OF_DIFFUSION = 0.2
"""Activations that checkpointing leaves of a network in stages of unequal size; less where most of it are equal
transformer blocks (EXPERT; 9 GB in all were measured for an 11.9B model with a 4-bit base, FLUX_QLORA)."""
KEPT_OF_MLP = 4.0
"""Values of the width that a layer of a small dense network keeps: its input, product, norm and activation."""


def shape(work: Workload, parameters: Number, active: Number, length: Number) -> Shape:
    """The shape with P stored and A passed weights; `length` is the tokens of a sample (pixels a side of an image)."""
    if work.kind in ("encoder", "decoder"):
        return _transformer(work, parameters, active, length)
    if work.model.forward_flops:
        return _image(work, parameters, length)
    return _dense(work.model, parameters, active)


def tied(model: Model) -> float:
    """1 where the model is too small for two tables of tokens beside its layers."""
    matrices = 3.0 if model.gated else 2.0
    body = model.layers * model.hidden * (2.0 * model.hidden + 2.0 * model.kv_width + matrices * model.ffn)
    return 1.0 if model.parameters.value - body < 1.5 * model.vocabulary * model.hidden else 0.0


def _transformer(work: Workload, parameters: Number, active: Number, length: Number) -> Shape:
    """A decoder multiplies with its table of tokens at the end; an encoder's head is small, its table looked up."""
    model, causal = work.model, 1.0 if work.kind == "decoder" else 0.0
    multiplied = model.vocabulary if model.predicts_tokens else 0.0
    one_table = tied(model)
    tables = multiplied * model.hidden * (2.0 - one_table)
    looked_up = 0.0 if model.predicts_tokens else model.vocabulary * model.hidden
    passed = at_least((active - tables - looked_up) / model.layers, 1.0)
    stored = larger((parameters - tables) / model.layers, passed)
    attention = smaller(2.0 * model.hidden * (model.hidden + model.kv_width), passed)
    return Shape(
        layers=model.layers, hidden=model.hidden, heads=larger(model.hidden / HEAD_SIZE, 1.0), attended=model.hidden,
        kv_values=2.0 * model.kv_width, attention_weights=attention, dense_weights=0.0,
        routed_weights=stored - attention, routed_active=passed - attention, copies=0.0,
        ffn_values=(4.0 if model.gated else 2.0) * model.ffn, vocabulary=multiplied, tied=one_table, causal=causal,
        attending=1.0, sequence=length, gated=float(model.gated),
    )  # fmt: skip


def _image(work: Workload, parameters: Number, length: Number) -> Shape:
    """A network of images of `length` pixels a side; what is kept is counted in 16 bits."""
    model = work.model
    kept = model.activation_bytes / 2.0
    network = Network(
        parameters=parameters, macs=model.forward_flops * parameters / model.parameters.value / 2.0,
        values=kept / KEPT, kept=kept, peak=PEAK * kept / KEPT, kernels=KERNELS * model.layers,
    )  # fmt: skip
    return image_shape(network, length, largest=LARGEST_OF_DIFFUSION if work.task == "diffusion" else LARGEST)


def _dense(model: Model, parameters: Number, active: Number) -> Shape:
    return replace(
        _bare(model, 1.0),
        routed_weights=parameters / model.layers,
        routed_active=active / model.layers,
        ffn_values=KEPT_OF_MLP * model.hidden,
        kernels=MLP_KERNELS,
    )


def _bare(model: Model, positions: Number) -> Shape:
    """A network without attention and tables of tokens."""
    return Shape(
        layers=model.layers, hidden=0.0, heads=1.0, attended=0.0, kv_values=0.0, attention_weights=0.0,
        dense_weights=0.0, routed_weights=0.0, routed_active=0.0, copies=0.0, ffn_values=0.0, vocabulary=0.0,
        tied=1.0, causal=0.0, attending=0.0, sequence=positions,
    )  # fmt: skip
