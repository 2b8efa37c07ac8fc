"""Seconds of a step for any layout, part by part: what computes, what waits, what nothing hides."""

from dataclasses import dataclass

from advisor.estimate.compute import overlapped
from advisor.estimate.layers import micro_s
from advisor.estimate.links import (
    context_s,
    expert_s,
    gradients_s,
    micro_batches,
    pipeline_s,
    tensor_s,
    trained_here,
)
from advisor.estimate.offload import OPTIMIZER_BYTES, host_s, update_s
from advisor.number import Number, at_least, ceiling, choose, larger, log2
from advisor.values.constants import Constants
from advisor.values.runs import ONE_F_ONE_B, ZB1P, Run


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
    offload: Number
    optimizer: Number
    stragglers: Number

    @property
    def total(self) -> Number:
        return sum(getattr(self, name) for name in self.__slots__)


def step(run: Run, k: Constants) -> Step:
    """The parts of a step. The head sits on the last stage, which the others wait for."""
    layout, passes = run.layout, micro_batches(run)
    micro, layers = micro_s(run, k), ceiling(run.shape.layers / run.layout.pipeline - 1e-9)
    kernels = micro.matmul + micro.attention + micro.moving
    tensor = layers * choose(run.software.overlapping > 0.0, k["tensor_unhidden"], 1.0) * tensor_s(run, k)
    context = layers * (overlapped(micro.attention, context_s(run, k), k["context_unhidden"]) - micro.attention)
    expert = layers * k["expert_unhidden"] * expert_s(run, k)
    stage = layers * micro.layer + tensor + context + expert
    between = k["pipeline_unhidden"] * pipeline_s(run, k)
    bubble = _idle(run) * (stage + between)
    busy = passes * (stage + micro.head)
    optimizer = choose(
        run.software.states_away > 0, update_s(run), OPTIMIZER_BYTES * trained_here(run) / run.device.bandwidth
    )
    hiding = choose(layout.zero >= 3, busy, stage + micro.head)
    unhidden = choose(layout.zero >= 3, k["sharded_unhidden"], k["data_unhidden"])
    gradients = overlapped(hiding, gradients_s(run, choose(layout.pipeline > 1, 1.0, passes), k), unhidden) - hiding
    offload = host_s(run, busy, passes, k)
    sofar = busy + bubble + passes * between + gradients + offload + optimizer
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
        offload=offload,
        optimizer=optimizer,
        stragglers=sofar * k["straggling"] * log2(at_least(layout.devices / layout.node, 1.0)),
    )


def _idle(run: Run) -> Number:
    """Micro batches of a stage that are idle time at the ends: (p-1)/v in 1F1B (SC21), (p-1)/3 where gradients of
    weights are computed in it, none where those of later steps are too (ZERO_BUBBLE)."""
    stages, schedule = run.layout.pipeline - 1.0, run.layout.schedule
    zero_bubble = choose(schedule == ZB1P, 1.0 / 3.0, 0.0)
    return stages * choose(schedule == ONE_F_ONE_B, 1.0 / run.layout.virtual, zero_bubble)
