"""One replica: on which hardware it stands, how long it is busy with a request, what it holds in memory."""

import math
from dataclasses import dataclass

from advisor.estimate import compute, memory
from advisor.estimate.decoding import decode_time
from advisor.values.workload import Span, Workload, exactly

SERVER_CPU = Span(4e11, 1.5e11, 1e12)
"""flop/s that a model gets from a server of eight CPUs (EXPERT)."""
DEVICE = Span(5e10, 1e10, 5e11)
"""flop/s that a model gets from an old phone (low), a usual one, one with a neural processor (EXPERT)."""
DEVICE_BANDWIDTH = Span(2.5e10, 1e10, 6e10)
CPU_BANDWIDTH = Span(8e10, 3e10, 2e11)
ENGINE_REACH = Span(0.7, 0.6, 0.86)
"""Share of memory bandwidth that decoding gets (EXPERT)."""
PREFILL_REACH = Span(0.45, 0.3, 0.6)
"""Share of the 16-bit data sheet that prefill gets (EXPERT)."""
LAYER_S = Span(4e-5, 2e-5, 1e-4)
"""What a layer costs however small its input."""
DEVICE_WEIGHT_BYTES = 0.6
"""A parameter at 4 bits with its scales (FLUX_QLORA)."""
TREE_BYTES = 5e6
"""A few hundred trees as a file: EXPERT."""
TREE_FLOPS = Span(2e4, 5e3, 1e5)
MOST_PARALLEL = 256
FILL = 0.9
"""Share of device memory that a serving engine takes."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """A row of the catalogue that may serve: memory, bandwidth, 16-bit flop/s, USD an hour."""

    name: str
    memory_bytes: float
    bandwidth: float
    flops: float
    hour_usd: Span


@dataclass(frozen=True, slots=True)
class Replica:
    """`first_s` to the first answer; `token_s` a further token at the batch it runs; `parallel` requests at once."""

    name: str
    first_s: Span
    token_s: Span
    parallel: int
    hour_usd: Span

    def busy_s(self, answer_tokens: float) -> float:
        """Seconds of the replica that a request takes, shared with those beside it."""
        return self.first_s.value + answer_tokens * self.token_s.value / self.parallel


def weights_bytes(work: Workload) -> float:
    """fp32 for a single pass on CPUs, 16 bits for a decoder; tables of embeddings in fp32."""
    if work.family == "trees":
        return TREE_BYTES
    return work.model.parameters.value * (2.0 if work.kind == "decoder" else 4.0) + 4.0 * work.model.embedding_values


def forward_flops(work: Workload) -> Span:
    """Flops before the first answer: one pass over the request, thirty of them for diffusion."""
    model = work.model
    if work.family == "trees":
        return TREE_FLOPS
    if model.forward_flops:
        return Span(1.0, 0.5, 2.0).times(model.forward_flops * (30.0 if work.task == "diffusion" else 1.0))
    looked_up = 0.0 if model.predicts_tokens else model.vocabulary * model.hidden
    tokens, causal = max(work.serving.tokens, 1.0), work.kind == "decoder"
    sizes = (model.active.value, model.active.low, model.active.high)
    each = (
        compute.forward_flops_token(max(size - looked_up, 1.0), model.layers, model.hidden, tokens, causal)
        for size in sizes
    )
    return Span(*(flops * tokens for flops in each))


def on_cpu(work: Workload, hour_usd: Span) -> Replica:
    """A server of eight CPUs."""
    first = forward_flops(work).over(SERVER_CPU).plus(_floor(work))
    return Replica("a server of 8 CPUs", first, _token(work, CPU_BANDWIDTH, 1), 1, hour_usd)


def on_device(work: Workload) -> Replica:
    """The user's device."""
    first = forward_flops(work).over(DEVICE).plus(_floor(work))
    size = work.model.parameters.value * DEVICE_WEIGHT_BYTES
    token = exactly(size).over(DEVICE_BANDWIDTH)
    return Replica("the user's device", first, token, 1, exactly(0.0))


def on_gpu(work: Workload, gpu: Gpu) -> Replica:
    """As many of one accelerator, a power of two, as hold the weights and a few requests."""
    weights = weights_bytes(work) * (0.5 if work.kind != "decoder" else 1.0)
    context = _kv_bytes(work)
    devices = 1
    while weights * 1.1 + 4 * context > FILL * gpu.memory_bytes * devices:
        devices *= 2
    room = FILL * gpu.memory_bytes * devices - weights * 1.1
    parallel = max(1, min(MOST_PARALLEL, math.floor(room / context))) if context else 1
    rate = PREFILL_REACH.times(gpu.flops * devices)
    return Replica(
        name=f"{devices}x {gpu.name}",
        first_s=forward_flops(work).over(rate).plus(_floor(work)),
        token_s=_token(work, exactly(gpu.bandwidth * devices), parallel),
        parallel=parallel,
        hour_usd=gpu.hour_usd.times(float(devices)),
    )


def _floor(work: Workload) -> Span:
    return LAYER_S.times(max(work.model.layers, 1.0)) if work.family == "neural" else Span(1e-4, 2e-5, 1e-3)


def _kv_bytes(work: Workload) -> float:
    """Keys and values of one request from first to last token."""
    if work.kind != "decoder":
        return 0.0
    length = work.serving.tokens + work.serving.answer_tokens
    return float(memory.kv_token(work.model.layers, work.model.kv_width)) * length


def _token(work: Workload, bandwidth: Span, parallel: int) -> Span:
    """Seconds a further token: active weights and everybody's keys and values over the bandwidth (SCALING)."""
    if work.kind != "decoder":
        return exactly(0.0)
    weights, kept = work.model.active.value * 2.0, _kv_bytes(work)
    speeds = (
        (bandwidth.value, ENGINE_REACH.value), (bandwidth.high, ENGINE_REACH.high), (bandwidth.low, ENGINE_REACH.low)
    )  # fmt: skip
    return Span(*(float(decode_time(weights, parallel, 1.0, kept, rate * reach)) for rate, reach in speeds))
