"""Numbers that people and files see: what they are worth and who vouches for them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Scalar = bool | int | float | str | tuple[str, ...] | None
Provenance = Literal["measured", "published", "datasheet", "answered", "assumed", "computed"]

TRUST: tuple[Provenance, ...] = ("measured", "answered", "published", "datasheet", "computed", "assumed")
"""Strongest first; `computed` stands between, and takes the trust of its weakest input."""

LETTER: Mapping[Provenance, str] = {
    "measured": "M",
    "published": "P",
    "datasheet": "D",
    "answered": "U",
    "assumed": "A",
    "computed": "C",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that someone vouches for. `value` None is a gap, and `gap` says why.

    Numbers may carry a range (`low`, `high`, same unit). `source` says where the fact comes from, in
    words a person can follow: a file, a device call, a catalogue row.
    """

    id: str
    value: Scalar
    unit: str = ""
    low: float | None = None
    high: float | None = None
    provenance: Provenance = "measured"
    source: str = ""
    gap: str = ""

    @property
    def known(self) -> bool:
        return self.value is not None

    @property
    def number(self) -> float:
        """The value as a float; raises TypeError for a fact that is no number."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return float(self.value)
        raise TypeError(f"{self.id} is {self.value!r}, not a number")

    @property
    def range(self) -> tuple[float, float]:
        """(low, high); the value itself where no range was given."""
        value = self.number
        return (value if self.low is None else self.low, value if self.high is None else self.high)

    def renamed(self, id: str) -> "Fact":
        return replace(self, id=id)


@dataclass(frozen=True, slots=True)
class Figure:
    """A computed number: its 90% interval, the formula behind it and the facts beneath it."""

    id: str
    value: float
    low: float
    high: float
    unit: str
    formula: str
    inputs: tuple[str, ...] = ()
    trust: Provenance = "computed"


def gap(id: str, why: str, unit: str = "") -> Fact:
    """A fact that could not be found, with the reason."""
    return Fact(id, None, unit, source="", gap=why)


def weakest(facts: tuple[Fact, ...]) -> Provenance:
    """The provenance of the least trustworthy of the facts; `computed` for none."""
    return max((fact.provenance for fact in facts), key=TRUST.index, default="computed")


def rounded(value: float, digits: int = 4) -> float:
    """`value` to four significant digits: what is ranked and written, so that machines agree."""
    return float(f"{value:.{digits - 1}e}")
