"""How an entry looks on standard output: a heading, and beside each label what is said of it."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisor import library
from advisor.cli.screen import Screen, printable, screen, wrapped
from advisor.conclude import Grounds
from advisor.values.catalog import Tables
from advisor.values.reference import Entry

_LABEL = 12
_SHORT = 34
"""Columns below which the texts of a list stand beside each other."""
_ENDLESS = 10_000
"""Columns where lines may be as long as they like."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where entries are told; lines are wrapped on a terminal alone, so that another program gets them whole."""

    screen: Screen
    tables: Tables
    width: int

    def heading(self, entry: Entry) -> None:
        kind = self.tables.phrases["reference"]["kinds"][entry.kind]["one"]
        name = entry.name if entry.name != entry.id else ""
        self.line(f"{entry.id}  ({kind})", "strong")
        for line in wrapped(name, self.width) if name else ():
            self.line(line)
        self.gap()

    def entry(self, entry: Entry) -> None:
        """All that is said of it, its sources last."""
        self.parts(entry.says)
        names = [self._source(id) for id in entry.sources]
        self.parts({"sources": names} if names else {})

    def parts(self, says: Mapping[str, object]) -> None:
        labels = self.tables.phrases["reference"]["parts"]
        for part, said in says.items():
            margin = " " * _LABEL
            label = f"{labels[part]:<{_LABEL - 1}} "
            for line in self._lines(said):
                self.line(f"{label}{line}" if label.strip() else f"{margin}{line}", label=label.strip())
                label = margin

    def note(self, text: str) -> None:
        self.gap()
        if text:
            self.line(text, "faint")
            self.gap()

    def gap(self) -> None:
        self.line("")

    def line(self, text: str, style: str = "plain", *, label: str = "") -> None:
        shown = printable(text).rstrip()
        if label and self.screen.styled:
            shown = f"\x1b[1m{shown[: len(label)]}\x1b[0m{shown[len(label) :]}"
        elif self.screen.styled and style != "plain" and shown:
            shown = f"\x1b[{1 if style == 'strong' else 2}m{shown}\x1b[0m"
        self.screen.stream.write(f"{shown}\n")

    def _lines(self, said: object) -> Iterator[str]:
        room = max(self.width - _LABEL, 20)
        if isinstance(said, Mapping):
            for name, text in said.items():
                yield from _named(str(name), str(text), room)
        elif isinstance(said, list | tuple) and len(said) > 2 and all(len(str(text)) < _SHORT for text in said):
            yield from wrapped(", ".join(map(str, said)), room)
        elif isinstance(said, list | tuple):
            for text in said:
                yield from wrapped(str(text), room, "", "  ")
        elif isinstance(said, str):
            yield from wrapped(said, room)
        else:
            yield f"{said:g}" if isinstance(said, int | float) and not isinstance(said, bool) else str(said)

    def _source(self, id: str) -> str:
        row = self.tables.sources.get(id)
        return f"{id}: {row.title}{f' <{row.url}>' if row.url else ''}" if row is not None else id


def _named(name: str, text: str, room: int) -> Iterator[str]:
    """`name  text`; a text of several lines, a file for one, stands below its name as it is."""
    if "\n" in text:
        yield name
        yield from (f"    {line}" for line in text.rstrip("\n").split("\n"))
    elif len(name) > 34:
        yield from wrapped(name, room)
        yield from wrapped(text, room, "    ", "    ")
    else:
        yield from wrapped(f"{name}  {text}", room, "", "    ")


def sheet(tables: Tables, *, plain: bool = False) -> Sheet:
    """The sheet on standard output."""
    there = screen(plain=plain, stream=sys.stdout)
    return Sheet(there, tables, there.width if sys.stdout.isatty() else _ENDLESS)


def document(entry: Entry) -> dict[str, Any]:
    """An entry for programs."""
    return {
        "kind": entry.kind,
        "id": entry.id,
        "name": entry.name,
        "also": list(entry.also),
        **entry.says,
        "sources": list(entry.sources),
    }


def counts(on: Grounds) -> dict[str, int]:
    """How many rows there are of each kind."""
    return {kind: sum(1 for _ in read()) for kind, read in library.kinds(on).items()}


def kind_lines(on: Grounds) -> Iterator[str]:
    """A line a kind: how many there are, what they are, and one of them."""
    words = on.tables.phrases["reference"]["kinds"]
    for kind, read in library.kinds(on).items():
        rows = tuple(read())
        what = next(word["what"] for word in words.values() if word["many"] == kind)
        example = on.tables.say("reference.example", id=rows[0].id) if rows else ""
        yield f"{kind:<13}{len(rows):>4}  {what:<42}  {example}"
