"""A configuration as a tree that remembers where everything stands. JSON and YAML give the same tree."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Union

from advisor.figure import Scalar as Value
from advisor.values.finding import Place

DEEPEST = 100
"""Nesting beyond this is no configuration that a person keeps; the readers stop there."""


@dataclass(slots=True)
class Leaf:
    """A scalar at character `at` of the text: its value as the owning tool reads it, and as written."""

    at: int
    value: Value
    raw: str
    quoted: bool = False


@dataclass(slots=True)
class Sequence:
    """A list."""

    at: int
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """The key's place and the value."""

    at: int
    node: "Node"


@dataclass(slots=True)
class Table:
    """A mapping by the text of its keys; of a repeated key the last one counts, as every reader has it."""

    at: int
    entries: dict[str, Entry] = field(default_factory=dict)

    def entry(self, path: str) -> Entry | None:
        """The entry at a dotted path, or None."""
        here: Node = self
        found = None
        for name in path.split("."):
            found = here.entries.get(name) if isinstance(here, Table) else None
            if found is None:
                return None
            here = found.node
        return found


Node = Union[Leaf, Sequence, Table]  # noqa: UP007 - the names are quoted above


@dataclass(frozen=True, slots=True)
class Repeated:
    """A key that a mapping has more than once: where it stands again, and where first."""

    key: str
    at: int
    first_at: int


class Unreadable(Exception):
    """The text is not what it should be: `what`, at which character, and what to do."""

    def __init__(self, what: str, at: int, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        self.remedy = remedy


@dataclass(slots=True)
class Document:
    """One file's text with its trees (YAML may hold several documents) and repeated keys."""

    path: str
    text: str
    reader: str = "json"
    roots: tuple[Node, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    _starts: list[int] = field(default_factory=list)

    def place(self, at: int) -> Place:
        """Line and column, from 1, of character `at`."""
        starts = self._starts or self.starts()
        if at < 0:
            at = 0
        elif at > len(self.text):
            at = len(self.text)
        line = bisect_right(starts, at)
        return Place(self.path, line, at - starts[line - 1] + 1)

    def offset(self, place: Place) -> int:
        """The character at a place of this document."""
        return self.starts()[place.line - 1] + place.column - 1

    def starts(self) -> list[int]:
        """Where each line starts."""
        if not self._starts:
            self._starts = [0]
            self._starts.extend(match.end() for match in re.finditer("\n", self.text))
        return self._starts
