"""Two answers that change a choice only together: an option that breaks two limits, each about another answer."""

import math
from collections.abc import Callable, Iterator, Mapping

from advisor.decide.architecture import Architecture
from advisor.decide.readings import AXES
from advisor.decide.relax import FURTHEST, Flips, Moves, Moving, nearest
from advisor.decide.screen import DEAD
from advisor.decide.tipping import far_ends, other_words
from advisor.figure import Fact, Scalar, rounded
from advisor.rule import compared_with, judge, names_in
from advisor.values.catalog import Limit, Option
from advisor.values.decision import Decided, Relaxation

Facts = Mapping[str, Fact]
MOST = 2
"""Pairs told of one decision, the nearest first."""
CLOSE_ENOUGH = 1.01


def together(architecture: Architecture, flips: Flips, on: Moving) -> Mapping[str, tuple[Relaxation, ...]]:
    """By decision: pairs of answers that lead to an option to which no single answer leads, each decided again."""
    found: dict[str, tuple[Relaxation, ...]] = {}
    for decided in architecture.decisions:
        if decided.chosen and decided.id not in AXES:
            ways = nearest(decided.id, _ways(decided, architecture.facts, flips, on), on)[:MOST]
            if ways:
                found[decided.id] = ways
    return found


def _ways(decided: Decided, facts: Facts, flips: Flips, on: Moving) -> Iterator[Moves]:
    alone = {tip.to for by_decision in flips.values() for tip in by_decision.get(decided.id, ())}
    for option in on.tables.options.get(decided.id, ()):
        if option.lifecycle not in DEAD and option.id not in alone and option.id not in decided.chosen:
            for moves in _opening(option, facts, on):
                if on.again(moves)[decided.id] == (option.id,):
                    yield moves


def _opening(option: Option, facts: Facts, on: Moving) -> Iterator[Moves]:
    """Pairs of answers with which both limits hold that an option breaks; none where it breaks more, or fewer."""
    limits = [limit for limit in option.limits if judge(limit.condition, facts).holds is False]
    if len(limits) != 2:
        return
    first, second = ({id: _holding(limit, id, facts, on) for id in _about(limit, on)} for limit in limits)
    for one, value in first.items():
        for other, there in second.items():
            if one != other and value is not None and there is not None:
                yield {one: value, other: there}


def _about(limit: Limit, on: Moving) -> list[str]:
    """The answers that a limit reads and that are moved in search of tipping points."""
    return [id for id in names_in(limit.condition) if id in on.questions and on.questions[id].moves and _known(id, on)]


def _known(id: str, on: Moving) -> bool:
    return on.answers[id].fact.known


def _holding(limit: Limit, id: str, facts: Facts, on: Moving) -> Scalar:
    """The answer nearest to that of today with which the limit holds, all else as it is; None for none."""
    question, now = on.questions[id], on.answers[id].fact.value

    def holds(value: Scalar) -> bool:
        return judge(limit.condition, {**facts, id: Fact(id, value)}).holds is True

    if question.type != "number" or not isinstance(now, int | float):
        return next((value for value in other_words(question, now) if holds(value)), None)
    marked = [number for name, number in compared_with(limit.condition) if name == id and holds(number)]
    if marked:
        return min(marked, key=lambda number: abs(number - float(now)))
    for far in far_ends(question, float(now), FURTHEST):
        if holds(far):
            near, far = _narrowed(float(now) or min(1.0, far / 2), far, holds)
            return next((value for value in _round(near, far) if holds(value)), far)
    return None


def _narrowed(near: float, far: float, holds: Callable[[Scalar], bool]) -> tuple[float, float]:
    """(does not hold, holds), close together."""
    while max(near, far) / min(near, far) > CLOSE_ENOUGH:
        middle = math.sqrt(near * far)
        near, far = (near, middle) if holds(middle) else (middle, far)
    return near, far


def _round(near: float, far: float) -> Iterator[float]:
    """Numbers of few digits about the place where it begins to hold."""
    for digits in (1, 2, 3):
        yield from sorted({rounded(near, digits), rounded(far, digits)}, key=lambda value: abs(value - near))
