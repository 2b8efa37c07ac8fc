"""The hard limits of a training over all candidates at once: which break one, by how much, and how to say so."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy

from advisor import units
from advisor.decide.screen import in_words, passes, removal
from advisor.figure import Fact
from advisor.number import Number
from advisor.values.candidates import Candidate
from advisor.values.catalog import Tables
from advisor.values.decision import Removed
from advisor.values.estimates import TrainingTable

Facts = Mapping[str, Fact]
TRAINED_ELSEWHERE = ("same_premises_only", "no_never_leaves_device")
ADAPTERS = ("lora", "qlora")
"""Who asks for an adapter may get it on a base in 16 or in 4 bits."""
AGAINST_A_WISH = 1e6
AGAINST_A_RULE = 5.0
"""Ratios for limits that are no numbers: another kind of training is further away than another place."""


@dataclass(frozen=True, slots=True)
class Check:
    """One hard limit over all candidates; `ratio` says by how much it is broken, for finding the nearest."""

    broken: Number
    ratio: Number
    answer: str
    say: str
    word: str = ""
    limits: Number = None
    values: tuple[Number, Number, str] | None = None

    def removed(self, row: int, candidate: Candidate, tables: Tables) -> Removed:
        limit, value = self.word, ""
        if self.values is not None:
            low, high, unit = self.values
            limit = tables.say("at_most", value=units.say(float(self.limits[row]), unit))
            value = tables.say("from_to", low=units.say(float(low[row]), unit), high=units.say(float(high[row]), unit))
        return Removed(candidate.id, candidate.id, self.answer, limit, value, self.say)


def checks(table: TrainingTable, facts: Facts, tables: Tables) -> tuple[Check, ...]:
    """Wishes first, then place, memory, time and money; the last four on the high end of the estimate."""
    return (*_rules(table, facts, tables), *_numbers(table, facts, tables))


def _rules(table: TrainingTable, facts: Facts, tables: Tables) -> tuple[Check, ...]:
    """Limits that are no numbers: what was asked for, what the catalogue says of a mode, where data may go."""
    wished, leave = facts["train.mode"].value, facts["data.may_leave"].value
    rented = table.field.flat("rented", lambda candidate: candidate.site.kind == "rented")
    refused, away = facts["hardware.rent"].value is False, leave in TRAINED_ELSEWHERE
    modes = table.field.flat("mode", lambda candidate: candidate.mode)
    asked = (str(wished),) if wished != "lora" else ADAPTERS
    flat = numpy.ones(len(table.candidates))
    closed = []
    for option in tables.options["g_train_mode"]:
        out = None if passes(option, facts) else removal(option, facts, tables)
        if out is not None:
            closed.append(Check(modes == option.id, AGAINST_A_WISH * flat, out.by, out.say, out.limit))
    return (
        Check(
            numpy.logical_and.reduce([modes != mode for mode in asked]) & (wished is not None),
            AGAINST_A_WISH * flat,
            "train.mode",
            tables.say("out_mode"),
            in_words("train.mode", wished, tables),
        ),
        *closed,
        Check(
            rented & away,
            AGAINST_A_RULE * flat,
            "data.may_leave",
            tables.say("out_leave"),
            in_words("data.may_leave", leave, tables),
        ),
        Check(rented & refused, AGAINST_A_RULE * flat, "hardware.rent", tables.say("out_rent"), tables.say("no")),
    )


def _numbers(table: TrainingTable, facts: Facts, tables: Tables) -> tuple[Check, ...]:
    ends, flat = table.ends, numpy.ones(len(table.candidates))
    runs = facts["train.runs"].number if facts["train.runs"].known else 1.0
    room = table.field.flat("usable", lambda candidate: candidate.site.usable_bytes)
    size = "data.bytes" if facts["family"].value == "trees" else "model.parameters"

    def most(answer: str, say: str, limit: Number, pair: tuple[Number, Number], unit: str) -> Check:
        limits = limit * flat
        ratio = pair[1] / numpy.maximum(limits, 1e-9)
        return Check(pair[1] > limits, ratio, answer, tables.say(say), limits=limits, values=(*pair, unit))

    return (
        most(size, "out_memory", room, ends.memory_bytes, "bytes"),
        most("train.deadline", "out_deadline", limit_of(facts, "train.deadline") * 3600.0, ends.run_s, "s"),
        most("train.budget", "out_budget", limit_of(facts, "train.budget"), ends.cost_usd, "USD"),
        most(
            "train.budget_month", "out_budget_month", limit_of(facts, "train.budget_month"),
            (ends.cost_usd[0] * runs, ends.cost_usd[1] * runs), "USD",
        ),
    )  # fmt: skip


def limit_of(facts: Facts, id: str) -> float:
    """The number of an answer, infinity where it is unknown."""
    fact = facts.get(id)
    return fact.number if fact is not None and fact.known else math.inf
