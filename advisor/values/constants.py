"""The constants of estimating; catalog/constants.yaml has the meaning, unit, bounds and source of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

Constants = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Spread:
    """The 90% range of an estimate in log units of `base`, which what was assumed widens."""

    base: float
    low: float
    high: float

    def around(self, value: float, matters: float) -> tuple[float, float]:
        """(low, high) of a value; `matters` is how far assumptions may move it, in log units."""
        scale = (self.base**2 + matters**2) ** 0.5
        return value * exp(self.low * scale), value * exp(self.high * scale)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What estimating rests on: the constants, and the widths of `step`, `memory`, `token` and `first`."""

    constants: Constants
    spreads: Mapping[str, Spread]
