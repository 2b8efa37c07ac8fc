"""Fixed anchored scales, weights that agree with the stated order of wants, and how robust a first place is (SMAA)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy

from advisor.number import Number

DRAWS = 10_000
INDIFFERENCE = 0.02
"""Options whose expected values lie closer than this are told apart by complexity (EXPERT)."""
SAME = 1e-9
"""Values closer than this are equal: machines add up in different orders."""
LEAST, MOST = 1.0, 5.0
UNKNOWN_SCORE = (2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Wants:
    """The attributes that count here, and which of them come first."""

    attributes: tuple[str, ...]
    important: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to rank: its scores 1..5 as intervals, its complexity for near ties, and what its draws hang on."""

    id: str
    scores: Mapping[str, tuple[float, float]]
    complexity: float
    shared: Mapping[str, str]

    def interval(self, name: str) -> tuple[float, float]:
        return self.scores.get(name, UNKNOWN_SCORE)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contender stands over all draws.

    `share` is how often it comes first (rank acceptability, 0..1); `central` the mean weights of the draws in which it
    does, () for none; `confidence` how often it comes first at those weights (confidence factor; None for all but the
    most often first); `regret` the most that choosing it may lose against the best, on the scale of values 0..1;
    `beaten_by` the id of one that is no worse in anything and better in something, whose regret is None.
    """

    share: float
    regret: float | None
    central: tuple[float, ...] = ()
    confidence: float | None = None
    beaten_by: str = ""


@lru_cache(maxsize=16)
def weights(wants: Wants) -> Number:
    """Weights drawn evenly over all that agree with the order, shape (attributes, DRAWS); columns add up to 1."""
    count = len(wants.attributes)
    raw = -numpy.log(numpy.stack([_even(f"weight {place}") for place in range(count)], axis=1))
    raw /= raw.sum(axis=1, keepdims=True)
    first = [index for index, name in enumerate(wants.attributes) if name in wants.important]
    rest = [index for index in range(count) if index not in first]
    if not first or not rest:
        return numpy.ascontiguousarray(raw.T)
    ordered = -numpy.sort(-raw, axis=1)
    drawn = numpy.empty((count, DRAWS))
    for columns, values in ((first, ordered[:, : len(first)]), (rest, ordered[:, len(first) :])):
        places = numpy.argsort(numpy.argsort(-raw[:, columns], axis=1), axis=1)
        drawn[columns] = numpy.take_along_axis(values, places, axis=1).T
    return drawn


@lru_cache(maxsize=256)
def mean_weights(wants: Wants) -> tuple[float, ...]:
    """The mean of all weights that agree with the order: the j-th largest of n is (1/j + ... + 1/n) / n on average."""
    count = len(wants.attributes)
    mean = [sum(1 / place for place in range(rank, count + 1)) / count for rank in range(1, count + 1)]
    first = sum(name in wants.important for name in wants.attributes)
    upper, lower = sum(mean[:first]) / max(first, 1), sum(mean[first:]) / max(count - first, 1)
    return tuple(upper if name in wants.important else lower for name in wants.attributes)


def expected(contender: Contender, wants: Wants) -> float:
    """Expected value 0..1. It depends on the contender alone, so a new option never reorders the others."""
    total = 0.0
    for name, weight in zip(wants.attributes, mean_weights(wants), strict=True):
        low, high = contender.interval(name)
        total += weight * ((low + high) / 2 - LEAST) / (MOST - LEAST)
    return total


def ranked(contenders: list[Contender], wants: Wants) -> list[Contender]:
    """Best first: by expected value; within the indifference band of the best, by complexity."""
    value = {contender.id: round(expected(contender, wants), 9) for contender in contenders}
    order = sorted(contenders, key=lambda contender: (-value[contender.id], contender.complexity))
    if not order:
        return order
    best = value[order[0].id]
    near = [contender for contender in order if best - value[contender.id] <= INDIFFERENCE]
    near.sort(key=lambda contender: (contender.complexity, -value[contender.id]))
    return near + order[len(near) :]


def beaten_by(contenders: list[Contender], wants: Wants) -> list[str]:
    """For each the id of another that is no worse in anything, whatever the scores within their intervals (scores that
    are drawn together are as far up in theirs), and better in something; "" for none."""
    low, high = (
        numpy.array([[contender.interval(name)[end] for name in wants.attributes] for contender in contenders])
        for end in (0, 1)
    )
    ids: dict[str, int] = {}
    keys = numpy.array(
        [[ids.setdefault(_key(contender, name), len(ids)) for name in wants.attributes] for contender in contenders]
    )
    steps = numpy.array([contender.complexity for contender in contenders])
    lower, higher, same = low[None] >= low[:, None], high[None] >= high[:, None], keys[None] == keys[:, None]
    no_worse = ((low[None] >= high[:, None]) | (same & lower & higher)).all(axis=2) & (steps[None] <= steps[:, None])
    beats = no_worse & ~no_worse.T
    return [contenders[row.argmax()].id if row.any() else "" for row in beats]


def standings(contenders: list[Contender], wants: Wants) -> list[Standing]:
    """How each stands. It comes first in a draw with the largest value, or as the simplest of those within the
    indifference band of it."""
    if not contenders:
        return []
    drawn, beaten = weights(wants), beaten_by(contenders, wants)
    front = [row for row, by in enumerate(beaten) if not by]
    stood = _stood([contenders[row] for row in front], wants, drawn)
    found = [Standing(0.0, None, beaten_by=by) for by in beaten]
    for row, standing in zip(front, stood, strict=True):
        found[row] = standing
    return found


def _stood(contenders: list[Contender], wants: Wants, drawn: Number) -> list[Standing]:
    contest = _Contest(contenders, wants)
    values, winners = contest.held(drawn)
    regret = (values.max(axis=0) - values).max(axis=1)
    share = numpy.bincount(winners, minlength=len(contenders)) / DRAWS
    best = int(share.argmax())
    central = {row: drawn[:, winners == row].mean(axis=1) for row in range(len(contenders)) if share[row]}
    sure = float((contest.held(central[best][:, None])[1] == best).mean())
    return [
        Standing(
            share=float(share[row]),
            regret=round(float(regret[row]), 4),
            central=tuple(round(float(weight), 4) for weight in central.get(row, ())),
            confidence=sure if row == best else None,
        )
        for row in range(len(contenders))
    ]


class _Contest:
    """Contenders with the draws of their scores, to be held under any weights."""

    def __init__(self, contenders: list[Contender], wants: Wants) -> None:
        self.contenders, self.wants = contenders, wants
        self.complexity = numpy.array([contender.complexity for contender in contenders])[:, None]
        self.drawn: dict[str, Number] = {}

    def held(self, weights: Number) -> tuple[Number, Number]:
        """(values, shape (contenders, DRAWS); which is first in each draw) at weights (attributes, DRAWS or 1)."""
        values = numpy.zeros((len(self.contenders), DRAWS))
        for contender, value in zip(self.contenders, values, strict=True):
            for name, weight in zip(self.wants.attributes, weights, strict=True):
                value += weight * self._score(contender, name)
        near = values >= values.max(axis=0) - INDIFFERENCE - SAME
        return values, numpy.where(near, self.complexity - 1e-6 * values, numpy.inf).argmin(axis=0)

    def _score(self, contender: Contender, name: str) -> Number:
        """Drawn from its interval, on the scale 0..1."""
        low, high = contender.interval(name)
        low, wide = (low - LEAST) / (MOST - LEAST), (high - low) / (MOST - LEAST)
        if not wide:
            return low
        key = _key(contender, name)
        if key not in self.drawn:
            self.drawn[key] = _even(key)
        return low + wide * self.drawn[key]


def _key(contender: Contender, name: str) -> str:
    """What the draws of a score hang on."""
    return f"{name}/{contender.shared.get(name, contender.id)}"


def _even(key: str) -> Number:
    """An even sequence in (0, 1), shape (DRAWS,), that hangs on its key alone: multiples of the root of a prime, moved
    by a share of the whole (Kronecker and Weyl)."""
    seed = crc32(key.encode())
    points = numpy.arange(1, DRAWS + 1) * (_primes()[seed % len(_primes())] ** 0.5) + seed / 2**32
    points -= numpy.floor(points)
    return numpy.maximum(points, SAME)


@lru_cache(maxsize=1)
def _primes() -> tuple[int, ...]:
    """The primes below forty thousand: the roots of no two are in proportion."""
    sieve = numpy.ones(40_000, dtype=bool)
    sieve[:2] = False
    for number in range(2, 200):
        if sieve[number]:
            sieve[number * number :: number] = False
    return tuple(int(prime) for prime in numpy.flatnonzero(sieve))
