"""Candidates as runs: the columns that the formulas of steps and memory take, one row a candidate."""

from advisor.estimate.case import Case
from advisor.estimate.policies import (
    ADAPTER,
    HEAD_PARAMETERS,
    NF4_BYTES,
    Policy,
    adapter_parameters,
    policy,
    with_states,
)
from advisor.estimate.shapes import shape
from advisor.number import Number, at_least, choose, larger, smaller
from advisor.values.candidates import Candidate
from advisor.values.runs import FULL, NO_CKPT, Device, Layout, Run, Shape, Software
from advisor.values.workload import Span

LOGIT_BYTES = 8.0
"""Between 4, compiled or in chunks, and 12, its softmax in fp32 with two gradients of it (TUNE, TITAN, LITGPT)."""
IN_FP32 = ("fp32", "tf32")
ZERO = {
    "zero1": 1.0, "zero2": 2.0, "fsdp2": 3.0, "hsdp": 3.0, "tp": 3.0, "cp": 3.0, "ep": 3.0, "pp": 1.0, "nd_hybrid": 1.0,
}  # fmt: skip
"""What data-parallel ranks divide: states, gradients too, weights too (ZERO_SUMMARY). Weights stay where a pipeline
would gather them for every micro batch (MEGATRON)."""
KEPT_AS = {"adamw8bit": "adamw8bit", "bf16_states": "adamw_bf16_states"}


def ranks(candidate: Candidate) -> float:
    """Data-parallel ranks that share one run."""
    return float(candidate.ranks)


def matmul(candidate: Candidate) -> Span:
    """What matrix multiplication reaches on the candidate's device in its precision [flop/s]."""
    rates = dict(candidate.site.flops)
    return rates.get(candidate.precision) or next(iter(rates.values()))


def run(case: Case, micro: Number, length: Number) -> Run:
    """The candidates as one run whose fields are columns: `micro` samples at a time, each of `length` tokens."""
    return Run(shape_of(case, length), _layout(case, micro), device(case), _software(case))


def shape_of(case: Case, length: Number) -> Shape:
    """The model with its ends, for samples of `length` tokens."""
    model = case.work.model
    return shape(case.work, case.span(model.parameters, "parameters"), case.span(model.active, "parameters"), length)


def _layout(case: Case, micro: Number) -> Layout:
    tensor = case.column("tensor", lambda candidate: float(candidate.split.tensor))
    return Layout(
        devices=case.column("devices", lambda candidate: float(candidate.devices)),
        tensor=tensor,
        pipeline=case.column("pipeline", lambda candidate: float(candidate.split.pipeline)),
        virtual=1.0,
        context=case.column("context", lambda candidate: float(candidate.split.context)),
        expert=case.column("expert", lambda candidate: float(candidate.split.expert)),
        zero=case.column("zero", lambda candidate: ZERO.get(candidate.parallel, 0.0)),
        hybrid=case.column("hybrid", lambda candidate: float(candidate.parallel == "hsdp")),
        micro=micro, batch=larger(case.work.training.batch, case.column("ranks", ranks)),
        checkpoint=case.column("ckpt", lambda candidate: FULL if candidate.checkpointing else NO_CKPT),
        sequence_parallel=1.0 * (tensor > 1),
        node=case.column("node", lambda candidate: float(candidate.site.devices_a_node)),
        last=0.0,
    )  # fmt: skip


def device(case: Case) -> Device:
    """The devices of the candidates by their data sheets, or what was measured, taken back to one."""
    reach = case.column("reach", lambda candidate: candidate.site.reach)
    flops = case.spans("matmul", matmul, "flops") / reach
    return Device(
        memory=case.column("memory", lambda candidate: candidate.site.memory_bytes),
        modern=case.column("modern", lambda candidate: float(candidate.site.modern)),
        flops=flops,
        flops_8=flops,
        reach=reach,
        bandwidth=case.spans("bandwidth", lambda candidate: candidate.site.bandwidth, "bandwidth"),
        link=case.spans("link", lambda candidate: candidate.site.link, "link"),
        fabric=case.spans("fabric", lambda candidate: candidate.site.fabric, "link"),
        host=case.column("host", lambda candidate: float(candidate.site.kind == "cpu")),
    )


def _software(case: Case) -> Software:
    """PyTorch as it comes, eager; convolutions run in the fused kernels of their library. Attention never stores its
    scores; which kernels of it run nobody says: between the first and the second generation."""
    probe, fused = case.mode("linear_probe"), 1.0 if case.work.kind == "image" else 0.0
    model, parameters = case.work.model, case.span(case.work.model.parameters, "parameters")
    adapters = choose(probe, HEAD_PARAMETERS, adapter_parameters(model.layers, model.hidden, model.ffn))

    def each(at: int) -> Number:
        """Bytes of a weight, a gradient or its states."""
        name = ("weights", "gradients", "states")[at]
        return case.column(f"{name} {case.work.training.optimizer}", lambda candidate: _policy(case, candidate)[at])

    return Software(
        fused=fused, eager=1.0 - fused, native=1.0,
        flash=0.875, overlapping=0.0, eight=0.0,
        activation_bytes=case.column("wide", lambda candidate: 4.0 if candidate.precision in IN_FP32 else 2.0),
        weight_bytes=each(0), gradient_bytes=each(1), state_bytes=each(2),
        trained=choose(case.frozen, smaller(adapters / at_least(parameters, 1.0), 1.0), 1.0),
        logit_bytes=LOGIT_BYTES if model.predicts_tokens else 0.0,
        backward=choose(probe, 0.0, 1.0),
        states_away=case.column("states away", lambda candidate: float(candidate.last_resort)),
    )  # fmt: skip


def _policy(case: Case, candidate: Candidate) -> Policy:
    plain = candidate.precision in IN_FP32
    if candidate.mode not in ("lora", "qlora", "linear_probe"):
        stage = ZERO.get(candidate.parallel, 0.0)
        optimizer = KEPT_AS.get(candidate.states, case.work.training.optimizer)
        found = policy(optimizer, plain=plain, sharded=stage >= 3)
        apart = candidate.last_resort or stage in (1.0, 2.0)
        return with_states(found) if apart and not plain else found
    weight, gradient, state = ADAPTER
    return (NF4_BYTES if candidate.mode == "qlora" else 4.0 if plain else weight), gradient, state
