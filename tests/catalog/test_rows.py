"""A row of options that is not whole is named with its file and line."""

from pathlib import Path

import pytest
from scenarios.cases import grounds

from advisor.catalog.load import _option
from advisor.catalog.rows import options_of
from advisor.errors import BadInput
from advisor.values.catalog import Option

GOOD = "- {id: one, name: first, complexity: 1, scores: {cost: [2, 4], latency: [1, 3]}}"
BROKEN = {
    "- {id: two, name: second, complexity: 1, scores: {cost: [2, 4]}}": "option two has no score for latency",
    "- {id: two, name: second, scores: {cost: [2, 4], latency: [1, 3]}}": "option two has no complexity",
    "- {id: two, complexity: 1, scores: {cost: [2, 4], latency: [1, 3]}}": "option two has no name",
    "- {name: second, complexity: 1}": "row 2 has no id",
    "- {id: two, name: second, complexity: 1, scores: {cost: 3, latency: [1, 3]}}": "option two cannot be read",
    "- second": "row 2 cannot be read",
}


def read(path: Path, text: str) -> tuple[Option, ...]:
    import yaml

    path.write_text(text, encoding="utf-8")
    rows = yaml.safe_load(text)["options"]
    return options_of(path, rows, ("fit", "simplicity", "cost", "latency"), lambda row: _option("d_test", row))


@pytest.mark.parametrize("row", BROKEN)
def test_a_row_that_lacks_something_is_named(tmp_path: Path, row: str) -> None:
    """What is missing, the file with the line of the row, and what to do, in one error."""
    path = tmp_path / "d_test.yaml"
    with pytest.raises(BadInput) as caught:
        read(path, f"decision: d_test\noptions:\n{GOOD}\n{row}\n")
    assert caught.value.what.startswith(BROKEN[row])
    assert caught.value.where == f"{path}:4"
    assert caught.value.remedy


def test_a_quality_that_no_option_is_scored_on_is_not_missed(tmp_path: Path) -> None:
    """Where nobody scored a quality there is nothing to compare, and nothing to complain of."""
    text = "options:\n- {id: one, name: first, complexity: 1}\n- {id: two, name: second, complexity: 2}\n"
    assert [option.id for option in read(tmp_path / "d_test.yaml", text)] == ["one", "two"]


def test_every_quality_is_scored_for_all_options_or_none() -> None:
    """In the catalogue as it is shipped no option of a decision lacks a score that another one has."""
    for decision in grounds().tables.decisions:
        options = grounds().tables.options[decision.id]
        for name in decision.attributes:
            if name not in ("fit", "simplicity"):
                assert len({name in option.scores for option in options}) <= 1, (decision.id, name)
