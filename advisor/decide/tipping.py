"""What would change the decision: every answer is moved until a choice changes, and the choice is made again there."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from advisor.figure import Scalar, rounded
from advisor.values.decision import Tipping
from advisor.values.facts import Answer, Question

Outcome = Mapping[str, tuple[str, ...]]
Again = Callable[[str, Scalar], Outcome]
"""Decides again with one answer changed; the outcome maps a decision to what is chosen."""

FURTHEST = 300.0
"""No answer is thought to be wrong by more than this factor."""
Marks = Mapping[str, tuple[float, ...]]
NO_MARKS: Marks = {}
BESIDE = 1e-6
"""So far, relatively, from a number that an answer is compared with lies what is tried on its other side."""
CLOSE_ENOUGH = 1.08
"""A bracket narrower than this is reported: at a round number within it, else just outside, decided once more."""
NOT_BEFORE = 1.1
"""What is reported lies no further than this from a value at which nothing changes."""


@dataclass(slots=True)
class _Answer:
    """One answer being moved; remembers what was decided at each value."""

    question: Question
    now: Scalar
    again: Again
    base: Outcome
    marks: tuple[float, ...] = ()
    decided: dict[Scalar, Outcome] = field(default_factory=dict)

    def at(self, value: Scalar) -> Outcome:
        if value not in self.decided:
            self.decided[value] = self.again(self.question.id, value)
        return self.decided[value]

    def changed(self, value: Scalar) -> tuple[str, ...]:
        """Decisions that differ at this value."""
        there = self.at(value)
        return tuple(id for id, chosen in self.base.items() if there.get(id) != chosen)

    def flip(self, id: str, value: Scalar) -> tuple[str, Tipping]:
        to = self.at(value)[id]
        named = "" if to == ("infeasible",) else "+".join(to)
        return id, Tipping(self.question.id, self.now, value, self.question.unit, named)


def tippings(
    questions: Iterable[Question],
    answers: Mapping[str, Answer],
    base: Outcome,
    again: Again,
    *,
    marks: Marks = NO_MARKS,
    furthest: float = FURTHEST,
) -> dict[str, dict[str, tuple[Tipping, ...]]]:
    """By question, by decision: the nearest values at which that decision changes, numbers within a factor of
    `furthest`. Each was decided again there. `marks` are numbers that an answer is compared with somewhere: where they
    lie between, they are tried first."""
    found: dict[str, dict[str, tuple[Tipping, ...]]] = {}
    for question in questions:
        answer = answers[question.id]
        if not question.moves or not question.changes or (not answer.fact.known and question.type == "number"):
            continue
        moved = _Answer(question, answer.fact.value, again, base, marks.get(question.id, ()))
        flips: dict[str, tuple[Tipping, ...]] = {}
        for id, tip in _numbers(moved, furthest) if question.type == "number" else _words(moved):
            flips[id] = (*flips.get(id, ()), tip)
        if flips:
            found[question.id] = flips
    return found


def _words(moved: _Answer) -> Iterator[tuple[str, Tipping]]:
    """Every other choice of a question with choices."""
    for other in other_words(moved.question, moved.now):
        for id in moved.changed(other):
            yield moved.flip(id, other)


def other_words(question: Question, now: Scalar) -> list[Scalar]:
    """The answers beside `now` of a question with choices; none for a number or a text."""
    if question.type == "yes_no":
        return [value for value in (True, False) if value is not now]
    if question.type == "choice":
        return [choice for choice in question.choices if choice != now]
    if question.type == "choices":
        return [(choice,) for choice in question.choices if (choice,) != now]
    return []


def _numbers(moved: _Answer, furthest: float) -> Iterator[tuple[str, Tipping]]:
    """The far end in each direction; what differs there is tracked back to where it starts to differ."""
    now = float(moved.now) if isinstance(moved.now, int | float) else 0.0
    for far in far_ends(moved.question, now, furthest):
        for id in moved.changed(far):
            at = _nearest(moved, id, now, far)
            if at is not None:
                yield moved.flip(id, at)


def far_ends(question: Question, now: float, furthest: float = FURTHEST) -> Iterator[float]:
    """The furthest values worth asking about, within what the question allows."""
    low = question.minimum if question.minimum is not None else -math.inf
    high = question.maximum if question.maximum is not None else math.inf
    for end in (now * furthest, now / furthest) if now else (furthest,):
        value = min(max(rounded(end), low), high)
        if value != now:
            yield value


def _nearest(moved: _Answer, id: str, same: float, different: float) -> float | None:
    """The value nearest to `same` at which decision `id` differs, by bisection; None if it cannot be confirmed."""
    near, far = _bracket(moved, id, same or min(1e-3, different / 2), different)
    near, far = _marked(moved, id, near, far)
    while max(near, far) / min(near, far) > CLOSE_ENOUGH:
        middle = math.sqrt(near * far)
        if id in moved.changed(middle):
            far = middle
        else:
            near = middle
    for candidate in (*(_rounded(far, digits, near) for digits in (1, 2)), *_outside(far, near), rounded(far), far):
        there = _between(candidate, near, different) and max(candidate, near) <= NOT_BEFORE * min(candidate, near)
        if there and candidate != near and id in moved.changed(candidate):
            return candidate
    return None


def _marked(moved: _Answer, id: str, near: float, far: float) -> tuple[float, float]:
    """A narrower bracket: both sides of the numbers that the answer is compared with, from where it is."""
    ahead = 1 + BESIDE if far > near else 1 - BESIDE
    inside = [mark for mark in moved.marks if _between(mark * ahead, near, far) and _between(mark / ahead, near, far)]
    for mark in sorted(inside, key=lambda mark: abs(mark - near)):
        if id not in moved.changed(mark * ahead):
            near = mark * ahead
        elif id not in moved.changed(mark):
            return mark, mark * ahead
        elif id not in moved.changed(mark / ahead):
            return mark / ahead, mark
        else:
            return near, mark / ahead
    return near, far


def _bracket(moved: _Answer, id: str, near: float, far: float) -> tuple[float, float]:
    """The narrowest (unchanged, changed) pair among values that were decided already, nearest to where it started."""
    start = near
    seen = [value for value in moved.decided if isinstance(value, float) and _between(value, near, far)]
    for value in sorted(seen, key=lambda value: abs(value - start)):
        if id in moved.changed(value):
            return near, value
        near = value
    return near, far


def _outside(far: float, near: float) -> Iterator[float]:
    """`far` with few digits, rounded away from `near`."""
    for digits in (2, 3):
        yield _rounded(far, digits, 2 * far - near)


def _rounded(value: float, digits: int, towards: float) -> float:
    """`value` with few digits, rounded towards another."""
    if value == 0:
        return value
    scale = 10.0 ** (digits - 1 - math.floor(math.log10(abs(value))))
    way = math.ceil if towards > value else math.floor
    return rounded(way(round(value * scale, 6)) / scale, 6)


def _between(value: float, near: float, far: float) -> bool:
    return min(near, far) <= value <= max(near, far)
