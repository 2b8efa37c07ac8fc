"""Changes some answers in the text of a YAML file and leaves every other byte as it is."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from advisor import marked, units
from advisor.errors import BadInput
from advisor.figure import Fact, Scalar
from advisor.values.facts import Question
from advisor.values.reading import read_value

_SAYS_UNIT = frozenset(
    ("bytes", "bytes/s", "bytes/month", "s", "ms", "h", "1/s", "USD", "USD/month", "h/day", "ratio/year", "s/sample")
)
"""Units that a reader cannot guess from the key; counts stand alone."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[ ./+-]+[A-Za-z0-9_]+)*")
_MEANS_MORE = frozenset(("yes", "no", "on", "off", "y", "n", "true", "false", "null"))
_AMBIGUOUS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")

Edit = tuple[int, int, str]
"""Start and end in the text, and what to put there."""


def rewritten(text: str, facts: Mapping[str, Fact | None], path: Path) -> str:
    """`text` with these answers in it; raises BadInput where the file cannot be changed without harm."""
    root = marked.tree(text, path)
    if isinstance(root, yaml.MappingNode) and root.flow_style:
        raise BadInput("the answers stand in braces", where=marked.place(path, root), remedy="write `key: value` lines")
    there = {key: (at, value) for key, at, value in marked.entries(root, path)} if root else {}
    edits = [edit for id, fact in facts.items() if id in there for edit in _changed(text, there[id], fact)]
    new = {id: fact for id, fact in facts.items() if id not in there and fact is not None}
    result = _applied(text, [*edits, *_added(text, root, new)])
    _prove(result, facts, path)
    return result


def spelled(fact: Fact) -> str:
    """The answer as it stands in the file."""
    if _number(fact.value) and fact.unit in _SAYS_UNIT:
        value, unit = _with_unit(fact)
        return f"{{value: {value}, unit: {_scalar(unit)}}}"
    if isinstance(fact.value, tuple):
        return f"[{', '.join(_scalar(item) for item in fact.value)}]"
    return _scalar(fact.value)


def _with_unit(fact: Fact) -> tuple[str, str]:
    if fact.unit == "bytes":
        for word, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
            value = _scalar(_whole(fact.number / size))
            if fact.number >= size and len(value) <= 6 and units.parse(f"{value} {word}", "bytes") == fact.value:
                return value, word
    return _scalar(fact.value), fact.unit


def _whole(value: float) -> Scalar:
    return int(value) if value.is_integer() else value


def _number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scalar(value: Scalar) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        text = repr(value)
        if "e" in text and "." not in text:
            return text.replace("e", ".0e")  # 1e-05 is text to the tools that read YAML 1.1
        return f"{text}0" if _AMBIGUOUS.fullmatch(text) else text
    text = str(value)
    if _WORD.fullmatch(text) and text.lower() not in _MEANS_MORE:
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _changed(text: str, nodes: tuple[yaml.Node, yaml.Node], fact: Fact | None) -> list[Edit]:
    key, value = nodes
    start, end = value.start_mark.index, _end(text, value)
    if fact is None:
        return [(_line_start(text, key.start_mark.index), _line_end(text, end), "")]
    if _says(value, fact):
        return []
    parts = dict(_scalars(value)) if isinstance(value, yaml.MappingNode) else {}
    if {"value", "unit"} <= parts.keys() and _number(fact.value) and fact.unit in _SAYS_UNIT:
        said = dict(zip(("value", "unit"), _with_unit(fact), strict=True))
        return [
            (node.start_mark.index, node.end_mark.index, said[name]) for name, node in parts.items() if name in said
        ]
    if (isinstance(value, yaml.CollectionNode) and not value.flow_style) or start == end:
        return [(key.end_mark.index, end, f": {spelled(fact)}")]
    return [(start, end, spelled(fact))]


def _scalars(node: yaml.MappingNode) -> Iterable[tuple[str, yaml.Node]]:
    return ((key.value, value) for key, value in node.value if isinstance(value, yaml.ScalarNode))


def _says(node: yaml.Node, fact: Fact) -> bool:
    """Does the file say this already, in whatever words?"""
    raw = marked.raw(node, "")
    if raw is None or fact.value is None:
        return raw is None and fact.value is None
    kind = {bool: "yes_no", tuple: "choices", str: "text"}.get(type(fact.value), "number")
    try:
        read = read_value(Question(fact.id, "", "", kind, fact.unit), raw)  # type: ignore[arg-type]
    except BadInput:
        return False
    return read.value == fact.value


def _end(text: str, node: yaml.Node) -> int:
    """Where the last word of a value ends; a block's own mark stands behind the blanks and comments that follow it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(text, node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(text, node.value[-1])
    end = int(node.end_mark.index)
    return len(text[:end].rstrip()) if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") else end


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    """Behind the line that `index` stands in, or `index` itself at the start of a line."""
    if index and text[index - 1] == "\n":
        return index
    newline = text.find("\n", index)
    return len(text) if newline < 0 else newline + 1


def _added(text: str, root: yaml.Node | None, facts: Mapping[str, Fact]) -> list[Edit]:
    if not facts:
        return []
    newline = "\r\n" if "\r\n" in text else "\n"
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    margin = " " * (pairs[0][0].start_mark.column if pairs else 0)
    lines = {id: f"{margin}{id}: {spelled(fact)}{newline}" for id, fact in facts.items()}
    edits = []
    if pairs and "schema" in lines:
        first = _line_start(text, pairs[0][0].start_mark.index)
        edits.append((first, first, lines.pop("schema")))
    at = _line_end(text, _end(text, pairs[-1][1])) if pairs else len(text)
    gap = newline if at and text[at - 1] != "\n" else ""
    return [*edits, (at, at, gap + "".join(lines.values()))] if lines else edits


def _applied(text: str, edits: list[Edit]) -> str:
    for start, end, put in sorted(edits, reverse=True):
        text = text[:start] + put + text[end:]
    return text


def _prove(text: str, facts: Mapping[str, Fact | None], path: Path) -> None:
    """Reads the result back before it is written: a file in an unusual shape is better refused than broken."""
    try:
        root = marked.tree(text, path)
        there = {key: value for key, _, value in marked.entries(root, path)} if root else {}
        wrong = [id for id, fact in facts.items() if (there.get(id) and fact and _says(there[id], fact)) is False]
        wrong += [id for id, fact in facts.items() if (id in there) is (fact is None)]
    except BadInput:
        wrong = [id for id in facts if id != "schema"]
    if wrong:
        fact = facts[wrong[0]]
        line = f"{wrong[0]}: {spelled(fact) if fact else 'null'}"
        raise BadInput("cannot be changed without breaking it", where=str(path), remedy=f"write it yourself: {line}")
