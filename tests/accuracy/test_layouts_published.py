"""The shipped constants against every published row: all layouts, memory, serving."""

import csv

import numpy
import pytest
from accuracy.choice import choice
from accuracy.fit import provenance
from accuracy.layouts import PUBLISHED, _known, tables

from advisor import catalog
from advisor.catalog.constants import constants, document, spreads
from advisor.estimate.holding import held
from advisor.predict.training import read

LIMITS = {"step": (0.065, 0.08), "memory": (0.03, 0.11), "answer": (0.12, 0.16)}


@pytest.mark.parametrize("group", ["step", "memory", "answer"])
def test_errors_stay_where_they_are(group: str) -> None:
    """The median error, pooled and as the mean over sources, stays below what docs/accuracy.md rests on."""
    table = tables()[group]
    size = numpy.abs(numpy.exp(table.errors(constants())) - 1)
    means = [float(numpy.median(size[table.source == name])) for name in set(table.source)]
    pooled, mean = LIMITS[group]
    assert numpy.median(size) < pooled
    assert numpy.mean(means) < mean


@pytest.mark.parametrize(("group", "of"), [("step", "step"), ("memory", "memory"), ("answer", "token")])
def test_intervals_hold_and_say_something(group: str, of: str) -> None:
    """85 of 100 published rows or more lie in their interval, whose width is that of sources left out, and which is
    narrower than a factor of 4."""
    table, spread = tables()[group], spreads()[of]
    assert 0.85 <= table.inside(table.errors(constants()), spread).mean() <= 0.995
    low, high = spread.around(1.0, 0.0)
    assert high / low < 4


def test_the_fastest_of_several_layouts_is_named() -> None:
    """Of the groups of four or more published layouts of one model on one machine, the fastest is named in three of
    five, and no more than 3% of the speed is lost on average: a third of what a layout drawn by lot loses."""
    table = tables()["step"]
    found = choice(table, table.errors(constants()))
    assert found.groups >= 8
    assert found.named >= 0.6
    assert found.lost < min(0.03, found.by_lot / 3.0)


def test_nearly_all_rows_are_covered() -> None:
    """At most two of a hundred scored rows cannot be estimated, and each says why."""
    for table in tables().values():
        assert len(table.left_out) <= 0.02 * len(table.measured)
        assert all(reason for _, reason in table.left_out)


def test_constants_keep_their_bounds() -> None:
    """Every constant lies between its bounds and says what it means, in which unit, from where."""
    for row in document()["constants"]:
        assert row["low"] <= row["value"] <= row["high"], row["id"]
        assert row["meaning"].endswith(".")
        assert row["unit"]
        assert row["source"]


def test_fitted_constants_say_what_they_rest_on() -> None:
    """Every fitted constant names the sources and counts the rows whose estimate moves with it, as they are."""
    for group, table in tables().items():
        said = {
            row["id"]: (row["rows"], tuple(row["sources"])) for row in document()["constants"] if row["group"] == group
        }
        assert said == provenance(table, constants())


def test_what_ran_out_of_memory_is_not_said_to_fit() -> None:
    """The three published rows that ran out of memory are said not to fit, and at most one of 20 that ran."""
    known, accelerators, wrong, ran = _known(), catalog.load().accelerators, 0, 0
    with (PUBLISHED / "held.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["cap_gb"]]
    for row in rows:
        run = read(row, known, accelerators).run
        if run is None:
            continue
        fits = float(held(run, constants()).process) <= float(row["cap_gb"]) * 1e9
        assert row["measured"] or not fits, row["config_id"]
        ran, wrong = ran + bool(row["measured"]), wrong + (bool(row["measured"]) and not fits)
    assert ran > 100
    assert wrong <= ran / 20
