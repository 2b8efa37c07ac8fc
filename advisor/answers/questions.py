"""The questions: rows of `questionnaires/*.yaml`, with the words of one language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import lru_cache
from pathlib import Path

import yaml

from advisor import marked, rule
from advisor.errors import BadInput
from advisor.values.facts import Question
from advisor.values.reading import read_value

FILES = ("core.yaml", "train.yaml", "serve.yaml")
FAMILIES = ("trees", "neural", "none")

_WORDS = ("label", "text", "why", "choice_texts")
_COLUMNS = {field.name: field for field in fields(Question) if field.name not in _WORDS}
_LISTS = ("choices", "detect", "changes")
_NUMBERS = ("minimum", "maximum")
_TYPES = ("choice", "choices", "number", "text", "yes_no")
_NEEDED = tuple(name for name, field in _COLUMNS.items() if field.default is MISSING and name != "id")


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in `text/<language>.yaml`. `phrases` are sentences with {gaps}, `decides` is by decision id."""

    questions: Mapping[str, Mapping[str, object]]
    machine: Mapping[str, Mapping[str, str]]
    decides: Mapping[str, str]
    phrases: Mapping[str, str]


def load_questions(folder: Path, language: str = "en") -> tuple[Question, ...]:
    """Every question, in the order of the files. Raises BadInput with file:line for a row that cannot be used."""
    words = load_words(folder, language)
    placed = [row for file in FILES for row in _rows(folder / file)]
    seen: dict[str, str] = {}
    for where, row in placed:
        if row["id"] in seen:
            raise BadInput(f"{row['id']} is there twice, first in {seen[str(row['id'])]}", where=where)
        seen[str(row["id"])] = where
    questions = tuple(_question(where, row, words) for where, row in placed)
    extra = set(words.questions) - set(seen)
    if extra:
        raise BadInput(f"has words for {min(extra)}, which nobody asks", where=str(_words_file(folder, language)))
    for (where, _), question in zip(placed, questions, strict=True):
        _check_conditions(where, question, questions)
    _refuse_circles(questions, seen)
    return questions


def load_words(folder: Path, language: str = "en") -> Words:
    """The words of one language. Raises BadInput naming the languages there are."""
    path = _words_file(folder, language)
    if not path.is_file():
        there = sorted(file.stem for file in (folder / "text").glob("*.yaml"))
        raise BadInput(f"there are no words in {language!r}", remedy=f"use one of {', '.join(there)}")
    sections = marked.sections(path)
    for name in ("questions", "machine", "decides", "phrases"):
        if not isinstance(sections.get(name), dict):
            raise BadInput(f"has no section {name}", where=str(path))
    return Words(**{name: sections[name] for name in ("questions", "machine", "decides", "phrases")})  # type: ignore[arg-type]


def _words_file(folder: Path, language: str) -> Path:
    if not re.fullmatch(r"[A-Za-z]{2}(-[A-Za-z]{2})?", language):
        raise BadInput(f"{language!r} is not a language", remedy="for example en")
    return folder / "text" / f"{language}.yaml"


def _rows(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    node = marked.tree(marked.read_text(path), path)
    sections = {key: value for key, _, value in marked.entries(node, path)} if node else {}
    rows = sections.get("questions")
    if not isinstance(rows, yaml.SequenceNode):
        raise BadInput("has no list of questions", where=str(path))
    for item in rows.value:
        row = marked.plain(item, path)
        where = f"{path}:{item.start_mark.line + 1}"
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise BadInput("a row needs an id", where=where)
        yield where, row


def _question(where: str, row: Mapping[str, object], words: Words) -> Question:
    id = str(row["id"])
    unknown = [key for key in row if key not in _COLUMNS]
    if unknown:
        raise BadInput(f"{id}: {unknown[0]!r} is not a column", where=where, remedy=f"use {', '.join(_COLUMNS)}")
    for name in _NEEDED:
        if not row.get(name):
            raise BadInput(f"{id}: {name} is missing", where=where)
    if row["type"] not in _TYPES:
        raise BadInput(f"{id}: {row['type']!r} is not a type", where=where, remedy=f"use {', '.join(_TYPES)}")
    said = words.questions.get(id)
    if said is None:
        raise BadInput(f"{id} has no words", where=where, remedy="add it to questionnaires/text/")
    try:
        cells = {key: _cell(key, value) for key, value in row.items() if key != "default"}
        bare = Question(**cells, **_words_of(id, said))  # type: ignore[arg-type]
        question = _with_default(bare, row.get("default"))
    except (BadInput, TypeError, ValueError) as error:
        raise BadInput(f"{id}: {error}", where=where) from None
    if question.choices and set(question.choices) != set(question.choice_texts):
        odd = min(set(question.choices) ^ set(question.choice_texts))
        raise BadInput(f"{id}: the choice {odd} and its words do not go together", where=where)
    return question


def _words_of(id: str, said: Mapping[str, object]) -> dict[str, object]:
    for name in ("label", "text", "why"):
        if not isinstance(said.get(name), str):
            raise BadInput(f"{id} has no {name} among its words")
    return {name: said[name] for name in ("label", "text", "why")} | {"choice_texts": said.get("choices", {})}


def _cell(key: str, value: object) -> object:
    if key in _LISTS:
        if not isinstance(value, list):
            raise BadInput(f"{key} is a list")
        return tuple(value)
    if isinstance(value, list | dict):
        raise BadInput(f"{key} is one value")
    if value is None:
        return ""
    if key in _NUMBERS:
        return float(str(value))
    if key == "asked":
        return int(str(value))
    if isinstance(_COLUMNS[key].default, bool):
        if value not in ("true", "false"):
            raise BadInput(f"{key} is true or false")
        return value == "true"
    return value


def _with_default(question: Question, default: object) -> Question:
    """The question with its default read as an answer to it would be."""
    if isinstance(default, dict):
        if list(default) != ["from_task"]:
            raise BadInput("a default is a value or {from_task: FIELD}")
    elif default is not None:
        default = read_value(question, default).value
    return replace(question, default=default)


def _check_conditions(where: str, question: Question, questions: tuple[Question, ...]) -> None:
    ids = {known.id for known in questions}
    literals = {choice for known in questions for choice in known.choices} | {"family", "unknown", *FAMILIES}
    always = "" if question.always == "true" else question.always
    for text in filter(None, (question.ask_if, question.compute, always)):
        try:
            names = rule.names_in(text)
        except BadInput as error:
            raise BadInput(f"{question.id}: {error.what}", where=where) from None
        strange = [name for name in names if name not in ids and ("." in name or name not in literals)]
        if strange:
            raise BadInput(f"{question.id}: nothing is called {strange[0]}, in {text!r}", where=where)


def needs(question: Question) -> frozenset[str]:
    """What must be settled before the question can be: the names its condition, formula and default read."""
    return _needs(question.ask_if, question.compute, isinstance(question.default, Mapping))


@lru_cache(maxsize=1024)
def _needs(ask_if: str, compute: str, from_task: bool) -> frozenset[str]:
    names = {name for text in (ask_if, compute) if text for name in rule.names_in(text)}
    if "family" in names or from_task:
        names.add("task")
    return frozenset(names)


def _refuse_circles(questions: tuple[Question, ...], places: Mapping[str, str]) -> None:
    waiting = {question.id: needs(question) for question in questions}
    while ready := [id for id, names in waiting.items() if not names & waiting.keys()]:
        for id in ready:
            del waiting[id]
    if waiting:
        id = min(waiting)
        raise BadInput(f"{id} waits for itself, through {', '.join(sorted(waiting))}", where=places[id])
