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
    each, working = micro_batch(run, k)
    return each + working


def micro_batch(run: Run, k: Constants) -> tuple[Number, Number]:
    """(what every micro batch under way keeps on a device, what is there once); inputs of the layer that is used, or
    the layer and the next, are all that is kept where activations leave."""
    one = layer_activations(run, k)
    kept, working = left_for_backward(run, one), at_work(run, one)
    if not anywhere(run.software.activations_away > 0):
        return kept, working
    near = choose(run.layout.checkpoint >= FULL, 2.0 * layer_input(run), 2.0 * one)
    return choose(run.software.activations_away > 0, smaller(kept, near), kept), working


def at_work(run: Run, one: Number) -> Number:
    """The layer that is computed again, with all its values (`one`); one layer where nothing runs backward. Networks
    with stages of unequal size hold more of them at a time (`largest`)."""
    layout, whole = run.layout, one
    if anywhere(run.shape.largest > 0):
        whole = larger(one, (run.shape.largest * one - layer_input(run)) * stage_layers(run))
    again = (layout.checkpoint >= FULL) + (layout.checkpoint >= SELECTIVE) * run.software.native > 0
    return choose(run.software.backward > 0, choose(again, whole, 0.0), one)


def left_for_backward(run: Run, one: Number) -> Number:
    """Of a micro batch by the layers of a stage: all values of each (`one`), its input alone, or what selective
    recomputation leaves."""
    checkpoint = run.layout.checkpoint
    left = choose(checkpoint >= FULL, layer_input(run), one)
    if anywhere(run.software.native > 0):
        some = (checkpoint == SELECTIVE) * run.software.native > 0
        left = choose(some, smaller(every_second_product(run), left), left)
    return choose(run.software.backward > 0, left * stage_layers(run), 0.0)


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
