"""From the seconds of single runs to a rate and its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_RUNS = 5
"""With fewer runs no pair of them encloses the median with 90% confidence."""

CROWDED_CPUS = 0.25


@dataclass(frozen=True, slots=True)
class Block:
    """Runs made one after the other. `crowding`: CPUs that other programs took from those meant for us."""

    seconds: tuple[float, ...]
    crowding: float = 0.0

    @property
    def crowded(self) -> bool:
        return self.crowding > CROWDED_CPUS


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def enclosing_rank(runs: int) -> int:
    """The largest k such that the k-th smallest and the k-th largest (from 0) enclose the median, 90% sure.

    The number of runs below the true median is binomial(runs, 1/2), whatever their distribution: the pair
    misses it with probability 2 P(binomial <= k). Raises ValueError for fewer than `FEWEST_RUNS`.
    """
    if runs < FEWEST_RUNS:
        raise ValueError(f"{runs} runs enclose no median")
    term = total = 1  # of 2^runs equally likely ways, those with at most k below
    k = 0
    while True:
        term = term * (runs - k) // (k + 1)
        if 20 * (total + term) > 2**runs:
            return k
        total += term
        k += 1


def seconds_of(blocks: Sequence[Block]) -> tuple[float, float, float]:
    """(median, low, high) seconds of a run, a 90% interval.

    Order statistics over all runs, then widened for what they cannot see. Drift: the blocks lie seconds
    apart, and the interval takes in the median of each. Other programs: where they took our CPUs, the
    machine by itself may be as fast as its best run, so `low` goes down to it.
    """
    runs = sorted(seconds for block in blocks for seconds in block.seconds)
    k = enclosing_rank(len(runs))
    middles = [median(block.seconds) for block in blocks if block.seconds]
    best = [runs[0]] if any(block.crowded for block in blocks) else []
    return median(runs), min(runs[k], *middles, *best), max(runs[-1 - k], *middles)
