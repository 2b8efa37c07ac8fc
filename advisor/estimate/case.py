"""One workload against all its candidates, with the unknowns drawn: what every formula of training reads from."""

from collections.abc import Callable
from dataclasses import dataclass

from advisor.number import Number, along, column
from advisor.values.candidates import Candidate
from advisor.values.workload import Span, Workload

AXES = (
    "parameters", "samples", "tokens", "decoded", "flops", "reach", "launch", "link", "price", "overhead", "copies",
    "states", "hidden", "energy",
)  # fmt: skip
"""What is uncertain. Quantities that share a cause share an axis, so that they move together."""

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Case:
    """`draws` has shape (draws, axes). Columns have shape (candidates, 1); drawn rows (1, draws)."""

    work: Workload
    candidates: tuple[Candidate, ...]
    draws: Number

    def column(self, of: Callable[[Candidate], float | bool]) -> Number:
        return column([of(candidate) for candidate in self.candidates])

    def mode(self, *modes: str) -> Number:
        return column([candidate.mode in modes for candidate in self.candidates])

    def at(self, axis: str) -> Number:
        return self.draws[:, AXES.index(axis)][None, :]

    def span(self, span: Span, axis: str) -> Number:
        return along(span.low, span.value, span.high, self.at(axis))

    def three(self, three: Three, axis: str) -> Number:
        """`three` is (low, value, high)."""
        low, value, high = three
        return along(low, value, high, self.at(axis))

    def spans(self, of: Callable[[Candidate], Span], axis: str) -> Number:
        found = [of(candidate) for candidate in self.candidates]
        low, value, high = (column([getattr(span, name) for span in found]) for name in ("low", "value", "high"))
        return along(low, value, high, self.at(axis))

    @property
    def frozen(self) -> Number:
        """Where the base weights are not trained."""
        return self.mode("lora", "qlora", "linear_probe")
