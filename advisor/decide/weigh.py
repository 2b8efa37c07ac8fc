"""Fixed anchored scales, weights that agree with the stated order of wants, and how robust a first place is (SMAA)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy

from advisor.number import Number, draws

DRAWS = 512
INDIFFERENCE = 0.02
"""Options whose expected values lie closer than this are told apart by complexity (EXPERT)."""
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


@lru_cache(maxsize=256)
def weights(wants: Wants) -> Number:
    """Weights drawn evenly over all that agree with the order, shape (DRAWS, attributes); rows add up to 1."""
    count = len(wants.attributes)
    raw = -numpy.log(draws(DRAWS, count))
    raw = raw / raw.sum(axis=1, keepdims=True)
    first = [index for index, name in enumerate(wants.attributes) if name in wants.important]
    rest = [index for index in range(count) if index not in first]
    ordered = -numpy.sort(-raw, axis=1)
    drawn = numpy.empty_like(raw)
    for columns, values in ((first, ordered[:, : len(first)]), (rest, ordered[:, len(first) :])):
        if columns:
            places = numpy.argsort(numpy.argsort(-raw[:, columns], axis=1), axis=1)
            drawn[:, columns] = numpy.take_along_axis(values, places, axis=1)
    return drawn


@lru_cache(maxsize=256)
def mean_weights(wants: Wants) -> tuple[float, ...]:
    return tuple(float(weight) for weight in weights(wants).mean(axis=0))


def expected(contender: Contender, wants: Wants) -> float:
    """Expected value 0..1. It depends on the contender alone, so a new option never reorders the others."""
    total = 0.0
    for name, weight in zip(wants.attributes, mean_weights(wants), strict=True):
        low, high = contender.scores.get(name, UNKNOWN_SCORE)
        total += weight * ((low + high) / 2 - LEAST) / (MOST - LEAST)
    return total


def ranked(contenders: list[Contender], wants: Wants) -> list[Contender]:
    """Best first: by expected value; within the indifference band of the best, by complexity."""
    order = sorted(contenders, key=lambda contender: (-round(expected(contender, wants), 9), contender.complexity))
    if not order:
        return order
    best = expected(order[0], wants)
    near = [contender for contender in order if best - expected(contender, wants) <= INDIFFERENCE]
    near.sort(key=lambda contender: (contender.complexity, -round(expected(contender, wants), 9)))
    return near + order[len(near) :]


def first_shares(contenders: list[Contender], wants: Wants) -> list[float]:
    """Share of draws in which each contender comes first (rank acceptability): it has the largest value, or is the
    simplest of those within the indifference band of it."""
    if not contenders:
        return []
    drawn = weights(wants)
    values = numpy.empty((len(contenders), DRAWS))
    for row, contender in enumerate(contenders):
        scores = numpy.stack([_scores(contender, name) for name in wants.attributes], axis=1)
        values[row] = (drawn * (scores - LEAST) / (MOST - LEAST)).sum(axis=1)
    near = values.round(9) >= values.max(axis=0).round(9) - INDIFFERENCE
    complexity = numpy.array([contender.complexity for contender in contenders])[:, None]
    ahead = numpy.where(near, complexity - 1e-6 * values, numpy.inf)
    winners = numpy.bincount(ahead.argmin(axis=0), minlength=len(contenders))
    return [float(count) / DRAWS for count in winners]


def _scores(contender: Contender, name: str) -> Number:
    low, high = contender.scores.get(name, UNKNOWN_SCORE)
    return low + (high - low) * _even(f"{name}/{contender.shared.get(name, contender.id)}")


@lru_cache(maxsize=8192)
def _even(key: str) -> Number:
    """An even sequence in 0..1 that hangs on its key alone: a shifted golden-ratio recurrence."""
    seed = crc32(key.encode())
    step = math.sqrt(2 + seed % 97)
    return (seed / 2**32 + numpy.arange(DRAWS) * step) % 1.0
