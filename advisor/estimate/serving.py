"""What it takes to answer: latency by topology, memory, replicas, cost a month."""

import math

from advisor.estimate.queue import knee, replicas, wait_at
from advisor.estimate.replica import (
    DEVICE_WEIGHT_BYTES,
    TREE_BYTES,
    Gpu,
    Replica,
    on_cpu,
    on_device,
    on_gpu,
    weights_bytes,
)
from advisor.values.estimates import ServingEstimates
from advisor.values.workload import Span, Workload, exactly

WAY = {
    "batch_scoring": Span(3e-3, 1e-3, 1e-2), "embedded_lib": exactly(0.0), "rpc_service": Span(3e-3, 1e-3, 1e-2),
    "async_queue": Span(10.0, 1.0, 60.0), "streaming": Span(0.1, 0.02, 0.5), "on_device": exactly(0.0),
    "edge_box": Span(2e-3, 1e-3, 5e-3), "hybrid_split": Span(0.08, 0.03, 0.3), "hybrid_cascade": Span(0.08, 0.03, 0.3),
    "confidential_server": Span(3e-3, 1e-3, 1e-2),
}  # fmt: skip
"""Seconds on the way: from the caller's server; over a mobile network for split and cascade (EXPERT)."""
TO_CLIENT = Span(0.05, 0.02, 0.2)
"""Seconds between a user's device and a server, where latency is measured at the client (EXPERT)."""
CONFIDENTIAL = 1.10
"""Encrypted memory and attested GPUs: under 7 to 10% (CC_HOPPER, CC_CPU_GPU)."""
CPU_HOUR_USD = Span(0.35, 0.2, 0.6)
"""A server of eight CPUs: EXPERT, confirm before use."""
HOURS_A_MONTH = 730.0
REMOTE = ("rpc_service", "async_queue", "streaming", "confidential_server", "batch_scoring")


def serving(work: Workload, gpus: tuple[Gpu, ...], *, at_client: bool = False) -> ServingEstimates:
    """Estimates of serving on the cheapest hardware that meets the limits; `at_client` counts the way to the user."""
    cpu, device = on_cpu(work, CPU_HOUR_USD), on_device(work)
    served = _cheapest(work, (cpu, *(() if work.family == "trees" else (on_gpu(work, gpu) for gpu in gpus))))
    best, count = served
    wait = _wait(work, best, count)
    latency = {name: _latency(name, best, device, wait) for name in WAY}
    if work.kind != "decoder":
        latency["embedded_lib"] = cpu.first_s
    if at_client:
        latency |= {name: latency[name].plus(TO_CLIENT) for name in (*REMOTE, "embedded_lib")}
    tokens = {name: device.token_s if name == "on_device" else best.token_s for name in WAY}
    held = weights_bytes(work)
    return ServingEstimates(
        latency_s=latency,
        token_s=tokens,
        memory_bytes=Span(held * 1.2 + 5e8, held * 1.05 + 2e8, held * 1.5 + 2e9),
        device_bytes=work.model.parameters.value * DEVICE_WEIGHT_BYTES if work.family == "neural" else TREE_BYTES,
        weights_bytes=held,
        on_gpu=best is not cpu,
        hardware=best.name,
        replicas=count,
        cost_month_usd=best.hour_usd.times(max(count, 1) * HOURS_A_MONTH),
    )


def _cheapest(work: Workload, replicas: tuple[Replica, ...]) -> tuple[Replica, int]:
    """The replica, and how many of it, that meets the latency for the least money; if none does, the fastest."""
    counted = [(replica, _count(work, replica)) for replica in replicas]
    meets = [pair for pair in counted if pair[1]]
    if meets:
        return min(meets, key=lambda pair: pair[0].hour_usd.value * pair[1])
    return min(counted, key=lambda pair: pair[0].first_s.value + pair[0].token_s.value)


def _count(work: Workload, replica: Replica) -> int:
    """How many replicas meet the latency at the peak; 0 when none do. Single passes queue one by one; a decoder
    holds many requests at once, and is filled up to its knee."""
    serve = work.serving
    left = serve.latency_s - WAY["rpc_service"].value
    first = replicas(serve.peak_per_s, replica.first_s.value, left, serve.percentile)
    if not serve.answer_tokens or not first:
        return first
    if replica.token_s.value > serve.token_s:
        return 0
    load = serve.peak_per_s * (replica.first_s.value + serve.answer_tokens * replica.token_s.value) / replica.parallel
    return max(first, math.ceil(load / knee(max(1, math.ceil(load)))))


def _wait(work: Workload, best: Replica, count: int) -> Span:
    """Waiting at the percentile; nothing at the low end, where requests do not meet."""
    busy = best.first_s.value
    wait = wait_at(max(count, 1), work.serving.peak_per_s * busy, busy, work.serving.percentile)
    wait = wait if math.isfinite(wait) else 10.0 * busy
    return Span(wait, 0.0, 2.0 * wait)


def _latency(name: str, best: Replica, device: Replica, wait: Span) -> Span:
    if name == "batch_scoring":
        return WAY[name]
    if name == "on_device":
        return device.first_s
    if name in ("hybrid_split", "hybrid_cascade"):
        part = 0.5 if name == "hybrid_split" else 0.25
        return device.first_s.times(part).plus(best.first_s).plus(WAY[name])
    if name == "embedded_lib":
        return best.first_s
    served = best.first_s.times(CONFIDENTIAL if name == "confidential_server" else 1.0)
    return served.plus(WAY[name]).plus(wait)
