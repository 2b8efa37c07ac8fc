"""Services under a steady load: a further token of mixtures of experts, by model; the first token, by engine."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy
from accuracy.layouts import Table, _array, _known, _rows, start, tables, token

from advisor import catalog
from advisor.estimate.answering import Answering, answering
from advisor.predict.serving import read_serving
from advisor.predict.table import queue_doubt, stolen_doubt
from advisor.values.runs import served_together

Row = Mapping[str, str]


def first(run: Any, constants: Mapping[str, float], _kind: Any) -> Any:
    """Seconds to the first token."""
    return answering(run, constants).first_s


def engine(row: Row) -> str:
    return row["engine"].split()[0]


def _table(
    group: str, column: str, source: Callable[[Row], str], predicted: Any, doubt: Callable[[Answering], Any]
) -> Table:
    known, accelerators = _known(), catalog.load().accelerators
    pairs = [(row, read_serving(row, known, accelerators)) for row in _rows("served.csv")]
    kept = [
        (row, found)
        for row, found in pairs
        if found.run is not None and (group == "first" or found.run.shape.copies > 0)
    ]
    run = served_together([found.run for _, found in kept], _array)
    measured = 1e-3 * _array([float(row[column]) for row, _ in kept])
    return Table(
        ids=[found.id for _, found in kept], measured=measured,
        source=numpy.array([source(row) for row, _ in kept]),
        matters=_array([found.matters for _, found in kept]) + doubt(answering(run, start())),
        run=run, kind=numpy.array(["" for _ in kept]), predicted=predicted, group=group,
        left_out=tuple((found.id, found.reason) for _, found in pairs if found.run is None), counted=0.0 * measured,
    )  # fmt: skip


def throughput(constants: Mapping[str, float]) -> dict[str, list[float]]:
    """Tokens a second in all over those published, by model; nothing is fitted on them."""
    known, accelerators, found = _known(), catalog.load().accelerators, defaultdict(list)
    for row in _rows("throughput.csv"):
        run = read_serving(row, known, accelerators).run
        if run is not None:
            said, traffic = answering(run, constants), run.traffic
            each = traffic.concurrency / (said.token_s + said.first_s / traffic.output)
            found[row["arch_key"]].append(float(each) / float(row["measured"]))
    return dict(found)


@lru_cache(maxsize=1)
def served_tables() -> dict[str, Table]:
    """Mixtures of experts with each model left out in turn, first tokens with each engine."""
    return {
        "mixture": _table("mixture", "measured", lambda row: row["arch_key"], token, stolen_doubt),
        "first": _table("first", "first_ms", engine, first, queue_doubt),
    }


def all_tables() -> dict[str, Table]:
    """Every table that constants are fitted on, those first that others rest on."""
    return {**tables(), **served_tables()}
