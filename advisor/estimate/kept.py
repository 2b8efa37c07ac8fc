"""What layers keep for backward, in bytes: values by what makes them, and how many micro batches at a time.

Letters: T tokens of a micro batch on a device, h hidden, t tensor, p stages, v virtual stages.
"""

from advisor.estimate.layers import tokens_a_device
from advisor.estimate.links import micro_batches
from advisor.number import Number, anywhere, ceiling, choose, larger, smaller
from advisor.values.constants import Constants
from advisor.values.runs import FULL, SELECTIVE, ZB2P, Run

PRODUCT_INPUTS = 2.0
"""Of the values of the hidden size that a layer keeps, those that the products of attention and MLP read."""
DROPOUT_MASKS = 1.0
"""Two masks of one byte a value (KORTHIKANTI), in models of the time when layers dropped values: those whose MLP has no
gate."""


def activations(run: Run, k: Constants) -> Number:
    """What a device holds for one micro batch."""
    return each_micro_batch(run, k) + at_work(run, k)


def each_micro_batch(run: Run, k: Constants) -> Number:
    """What every micro batch under way keeps on a device; inputs of the layer that is used alone where they leave."""
    kept = left_for_backward(run, k)
    if not anywhere(run.software.activations_away > 0):
        return kept
    none = choose(run.layout.checkpoint >= FULL, 2.0 * layer_input(run), 2.0 * layer_activations(run, k))
    return choose(run.software.activations_away > 0, smaller(kept, none), kept)


def at_work(run: Run, k: Constants) -> Number:
    """The layer that is computed again, with all its values; one layer where nothing runs backward. Networks with
    stages of unequal size hold more of them at a time (`largest`)."""
    one = layer_activations(run, k)
    again = (run.layout.checkpoint >= FULL) + (run.layout.checkpoint >= SELECTIVE) * run.software.native > 0
    layers = stage_layers(run)
    whole = larger(one, run.shape.largest * one * layers - layer_input(run) * layers)
    return choose(run.software.backward > 0, choose(again, whole, 0.0), one)


def left_for_backward(run: Run, k: Constants) -> Number:
    """Of a micro batch by the layers of a stage: all values, inputs of layers alone, or what selective recomputation
    leaves."""
    checkpoint = run.layout.checkpoint
    one = choose(checkpoint >= FULL, layer_input(run), layer_activations(run, k))
    some = (checkpoint == SELECTIVE) * run.software.native > 0
    one = choose(some, smaller(every_second_product(run), one), one)
    return choose(run.software.backward > 0, one * stage_layers(run), 0.0)


def layer_input(run: Run) -> Number:
    """Bytes of a layer's input."""
    return run.shape.hidden * tokens_a_device(run) * run.software.activation_bytes / _split(run)


def stage_layers(run: Run) -> Number:
    """Layers of the fullest stage."""
    return ceiling(run.shape.layers / run.layout.pipeline - 1e-9)


def layer_activations(run: Run, k: Constants) -> Number:
    """One layer: what lies around attention and MLP, what lies inside, and scores with their dropout where they are
    stored, 5 a s bytes a token (KORTHIKANTI)."""
    shape, layout, software = run.shape, run.layout, run.software
    attention = 2.0 * shape.attended + choose(software.eager > 0, 2.0 * shape.attended, shape.kv_values)
    inside = k["kept_inside"] * (attention + _mlp(run)) / layout.tensor
    stored = (software.flash <= 0) * (layout.checkpoint < SELECTIVE) * 2.5 * shape.heads * shape.sequence
    values = _around(run, k) + inside + stored * shape.attending / layout.tensor
    return tokens_a_device(run) * software.activation_bytes * values


def _around(run: Run, k: Constants) -> Number:
    """Values beside attention and MLP: inputs of norms and of the products that follow them, on every tensor parallel
    rank without sequence parallelism. Norms of models with a gated MLP have no kernel of their own: where nothing is
    fused they compute in 32 bits and keep what they cast (TITAN, TUNE, LITGPT). PyTorch's tensor parallelism keeps
    gathered inputs of products whole."""
    plain = k["kept_around"] + DROPOUT_MASKS
    norms = choose(run.software.eager > 0, k["kept_eager"], k["kept_around"])
    norms = choose(run.shape.gated > 0, norms, plain) - PRODUCT_INPUTS
    whole = choose(run.software.native > 0, 1.0, _split(run))
    return run.shape.hidden * (norms / _split(run) + PRODUCT_INPUTS / whole)


def _mlp(run: Run) -> Number:
    """Values of the MLP. Fused kernels compute the activation of a gate again, one of four values of the width;
    `mlp_kept` is what recomputation of the MLP alone leaves."""
    shape, software = run.shape, run.software
    again = choose(software.eager > 0, 0.0, 0.25) * shape.gated
    return (1.0 - again) * shape.ffn_values * software.mlp_kept


def every_second_product(run: Run) -> Number:
    """What PyTorch's selective recomputation leaves of a layer: its input, every second matrix product (queries,
    values, the first and last of the MLP) and what attention gives (TITAN)."""
    shape = run.shape
    first = shape.ffn_values * choose(shape.gated > 0, 0.25, 0.5)
    inside = 2.0 * shape.attended + 0.5 * shape.kv_values + first
    values = 2.0 * shape.hidden / _split(run) + inside / run.layout.tensor
    return tokens_a_device(run) * run.software.activation_bytes * values


def _split(run: Run) -> Number:
    return choose(run.layout.sequence_parallel > 0, run.layout.tensor, 1.0)


def in_flight(run: Run) -> Number:
    """Micro batches that the first stage keeps: p in 1F1B, p (1 + (p-1)/(p v)) where interleaved (KORTHIKANTI),
    2 p where no stage waits (ZERO_BUBBLE)."""
    stages, virtual = run.layout.pipeline, run.layout.virtual
    extra = choose(virtual > 1, 1.0 + (stages - 1.0) / (stages * virtual), 1.0)
    extra = choose(run.layout.schedule == ZB2P, 2.0, extra)
    return smaller(micro_batches(run), stages * extra)


def in_flight_last(run: Run) -> Number:
    """Micro batches that the last stage keeps: one in 1F1B; where interleaved p of each virtual stage but the last, of
    which one, p - (p-1)/v in all (MEGATRON); p where no stage waits (ZERO_BUBBLE)."""
    stages, virtual = run.layout.pipeline, run.layout.virtual
    kept = choose(virtual > 1, stages - (stages - 1.0) / virtual, 1.0)
    return smaller(micro_batches(run), choose(run.layout.schedule == ZB2P, stages, kept))
