"""One replica: how long it takes to answer on which hardware, and what it holds in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp, hypot, log

from advisor.estimate.answering import Answering, answering
from advisor.estimate.shapes import shape
from advisor.number import Number, table
from advisor.values.constants import Fitted
from advisor.values.runs import Device, Serve, Traffic
from advisor.values.workload import Places, Site, Span, Workload, exactly

CPU_HOUR_USD = Span(0.35, 0.2, 0.6)
"""A server of eight CPUs: EXPERT, confirm before use."""
WHOLE = Site(
    id="server-cpu", kind="cpu", name="a server of 8 CPUs", accelerator="", counts=(1,), memory_bytes=3.2e10,
    host_memory_bytes=3.2e10, host_cpus=8.0, flops=(("fp32", Span(7e11, 2.7e11, 1.8e12)),), trains=None,
    bandwidth=Span(8e10, 3e10, 2e11), link=exactly(1e12), price=CPU_HOUR_USD, tdp_w=150.0, provenance="assumed",
    basis="EXPERT",
)  # fmt: skip
"""Flop/s and bytes/s of eight CPUs of a server (EXPERT)."""
FOUR_BIT_BYTES = 0.6
"""A parameter at 4 bits with its scales (FLUX_QLORA)."""
FOUR_BITS_FROM = 1e8
"""Parameters from which a language model is put into 4 bits on a device; what is smaller is shipped in 8 (FL_KEYBOARD,
BERGAMOT, MICRO_SPEECH)."""
TREE_BYTES = 5e6
"""A few hundred trees as a file: EXPERT."""
TREE_FLOPS = Span(2e4, 5e3, 1e5)
TREE_FLOOR_S = Span(1e-4, 2e-5, 1e-3)
PASSES = {"diffusion": 30.0}
"""How often a network runs for one answer."""
UNSTATED = 0.25
"""How far a single pass moves, in log units, for engine and kernels, which nobody states (EXPERT)."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a replica runs: `devices` together, `parallel` requests at once, bytes a weight. Columns or numbers."""

    devices: Number
    parallel: Number
    weight_bytes: float

    @property
    def eight(self) -> float:
        """1 where matrices are multiplied in 8 bits."""
        return 1.0 if self.weight_bytes == 1.0 else 0.0


@dataclass(frozen=True, slots=True)
class Replica:
    """`first_s` to the first answer, `token_s` a further token, bytes of all its devices."""

    first_s: Span
    token_s: Span
    memory_bytes: float


def weights_bytes(work: Workload) -> float:
    """fp32 for a single pass on CPUs, 16 bits for a decoder; tables of embeddings in fp32."""
    if work.family == "trees":
        return TREE_BYTES
    return work.model.parameters.value * plain_bytes(work, "cpu") + 4.0 * work.model.embedding_values


def device_weight_bytes(work: Workload) -> float:
    """Bytes of a weight on a user's device."""
    small = work.kind != "decoder" or work.model.parameters.value < FOUR_BITS_FROM
    return 1.0 if small else FOUR_BIT_BYTES


def plain_bytes(work: Workload, kind: str) -> float:
    """Bytes of a weight that nobody quantised: fp32 for a single pass on processors, else 16 bits."""
    return 4.0 if kind == "cpu" and work.kind != "decoder" else 2.0


def answered(work: Workload, devices: Device, way: Way, fitted: Fitted) -> Answering:
    """The parts of an answer; the last axis is the middle, the best and the worst end of model and device."""
    model, serve = work.model, work.serving
    parameters, active = (table([span.value, span.low, span.high]) for span in (model.parameters, model.active))
    length = max(serve.tokens, 1.0) if work.kind in ("encoder", "decoder") else work.training.sequence
    seen, decodes = shape(work, parameters, active, length), work.kind == "decoder"
    traffic = Traffic(
        tensor=way.devices, pipeline=1.0, replicas=1.0, input=seen.sequence * PASSES.get(work.task, 1.0),
        output=max(serve.answer_tokens, 2.0), concurrency=way.parallel, weight_bytes=way.weight_bytes, kv_bytes=2.0,
        eight=way.eight, eager=0.0, mixed=1.0 if decodes else 0.0,
    )  # fmt: skip
    return answering(Serve(seen, devices, traffic), fitted.constants)


@lru_cache(maxsize=64)
def devices_of(places: Places) -> Device:
    """The devices of sites, shape (sites, 1, 1, 3): the middle, the best and the worst end of their rates."""

    sites = places.sites

    def ends(spans: Sequence[Span]) -> Number:
        return table([[[[span.value, span.high, span.low]]] for span in spans])

    def one(values: Sequence[float]) -> Number:
        return table([[[[value]]] for value in values])

    peaks = [_peak(site, ("bf16", "fp16", "fp32")) for site in sites]
    return Device(
        memory=one([site.memory_bytes for site in sites]),
        modern=one([float(site.modern) for site in sites]),
        flops=ends(peaks),
        flops_8=ends([_peak(site, ("fp8", "int8", "bf16", "fp16", "fp32")) for site in sites]),
        reach=one([site.reach for site in sites]),
        bandwidth=ends([site.bandwidth for site in sites]),
        link=ends([site.link for site in sites]),
        fabric=ends([site.fabric for site in sites]),
        host=one([float(site.kind == "cpu") for site in sites]),
        scalar=ends([_peak(site, ("fp32", "fp16", "bf16")) for site in sites]),
        clock=one([site.clock_hz for site in sites]),
    )


def _peak(site: Site, dtypes: tuple[str, ...]) -> Span:
    rates = dict(site.flops)
    found = next((rates[dtype] for dtype in dtypes if dtype in rates), next(iter(rates.values())))
    return found.times(1.0 / site.reach)


def unasked(work: Workload) -> Workload:
    """The workload without its data, its load and its limits, on which the times of an answer do not hang."""
    training = replace(
        work.training, samples=exactly(1.0), tokens=exactly(1.0), epochs=1.0, batch=1.0, decoded_bytes=exactly(1.0)
    )
    serve = replace(
        work.serving, peak_per_s=1.0, latency_s=1.0, token_s=1.0, percentile=99.0, devices=(), device_memory_bytes=2e9
    )
    return replace(work, training=training, serving=serve)


@lru_cache(maxsize=256)
def _device(site: Site) -> Device:
    return devices_of(Places((site,)))


@lru_cache(maxsize=1024)
def replica(work: Workload, site: Site, way: Way, fitted: Fitted) -> Replica:
    """A replica on a site, with the ranges of model, device and formulas."""
    if work.family == "trees":
        first = TREE_FLOPS.over(site.flops[0][1]).plus(TREE_FLOOR_S)
        return Replica(first, exactly(0.0), TREE_BYTES)
    found, decodes = answered(work, _device(site), way, fitted), work.kind == "decoder"
    queued = fitted.spreads["first"].around(1.0, 0.0) if decodes else fitted.spreads["token"].around(1.0, UNSTATED)
    token = fitted.spreads["token"].around(1.0, 0.0)
    held = float(found.memory_bytes.reshape(-1)[0]) * float(way.devices)
    return Replica(_span(found.first_s, queued), _span(found.token_s, token) if decodes else exactly(0.0), held)


def _span(ends: Number, off: tuple[float, float]) -> Span:
    """The middle with the ranges of its inputs and of the formula, which do not depend on each other."""
    value, best, worst = (float(end) for end in ends.reshape(-1))
    low = hypot(log(value / best), log(off[0]))
    return Span(value, value * exp(-low), value * exp(hypot(log(worst / value), log(off[1]))))
