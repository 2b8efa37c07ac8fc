"""One workload against all its candidates, with the unknowns drawn: what every formula of training reads from."""

from collections.abc import Callable
from dataclasses import dataclass

from advisor.number import Number, along
from advisor.values.candidates import Candidate, Field
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
    field: Field
    draws: Number

    def column(self, name: str, of: Callable[[Candidate], float | bool]) -> Number:
        return self.field.column(name, of)

    def mode(self, *modes: str) -> Number:
        return self.field.column(f"mode in {modes}", lambda candidate: candidate.mode in modes)

    def at(self, axis: str) -> Number:
        return self.draws[:, AXES.index(axis)][None, :]

    def span(self, span: Span, axis: str) -> Number:
        return along(span.low, span.value, span.high, self.at(axis))

    def three(self, three: Three, axis: str) -> Number:
        """`three` is (low, value, high)."""
        low, value, high = three
        return along(low, value, high, self.at(axis))

    def spans(self, name: str, of: Callable[[Candidate], Span], axis: str) -> Number:
        low = self.field.column(f"{name} low", lambda candidate: of(candidate).low)
        value = self.field.column(name, lambda candidate: of(candidate).value)
        high = self.field.column(f"{name} high", lambda candidate: of(candidate).high)
        return along(low, value, high, self.at(axis))

    @property
    def frozen(self) -> Number:
        """Where the base weights are not trained."""
        return self.mode("lora", "qlora", "linear_probe")
