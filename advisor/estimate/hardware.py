"""On which hardware, and how many replicas of it, a load is answered within its limits for the least money."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from advisor.estimate.queue import replicas
from advisor.estimate.replica import WHOLE, Replica, Way, answered, devices_of, plain_bytes, replica, unasked
from advisor.number import Number, at_least, least_first, table
from advisor.values.constants import Fitted
from advisor.values.workload import Places, Site, Span, Workload

FILL = 0.9
"""Share of device memory that a serving engine takes."""
DEVICES = (1.0, 2.0, 4.0, 8.0)
"""Of a replica: within a node, where links are fast."""
AT_ONCE = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
FEWER_BITS = (1.0, 0.5625)
"""Bytes a weight in 8 and in 4 bits with scales: tried where nothing answers in time with 16."""
IN_BITS = {1.0: ", weights in 8 bits", 0.5625: ", weights in 4 bits"}


@dataclass(frozen=True, slots=True)
class Served:
    """What a load is answered on: `count` replicas (0 where none meets the limits), `parallel` requests each at most;
    `busy_s` is how long one of them is busy with a request."""

    site: Site
    way: Way
    count: int
    parallel: int
    busy_s: float
    replica: Replica

    @property
    def name(self) -> str:
        """What a replica runs on, in words."""
        if self.site.kind == "cpu":
            return self.site.name
        return f"{self.way.devices:g}x {self.site.name}{IN_BITS.get(self.way.weight_bytes, '')}"

    @property
    def hour_usd(self) -> Span:
        """Of one replica."""
        return self.site.price.times(float(self.way.devices))


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way that may do: what a replica costs an hour, seconds to the first token and a further one."""

    site: Site
    way: Way
    hour_usd: float
    first_s: float
    token_s: float


def cheapest(work: Workload, rented: Places, way_s: float, fitted: Fitted) -> Served:
    """The hardware that meets the limits for the least money, after `way_s` on the way; if none does, the fastest."""
    alone = unasked(work)
    left, own = work.serving.latency_s - way_s, _on_processors(alone, fitted)
    if work.family == "trees":
        return _served(work, alone, own, _count(work, own, left), fitted)
    fastest = own
    for weight_bytes in (plain_bytes(work, "gpu"), *(FEWER_BITS if work.kind == "decoder" else ())):
        ways = _ways(alone, rented, weight_bytes, fitted)
        if found := _least(work, ways, own, left):
            return _served(work, alone, *found, fitted)
        fastest = min((fastest, *ways.fastest()), key=lambda choice: choice.first_s + choice.token_s)
    return _served(work, alone, fastest, 0, fitted)


def _served(work: Workload, alone: Workload, choice: _Choice, count: int, fitted: Fitted) -> Served:
    """With the times at the requests that are really there at once, not at the most that there may be; `alone` is the
    workload without its load."""
    busy, most = _busy_s(work, choice.first_s, choice.token_s), float(choice.way.parallel)
    there = min(most, max(1.0, work.serving.peak_per_s * busy / max(count, 1)))
    found = replica(alone, choice.site, Way(choice.way.devices, there, choice.way.weight_bytes), fitted)
    return Served(choice.site, choice.way, count, int(most), busy, found)


def _busy_s(work: Workload, first_s: Number, token_s: Number) -> Number:
    """Seconds that a request stays."""
    return first_s + work.serving.answer_tokens * token_s


def _count(work: Workload, choice: _Choice, left: float) -> int:
    """The fewest replicas that answer the load in time; 0 when none do."""
    serve = work.serving
    if serve.answer_tokens and choice.token_s > serve.token_s:
        return 0
    busy = _busy_s(work, choice.first_s, choice.token_s)
    limit = left + busy - choice.first_s
    return replicas(serve.peak_per_s, busy, limit, serve.percentile, int(choice.way.parallel))


def _least(work: Workload, ways: "_Ways", own: _Choice, left: float) -> tuple[_Choice, int] | None:
    """The choice, and its number of replicas, for the least money. Those that could not be cheaper than what was found
    even if all of their replicas were always full are not counted."""
    count = _count(work, own, left)
    best = (own, count) if count else None
    for floor, choice in ways.in_time(work, left):
        if best is not None and floor >= best[0].hour_usd * best[1]:
            break
        count = _count(work, choice, left)
        if count and (best is None or choice.hour_usd * count < best[0].hour_usd * best[1]):
            best = choice, count
    return best


def _on_processors(work: Workload, fitted: Fitted) -> _Choice:
    way = Way(1.0, 1.0, plain_bytes(work, "cpu"))
    found = replica(work, WHOLE, way, fitted)
    return _Choice(WHOLE, way, WHOLE.price.value, found.first_s.value, found.token_s.value)


@lru_cache(maxsize=128)
def _ways(work: Workload, rented: Places, weight_bytes: float, fitted: Fitted) -> "_Ways":
    at_once = AT_ONCE if work.kind == "decoder" else (1.0,)
    sites, devices = rented.sites, devices_of(rented)
    way = Way(table([[[[count]] for count in DEVICES]]), table([[[[many] for many in at_once]]]), weight_bytes)
    found = answered(work, devices, way, fitted)
    whole = 0.0 * devices.flops * way.devices * way.parallel
    first, token, held = ((part + whole)[..., 0] for part in (found.first_s, found.token_s, found.memory_bytes))
    return _Ways(
        sites=sites,
        at_once=at_once,
        weight_bytes=weight_bytes,
        first_s=first,
        token_s=token * (work.kind == "decoder"),
        fits=held <= FILL * devices.memory[..., 0],
        hour_usd=table([[[site.price.value]] for site in sites]) * way.devices[..., 0] + whole[..., 0],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """Every number of devices, a power of two, and of requests at once: tables of shape (sites, devices, requests)."""

    sites: tuple[Site, ...]
    at_once: tuple[float, ...]
    weight_bytes: float
    first_s: Number
    token_s: Number
    fits: Number
    hour_usd: Number

    def in_time(self, work: Workload, left: float) -> Iterator[tuple[float, _Choice]]:
        """Those within the limits, with the least that they cost an hour, the cheapest first."""
        serve = work.serving
        quick = self.fits & (self.first_s <= left)
        if serve.answer_tokens:
            quick = quick & (self.token_s <= serve.token_s)
        load = serve.peak_per_s * _busy_s(work, self.first_s, self.token_s)
        floor = self.hour_usd * at_least(load / table(self.at_once), 1.0)
        for cost, place in least_first(floor, quick):
            yield cost, self._choice(place)

    def fastest(self) -> Iterator[_Choice]:
        """The one that answers soonest, if any holds the model."""
        for _, place in islice(least_first(self.first_s + self.token_s, self.fits), 1):
            yield self._choice(place)

    def _choice(self, place: tuple[int, ...]) -> _Choice:
        site, many, once = place
        way = Way(DEVICES[many], self.at_once[once], self.weight_bytes)
        seconds = float(self.first_s[place]), float(self.token_s[place])
        return _Choice(self.sites[site], way, float(self.hour_usd[place]), *seconds)
