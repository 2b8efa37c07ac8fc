"""`advisor schema`: the JSON Schema of advisor.yaml."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.answers.questions import load_questions, load_words
from advisor.shelf import shelf
from advisor.units import words_of
from advisor.values.facts import Question
from advisor.values.reading import MACHINE_KEYS


def command(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it to this file.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the descriptions.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="A schema is a JSON document already.")] = False,
) -> None:
    """Print the JSON Schema of advisor.yaml, for editors.

    An advisor.yaml names advisor.schema.json, beside it, in its first line: `advisor schema --out
    advisor.schema.json` there makes an editor with a YAML language server complete and check it.
    """
    import json as json_format

    del json
    folder = shelf("questionnaires")
    text = json_format.dumps(schema(load_questions(folder, lang), load_words(folder, lang).machine), indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        from advisor.atomic import replace_text

        replace_text(out, text)


def schema(questions: Iterable[Question], machine_words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The schema (draft 2020-12) of the answers to these questions."""
    properties: dict[str, Any] = {"schema": {"const": 1, "description": "The version of this file's format."}}
    properties |= {row.id: _described(_answer(row), row.label, f"{row.text}\n\n{row.why}") for row in questions}
    for row in MACHINE_KEYS:
        said = machine_words[row.id]
        properties[row.id] = _described(_answer(row), said["label"], f"{said['text']}. Overrides what was found.")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "advisor.yaml",
        "description": "What people answered. `null` is for what nobody knows; what is left out is assumed.",
        "type": "object",
        "properties": properties,
        "required": ["schema"],
        "additionalProperties": False,
    }


def _described(answer: dict[str, Any], title: str, description: str) -> dict[str, Any]:
    return {"title": title, "description": description, **answer}


def _answer(row: Question) -> dict[str, Any]:
    match row.type:
        case "choice":
            return {"anyOf": [*_choices(row), {"type": "null"}]}
        case "choices":
            item = {"anyOf": _choices(row)} if row.choices else {"type": "string", "minLength": 1}
            items = {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}
            return {"anyOf": [items, *(_choices(row) or [item]), {"type": "null"}]}
        case "yes_no":
            return {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no"]}, {"type": "null"}]}
        case "text":
            return {"type": ["string", "null"], "minLength": 1, "maxLength": 1000}
        case "number":
            return {"anyOf": [*_numbers(row), {"type": "null"}]}


def _choices(row: Question) -> list[dict[str, Any]]:
    return [{"const": name, "title": row.choice_texts.get(name, name)} for name in row.choices]


def _numbers(row: Question) -> list[dict[str, Any]]:
    """A number in the question's unit, text with a unit, or `{value, unit}`."""
    bounds = {"minimum": row.minimum, "maximum": row.maximum}
    number = {"type": "number", **{name: bound for name, bound in bounds.items() if bound is not None}}
    text = {"type": "string", "pattern": r"^\s*[$+-]?\s*[0-9.]"}
    with_unit = {
        "type": "object",
        "properties": {
            "value": {"anyOf": [{"type": "number"}, text]},
            "unit": {"enum": words_of(row.unit)},
            "source": {"type": "string"},
        },
        "required": ["value"],
        "additionalProperties": False,
    }
    return [number, text, *([with_unit] if row.unit else [])]
