"""Searches all layouts of a model on a machine: the best of step time, memory and complexity, in one pass over axes.

The functions are those of a single estimate; only their arguments are arrays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy

from advisor.estimate.holding import held
from advisor.estimate.steps import step
from advisor.predict.space import Spread, at, spreads
from advisor.values.constants import Constants
from advisor.values.runs import Layout, Run

APART = 0.02
"""Layouts of the front are told apart by this share of time or memory; closer ones say the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """One layout: seconds of a step, bytes of the process on a device, and how much there is to set up."""

    layout: Layout
    step_s: float
    process_bytes: float
    complexity: int

    def beats(self, other: "Found", margin: float = 0.0) -> bool:
        """Is it at least as good in all three, give or take the margin?"""
        return (
            self.complexity <= other.complexity
            and self.step_s <= other.step_s * (1.0 + margin)
            and self.process_bytes <= other.process_bytes * (1.0 + margin)
        )


@dataclass(frozen=True, slots=True)
class Searched:
    """The front, the fastest first; of how many layouts, how many fit; and the one that needs least memory."""

    front: tuple[Found, ...]
    estimated: int
    fitting: int
    leanest: Found | None


def complexity(layout: Layout) -> Any:
    """What a team sets up and debugs beyond one device (EXPERT): 1 each for sharing the data, sharding, sharding
    within a node only, tensor, context and expert parallelism, tensor parallelism beyond a node, recomputing a part; 2
    for a pipeline, 1 more where it is interleaved. Recomputing whole layers is a switch and counts nothing."""
    ranks = layout.devices / (layout.tensor * layout.pipeline * layout.context)
    switched = (layout.zero >= 1) * 1 + (layout.hybrid > 0) * 1 + (layout.checkpoint == 1.0) * 1
    split = (ranks > 1) * 1 + (layout.tensor > 1) * 1 + (layout.context > 1) * 1 + (layout.expert > 1) * 1
    far = (layout.tensor > layout.node) * 1
    return switched + split + far + (layout.pipeline > 1) * 2 + (layout.virtual > 1) * 1


def search(run: Run, experts: int, k: Constants) -> Searched:
    """All layouts of the run's devices and batch. Raises BadInput for sizes beyond what is searched."""
    passed: list[Spread] = []
    edges, least = [numpy.empty((5, 0))], numpy.full((5, 1), numpy.inf)
    estimated = fitting = 0
    for number, spread in enumerate(spreads(run, experts)):
        points, possible = _points(measured(spread, run, k), spread, number)
        fits = possible & (points[1] <= run.device.memory)
        passed.append(spread)
        estimated, fitting = estimated + spread.count, fitting + int(fits.sum())
        edges.append(_edge(points[:, fits]))
        lean = points[:, [numpy.where(possible, points[1], numpy.inf).argmin()]]
        least = lean if possible.any() and lean[1] < least[1] else least
    front = [_found(point, passed) for point in _edge(numpy.concatenate(edges, axis=1)).T]
    return Searched(tuple(_apart(front)), estimated, fitting, _found(least.T[0], passed) if estimated else None)


def measured(spread: Spread, run: Run, k: Constants) -> tuple[Any, Any, Any]:
    """(seconds of a step, bytes of the process, complexity) of all layouts of a spread, over all its axes."""
    here = replace(run, layout=spread.layout)
    with numpy.errstate(all="ignore"):
        seconds, sizes = step(here, k).total, held(here, k).process
    seconds, sizes, levels = numpy.broadcast_arrays(seconds, sizes, complexity(spread.layout))
    return seconds, sizes, levels


def _points(values: tuple[Any, Any, Any], spread: Spread, number: int) -> tuple[Any, Any]:
    """(seconds, bytes, complexity, number of the spread, place in it) as five rows, and which of them can exist."""
    size = values[0].size
    table = numpy.empty((5, size))
    for row, each in enumerate((*values, number)):
        table[row] = numpy.ravel(each) if row < 3 else each
    table[4] = numpy.arange(size)
    return table, numpy.broadcast_to(spread.possible, values[0].shape).ravel()


def _edge(points: Any) -> Any:
    """Those that none of the others beats in time, memory and complexity together."""
    order = numpy.lexsort((points[2], points[1], points[0]))
    size, level = points[1][order], points[2][order]
    kept = numpy.zeros(len(order), bool)
    for one in numpy.unique(level):
        simple = numpy.flatnonzero(level <= one)
        lowest = numpy.minimum.accumulate(size[simple])
        fresh = numpy.concatenate(([True], size[simple][1:] < lowest[:-1]))
        kept[simple[fresh & (level[simple] == one)]] = True
    return points[:, order[kept]]


def _found(point: Any, passed: list[Spread]) -> Found:
    seconds, size, level, number, place = (float(value) for value in point)
    spread = passed[int(number)]
    whole = numpy.broadcast_shapes(*(numpy.shape(getattr(spread.layout, name)) for name in Layout.__slots__))
    where = tuple(int(index) for index in numpy.unravel_index(int(place), whole))
    return Found(at(spread, where), seconds, size, int(level))


def _apart(front: list[Found]) -> Iterator[Found]:
    """The front without what lies close to a simpler or faster one of it."""
    shown: list[Found] = []
    for one in sorted(front, key=lambda found: (found.complexity, found.step_s)):
        if not any(other.beats(one, APART) for other in shown):
            shown.append(one)
    yield from sorted(shown, key=lambda found: (found.step_s, found.process_bytes))
