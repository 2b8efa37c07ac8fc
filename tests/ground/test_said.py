"""Numbers as people read them."""

import pytest

from advisor.errors import BadInput
from advisor.units import parse, say


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (210_000, "samples", "210k samples"),
        (9.5, "1/s", "9.5/s"),
        (12_140, "samples", "12,140 samples"),
        (432_000, "s", "5 days"),
        (1, "epochs", "1 epoch"),
        (3_000_000, "samples", "3M samples"),
        (99, "percentile", "99"),
        (2, "ratio/year", "2x a year"),
    ],
)
def test_said_with_the_right_multiple(value: float, unit: str, said: str) -> None:
    """The word for the multiple and the digits before it belong together."""
    assert say(value, unit) == said
    assert parse(said, unit) == value


def test_a_wrong_unit_is_answered_with_the_usual_ones() -> None:
    """Who types a unit that does not fit is told the ones that people use for such a number."""
    with pytest.raises(BadInput, match="use min, h, days, weeks"):
        parse("8 Q", "h")
