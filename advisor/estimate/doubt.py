"""How far the memory of a device may be off."""

from dataclasses import dataclass

from advisor.number import Number, exp, log
from advisor.values.constants import Spread

OFF_STATES = (0.96, 1.045)
"""Weights, gradients and states over what is counted of them: of 170 published rows (tests/published/held.csv) most lie
in an interval a fifth narrower than if all were off like the rest."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far what was assumed may move what a device holds, down and up, in log units: what is estimated (activations,
    logits, buffers), and what is counted (weights, gradients, states)."""

    less: Number = 0.0
    more: Number = 0.0
    counted_less: Number = 0.0
    counted_more: Number = 0.0

    def beside(self, other: "Doubt") -> "Doubt":
        """Both, as doubts that have nothing to do with each other."""
        return Doubt(
            _both(self.less, other.less), _both(self.more, other.more),
            _both(self.counted_less, other.counted_less), _both(self.counted_more, other.counted_more),
        )  # fmt: skip


CERTAIN = Doubt()


def memory_range(states: Number, rest: Number, spread: Spread, doubt: Doubt = CERTAIN) -> tuple[Number, Number]:
    """(low, high) of states and rest together: 90% of what is measured of runs that were described in full, and as far
    beyond as doubts reach."""
    counted_low = exp(-_both(log(OFF_STATES[0]), doubt.counted_less))
    counted_high = exp(_both(log(OFF_STATES[1]), doubt.counted_more))
    low = exp(-_both(spread.low * spread.base, doubt.less))
    high = exp(_both(spread.high * spread.base, doubt.more))
    return states * counted_low + rest * low, states * counted_high + rest * high


def _both(one: Number, other: Number) -> Number:
    return (one**2 + other**2) ** 0.5
