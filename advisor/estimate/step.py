"""Seconds of one global batch: arithmetic, launching, the optimizer, communication, preparing the samples."""

from advisor.estimate import compute, memory
from advisor.estimate.arithmetic import sample_s
from advisor.estimate.case import Case
from advisor.number import Number, at_least, ceiling, choose, larger
from advisor.values.candidates import Candidate
from advisor.values.workload import Span

OPTIMIZER_BYTES = 28.0
"""Read and written once a step for each trained parameter: weight, gradient and two states in fp32."""


def ranks(candidate: Candidate) -> float:
    """Data-parallel ranks that share one run."""
    return 1.0 if candidate.parallel in ("none", "independent_runs") else float(candidate.count)


def shards(candidate: Candidate) -> float:
    """Over how many devices the states are divided."""
    if candidate.parallel == "hsdp":
        return float(min(candidate.site.devices_a_node, candidate.count))
    return float(candidate.count) if candidate.parallel == "fsdp2" else 1.0


def cpus_a_device(candidate: Candidate) -> float:
    """One's own devices share the CPUs of the host; rented ones bring theirs."""
    sharing = candidate.count if candidate.site.kind == "own_gpu" else 1
    return candidate.site.host_cpus / sharing


def step_s(case: Case, micro: Number) -> Number:
    """Seconds of a step for every candidate at its micro batch."""
    training = case.work.training
    each = at_least(training.batch / case.column("ranks", ranks), 1.0)
    passes = ceiling(each / micro)
    arithmetic = larger(each * sample_s(case), passes * _launching(case))
    joined = compute.overlapped(arithmetic, _traffic(case, passes), case.three(compute.UNHIDDEN, "link"))
    hosts = case.column("cpus a device", cpus_a_device)
    preparing = compute.cpus_needed(each, training.preprocessing_s) / hosts if training.prepared_each_epoch else 0.0
    return larger(joined + _optimizer(case), preparing)


def _launching(case: Case) -> Number:
    """Seconds to launch one pass of a micro batch; recomputation launches the forward kernels again."""
    share = case.column("launch share", lambda candidate: compute.CPU_LAUNCH_SHARE if _cpu(candidate) else 1.0)
    again = case.column("launched", lambda candidate: compute.FULL_RECOMPUTE if candidate.checkpointing else 1.0)
    layer_s = compute.LAUNCH_S[case.work.kind] * case.three(compute.LAUNCH_SPREAD, "launch")
    return case.work.model.layers * layer_s * (share * again)


def _cpu(candidate: Candidate) -> bool:
    return candidate.site.kind == "cpu"


def _optimizer(case: Case) -> Number:
    bandwidth = case.spans("bandwidth", lambda candidate: candidate.site.bandwidth, "flops")
    return OPTIMIZER_BYTES * _trained(case) / (case.column("shards", shards) * bandwidth)


def _trained(case: Case) -> Number:
    model = case.work.model
    adapter = memory.lora_parameters(model.layers, model.hidden, model.ffn)
    return choose(case.frozen, adapter, case.span(model.parameters, "parameters"))


def _traffic(case: Case, passes: Number) -> Number:
    """Seconds of communication before overlap. DDP reduces fp32 gradients once a step; sharded weights are gathered
    twice a pass in their own precision, their gradients reduced in 16 bits, between nodes once more for HSDP."""
    parameters, trained = case.span(case.work.model.parameters, "parameters"), _trained(case)
    link = case.spans("link", _link, "link")
    reduced = compute.ddp_traffic(trained, 4.0, case.column("ranks", ranks)) / link
    weight = choose(case.mode("qlora"), memory.NF4_BYTES[1], 2.0)
    frozen = compute.ddp_traffic(parameters, weight, case.column("shards", shards))
    whole = compute.fsdp_traffic(parameters, 2.0, case.column("shards", shards))
    across = compute.hsdp_traffic(trained, 2.0, case.column("shards", shards), case.column("replicas", _replicas))
    gathered = choose(case.frozen, frozen, whole) / link + across / case.spans("lane", _lane, "link")
    sharded = case.column("sharded", lambda candidate: candidate.parallel in ("fsdp2", "hsdp"))
    return choose(sharded, passes * gathered, reduced)


def _replicas(candidate: Candidate) -> float:
    """Copies of the sharded states: one a node for HSDP."""
    return float(candidate.nodes) if candidate.parallel == "hsdp" else 1.0


def _link(candidate: Candidate) -> Span:
    """Bytes a second of a collective over all ranks. Between nodes it runs over all network cards of a node at once,
    so a rank sees the bandwidth of its whole node, as far as the links within carry it."""
    site = candidate.site
    if candidate.nodes == 1 or candidate.parallel == "hsdp":
        return site.link
    return Span(*(min(a, b) for a, b in zip(_ends(site.link), _ends(site.fabric), strict=True)))


def _lane(candidate: Candidate) -> Span:
    """A device's own share of its node's network."""
    return candidate.site.fabric.times(1.0 / candidate.site.devices_a_node)


def _ends(span: Span) -> tuple[float, float, float]:
    return span.value, span.low, span.high
