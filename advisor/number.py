"""A handful of words for formulas, so that one text serves a number, a column or a table of draws.

Every argument is a float or a numpy array; results broadcast as numpy does. Nothing in `estimate/`
imports numpy itself.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy

Number = Any
"""A float or an array. numpy's stubs cannot say "either, and the same back", so tests check formulas."""


TURNS = 8
"""How often draws are turned and evened out again."""


def larger(a: Number, b: Number) -> Number:
    return numpy.maximum(a, b)


def smaller(a: Number, b: Number) -> Number:
    return numpy.minimum(a, b)


def ceiling(a: Number) -> Number:
    return numpy.ceil(a)


def floor(a: Number) -> Number:
    return numpy.floor(a)


def log2(a: Number) -> Number:
    return numpy.log2(a)


def log(a: Number) -> Number:
    return numpy.log(a)


def exp(a: Number) -> Number:
    return numpy.exp(a)


def choose(condition: Number, then: Number, otherwise: Number) -> Number:
    """`then` where the condition holds, else `otherwise`."""
    return numpy.where(condition, then, otherwise)


def anywhere(condition: Number) -> bool:
    """Does it hold in any place?"""
    return bool(numpy.any(condition))


def at_least(value: Number, bound: float) -> Number:
    return numpy.maximum(value, bound)


def column(values: list[Any]) -> Number:
    """One value a candidate, as a column: shape (candidates, 1)."""
    return numpy.array(values)[:, None]


def table(values: Any) -> Number:
    """An array of numbers from lists, however deep."""
    return numpy.array(values, float)


def least_first(values: Number, among: Number) -> Iterator[tuple[float, tuple[int, ...]]]:
    """The values of a table and their places, the smallest first, of those that `among` holds for."""
    places = numpy.flatnonzero(among)
    for place in places[values.flat[places].argsort(kind="stable")]:
        yield float(values.flat[place]), tuple(int(at) for at in numpy.unravel_index(place, values.shape))


@lru_cache(maxsize=16)
def draws(count: int, dimensions: int) -> Number:
    """A table of evenly spread points in (0, 1), shape (count, dimensions); the first is the middle.

    The additive recurrence on the generalised golden ratio (Roberts 2018), turned until no two axes rise and fall
    together (Iman and Conover 1982), each axis then moved to evenly spaced values in the same order: forty points in
    many dimensions are neither even nor independent by themselves. Deterministic, so that the same facts give the same
    intervals on every machine.
    """
    ratio = 2.0
    for _ in range(32):
        ratio = (1 + ratio) ** (1 / (dimensions + 1))
    steps = numpy.array([ratio ** -(axis + 1) for axis in range(dimensions)])
    table = _evened((0.5 + numpy.arange(count)[:, None] * steps) % 1.0)
    for _ in range(TURNS if 1 < dimensions < count - 1 else 0):
        together = numpy.corrcoef(table, rowvar=False)
        table = _evened(numpy.round((table - 0.5) @ numpy.linalg.inv(numpy.linalg.cholesky(together)).T, 9))
    table[0] = 0.5
    table.flags.writeable = False
    return table


def _evened(points: Number) -> Number:
    """Each axis at evenly spaced values, in the order of its points."""
    return (points.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") + 0.5) / len(points)


def along(low: Number, value: Number, high: Number, share: Number) -> Number:
    """A point of the range at `share` in 0..1: low at 0, the value at 0.5, high at 1; geometric between positives."""
    return value * numpy.where(share < 0.5, _ratio(low, value), 1.0 / _ratio(high, value)) ** (1.0 - 2.0 * share)


def one_at_a_time(low: Number, value: Number, high: Number, place: int, inputs: int) -> Number:
    """A column widened to the middle and both ends of each of several inputs, of which this is one: shape (rows,
    1 + 2 x inputs). The input stands at its low end in column 1 + 2 x place, at its high end in the next."""
    table = numpy.repeat(numpy.asarray(value, float).reshape(-1, 1), 1 + 2 * inputs, axis=1)
    table[:, 1 + 2 * place : 2 + 2 * place] = numpy.asarray(low, float).reshape(-1, 1)
    table[:, 2 + 2 * place : 3 + 2 * place] = numpy.asarray(high, float).reshape(-1, 1)
    return table


def moved(table: Number, pulls: Number) -> Number:
    """Draws of what was calculated with inputs one at a time at their ends: each moves the result by a factor, as far
    along as its draw lies (`ends`). Shapes (rows, 1 + 2 x inputs) and (2 x inputs, draws) to (rows, draws)."""
    middle = table[:, :1]
    if table.shape[1] == 1:
        return numpy.broadcast_to(middle, (len(middle), pulls.shape[1]))
    logs = numpy.log(numpy.maximum(table[:, 1:], 1e-300) / numpy.maximum(middle, 1e-300))
    return middle * numpy.exp(logs @ pulls)


def ends(shares: Number) -> Number:
    """How far each draw lies towards the low and the high end of each input: shape (2 x inputs, draws)."""
    return numpy.maximum(numpy.stack([1.0 - 2.0 * shares, 2.0 * shares - 1.0], axis=2), 0.0).reshape(len(shares), -1).T


def _ratio(edge: Number, value: Number) -> Number:
    if isinstance(edge, float) and isinstance(value, float):
        return edge / value if edge > 0 and value > 0 else 1.0
    positive = (numpy.asarray(edge) > 0) & (numpy.asarray(value) > 0)
    return numpy.where(positive, edge, 1.0) / numpy.where(positive, value, 1.0)


def interval(table: Number) -> tuple[Number, Number, Number]:
    """(value, low, high) of each row of draws: the middle draw, and the 5% and 95% quantiles around it."""
    value = table[..., 0]
    ordered = numpy.sort(table, axis=-1)
    low, high = _at(ordered, 0.05), _at(ordered, 0.95)
    return value, numpy.minimum(low, value), numpy.maximum(high, value)


def _at(ordered: Number, share: float) -> Number:
    """The quantile of sorted rows, linear between neighbours: numpy.quantile without its checks, many times faster."""
    place = share * (ordered.shape[-1] - 1)
    below = int(place)
    above = min(below + 1, ordered.shape[-1] - 1)
    return ordered[..., below] + (place - below) * (ordered[..., above] - ordered[..., below])


def power_below(value: Number) -> Number:
    """The largest power of two that is not above `value`, which is at least 1."""
    return 2.0 ** numpy.floor(numpy.log2(numpy.maximum(value, 1.0)) + 1e-9)


def row_quantile(table: Number, share: float) -> Number:
    """The quantile of each row of draws, as a column: shape (candidates, 1)."""
    return _at(numpy.sort(table, axis=-1), share)[..., None]
