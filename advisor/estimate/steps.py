"""Seconds of a step for any layout, part by part: what computes, what waits, what nothing hides."""

from dataclasses import dataclass

from advisor.estimate.compute import overlapped
from advisor.estimate.layers import micro_s
from advisor.estimate.links import (
    context_s,
    data_parallel,
    expert_s,
    gradients_s,
    local_parameters,
    pipeline_s,
    tensor_s,
)
from advisor.number import Number, at_least, ceiling, choose, larger, log2
from advisor.values.constants import Constants
from advisor.values.runs import Run

OPTIMIZER_BYTES = 30.0
"""Read and written once a step for a trained value: gradient, master copy, two moments, the new weight."""


@dataclass(frozen=True, slots=True)
class Step:
    """Seconds of a step and where they go; the parts add up to `total`."""

    matmul: Number
    attention: Number
    moving: Number
    launching: Number
    head: Number
    tensor: Number
    context: Number
    expert: Number
    pipeline: Number
    bubble: Number
    gradients: Number
    optimizer: Number
    stragglers: Number

    @property
    def total(self) -> Number:
        return sum(getattr(self, name) for name in self.__slots__)


def micro_batches(run: Run) -> Number:
    """Micro batches of a step that pass each pipeline."""
    return at_least(ceiling(run.layout.batch / (run.layout.micro * data_parallel(run))), 1.0)


def step(run: Run, k: Constants) -> Step:
    """The parts of a step. 1F1B, interleaved where `virtual` is above 1: (p-1)/v micro batches of one stage are idle
    time at the ends (SC21). The head sits on the last stage, which the others wait for."""
    layout, passes = run.layout, micro_batches(run)
    micro, layers = micro_s(run, k), ceiling(run.shape.layers / run.layout.pipeline - 1e-9)
    kernels = micro.matmul + micro.attention + micro.moving
    tensor = layers * choose(run.software.overlapping > 0.0, k["tensor_unhidden"], 1.0) * tensor_s(run, k)
    context = layers * (overlapped(micro.attention, context_s(run, k), k["context_unhidden"]) - micro.attention)
    expert = layers * k["expert_unhidden"] * expert_s(run, k)
    stage = layers * micro.layer + tensor + context + expert
    between = k["pipeline_unhidden"] * pipeline_s(run, k)
    bubble = (layout.pipeline - 1.0) / layout.virtual * (stage + between)
    busy = passes * (stage + micro.head)
    optimizer = OPTIMIZER_BYTES * _trained_here(run) / run.device.bandwidth
    hiding = choose(layout.zero >= 3, busy, stage + micro.head)
    unhidden = choose(layout.zero >= 3, k["sharded_unhidden"], k["data_unhidden"])
    gradients = overlapped(hiding, gradients_s(run, choose(layout.pipeline > 1, 1.0, passes), k), unhidden) - hiding
    sofar = busy + bubble + passes * between + gradients + optimizer
    return Step(
        matmul=passes * layers * micro.matmul,
        attention=passes * layers * micro.attention,
        moving=passes * layers * micro.moving,
        launching=passes * layers * larger(micro.launching - kernels, 0.0),
        head=passes * micro.head,
        tensor=passes * tensor,
        context=passes * context,
        expert=passes * expert,
        pipeline=passes * between,
        bubble=bubble,
        gradients=gradients,
        optimizer=optimizer,
        stragglers=sofar * k["straggling"] * log2(at_least(layout.devices / layout.node, 1.0)),
    )


def _trained_here(run: Run) -> Number:
    """Trained values that a device updates."""
    ranks = data_parallel(run) * run.layout.context
    return local_parameters(run) * run.software.trained / choose(run.layout.zero >= 1, ranks, 1.0)
