"""YAML that knows where everything stands, read without trusting it.

Scalars stay text: what `no`, `1.000` or `80 GB` means depends on the question, never on YAML. Aliases
(a bomb is made of them), type tags, deep nesting and duplicate keys are refused with their place.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from advisor.errors import BadInput

LARGEST_BYTES = 1_000_000
_DEEPEST = 12
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = ("", "~", "null", "Null", "NULL")

Raw = str | tuple[str, ...] | dict[str, str | None] | None
"""What stands in a file: a scalar's text, a list, `{value, unit}`, or nothing."""


def read_text(path: Path, largest: int = LARGEST_BYTES) -> str:
    """The text of a file of at most `largest` bytes; raises BadInput for what is not readable text."""
    try:
        if not path.is_file() and path.exists():
            raise BadInput("this is not a file", where=str(path), remedy="give the path of a text file")
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadInput(
            f"cannot be read: {reason}", where=str(path), remedy="check the path and its permissions"
        ) from None
    if len(content) > largest:
        what = f"is larger than {largest // 10**6} MB, too large for this file"
        raise BadInput(what, where=str(path), remedy="is it the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        binary = "is a binary file" if b"\0" in content else f"is not UTF-8 (byte 0x{content[error.start]:02x})"
        raise BadInput(binary, where=f"{path}:{line}", remedy="save it as UTF-8 text") from None
    if "\0" in text:
        raise BadInput("is a binary file", where=str(path), remedy="give the path of a text file")
    return text


def tree(text: str, path: Path | str) -> yaml.Node | None:
    """The nodes of one document, None for an empty one. Raises BadInput with file:line:column."""
    try:
        _refuse_tricks(text, path)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise BadInput(f"is not valid YAML: {error.problem}", where=where, remedy=_advice(text, mark)) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        where = f"{path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        raise BadInput("holds a control character", where=where, remedy="remove it, or save it as text") from None


def _advice(text: str, mark: yaml.Mark | None) -> str:
    if re.search(r"^(<<<<<<<|>>>>>>>|=======)", text, re.MULTILINE):
        return "a merge left its conflict markers: choose a side and remove them"
    line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
    if "\t" in line:
        return "YAML indents with spaces, not tabs"
    return "write `key: value`, one a line; put quotes around text that holds `: ` or ` #`"


def _refuse_tricks(text: str, path: Path | str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        mark = event.start_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadInput("anchors and aliases (& and *) are not read here", where=where, remedy="write the value out")
        if getattr(event, "tag", None):
            raise BadInput("type tags (!) are not read here", where=where, remedy="write the plain value")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise BadInput("is nested too deeply", where=where, remedy="write `key: value`, one a line")


def place(path: Path | str, node: yaml.Node) -> str:
    """file:line:column of a node, counted from 1."""
    return f"{path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def entries(node: yaml.Node, path: Path | str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """(key, key's node, value's node) of a mapping, in order. Raises BadInput for no mapping, or a key given twice."""
    if not isinstance(node, yaml.MappingNode):
        raise BadInput("`key: value` lines are expected here", where=place(path, node), remedy="write `key: value`")
    seen: dict[str, int] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise BadInput("a key is one word", where=place(path, key), remedy="write `key: value`")
        if key.value in seen:
            earlier = f"it stands in line {seen[key.value]} already: keep one of the two"
            raise BadInput(f"{key.value} is given twice", where=place(path, key), remedy=earlier)
        seen[key.value] = key.start_mark.line + 1
        yield key.value, key, value


def sections(path: Path) -> Mapping[str, object]:
    """The whole of a file of keys, scalars as text; read once while it stays as it is. Raises BadInput like `tree`."""
    try:
        state = path.stat()
    except OSError:
        return _sections(path, 0, 0)  # reading says why
    return _sections(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _sections(path: Path, _changed_ns: int, _bytes: int) -> Mapping[str, object]:
    node = tree(read_text(path), path)
    return {key: plain(value, path) for key, _, value in entries(node, path)} if node else {}


def plain(node: yaml.Node, path: Path) -> object:
    """Text, lists and mappings, as they stand; a plain null is None."""
    if isinstance(node, yaml.MappingNode):
        return {key: plain(value, path) for key, _, value in entries(node, path)}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item, path) for item in node.value]
    assert isinstance(node, yaml.ScalarNode)
    return scalar(node)


def raw(node: yaml.Node, path: Path | str) -> Raw:
    """A value as it stands, nothing interpreted but null."""
    if isinstance(node, yaml.ScalarNode):
        return scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return tuple(_item(item, path) for item in node.value)
    return {key: scalar(value) if isinstance(value, yaml.ScalarNode) else _item(value, path)
            for key, _, value in entries(node, path)}  # fmt: skip


def scalar(node: yaml.ScalarNode) -> str | None:
    """The text of a scalar; None for a plain null."""
    text = str(node.value)
    return None if not node.style and text in _NULLS else text


def _item(node: yaml.Node, path: Path | str) -> str:
    text = scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if text is None:
        raise BadInput("a single value is expected here", where=place(path, node), remedy="write one word or number")
    return text
