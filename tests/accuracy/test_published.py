"""Estimates against what others measured and published; see tests/published/README.md."""

from pathlib import Path

import pytest
from accuracy.published import cases, held, mean_error, memory_case, report, training_case

PUBLISHED = Path(__file__).parents[1] / "published"


@pytest.fixture(scope="module")
def steps():
    return cases(PUBLISHED / "train.csv", training_case)


@pytest.fixture(scope="module")
def memory():
    return cases(PUBLISHED / "memory.csv", memory_case)


def test_steps_are_within_a_fifth_of_the_published_ones(steps):
    """The median error of a step, as the mean over sources, stays below 18%."""
    assert len(steps) > 100
    assert mean_error(steps) < 0.18, report(steps)


def test_memory_is_near_the_published_one(memory):
    """The median error of peak memory, as the mean over sources, stays below 18%."""
    assert len(memory) > 40
    assert mean_error(memory) < 0.18, report(memory)


def test_intervals_hold(steps, memory):
    """At least eight of ten published measurements lie in their 90% interval, and the intervals say something."""
    for found in (steps, memory):
        assert held(found) >= 0.8, report(found)
        widths = sorted(case.high / case.low for case in found)
        assert widths[len(widths) // 2] < 2.5, report(found)
