"""`advisor.yaml`: what people answered, and nothing else. People edit it; what they wrote stays as it is."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from advisor import marked
from advisor.atomic import replace_text
from advisor.errors import BadInput
from advisor.figure import Fact
from advisor.project.rewrite import rewritten
from advisor.values.facts import Question
from advisor.values.reading import question_for, read_value

SCHEMA = 1
_HEAD = """\
# yaml-language-server: $schema=advisor.schema.json
# What was answered. `advisor schema --out advisor.schema.json` makes the file that editors check this one with.
"""


def read(path: Path, questions: Iterable[Question]) -> dict[str, Fact]:
    """The answers in the file, by question id or `machine.*` fact id; none where there is no file.

    A value is plain or `{value, unit}`; `null` is a Fact whose value is None: the person does not know.
    Raises BadInput with file:line:column for whatever cannot be read in exactly one way.
    """
    if not path.exists() and not path.is_symlink():
        return {}
    rows = tuple(questions)
    node = marked.tree(marked.read_text(path), path)
    if node is None:
        return {}
    return {
        key: _fact(key, (key_node, value), path, rows)
        for key, key_node, value in marked.entries(node, path)
        if key != "schema" or _refuse_other_schema(value, path)
    }


def save(path: Path, facts: Mapping[str, Fact | None]) -> None:
    """Writes these answers into the file, a Fact without value as `null`; None takes the entry out.

    Other entries, comments, order and line ends stay; an answer that says the same already stays as it is
    written. Raises Lacking (disk full, no permission: the old file is intact), BadInput for a broken file.
    """
    there = path.exists() or path.is_symlink()
    before = marked.read_text(path) if there else ""
    after = rewritten(before or _HEAD, {"schema": Fact("schema", SCHEMA), **facts}, path)
    if after != before:
        replace_text(path, after)


def _fact(key: str, nodes: tuple[yaml.Node, yaml.Node], path: Path, questions: tuple[Question, ...]) -> Fact:
    key_node, value = nodes
    try:
        question = question_for(key, questions)
    except BadInput as error:
        raise BadInput(error.what, where=marked.place(path, key_node), remedy=error.remedy) from None
    try:
        return read_value(question, marked.raw(value, path))
    except BadInput as error:
        raise BadInput(error.what, where=error.where or marked.place(path, value), remedy=error.remedy) from None


def _refuse_other_schema(value: yaml.Node, path: Path) -> bool:
    raw = marked.raw(value, path)
    if raw == str(SCHEMA):
        return False
    newer = isinstance(raw, str) and raw.isdigit() and int(raw) > SCHEMA
    remedy = "upgrade advisor: the file was written by a newer one" if newer else f"write schema: {SCHEMA}"
    raise BadInput(f"schema {raw} is not known", where=marked.place(path, value), remedy=remedy)
