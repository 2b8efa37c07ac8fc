"""Bytes that a device holds in training for any layout, part by part: the larger of the first and the last stage.

Letters: T tokens of a micro batch on a device, h hidden, V vocabulary, t tensor, p stages, v virtual stages, n ranks.
"""

from dataclasses import dataclass

from advisor.estimate.kept import (
    in_flight,
    in_flight_last,
    layer_activations,
    left_for_backward,
    micro_batch,
    stage_layers,
)
from advisor.estimate.layers import layer_weights, predicted_tokens, table_weights, tokens_a_device
from advisor.estimate.links import data_parallel, micro_batches
from advisor.number import Number, choose, larger, smaller
from advisor.values.constants import Constants
from advisor.values.runs import Run

WHOLE_LOGIT, PARTS = 12.0, 4.0
"""Bytes of a logit in fp32 with its gradients, and what an exponential of all of them adds (TITAN: loss parallel)."""
BUCKET_VALUES = 5e8
"""Gradients that are reduced and sent together (DeepSpeed's usual bucket, ZERO_OFFLOAD)."""


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes of a device. The allocator's own, up to `buffers`, add up to `allocated`."""

    weights: Number
    gradients: Number
    states: Number
    activations: Number
    logits: Number
    buffers: Number
    fragments: Number
    context: Number

    @property
    def counted(self) -> Number:
        """Weights, gradients and states, which are counted; the rest is estimated."""
        return self.weights + self.gradients + self.states

    @property
    def allocated(self) -> Number:
        return self.weights + self.gradients + self.states + self.activations + self.logits + self.buffers

    @property
    def reserved(self) -> Number:
        return self.allocated + self.fragments

    @property
    def process(self) -> Number:
        return self.reserved + self.context


def held(run: Run, k: Constants) -> Held:
    """What the stage holds that needs most: the first keeps the micro batches that are under way, the last the
    logits; both keep a table of tokens."""
    (kept, working), logits = micro_batch(run, k), logit_bytes(run)
    alone = run.layout.pipeline <= 1
    first, last = kept * in_flight(run) + working, kept * in_flight_last(run) + working + logits
    at_end = alone + (last >= first) + run.layout.last
    weights, gradients, states = _on_device(run)
    buffers = _buffers(run, k)
    shown = choose(at_end > 0, last - logits, first)
    seen = choose(at_end > 0, logits, 0.0)
    gradients, shown, seen = at_peak(run, gradients, shown, seen)
    allocated = weights + gradients + states + shown + seen + buffers
    spread = run.layout.devices > 1
    return Held(
        weights=weights, gradients=gradients, states=states, activations=shown, logits=seen, buffers=buffers,
        fragments=allocated * (k["fragments"] - 1.0),
        context=choose(run.device.host > 0, k["process"], k["context"]) + spread * k["collectives"],
    )  # fmt: skip


def at_peak(run: Run, gradients: Number, kept: Number, logits: Number) -> tuple[Number, Number, Number]:
    """(gradients, activations, logits) of the moment that needs most. Where backward makes gradients as it frees
    activations, that is its start, with activations and logits, or its end, with gradients and the last layer; several
    micro batches find the gradients of the one before, and parts of gradients of the last step leave holes that nothing
    else fills (TITAN: 16 bytes a parameter between 8 and 128 devices)."""
    one = (micro_batches(run) <= 1.0) * (run.layout.pipeline <= 1.0)
    free = (run.software.gradients_stay <= 0) * one * (run.layout.zero < 2)
    early = kept + logits >= gradients + kept / run.shape.layers
    at_start, later = free * early > 0, free * (1.0 - early) > 0
    return (
        choose(at_start, 0.0, gradients), choose(later, kept / run.shape.layers, kept), choose(later, 0.0, logits),
    )  # fmt: skip


def stage_parameters(run: Run) -> Number:
    """Weights on the first or last stage: its layers and a table of tokens."""
    shape, layout = run.shape, run.layout
    layers = stage_layers(run)
    tables = choose(layout.pipeline > 1, shape.vocabulary * shape.hidden, table_weights(shape))
    return (layers * (layer_weights(shape) - shape.routed_weights) + tables) / layout.tensor + routed_parameters(run)


