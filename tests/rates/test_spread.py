from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.rates.spread import FEWEST_RUNS, Block, enclosing_rank, median, seconds_of

SECONDS = st.lists(st.floats(1e-6, 1e3), min_size=FEWEST_RUNS, max_size=60)


def misses(runs: int, k: int) -> float:
    """Probability that the true median lies outside the k-th smallest and k-th largest of so many runs."""
    return 2 * sum(comb(runs, i) for i in range(k + 1)) / 2**runs


@given(st.integers(FEWEST_RUNS, 400))
def test_the_rank_is_the_tightest_that_holds_ninety_per_cent(runs: int) -> None:
    """The two order statistics enclose the median 90% sure, and the next pair inward would not."""
    k = enclosing_rank(runs)
    assert misses(runs, k) <= 0.1 < misses(runs, k + 1)
    assert 2 * k + 1 < runs


def test_four_runs_enclose_nothing() -> None:
    """With four runs even the whole range misses the median more than once in ten: no interval is claimed."""
    assert misses(FEWEST_RUNS - 1, 0) > 0.1
    with pytest.raises(ValueError, match="4 runs"):
        enclosing_rank(FEWEST_RUNS - 1)


@given(SECONDS)
def test_the_interval_holds_the_median_and_lies_within_the_runs(seconds: list[float]) -> None:
    """low <= median <= high, and no bound is a time that never happened."""
    middle, low, high = seconds_of([Block(tuple(seconds))])
    assert min(seconds) <= low <= middle <= high <= max(seconds)


@given(SECONDS, st.randoms(use_true_random=False))
def test_the_order_of_runs_within_a_block_does_not_matter(seconds: list[float], random: object) -> None:
    """A block is a bag of runs: shuffling it changes nothing."""
    shuffled = list(seconds)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert seconds_of([Block(tuple(seconds))]) == seconds_of([Block(tuple(shuffled))])


@given(st.lists(SECONDS, min_size=2, max_size=4))
def test_drift_between_blocks_widens_the_interval(blocks: list[list[float]]) -> None:
    """The median of every block lies in the interval, however precise all runs together look."""
    _, low, high = seconds_of([Block(tuple(seconds)) for seconds in blocks])
    assert all(low <= median(seconds) <= high for seconds in blocks)


def test_where_others_took_our_cpus_the_machine_may_be_as_fast_as_its_best_run() -> None:
    """A crowded block takes the fast end of the interval down to the fastest run of all."""
    seconds = (1.0, *[2.0] * 20)
    assert seconds_of([Block(seconds)])[1] == 2.0
    assert seconds_of([Block(seconds, crowding=0.8)])[1] == 1.0


def test_the_claimed_confidence_is_kept_on_skewed_times() -> None:
    """Of 2,000 samples of 11 runs of a long-tailed time, about 90% or more enclose its median."""
    import random

    source = random.Random(7)
    held = 0
    for _ in range(2000):
        _, low, high = seconds_of([Block(tuple(source.lognormvariate(0, 0.8) for _ in range(11)))])
        held += low <= 1.0 <= high
    assert held / 2000 > 0.89
