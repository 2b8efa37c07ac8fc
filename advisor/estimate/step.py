"""Seconds of one global batch: arithmetic, launching, the optimizer, communication, preparing the samples."""

from advisor.estimate import compute, memory
from advisor.estimate.case import Case
from advisor.number import Number, at_least, ceiling, choose, larger
from advisor.values.candidates import Candidate
from advisor.values.workload import Span

FABRIC = Span(4e10, 1e10, 4.5e10)
"""Bytes a second an accelerator between nodes: 400 Gb/s each at 80%, a slower cloud at the low end (ML_ENG)."""
OPTIMIZER_BYTES = 28.0
"""Read and written once a step for each trained parameter: weight, gradient and two states in fp32."""


def ranks(candidate: Candidate) -> float:
    """Data-parallel ranks that share one run."""
    return 1.0 if candidate.parallel in ("none", "independent_runs") else float(candidate.count)


def shards(candidate: Candidate) -> float:
    """Over how many devices the states are divided."""
    if candidate.parallel == "hsdp":
        return float(candidate.site.devices_a_node)
    return float(candidate.count) if candidate.parallel == "fsdp2" else 1.0


def step_s(case: Case, micro: Number) -> Number:
    """Seconds of a step for every candidate at its micro batch."""
    training = case.work.training
    each = training.batch / case.column("ranks", ranks)
    arithmetic = larger(_flops_a_sample(case) * each / _reached(case), _launching(case, ceiling(each / micro)))
    joined = compute.overlapped(arithmetic, _traffic(case), case.three(compute.UNHIDDEN, "link"))
    hosts = case.column("host cpus", lambda candidate: candidate.site.host_cpus)
    preparing = compute.cpus_needed(each, training.preprocessing_s) / hosts if training.prepared_each_epoch else 0.0
    return larger(joined + _optimizer(case), preparing)


def _flops_a_sample(case: Case) -> Number:
    """Hardware flops of a sample. Forward 1, backward 2; frozen weights spare one; recomputation adds one."""
    model, training = case.work.model, case.work.training
    frozen = choose(case.mode("linear_probe"), 1.0, choose(case.mode("lora", "qlora"), 2.0, 3.0))
    passes = frozen + case.column("ckpt", lambda candidate: float(candidate.checkpointing))
    active = case.span(model.active, "parameters")
    if model.forward_flops:
        return model.forward_flops * passes
    if case.work.kind == "mlp":
        return 2.0 * active * passes
    looked_up = 0.0 if model.predicts_tokens else model.vocabulary * model.hidden
    tokens = case.span(training.tokens, "tokens") / case.span(training.samples, "samples")
    causal = case.work.kind == "decoder"
    forward = compute.forward_flops_token(at_least(active - looked_up, 1.0), model.layers, model.hidden, tokens, causal)
    return forward * tokens * passes


def _reached(case: Case) -> Number:
    """Flop/s that a step gets from a device: measured on it, or a share of what matrix multiplication reaches."""
    reach = case.three(compute.MODEL_REACH[case.work.kind], "reach")
    if case.work.training.utilisation is not None:
        reach = case.work.training.utilisation + 0.0 * reach
    expected = case.spans("matmul", _matmul, "flops") * reach
    measured = case.spans("trains", lambda candidate: candidate.site.trains or _matmul(candidate), "flops")
    here = case.column("measured", lambda candidate: candidate.site.trains is not None)
    return choose(here, measured * case.three(compute.MEASURED_REACH, "reach"), expected)


def _launching(case: Case, passes: Number) -> Number:
    own = case.column("cpu", lambda candidate: candidate.site.kind == "cpu")
    layer_s = choose(own, compute.CPU_LAUNCH_S, case.three(compute.LAUNCH_S, "launch"))
    return passes * case.work.model.layers * layer_s


def _optimizer(case: Case) -> Number:
    bandwidth = case.spans("bandwidth", lambda candidate: candidate.site.bandwidth, "flops")
    return OPTIMIZER_BYTES * _trained(case) / (case.column("shards", shards) * bandwidth)


def _trained(case: Case) -> Number:
    model = case.work.model
    adapter = memory.lora_parameters(model.layers, model.hidden, model.ffn)
    return choose(case.frozen, adapter, case.span(model.parameters, "parameters"))


def _traffic(case: Case) -> Number:
    """Seconds of communication before overlap: fp32 gradients reduced, or 16-bit weights gathered twice."""
    on = case.column("ranks", ranks)
    reduced = compute.ddp_traffic(_trained(case), 4.0, on)
    gathered = compute.fsdp_traffic(case.span(case.work.model.parameters, "parameters"), 2.0, on)
    sharded = case.column("sharded", lambda candidate: candidate.parallel in ("fsdp2", "hsdp"))
    return choose(sharded, gathered, reduced) / case.spans("link", _link, "link")


def _matmul(candidate: Candidate) -> Span:
    rates = dict(candidate.site.flops)
    return rates.get(candidate.precision) or next(iter(rates.values()))


def _link(candidate: Candidate) -> Span:
    crosses = candidate.nodes > 1 and candidate.site.link.value > FABRIC.value
    return FABRIC if crosses else candidate.site.link
