"""TOML with positions: tomllib says what it means, a scan of the lines says where it stands.

The scan does not have to understand all of TOML. A key that it does not find stands where its table does.
"""

import re
import tomllib
from typing import Any

from advisor.check.tree import DEEPEST, Entry, Leaf, Node, Repeated, Sequence, Table, Unreadable

_KEY = r"(?:[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')"
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_LINE = re.compile(rf"[ \t]*(?:(?P<open>\[\[?)[ \t]*(?P<table>{_DOTTED})[ \t]*\]|(?P<key>{_DOTTED})[ \t]*=[ \t]*)")
_PART = re.compile(_KEY)
_TOKEN = re.compile(r"\"\"\"|'''|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[\[\]{}#]")
_BARE = re.compile(r"[^\s,#\[\]{}]+")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_REPEATED = ("overwrite", "declare", "twice", "inline table")
_MOST_PARTS = 20  # of one dotted key

Path = tuple[str, ...]


def read_toml(text: str) -> tuple[tuple[Node, ...], tuple[Repeated, ...]]:
    """The tree of TOML text. Raises Unreadable with the place."""
    places = _Places(text)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(text, str(error)) from None
    except (RecursionError, ValueError) as error:  # ValueError: a date that the calendar does not have
        raise Unreadable(str(error) or "nested too deep", 0, "correct the value") from None
    return (_table(document, (), 0, places),), ()


class _Places:
    """Where each table starts, and each key and its value, by the path of names."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.keys: dict[Path, tuple[int, int]] = {}
        self.scan()

    def scan(self) -> None:
        """Goes over the lines; what spans several lines (texts, lists) is passed over."""
        table: Path = ()
        counts: dict[Path, int] = {}
        at = 0
        while at < len(self.text):
            match = _LINE.match(self.text, at)
            end = match.end() if match else at
            if match and match["table"]:
                table = names(match["table"], end)
                if match["open"] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, str(counts[table]))
                self.keys.setdefault(table, (match.start("table"), match.start("table")))
            elif match and match["key"]:
                path = table
                for name in names(match["key"], end):
                    path = (*path, name)
                    self.keys.setdefault(path, (match.start("key"), match.end()))
            at = self.past_value(end)

    def past_value(self, at: int) -> int:
        """Where the next line after a value starts; texts and brackets may span lines."""
        depth = 0
        while True:
            line_end = self.text.find("\n", at)
            line_end = len(self.text) if line_end < 0 else line_end
            token = _TOKEN.search(self.text, at, line_end)
            if token is None or token.group() == "#":
                at = line_end + 1
                if depth <= 0 or at > len(self.text):
                    return at
                continue
            at = token.end()
            if token.group() in ('"""', "'''"):
                close = self.text.find(token.group(), at)
                at = len(self.text) if close < 0 else close + 3
            elif token.group() in "[{":
                depth += 1
                if depth > DEEPEST:
                    raise Unreadable(f"nested deeper than {DEEPEST} levels", token.start(), "flatten it")
            elif token.group() in "]}":
                depth -= 1

    def of(self, path: Path, default: tuple[int, int]) -> tuple[int, int]:
        """Where the key at a path stands, and its value."""
        return self.keys.get(path, default)


def names(dotted: str, at: int) -> Path:
    """The names of a dotted key. Raises Unreadable beyond a bound, which tomllib would need long for."""
    found = tuple(part.strip("\"'") for part in _PART.findall(dotted))
    if len(found) > _MOST_PARTS:
        raise Unreadable(f"a key of {len(found)} names", at, "nest tables instead")
    return found


def _table(value: dict[str, Any], path: Path, at: int, places: _Places) -> Table:
    table = Table(at)
    for key, inner in value.items():
        key_at, value_at = places.of((*path, key), (at, at))
        table.entries[key] = Entry(key_at, _node(inner, (*path, key), value_at, places))
    return table


def _node(value: Any, path: Path, at: int, places: _Places) -> Node:
    if isinstance(value, dict):
        return _table(value, path, at, places)
    if isinstance(value, list):
        inner = [_node(item, (*path, str(number)), at, places) for number, item in enumerate(value)]
        return Sequence(at, inner)
    if isinstance(value, str):
        return Leaf(at, value, value, quoted=True)
    if isinstance(value, bool | int | float):
        written = _BARE.match(places.text, at)
        return Leaf(at, value, written.group()[:100] if written else str(value))
    return Leaf(at, str(value), str(value))  # a date


def _unreadable(text: str, message: str) -> Unreadable:
    place = _PLACE.search(message)
    what = _PLACE.sub("", message).strip()
    if place is None:
        return Unreadable(what.replace("(at end of document)", "").strip(), len(text), "complete the last line")
    line, column = int(place.group(1)), int(place.group(2))
    at = 0
    for _ in range(line - 1):
        at = text.find("\n", at) + 1
    if any(word in what for word in _REPEATED):
        at = text.rfind("\n", 0, at + column - 1) + 1
        return Unreadable(f"{what}: the key stands twice", at, "keep one of them")
    return Unreadable(what, at + column - 1, "correct the line")
