"""How far the memory of a device may be off."""

from advisor.number import Number
from advisor.values.constants import Spread

OFF_STATES = (0.96, 1.045)
"""Weights, gradients and states over what is counted of them. With it 89% of 170 published rows lie in their 90%
interval (tests/published/held.csv), which is a fifth narrower than if all were off like the rest."""


def memory_range(states: Number, rest: Number, spread: Spread, matters: Number) -> tuple[Number, Number]:
    """(low, high) of states and rest together; `matters` is how far assumptions may move the rest, in log units."""
    low, high = spread.around(1.0, matters)
    return states * OFF_STATES[0] + rest * low, states * OFF_STATES[1] + rest * high
