"""Services under load: published further tokens of mixtures of experts and first tokens of all, by model and engine."""

import numpy
import pytest
from accuracy.fit import provenance
from accuracy.served import engine, served_tables, throughput

from advisor.catalog.constants import constants, document, spreads

MEDIAN = {"mixture": 0.22, "first": 0.5}
"""Errors that docs/accuracy.md rests on: |predicted / measured - 1|."""


@pytest.mark.parametrize("group", ["mixture", "first"])
def test_errors_of_services_stay_where_they_are(group: str) -> None:
    """The median error over mixtures of experts and over first tokens stays below what is said of it."""
    error = numpy.exp(served_tables()[group].errors(constants())) - 1
    assert numpy.median(numpy.abs(error)) < MEDIAN[group]
    assert abs(numpy.median(error)) < 0.15


@pytest.mark.parametrize(("group", "of"), [("mixture", "token"), ("first", "first")])
def test_intervals_of_services_hold(group: str, of: str) -> None:
    """85 of 100 rows or more lie in the interval that is said of them, without being swallowed by it."""
    table = served_tables()[group]
    assert 0.85 <= table.inside(table.errors(constants()), spreads()[of]).mean() <= 0.995


def test_first_tokens_are_less_sure_where_many_wait() -> None:
    """The interval of a first token is narrower for few requests at once than for many, and below a factor of 12 where
    there are four or fewer."""
    table, spread = served_tables()["first"], spreads()["first"]
    few, many = table.run.traffic.concurrency <= 4, table.run.traffic.concurrency >= 128
    low, high = spread.around(1.0, float(numpy.median(table.matters[few])))
    assert high / low < 12
    assert numpy.median(table.matters[few]) < numpy.median(table.matters[many])


@pytest.mark.parametrize("group", ["mixture", "first"])
def test_constants_of_services_say_what_they_rest_on(group: str) -> None:
    """Each fitted constant names the models or engines and counts the rows whose estimate moves with it."""
    said = {row["id"]: (row["rows"], tuple(row["sources"])) for row in document()["constants"] if row["group"] == group}
    assert said == provenance(served_tables()[group], constants())


def test_throughput_of_an_engine_that_was_not_fitted() -> None:
    """What TensorRT-LLM publishes of Llama 3 with all requests there from the start lies within a quarter in the median
    of each size, over sixty rows; mixtures of experts give more than said."""
    found = throughput(constants())
    dense = [found[name] for name in ("llama-3.1-8b", "llama-3.1-70b", "llama-3.1-405b")]
    assert sum(map(len, dense)) == 60
    assert all(0.75 < float(numpy.median(ratios)) < 1.25 for ratios in dense)
    assert float(numpy.median(numpy.concatenate(dense))) == pytest.approx(0.95, abs=0.15)


def test_rows_of_three_engines_are_there() -> None:
    """First tokens are those of three engines, so that each can be left out."""
    assert set(served_tables()["first"].source) == {"sglang", "trtllm", "vllm"}
    assert engine({"engine": "vllm 0.18.0"}) == "vllm"
