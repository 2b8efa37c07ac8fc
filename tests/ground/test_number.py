"""The words of formulas: the same for a number, a column and a table of draws."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import number

POSITIVE = st.floats(1e-6, 1e12)
SHARES = st.floats(0.0, 1.0)


@given(POSITIVE, st.floats(1.0, 100.0), st.floats(1.0, 100.0), SHARES)
def test_along_a_range(value, below, above, share):
    """A share of a range gives its low end at 0, its value at the middle, its high end at 1, and stays inside."""
    low, high = value / below, value * above
    assert float(number.along(low, value, high, 0.0)) == pytest.approx(low)
    assert float(number.along(low, value, high, 0.5)) == pytest.approx(value)
    assert float(number.along(low, value, high, 1.0)) == pytest.approx(high)
    assert low * (1 - 1e-9) <= float(number.along(low, value, high, share)) <= high * (1 + 1e-9)


@given(POSITIVE, st.floats(1.0, 100.0), SHARES, SHARES)
def test_along_never_turns_back(value, spread, one, other):
    """A larger share never gives a smaller number."""
    low, high = value / spread, value * spread
    first, second = (float(number.along(low, value, high, share)) for share in sorted((one, other)))
    assert first <= second * (1 + 1e-12)


def test_along_a_price_of_nothing():
    """A range of zeros is zero everywhere, without a warning."""
    with numpy.errstate(all="raise"):
        assert float(number.along(0.0, 0.0, 0.0, 0.7)) == 0.0


@pytest.mark.parametrize("dimensions", [1, 5, 14])
def test_draws_fill_the_cube_evenly(dimensions):
    """The first draw is the middle; the others are spread over every axis, the same each time."""
    table = number.draws(40, dimensions)
    assert table.shape == (40, dimensions)
    assert (table[0] == 0.5).all()
    assert ((table >= 0) & (table < 1)).all()
    assert (numpy.abs(table.mean(axis=0) - 0.5) < 0.02).all()
    assert (table.min(axis=0) < 0.05).all()
    assert (table.max(axis=0) > 0.95).all()
    assert (table == number.draws(40, dimensions)).all()


def test_axes_do_not_move_together():
    """No two axes of the draws are alike, so that unknowns do not rise and fall together."""
    together = numpy.corrcoef(number.draws(40, 14).T) - numpy.eye(14)
    assert numpy.abs(together).max() < 0.1


def test_an_interval_holds_its_value():
    """The interval is the 5% and 95% quantile of the draws, and always holds the first of them."""
    value, low, high = number.interval(numpy.array([[100.0, *range(1, 40)], [0.0, *range(1, 40)]]))
    assert list(value) == [100.0, 0.0]
    assert (low <= value).all()
    assert (high >= value).all()
    assert low[0] == pytest.approx(numpy.quantile([100, *range(1, 40)], 0.05))


@given(st.integers(0, 30), st.floats(1.0, 1.999))
def test_powers_of_two(power, more):
    """The largest power of two below a number is one, is not above it, and doubled would be."""
    found = float(number.power_below(2.0**power * more))
    assert found == 2.0**power


def test_less_than_one_counts_as_one():
    """No batch is smaller than one sample."""
    assert float(number.power_below(0.3)) == 1.0


def test_a_column_stands_upright():
    """A column has one row a candidate, so that it meets draws as a table."""
    assert number.column([1, 2, 3]).shape == (3, 1)
    assert number.row_quantile(numpy.ones((3, 40)), 0.1).shape == (3, 1)


@given(POSITIVE, POSITIVE)
def test_words_mean_what_they_say(a, b):
    """larger, smaller, at_least and choose agree with plain Python."""
    assert float(number.larger(a, b)) == max(a, b)
    assert float(number.smaller(a, b)) == min(a, b)
    assert float(number.at_least(a, b)) == max(a, b)
    assert float(number.choose(a > b, a, b)) == max(a, b)
    assert float(number.ceiling(1.2)) == 2.0
    assert float(number.floor(1.8)) == 1.0
