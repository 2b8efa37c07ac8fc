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


def choose(condition: Number, then: Number, otherwise: Number) -> Number:
    """`then` where the condition holds, else `otherwise`."""
    return numpy.where(condition, then, otherwise)


def at_least(value: Number, bound: float) -> Number:
    return numpy.maximum(value, bound)


def column(values: list[Any]) -> Number:
    """One value a candidate, as a column: shape (candidates, 1)."""
    return numpy.array(values)[:, None]
