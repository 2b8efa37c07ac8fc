"""Numbers as people read them."""

import pytest

from advisor.units import parse, say


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (210_000, "samples", "210k samples"),
        (9.5, "1/s", "9.5/s"),
        (12_140, "samples", "12,140 samples"),
        (432_000, "s", "5 days"),
    ],
)
def test_said_with_the_right_multiple(value: float, unit: str, said: str) -> None:
    """The word for the multiple and the digits before it belong together."""
    assert say(value, unit) == said
    assert parse(said, unit) == value
