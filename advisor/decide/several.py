"""Decisions that take every option that is due, and no other: what protects the model."""

from collections.abc import Mapping

from advisor.decide.options import cited, kept, remembered, screened, undecided
from advisor.figure import Fact
from advisor.rule import judge
from advisor.values.catalog import DecisionRow, Option, Tables
from advisor.values.decision import Consequence, Decided

Facts = Mapping[str, Fact]


def choose_due(row: DecisionRow, facts: Facts, tables: Tables, *, shares: bool = True) -> Decided:
    """Every option that no limit removes, that the team can run and whose `suits` holds, each with what it is for.
    Where none is due, nothing is decided. `shares` False gives the choice alone."""
    return remembered(row, facts, tables, lambda: _due(row, facts, tables, words=shares), words=shares)


def _due(row: DecisionRow, facts: Facts, tables: Tables, *, words: bool) -> Decided:
    options = tables.options[row.id]
    left, removed = screened(options, facts, tables) if words else (kept(options, facts, tables), [])
    due = [option for option in left if option.suits and judge(option.suits, facts).holds]
    if not due:
        return undecided(row, "not_needed", tables.say(f"none_due.{row.id}"))
    return Decided(
        id=row.id,
        title=row.title,
        status="decided",
        chosen=tuple(option.id for option in due),
        chosen_names=tuple(option.name for option in due),
        because=tuple(_for(option, tables) for option in due) if words else (),
        removed=tuple(removed),
        consequences=tuple(Consequence(False, option.fails[0]) for option in due if option.fails) if words else (),
        sources=tuple(dict.fromkeys(source for option in due for source in cited(option))),
    )


def _for(option: Option, tables: Tables) -> str:
    return tables.say("due", option=option.name, gain=option.gains[0])
