"""What cannot be had together, to be said first: answers that exclude each other, decisions without an option, wants
that what is chosen does not meet."""

from collections.abc import Iterator, Mapping

from advisor.decide.architecture import Architecture
from advisor.decide.options import LIMITING, wants
from advisor.decide.readings import AXES
from advisor.decide.relax import GIVEN, Blocking, Flips, Moving, blocked, nearest, relaxations
from advisor.decide.screen import answered
from advisor.decide.situation import computed
from advisor.decide.weigh import UNKNOWN_SCORE
from advisor.figure import Fact
from advisor.rule import judge, names_in
from advisor.values.catalog import Contradiction, Option, Tables
from advisor.values.decision import Conflict, Decided, Relaxation
from advisor.values.estimates import TrainingTable
from advisor.values.facts import Answer

SAID = ("answered", "detected")
WANTED = ("ip_secrecy", "privacy", "latency", "offline")
"""Qualities of where it runs that pull against each other."""
MOST = 4
"""Ways out told of one want."""
MET = 3.0
"""A want is met in full where the scale is reached to the middle at least."""


def conflicts(architecture: Architecture, table: TrainingTable, flips: Flips, on: Moving) -> tuple[Conflict, ...]:
    """Contradictions first, then decisions that no option is left for, then wants that are not met in full."""
    return (
        *contradictions({**architecture.facts, **bounds(table, on.tables)}, on.answers, on.tables),
        *_infeasible(architecture, flips, on),
        *_unmet(architecture, flips, on),
    )


def bounds(table: TrainingTable, tables: Tables) -> dict[str, Fact]:
    """What nothing goes beyond: the largest accelerator there is, and the shortest step of any training (0: none)."""
    largest = max(row.memory_gb for row in tables.accelerators.values()) * 1e9
    steps = table.step_s[:, 0]
    step_s = float(steps[steps > 0].min()) if (steps > 0).any() else 0.0
    return {
        "device.largest": computed("device.largest", largest, "bytes"),
        "train.step_s": computed("train.step_s", step_s, "s"),
    }


def contradictions(facts: Mapping[str, Fact], answers: Mapping[str, Answer], tables: Tables) -> Iterator[Conflict]:
    """The rows of contradictions.yaml that hold, on what was said or seen; an assumption contradicts nobody."""
    for row in tables.contradictions:
        if all(answers[id].how in SAID for id in row.answers) and judge(row.condition, facts).holds:
            yield Conflict(row.id, row.kind, "", row.answers, _filled(row, answers, tables), row.out)


def _filled(row: Contradiction, answers: Mapping[str, Answer], tables: Tables) -> str:
    """What the row says, after the answers as they were given."""
    given = "; ".join(f"{_label(id, tables)}: {answered(answers[id].fact, tables)}" for id in row.answers)
    return tables.say("conflict.given", answers=given, say=row.say)


def _label(id: str, tables: Tables) -> str:
    return tables.labels.get(id, id)


def _infeasible(architecture: Architecture, flips: Flips, on: Moving) -> Iterator[Conflict]:
    """Every decision without an option, unless a way out of an earlier one leaves it one."""
    solved: set[str] = set()
    for decided in architecture.decisions:
        if decided.status != "infeasible" or decided.id in solved:
            continue
        ways = relaxations(decided.id, _blocking(decided, architecture, on.tables), flips, on)
        for way in ways[:1]:
            there = on.again({change.answer: change.to for change in way.changes})
            solved |= {id for id, chosen in there.items() if chosen != ("infeasible",)}
        solved |= AXES.keys() if decided.id in AXES else {decided.id}
        yield _without(decided, ways, on)


def _blocking(decided: Decided, architecture: Architecture, tables: Tables) -> Blocking:
    """What each option's broken limits are about. A training may hang on any answer that limits one."""
    options = tables.options.get(decided.id, ())
    broken = blocked(options, architecture.facts)
    if decided.id not in AXES:
        return broken
    about = {name for option in broken for limit in option for name in limit}
    return [[frozenset({*about, *LIMITING, *(out.by for out in decided.removed)})]]


def _without(decided: Decided, ways: tuple[Relaxation, ...], on: Moving) -> Conflict:
    """The answers at odds are those that removed an option and those that a way out would change."""
    about = [out.by for out in decided.removed] + [change.answer for way in ways for change in way.changes]
    answers = _at_odds(about, on)
    name = next((row.name for row in on.tables.decisions if row.id == decided.id), decided.title)
    say = on.tables.say("conflict.infeasible", decision=name, answers=_given(answers, on))
    return Conflict(
        decided.id, "infeasible", decided.id, answers, say, "" if ways else on.tables.say("conflict.no_way"), ways
    )


def _unmet(architecture: Architecture, flips: Flips, on: Moving) -> Iterator[Conflict]:
    """Qualities that are wanted first of where it runs, and of which what is chosen there gives little."""
    decided = next((each for each in architecture.decisions if each.id == "d_topology"), None)
    if decided is None or not decided.chosen:
        return
    row = next(row for row in on.tables.decisions if row.id == decided.id)
    options = {option.id: option for option in on.tables.options[decided.id]}
    for want in wants(row, architecture.facts, on.tables).important:
        if want in WANTED and _gives(options[decided.chosen[0]], want) < MET:
            yield _little(want, decided, options, flips, on)


def _gives(option: Option, want: str) -> float:
    return option.scores.get(want, UNKNOWN_SCORE)[1]


def _little(want: str, decided: Decided, options: Mapping[str, Option], flips: Flips, on: Moving) -> Conflict:
    better = {id for id, option in options.items() if _gives(option, want) >= MET}
    tips = [tip for by in flips.values() for tip in by.get(decided.id, ()) if tip.to in better]
    about = names_in(on.tables.attributes[want].important)
    ways = nearest(decided.id, ({tip.answer: tip.flips_at} for tip in tips if tip.answer not in (*about, *GIVEN)), on)
    stand = [out.by for out in decided.removed if out.option in better]
    answers = _at_odds([*about, *stand], on)
    say = on.tables.say(
        "conflict.unmet",
        want=on.tables.attributes[want].name,
        option=decided.chosen_names[0],
        answers=_given(answers, on),
    )
    out = "" if ways else on.tables.say("conflict.accept")
    return Conflict(f"{decided.id}.{want}", "unmet", decided.id, answers, say, out, ways[:MOST])


def _at_odds(about: list[str], on: Moving) -> tuple[str, ...]:
    """Of the answers that something is about, each once: what was said or seen, else what was assumed."""
    known = [id for id in dict.fromkeys(about) if id in on.answers and id not in GIVEN and on.answers[id].fact.known]
    return tuple(id for id in known if on.answers[id].how in SAID) or tuple(known)


def _given(answers: tuple[str, ...], on: Moving) -> str:
    return "; ".join(f"{_label(id, on.tables)}: {answered(on.answers[id].fact, on.tables)}" for id in answers)
