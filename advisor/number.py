"""A handful of words for formulas, so that one text serves a number, a column or a table of draws.

Every argument is a float or a numpy array; results broadcast as numpy does. Nothing in `estimate/`
imports numpy itself.
"""

from typing import Any

import numpy

Number = Any
"""A float or an array. numpy's stubs cannot say "either, and the same back", so tests check formulas."""


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


def choose(condition: Number, then: Number, otherwise: Number) -> Number:
    """`then` where the condition holds, else `otherwise`."""
    return numpy.where(condition, then, otherwise)


def at_least(value: Number, bound: float) -> Number:
    return numpy.maximum(value, bound)


def column(values: list[Any]) -> Number:
    """One value a candidate, as a column: shape (candidates, 1)."""
    return numpy.array(values)[:, None]


def draws(count: int, dimensions: int) -> Number:
    """A table of evenly spread points in (0, 1), shape (count, dimensions); the first is the middle.

    The additive recurrence on the generalised golden ratio (Roberts 2018), each axis then moved to evenly spaced
    values in the same order, since forty points in many dimensions are not even by themselves. Deterministic, so
    that the same facts give the same intervals on every machine.
    """
    ratio = 2.0
    for _ in range(32):
        ratio = (1 + ratio) ** (1 / (dimensions + 1))
    steps = numpy.array([ratio ** -(axis + 1) for axis in range(dimensions)])
    points = (0.5 + numpy.arange(count)[:, None] * steps) % 1.0
    table = (points.argsort(axis=0).argsort(axis=0) + 0.5) / count
    table[0] = 0.5
    return table


def along(low: Number, value: Number, high: Number, share: Number) -> Number:
    """A point of the range at `share` in 0..1: low at 0, the value at 0.5, high at 1; geometric between positives."""
    return value * numpy.where(share < 0.5, _ratio(low, value), 1.0 / _ratio(high, value)) ** (1.0 - 2.0 * share)


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
