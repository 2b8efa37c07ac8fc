"""Each source that a rule names was read again by a person, whose verdict stands in evidence.csv.

`held`: it says what the rule says. `corrected`: the rule, or its source, was changed after the reading.
`could not be read`: the page was not at hand; what it says rests on an earlier reading.
"""

import csv
from datetime import date
from pathlib import Path

from advisor.check.rules import RULES

ROWS = list(csv.DictReader(Path(__file__).with_name("evidence.csv").open(newline="", encoding="utf-8")))
VERDICTS = {"held", "corrected", "could not be read"}


def test_every_source_has_a_verdict() -> None:
    """The table has one row for each source of each rule, and none for a source that no rule names."""
    named = [(rule.id, source) for rule in RULES for source in rule.evidence]
    assert sorted((row["rule"], row["source"]) for row in ROWS) == sorted(named)


def test_a_verdict_says_what_was_read() -> None:
    """What was read says so in words and has a date; what could not be read says nothing."""
    assert {row["verdict"] for row in ROWS} <= VERDICTS
    assert all(bool(row["says"]) == (row["verdict"] != "could not be read") for row in ROWS)
    assert all(date.fromisoformat(row["checked"]) <= date.today() for row in ROWS)
