"""Which names a table had before: eight bytes a name, however long it is."""

from collections.abc import Sequence
from typing import Any

import numpy


class Seen:
    """Hashes of names, in sorted runs of which each is more than twice as long as the next."""

    def __init__(self) -> None:
        self._runs: list[Any] = []

    def fresh(self, names: Sequence[str]) -> list[bool]:
        """Which of the names come for the first time, those before and in this call counted."""
        hashes = numpy.array([hash(name) for name in names], numpy.int64)
        known = numpy.ones(len(hashes), bool)
        known[numpy.unique(hashes, return_index=True)[1]] = False
        for run in self._runs:
            place = numpy.minimum(numpy.searchsorted(run, hashes), len(run) - 1)
            known |= run[place] == hashes
        self._add(numpy.sort(hashes[~known]))
        return [bool(one) for one in ~known]

    def _add(self, run: Any) -> None:
        if not len(run):
            return
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = numpy.sort(numpy.concatenate([self._runs.pop(), run]), kind="stable")
        self._runs.append(run)
