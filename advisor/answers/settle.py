"""From what was answered and what was found to one answer a question: answered, detected, computed or assumed."""

import math
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import product

from advisor import rule
from advisor.answers.questions import needs
from advisor.errors import BadInput
from advisor.figure import Fact, gap
from advisor.values.facts import Answer, Question
from advisor.values.reading import read_value

Facts = Mapping[str, Fact]
TaskDefaults = Mapping[str, Mapping[str, object]]
Ordered = tuple[tuple[Question, frozenset[str]], ...]


def settle(
    questions: Iterable[Question], answered: Facts, evidence: Facts, task_defaults: TaskDefaults
) -> dict[str, Answer]:
    """One answer a question, whatever the order in which they came.

    What a person said stands, an unknown (`null`, `skip`) included; then what was detected; then what its
    formula gives; then the default, as an assumption. Where the condition of a question is false nothing is
    computed or assumed: it is unknown, and its gap says so. What was answered or detected stands even then,
    for it is a fact about the world. Ids that no question has are left to others.
    """
    settled: dict[str, Answer] = {}
    for question, _ in in_order(questions):
        settled[question.id] = _settled(question, settled, (answered, evidence), task_defaults)
    return settled


def resettle(
    settled: Mapping[str, Answer],
    questions: Ordered,
    said: tuple[Facts, Facts],
    task_defaults: TaskDefaults,
    moved: Collection[str],
) -> dict[str, Answer]:
    """What `settle` gives once the answers to `moved` are others: only what hangs on them is settled again.

    `questions` are those of `in_order`; `said` is (answered, evidence), with the new answers in it.
    """
    found, touched = dict(settled), set(moved)
    for question, needed in questions:
        if question.id in touched or needed & touched:
            found[question.id] = _settled(question, found, said, task_defaults)
            touched.add(question.id)
    return found


def names(settled: Mapping[str, Answer], task_defaults: TaskDefaults) -> dict[str, Fact]:
    """What a condition may read: every settled fact, and `family` (trees, neural or none) of the task."""
    facts = {id: answer.fact for id, answer in settled.items()}
    task = settled["task"].fact.value if "task" in settled else None
    family = task_defaults.get(str(task), {}).get("family")
    facts["family"] = Fact("family", str(family), source=f"task {task}") if family else gap("family", "no task yet")
    return facts


def asks(question: Question, settled: Mapping[str, Answer], task_defaults: TaskDefaults) -> bool | None:
    """Does the question make sense on these answers? None: an unknown answer decides."""
    return rule.judge(question.ask_if, names(settled, task_defaults)).holds if question.ask_if else True


def in_order(questions: Iterable[Question]) -> Ordered:
    """Each question after those it needs, with these; raises BadInput for questions that wait for each other."""
    rows = {question.id: question for question in questions}
    placed = _sorted(tuple((id, needs(question)) for id, question in rows.items()))
    return tuple((rows[id], needed) for id, needed in placed)


@lru_cache(maxsize=16)
def _sorted(needed: tuple[tuple[str, frozenset[str]], ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    ids = {id for id, _ in needed}
    order: list[tuple[str, frozenset[str]]] = []
    waiting = {id: names & ids for id, names in needed}
    while waiting:
        ready = [(id, names) for id, names in waiting.items() if not names & waiting.keys()]
        if not ready:
            raise BadInput(f"{min(waiting)} waits for itself", remedy="break the circle of conditions")
        order += ready
        for id, _ in ready:
            del waiting[id]
    return tuple(order)


def _settled(
    question: Question, before: Mapping[str, Answer], said: tuple[Facts, Facts], task_defaults: TaskDefaults
) -> Answer:
    answered, evidence = said
    if question.id in answered:
        return Answer(answered[question.id], "answered")
    found = evidence.get(question.id)
    if found is not None and found.known:
        return Answer(found, "detected")
    if asks(question, before, task_defaults) is False:
        return Answer(gap(question.id, f"asked only if {question.ask_if}", question.unit), "assumed")
    computed = _computed(question, names(before, task_defaults)) if question.compute else None
    if computed is not None:
        return Answer(computed, "computed")
    assumed = _default(question, before, task_defaults)
    if assumed is not None:
        return Answer(assumed, "assumed")
    return Answer(found or gap(question.id, "neither answered nor detected", question.unit), "assumed")


def _computed(question: Question, facts: Facts) -> Fact | None:
    """The value of the row's formula, with the range over the corners of what it reads; None where it is unknown."""
    read = [facts[name] for name in rule.names_in(question.compute) if name in facts]
    value = _value(question.compute, facts)
    if value is None:
        return None
    corners = [{fact.value, *fact.range} if _ranged(fact) else {fact.value} for fact in read]
    values = [
        _value(question.compute, {fact.id: Fact(fact.id, at) for fact, at in zip(read, corner, strict=True)})
        for corner in product(*corners)
    ]
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if any(map(_ranged, read)) else (None, None)
    weak = any(fact.provenance == "assumed" for fact in read)
    return Fact(question.id, value, question.unit, low, high, "assumed" if weak else "computed", question.compute)


def _ranged(fact: Fact) -> bool:
    return fact.low is not None or fact.high is not None


def _value(expression: str, facts: Facts) -> float | None:
    try:
        value = rule.value_of(expression, facts)
    except (ZeroDivisionError, OverflowError):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _default(question: Question, before: Mapping[str, Answer], task_defaults: TaskDefaults) -> Fact | None:
    value, source = question.default, "default"
    if isinstance(value, Mapping):
        task = str(before["task"].fact.value) if "task" in before else ""
        usual = task_defaults.get(task, {}).get(str(value["from_task"]))
        value, source = read_value(question, usual).value, f"usual for {task}"
    if value is None:
        return None
    unit = question.unit if question.type == "number" else ""
    return Fact(question.id, value, unit, provenance="assumed", source=source)  # type: ignore[arg-type]
