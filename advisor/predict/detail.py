"""One estimate with all that an engineer asks of it: parts of time and memory, each with its range, and the limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from advisor.errors import BadInput
from advisor.estimate.answering import answering
from advisor.estimate.caching import memory, weights_bytes
from advisor.estimate.doubt import memory_range
from advisor.estimate.holding import Held, held, host_bytes
from advisor.estimate.layers import active_weights, attention_flops, parameters
from advisor.estimate.steps import step
from advisor.predict.cells import Row
from advisor.predict.fitting import served_bytes
from advisor.predict.serving import read_serving
from advisor.predict.table import Ground, queue_doubt, stolen_doubt
from advisor.predict.training import read
from advisor.values.constants import Spread
from advisor.values.runs import Run, Serve

BOUND = {
    "arithmetic": ("matmul", "attention", "head", "arithmetic"),
    "bandwidth": ("moving", "optimizer", "reading", "drafting"),
    "launching": ("launching", "layers", "scheduling"), "waiting": ("bubble", "stragglers", "prefill"),
    "host": ("offload",),
    "network": ("tensor", "context", "expert", "pipeline", "gradients"),
}  # fmt: skip
"""What each part of a step, or of a token, waits for."""
SIZES = ("allocated", "reserved", "process")
COUNTED = ("weights", "gradients", "states")
Verdict = Literal["yes", "probably", "no"]


@dataclass(frozen=True, slots=True)
class Part:
    """A number of an estimate with its 90% range."""

    value: float
    low: float
    high: float

    def verdict(self, room: float) -> Verdict:
        """Does it stay below `room`: with the whole range, with its middle, or not?"""
        return "yes" if self.high <= room else "probably" if self.value <= room else "no"


Parts = Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Estimated:
    """`head` are the answers (`step_s`, `process_bytes`, … or `ttft_s`, `tpot_s`, `process_bytes`, …), `time` and
    `memory` their parts in seconds and bytes, `room` the bytes of a device, `assumed` what nobody stated."""

    row: Row
    run: Any
    head: Parts
    time: Parts
    memory: Parts
    room: float
    assumed: tuple[str, ...]
    matters: float

    @property
    def bound(self) -> tuple[str, float]:
        """(what most of the time waits for, its share)."""
        total = sum(part.value for part in self.time.values()) or 1.0
        shares = {kind: sum(self.time[name].value for name in names if name in self.time) / total
                  for kind, names in BOUND.items()}  # fmt: skip
        kind = max(shares, key=lambda name: shares[name])
        return kind, shares[kind]


def trained(row: Row, ground: Ground) -> Estimated:
    """A training run in detail. Raises BadInput for a row that cannot be estimated."""
    found = read(row, ground.models, ground.accelerators)
    if found.run is None:
        raise BadInput(found.reason, where="estimate")
    run, k, matters = found.run, ground.constants, found.matters
    times, kept = step(run, k), held(run, k)
    times_spread, spread = ground.spreads["step"], ground.spreads["memory"]
    head = {
        "step_s": _part(times.total, times_spread, matters),
        **{f"{name}_bytes": _size(kept, float(getattr(kept, name)), spread) for name in SIZES},
    }
    if away := float(host_bytes(run, k)) * min(run.layout.devices, run.layout.node):
        head["host_bytes"] = _part(away, spread, matters)
    return Estimated(
        row, run, _sound(head), _parts(times, times_spread, matters), _kept_parts(kept, spread),
        float(run.device.memory), found.assumed, matters,
    )  # fmt: skip


def sized(run: Run, ground: Ground) -> Part:
    """Bytes of the process on a device."""
    kept = held(run, ground.constants)
    return _size(kept, float(kept.process), ground.spreads["memory"])


def served(row: Row, ground: Ground) -> Estimated:
    """A service in detail. Raises BadInput for a row that cannot be estimated."""
    found = read_serving(row, ground.models, ground.accelerators)
    if found.run is None:
        raise BadInput(found.reason, where="estimate")
    run, k = found.run, ground.constants
    seen, spread = answering(run, k), ground.spreads["memory"]
    doubt = found.matters + float(stolen_doubt(seen))
    each = run.traffic.concurrency / (seen.token_s + seen.first_s / run.traffic.output)
    token = _part(seen.token_s, ground.spreads["token"], doubt)
    head = {
        "ttft_s": _part(seen.first_s, ground.spreads["first"], found.matters + float(queue_doubt(seen))),
        "tpot_s": token,
        "tokens_per_s": Part(
            float(each), float(each) * token.value / token.high, float(each) * token.value / token.low
        ),
        "process_bytes": Part(*served_bytes(run, ground)),
    }
    names = ("reading", "arithmetic", "layers", "scheduling", "tensor", "prefill", "drafting")
    times = {name: _part(getattr(seen, name), ground.spreads["token"], found.matters) for name in names}
    return Estimated(
        row, run, _sound(head), times, {name: _part(size, spread, 0.0) for name, size in _kept(run, ground).items()},
        float(run.device.memory), found.assumed, found.matters,
    )  # fmt: skip


def _kept(run: Serve, ground: Ground) -> dict[str, float]:
    """Bytes of a device that serves: what stays without requests, and what they add."""
    k, traffic = ground.constants, run.traffic
    batch = max(float(traffic.concurrency) / float(traffic.replicas), 1.0)
    empty, whole, weights = (float(size) for size in (memory(run, 0.0, k), memory(run, batch, k), weights_bytes(run)))
    context = k["context"] + (k["collectives"] if traffic.tensor > 1 else 0.0)
    return {"weights": weights, "keys": whole - empty, "workspace": empty - weights - context, "context": context}


def most_requests(found: Estimated, ground: Ground) -> int:
    """Requests at once that a service holds before its memory is full, over all replicas; 0 if not one."""
    run, k = found.run, ground.constants
    empty, one = float(memory(run, 0.0, k)), float(memory(run, 1.0, k))
    return max(0, int((found.room - empty) // max(one - empty, 1.0))) * int(run.traffic.replicas)


def used_share(run: Run, seconds: float) -> float:
    """Arithmetic of the model itself, without what is computed again, over what the devices could do (MFU)."""
    shape, layout = run.shape, run.layout
    tokens = layout.batch * shape.sequence
    passes = 1.0 + run.software.backward * (1.0 + run.software.trained)
    weights = active_weights(shape) * shape.layers + shape.vocabulary * shape.hidden
    flops = passes * (2.0 * weights * tokens + attention_flops(shape, tokens) * shape.layers)
    peak = run.device.flops_8 if run.software.eight else run.device.flops
    return float(flops / (layout.devices * peak * seconds))


def size_of(run: Any) -> float:
    """Weights of the model."""
    return float(parameters(run.shape))


def _part(value: Any, spread: Spread, matters: float) -> Part:
    return Part(float(value), *(float(end) for end in spread.around(float(value), matters)))


def _parts(values: Any, spread: Spread, matters: float) -> Parts:
    return {name: _part(getattr(values, name), spread, matters) for name in values.__slots__}


def _size(kept: Held, size: float, spread: Spread) -> Part:
    """A size that holds weights, gradients and states, which are counted, and a rest, which is estimated. The range is
    that of the run as it was read: how far another sequence or checkpointing moves it is said beside it."""
    counted = float(kept.weights + kept.gradients + kept.states)
    return Part(size, *(float(end) for end in memory_range(counted, size - counted, spread)))


def _kept_parts(kept: Held, spread: Spread) -> Parts:
    parts = {name: float(getattr(kept, name)) for name in kept.__slots__}
    ends = {
        name: memory_range(size, 0.0, spread) if name in COUNTED else memory_range(0.0, size, spread)
        for name, size in parts.items()
    }
    return {name: Part(size, *(float(end) for end in ends[name])) for name, size in parts.items()}


def _sound(head: dict[str, Part]) -> dict[str, Part]:
    if any(not part.low > 0.0 or not part.high < float("inf") for part in head.values()):
        raise BadInput("sizes beyond anything that exists", where="estimate", remedy="check the numbers you gave")
    return head
