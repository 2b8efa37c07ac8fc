"""What it takes to answer: latency by topology, memory, replicas, cost a month."""

import math
from dataclasses import dataclass

from advisor.estimate.handheld import held, runtime_bytes
from advisor.estimate.hardware import Served, cheapest
from advisor.estimate.queue import wait_at
from advisor.estimate.replica import (
    TREE_BYTES,
    WHOLE,
    Replica,
    Way,
    device_weight_bytes,
    plain_bytes,
    replica,
    unasked,
    weights_bytes,
)
from advisor.values.constants import Fitted
from advisor.values.estimates import ServingEstimates
from advisor.values.workload import Places, Span, Workload, exactly

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
RUNNING = 1.3
"""Bytes in a device's memory over those of the file: activations beside the weights (EXPERT)."""
HOURS_A_MONTH = 730.0
REMOTE = ("rpc_service", "async_queue", "streaming", "confidential_server", "batch_scoring")


@dataclass(frozen=True, slots=True)
class _Times:
    """What latencies are made of: a replica of the service, a server's processors, the user's device, waiting."""

    best: Replica
    cpu: Replica
    device: Replica
    wait: Span


def serving(work: Workload, rented: Places, fitted: Fitted, *, at_client: bool = False) -> ServingEstimates:
    """Estimates of serving on the cheapest of processors and rented sites that meets the limits; `at_client` counts the
    way to the user."""
    bare = unasked(work)
    served = cheapest(work, rented, WAY["rpc_service"].value, fitted)
    alone = replica(bare, WHOLE, Way(1.0, 1.0, plain_bytes(work, "cpu")), fitted)
    device = replica(bare, held(work.serving), Way(1.0, 1.0, device_weight_bytes(work)), fitted)
    times = _Times(served.replica, alone, device, _wait(work, served))
    latency = {name: _latency(name, times, decodes=work.kind == "decoder") for name in WAY}
    if at_client:
        latency |= {name: latency[name].plus(TO_CLIENT) for name in (*REMOTE, "embedded_lib")}
    on_gpu = served.site.kind != "cpu"
    shipped = work.model.parameters.value * device_weight_bytes(work) if work.family == "neural" else TREE_BYTES
    return ServingEstimates(
        latency_s=latency,
        token_s={name: (device if name == "on_device" else served.replica).token_s for name in WAY},
        memory_bytes=_memory(work, served, fitted),
        device_bytes=shipped,
        device_memory_bytes=shipped * RUNNING + runtime_bytes(work.serving),
        weights_bytes=weights_bytes(work),
        on_gpu=on_gpu,
        hardware=served.name,
        replicas=served.count,
        devices=served.count * float(served.way.devices) * on_gpu,
        cost_month_usd=served.hour_usd.times(max(served.count, 1) * HOURS_A_MONTH),
    )


def _memory(work: Workload, served: Served, fitted: Fitted) -> Span:
    """Of a replica: on processors the weights, their process and copies; on accelerators what engines hold."""
    if served.site.kind == "cpu":
        held = weights_bytes(work)
        return Span(held * 1.2 + 5e8, held * 1.05 + 2e8, held * 1.5 + 2e9)
    held = served.replica.memory_bytes
    return Span(held, *fitted.spreads["memory"].around(held, 0.0))


def _wait(work: Workload, served: Served) -> Span:
    """Waiting at the percentile; nothing at the low end, where requests do not meet."""
    busy = served.busy_s
    slots = max(served.count, 1) * served.parallel
    wait = wait_at(slots, work.serving.peak_per_s * busy, busy, work.serving.percentile)
    wait = wait if math.isfinite(wait) else 10.0 * busy
    return Span(wait, 0.0, 2.0 * wait)


def _latency(name: str, times: _Times, *, decodes: bool) -> Span:
    if name == "batch_scoring":
        return WAY[name]
    if name == "on_device":
        return times.device.first_s
    if name in ("hybrid_split", "hybrid_cascade"):
        part = 0.5 if name == "hybrid_split" else 0.25
        return times.device.first_s.times(part).plus(times.best.first_s).plus(WAY[name])
    if name == "embedded_lib":
        return (times.best if decodes else times.cpu).first_s
    served = times.best.first_s.times(CONFIDENTIAL if name == "confidential_server" else 1.0)
    return served.plus(WAY[name]).plus(times.wait)
