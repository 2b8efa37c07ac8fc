"""Ways out where no option is left: the fewest answers to change, and how far, each verified by deciding again."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from advisor.decide.screen import DEAD, in_words, shown
from advisor.decide.tipping import Outcome, far_ends, other_words, tippings
from advisor.figure import Fact, Scalar
from advisor.rule import judge, names_in
from advisor.values.catalog import Option, Tables
from advisor.values.decision import Change, Relaxation, Tipping
from advisor.values.facts import Answer, Question

Moves = Mapping[str, Scalar]
Again = Callable[[Moves], Outcome]
"""Decides again with some answers changed."""
Flips = Mapping[str, Mapping[str, tuple[Tipping, ...]]]
Blocking = list[list[frozenset[str]]]
"""For every option, the answers that each limit is about which it breaks."""

MOST = 6
"""Ways out that are told, the nearest first."""
MOST_PAIRS = 40
"""Pairs of answers that are tried; there are more only where everything is forbidden."""
WORD = 3.0
"""Another word counts as a factor of three, and so does each further step in a list of choices."""
FURTHEST = 1e6
"""Numbers are moved by up to this factor: a limit that nothing meets may be far off."""
LOOSER: Mapping[str, bool] = {"serving.offline": False, "hardware.rent": True, "rules.explain": False}
"""Of these only one answer is a way out; the other would forbid more."""
LOOSEST_FIRST = ("data.may_leave", "model.secrecy")
"""The choices of these stand in order, and only an earlier one is a way out."""
GIVEN = (
    "task", "purpose.pretrained", "data.location", "data.sensitive", "serving.inputs_known", "serving.caller",
    "client.fleet", "model.adversary", "rules.regimes",
)  # fmt: skip
"""Answers that say how things are, not what is wanted of them: to change them is no way out."""


@dataclass(frozen=True, slots=True)
class Moving:
    """What ways out are looked for in: the questions by id, their answers, what was decided, how to decide again."""

    questions: Mapping[str, Question]
    answers: Mapping[str, Answer]
    base: Outcome
    again: Again
    tables: Tables


def relaxations(decision: str, blocking: Blocking, flips: Flips, on: Moving) -> tuple[Relaxation, ...]:
    """The single answers that leave an option to an infeasible decision, else the pairs; the nearest first."""
    names = {name for option in blocking for limit in option for name in limit if _may_move(name, on)}
    ways = [*_known(decision, flips), *_found(decision, {}, names, on)]
    ways = [way for way in ways if all(_looser(id, value, on) for id, value in way.items())]
    if not ways:
        pairs = [pair for pair in combinations(sorted(names), 2) if _opens(pair, blocking)]
        ways = [way for pair in pairs[:MOST_PAIRS] for way in pairwise(decision, pair, on)]
    return nearest(decision, ways, on)[:MOST]


def nearest(decision: str, ways: Iterable[Moves], on: Moving) -> tuple[Relaxation, ...]:
    """Of ways that change the same answers the one that changes them least, and of these the nearest first."""
    best: dict[frozenset[str], tuple[float, Moves]] = {}
    for moves in ways:
        if all(_looser(id, value, on) for id, value in moves.items()):
            far, key = sum(_far(id, value, on) for id, value in moves.items()), frozenset(moves)
            if key not in best or far < best[key][0]:
                best[key] = (far, moves)
    ordered = sorted(best.values(), key=lambda pair: (round(pair[0], 6), sorted(pair[1])))
    return tuple(_told(decision, moves, on) for _, moves in ordered)


def _looser(id: str, value: Scalar, on: Moving) -> bool:
    """Does it forbid less than the answer does now?"""
    now, choices = on.answers[id].fact.value, on.questions[id].choices
    if id in LOOSEST_FIRST and now in choices:
        return choices.index(str(value)) < choices.index(str(now))
    return LOOSER.get(id, value) == value


def _opens(pair: tuple[str, str], blocking: Blocking) -> bool:
    """Is there an option all of whose broken limits are about one of the two?"""
    return any(all(limit & set(pair) for limit in option) for option in blocking)


def _told(decision: str, moves: Moves, on: Moving) -> Relaxation:
    """In words: what would have to be answered, and what is then chosen."""
    to = on.again(moves)[decision]
    names = {option.id: option.name for option in on.tables.options.get(decision, ())}
    changes = tuple(_change(id, value, on) for id, value in moves.items())
    chosen = " + ".join(names.get(id, id.replace("_", " ")) for id in to)
    joined = on.tables.say("conflict.and").join(change.say for change in changes)
    return Relaxation(changes, to, on.tables.say("conflict.way", changes=joined, to=chosen))


def _known(decision: str, flips: Flips) -> Iterator[Moves]:
    """What the tipping points tell already."""
    for id, by_decision in flips.items():
        if id not in GIVEN:
            yield from ({id: tip.flips_at} for tip in by_decision.get(decision, ()) if tip.to)


def _found(decision: str, fixed: Moves, names: set[str], on: Moving) -> Iterator[Moves]:
    """Single answers that, beside those in `fixed`, leave an option."""
    base = {decision: (on.again(fixed) if fixed else on.base)[decision]}
    rows = [replace(on.questions[name], moves=True) for name in sorted(names)]
    flips = tippings(rows, on.answers, base, lambda id, value: on.again({**fixed, id: value}), furthest=FURTHEST)
    yield from ({**fixed, **moves} for moves in _known(decision, flips))


def pairwise(decision: str, pair: tuple[str, str], on: Moving) -> Iterator[Moves]:
    """Every value of the first with what the second then has to be; a first that is a number is then taken back."""
    first, second = pair if on.questions[pair[0]].type != "number" else pair[::-1]
    for value in _values(first, on):
        for moves in _found(decision, {first: value}, {second}, on):
            if isinstance(value, float) and not isinstance(value, bool):
                yield from _found(decision, {second: moves[second]}, {first}, on)
            else:
                yield moves


def _values(id: str, on: Moving) -> list[Scalar]:
    question, now = on.questions[id], on.answers[id].fact.value
    if question.type == "number":
        return list(far_ends(question, float(now) if isinstance(now, int | float) else 0.0, FURTHEST))
    return other_words(question, now)


def _may_move(id: str, on: Moving) -> bool:
    return id in on.questions and id not in GIVEN and bool(on.questions[id].changes) and on.questions[id].type != "text"


def _far(id: str, value: Scalar, on: Moving) -> float:
    """How far an answer moves, as the logarithm of a factor."""
    now, choices = on.answers[id].fact.value, on.questions[id].choices
    if on.questions[id].type == "number" and isinstance(value, int | float) and isinstance(now, int | float):
        return abs(math.log(max(float(value), 1e-9) / max(float(now), 1e-9)))
    if value in choices and now in choices:
        return math.log(WORD) * abs(choices.index(str(value)) - choices.index(str(now)))
    return math.log(WORD)


def _change(id: str, to: Scalar, on: Moving) -> Change:
    fact, say = on.answers[id].fact, on.tables.say
    words = {"answer": on.tables.labels.get(id, id), "to": _said(id, to, fact.unit, on.tables)}
    if not fact.known:
        return Change(id, None, to, fact.unit, say("conflict.now_unknown", **words))
    words["now"] = _said(id, fact.value, fact.unit, on.tables)
    if on.questions[id].type == "number" and isinstance(to, int | float) and fact.number > 0 and to > 0:
        factor = max(float(to) / fact.number, fact.number / float(to))
        return Change(id, fact.value, to, fact.unit, say("conflict.number", **words, factor=f"{factor:.3g}"))
    return Change(id, fact.value, to, fact.unit, say("conflict.word", **words))


def _said(id: str, value: Scalar, unit: str, tables: Tables) -> str:
    return in_words(id, value, tables) or shown(value, unit)


def blocked(options: tuple[Option, ...], facts: Mapping[str, Fact]) -> Blocking:
    """For every living option, the answers that each limit is about which it breaks."""
    return [
        [
            frozenset({*names_in(limit.condition), limit.answer})
            for limit in option.limits
            if judge(limit.condition, facts).holds is False
        ]
        for option in options
        if option.lifecycle not in DEAD
    ]
