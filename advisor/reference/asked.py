"""Entries of what is asked and decided: questions, decisions, options, gates, qualities."""

from collections.abc import Iterable, Iterator, Mapping

from advisor import units
from advisor.values.catalog import Gate, Option, Tables
from advisor.values.facts import Question
from advisor.values.reference import Entry

Questions = Iterable[Question]


def questions(rows: Questions, tables: Tables) -> Iterator[Entry]:
    """Each question, also by its id in the knowledge it came from, as `q_lat` and `q_lat.ms`."""
    decides = {row.id: row.title for row in tables.decisions}
    for row in rows:
        also = dict.fromkeys((row.knowledge, row.knowledge.partition(".")[0])) if row.knowledge else {}
        says: dict[str, object] = {
            "asks": row.text,
            "why": row.why,
            "answered_as": _form(row),
            "choices": {choice: row.choice_texts.get(choice, choice) for choice in row.choices},
            "usual": _usual(row),
            "asked_if": row.ask_if,
            "follows_from": row.compute,
            "decides": {id: decides.get(id, id) for id in row.changes},
        }
        yield Entry("question", row.id, row.label, _stated(says), tuple(also))


def decisions(tables: Tables, rows: Questions) -> Iterator[Entry]:
    """Each decision with its options, what ranks them, and the questions that it hangs on."""
    asked = tuple(rows)
    for row in tables.decisions:
        says: dict[str, object] = {
            "asks": row.title,
            "options": {option.id: option.name for option in tables.options.get(row.id, ())},
            "qualities": [tables.attributes[id].name for id in row.attributes if id in tables.attributes],
            "hangs_on": [question.id for question in asked if row.id in question.changes],
            "gates": {gate.id: gate.say for gate in tables.gates if gate.decision == row.id},
        }
        yield Entry("decision", row.id, row.name, _stated(says))


def options(tables: Tables) -> Iterator[Entry]:
    """Each option; those of two decisions that share an id are told apart as `d_parallel.none`."""
    titles = {row.id: row.title for row in tables.decisions}
    for decision, rows in tables.options.items():
        for row in rows:
            yield _option(row, decision, titles.get(decision, decision), tables)


def _option(row: Option, decision: str, title: str, tables: Tables) -> Entry:
    says: dict[str, object] = {
        "answers": f"{title} ({decision})",
        "made_for": row.suits,
        "needs": {limit.condition: _unless(limit.say, limit.answer, tables) for limit in row.limits},
        "brings": list(row.gains),
        "fails_by": list(row.fails),
        "complexity": row.complexity,
        "scores": {_quality(id, tables): _interval(low, high) for id, (low, high) in row.scores.items()},
        "facts": [f"{text} ({source})" for text, source in row.facts],
        "state": row.lifecycle,
        "noted": {row.note.condition: row.note.say} if row.note else {},
    }
    sources = dict.fromkeys([source for _, source in row.facts] + list(row.sources))
    return Entry("option", row.id, row.name, _stated(says), (f"{decision}.{row.id}",), tuple(sources))


def gates(tables: Tables) -> Iterator[Entry]:
    """Each early word of an architect: when it is due, and what it says."""
    return (_gate(row) for row in tables.gates)


def _gate(row: Gate) -> Entry:
    return Entry("gate", row.id, row.say, {"when": row.condition, "belongs_to": row.decision}, (), row.sources)


def qualities(tables: Tables) -> Iterator[Entry]:
    """Each quality that options are scored on."""
    for row in tables.attributes.values():
        says = {"scale": row.anchor, "counts_when": row.matters, "comes_first_when": row.important}
        yield Entry("quality", row.id, row.name, says)


def _quality(id: str, tables: Tables) -> str:
    return tables.attributes[id].name if id in tables.attributes else id


def _interval(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _unless(say: str, answer: str, tables: Tables) -> str:
    return f"{say} [{tables.labels.get(answer, answer)}]"


def _form(row: Question) -> str:
    """How an answer is written."""
    if row.type != "number":
        return row.type.replace("_", " or ")
    low = units.say(row.minimum, row.unit) if row.minimum is not None else ""
    high = units.say(row.maximum, row.unit) if row.maximum is not None else ""
    bounds = (
        f", {low} to {high}" if low and high else f", {low} or more" if low else f", at most {high}" if high else ""
    )
    return f"number{f' [{row.unit}]' if row.unit else ''}{bounds}"


def _usual(row: Question) -> str:
    """What is assumed when nobody answers."""
    value = row.default
    if isinstance(value, Mapping):
        return f"as usual for the task ({value['from_task']})"
    if value is None:
        return ""
    if row.type == "number":
        return units.say(float(str(value)), row.unit)
    words = value if isinstance(value, list | tuple) else [value]
    said = {True: "yes", False: "no"}
    return ", ".join(
        said[word] if isinstance(word, bool) else row.choice_texts.get(str(word), str(word)) for word in words
    )


def _stated(says: Mapping[str, object]) -> dict[str, object]:
    """The parts that say something."""
    return {part: said for part, said in says.items() if said not in ("", [], {}, None)}