def routed_parameters(run: Run) -> Number:
    """Of them those of the experts that a device has."""
    return stage_layers(run) * run.shape.routed_weights / run.layout.expert / run.layout.tensor


def _states(run: Run) -> tuple[Number, Number, Number]:
    """Weights, gradients and optimizer states; ZeRO spreads the last first (ZERO_SUMMARY). An expert has copies on as
    many of the ranks only as there are groups of them, and is spread over these (MEGATRON)."""
    layout, software = run.layout, run.software
    routed, ranks = routed_parameters(run), data_parallel(run) * layout.context
    shared = stage_parameters(run) - routed
    group = choose(layout.hybrid > 0, smaller(ranks, layout.node), ranks)
    copies = larger(group / layout.expert, 1.0)

    def held(stage: int) -> Number:
        return choose(layout.zero >= stage, shared / group + routed / copies, shared + routed)

    tables = _in_four_bits(run) / choose(layout.zero >= 3, group, 1.0)
    return (
        held(3) * software.weight_bytes + tables,
        held(2) * software.trained * software.gradient_bytes,
        held(1) * software.trained * software.state_bytes,
    )


def _on_device(run: Run) -> tuple[Number, Number, Number]:
    """What of them is not in the machine's memory: of gradients that leave one bucket is there at a time."""
    weights, gradients, states = _states(run)
    bucket = BUCKET_VALUES * 2.0
    return (
        choose(run.software.weights_away > 0, 0.0, weights),
        choose(run.software.states_away > 0, smaller(gradients, bucket), gradients),
        choose(run.software.states_away > 0, 0.0, states),
    )


def host_bytes(run: Run, k: Constants) -> Number:
    """Bytes in the machine's memory for each device: the copies that leave it, gradients among them."""
    weights, gradients, states = _states(run)
    kept = (left_for_backward(run, layer_activations(run, k)) - micro_batch(run, k)[0]) * in_flight(run)
    return (
        choose(run.software.weights_away > 0, weights, 0.0)
        + choose(run.software.states_away > 0, gradients + states, 0.0)
        + choose(run.software.activations_away > 0, kept, 0.0)
    )


def _in_four_bits(run: Run) -> Number:
    """What weights in 4 bits take beside them: their tables of tokens stay in 16 bits, and so does, for a moment, the
    layer that is being used (PEFT)."""
    shape, software = run.shape, run.software
    tables = table_weights(shape) * (2.0 - software.weight_bytes)
    return choose(software.weight_bytes < 1.0, (tables + 2.0 * layer_weights(shape)) / run.layout.tensor, 0.0)


def logit_bytes(run: Run) -> Number:
    """Logits with their copies, of the tokens that are predicted; four bytes more where PyTorch computes a loss over
    parts of the vocabulary by single operations."""
    tokens, software = predicted_tokens(run, tokens_a_device(run)), run.software
    parts = (software.native > 0) * (run.layout.tensor > 1) * (software.logit_bytes >= WHOLE_LOGIT)
    return (software.logit_bytes + PARTS * parts) * tokens * run.shape.vocabulary / run.layout.tensor


def _buffers(run: Run, k: Constants) -> Number:
    """Where weights are sharded those that are gathered, of two layers in at most 16 bits and of a table of tokens, and
    a layer's gradients until they are reduced; with a pipeline those of the whole stage and their gradients, for all
    micro batches (TITAN). And what libraries take at the start."""
    software, layout = run.software, run.layout
    layer = layer_weights(run.shape) / layout.tensor
    tables = 2.0 * run.shape.vocabulary * run.shape.hidden / layout.tensor
    each = 2.0 * smaller(software.weight_bytes, 2.0) + software.trained * software.gradient_bytes
    gathered = each * layer + tables
    whole = (2.0 + software.gradient_bytes) * stage_parameters(run)
    gathered = choose(layout.pipeline > 1, whole, gathered)
    return choose((layout.zero >= 3) + (software.weights_away > 0), gathered, 0.0) + k["workspace"]
