"""Rows outside the scored tables: adapters in training, mixtures of experts in serving. Nothing was fitted on them."""

from collections import defaultdict
from collections.abc import Mapping

import numpy
from accuracy.layouts import _known, _rows

from advisor import catalog
from advisor.estimate.answering import answering
from advisor.estimate.holding import held
from advisor.estimate.steps import step
from advisor.predict.serving import read_serving
from advisor.predict.table import stolen_doubt
from advisor.predict.training import read
from advisor.values.constants import Constants, Spread

FAMILIES = {
    "step": "adapters, seconds of a step",
    "memory": "adapters, memory",
    "token": "mixtures of experts, a token",
}


def families(constants: Constants, spreads: Mapping[str, Spread]) -> list[str]:
    """Lines of a table: rows, median error, bias and share in the interval, by family and source."""
    found: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    known, accelerators = _known(), catalog.load().accelerators
    for row in _rows("beyond.csv"):
        run = (read_serving if row["of"] == "token" else read)(row, known, accelerators)
        if run.run is None:
            continue
        value, matters = _predicted(row["of"], run.run, constants)
        low, high = spreads[row["of"]].around(value, run.matters + matters)
        measured = float(row["measured"])
        found[row["of"], row["source_id"]].append((value / measured, low <= measured <= high))
    return [
        "| rows of | source | rows | median error | bias | in the 90% interval |",
        "|---|---|---|---|---|---|",
        *(_line(FAMILIES[of], source, rows) for (of, source), rows in sorted(found.items())),
    ]


def _predicted(of: str, run: object, constants: Constants) -> tuple[float, float]:
    if of == "token":
        parts = answering(run, constants)
        return float(parts.token_s), float(stolen_doubt(parts))
    return float(step(run, constants).total if of == "step" else held(run, constants).allocated), 0.0


def _line(family: str, source: str, rows: list[tuple[float, bool]]) -> str:
    off = numpy.array([ratio - 1.0 for ratio, _ in rows])
    inside = numpy.mean([within for _, within in rows])
    return (
        f"| {family} | {source} | {len(rows)} | {numpy.median(numpy.abs(off)):.1%} | {numpy.median(off):+.0%} "
        f"| {inside:.0%} |"
    )
