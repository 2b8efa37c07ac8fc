"""One workload against all its candidates: every unknown at its middle and, one at a time, at both ends.

A formula is calculated for a few columns: the middle, then each unknown input low and high. The draws that decisions
are taken on move the middle by what those columns show, and by what the formulas themselves were found to be off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from advisor.number import Number, along, draws, ends, exp, moved, one_at_a_time
from advisor.values.candidates import Candidate, Field
from advisor.values.constants import Fitted, Spread
from advisor.values.workload import Span, Workload

INPUTS = ("parameters", "tokens", "flops", "bandwidth", "link")
"""What the formulas of steps and memory are told with a range."""
AXES = (
    *INPUTS, "step", "memory", "samples", "decoded", "price", "overhead", "copies", "reach", "hidden", "energy",
)  # fmt: skip
"""What is drawn. Quantities that share a cause share an axis, so that they move together."""
TAIL = 0.9
"""Of evenly spread draws that reach the end of a range, the 5% and 95% quantiles lie this far along."""

FASTER, SLOWER = 2.5, 3.0
"""How many times what was assumed may move an estimate the ends of a 90% range lie below and above it."""

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Case:
    """Columns have shape (candidates, 1), spans (candidates or 1, inputs), what is drawn (candidates or 1, `drawing`):
    how many draws there are."""

    work: Workload
    field: Field
    fitted: Fitted
    drawing: int

    def column(self, name: str, of: Callable[[Candidate], float | bool]) -> Number:
        return self.field.column(name, of)

    def mode(self, *modes: str) -> Number:
        return self.field.column(f"mode in {modes}", lambda candidate: candidate.mode in modes)

    def span(self, span: Span, of: str) -> Number:
        """A number with its ends where its input has them; alone where it is exact."""
        if span.low == span.high:
            return span.value
        return one_at_a_time(span.low, span.value, span.high, INPUTS.index(of), len(INPUTS))

    def spans(self, name: str, of: Callable[[Candidate], Span], input: str) -> Number:
        """The same of each candidate."""
        low = self.field.column(f"{name} low", lambda candidate: of(candidate).low)
        value = self.field.column(name, lambda candidate: of(candidate).value)
        high = self.field.column(f"{name} high", lambda candidate: of(candidate).high)
        if (low == high).all():
            return value
        return one_at_a_time(low, value, high, INPUTS.index(input), len(INPUTS))

    def drawn(self, table: Number) -> Number:
        """Draws of what was calculated in columns: shape (candidates, draws)."""
        return moved(table, _pulls(self.drawing, *INPUTS))

    def off(self, spread: Spread, matters: Number, axis: str) -> Number:
        """Draws of measured over estimated: what the formula was found to be off, more where things were assumed.
        `matters` is a number or has shape (candidates, 1)."""
        low, high = _pulls(self.drawing, axis)[:, None, :]
        below = ((spread.low * spread.base) ** 2 + (FASTER * matters) ** 2) ** 0.5 / TAIL
        above = ((spread.high * spread.base) ** 2 + (SLOWER * matters) ** 2) ** 0.5 / TAIL
        return exp(above * high - below * low)

    def drawn_span(self, span: Span, axis: str) -> Number:
        return _drawn((span.low, span.value, span.high), axis, self.drawing)

    def drawn_spans(self, name: str, of: Callable[[Candidate], Span], axis: str) -> Number:
        low = self.field.column(f"{name} low", lambda candidate: of(candidate).low)
        value = self.field.column(name, lambda candidate: of(candidate).value)
        high = self.field.column(f"{name} high", lambda candidate: of(candidate).high)
        return along(low, value, high, _at(axis, self.drawing))

    def three(self, three: Three, axis: str) -> Number:
        """`three` is (low, value, high)."""
        return _drawn(three, axis, self.drawing)

    @property
    def frozen(self) -> Number:
        """Where the base weights are not trained."""
        return self.mode("lora", "qlora", "linear_probe")


@lru_cache(maxsize=256)
def _at(axis: str, count: int) -> Number:
    """The draws of an axis, shape (1, draws)."""
    return draws(count, len(AXES))[:, AXES.index(axis)][None, :]


@lru_cache(maxsize=256)
def _pulls(count: int, *axes: str) -> Number:
    """How far each draw lies towards the ends of these axes, shape (2 x axes, draws)."""
    return ends(draws(count, len(AXES))[:, [AXES.index(axis) for axis in axes]])


@lru_cache(maxsize=1024)
def _drawn(three: Three, axis: str, count: int) -> Number:
    """Draws of one number: constants are drawn once."""
    return along(*three, _at(axis, count))
