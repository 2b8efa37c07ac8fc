"""A file for rules that look at any text: its settings by their path, its lines without comments, its commands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from advisor.check.taking import setting
from advisor.check.tree import Document, Entry, Leaf, Sequence, Table
from advisor.values.configs import At
from advisor.values.finding import Place

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_WORD = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|\"'])+|&&|\|\||[;|&]")
_ENDS = frozenset({"&&", "||", ";", "|", "&"})
_DIRECTIVE = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:(?:RUN|CMD|ENTRYPOINT)[ \t]+"
    r"|(?:command|cmd|run|setup|script|entrypoint|args|entry)[\"']?:[ \t]+(?:[|>][-+]?[ \t]*)?)?"
)
_LONGEST_LINE = 5000


class Word(NamedTuple):
    """One word of a command, without its quotation marks, where it stands."""

    text: str
    path: str
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.path, self.line, self.column)


def word_at(text: str, place: Place) -> Word:
    """A word at a place that is known already."""
    return Word(text, place.path, place.line, place.column)


@dataclass(frozen=True)
class Source:
    """One file. `document` has no roots where the text is neither JSON nor YAML, or cannot be parsed."""

    document: Document

    @property
    def path(self) -> str:
        """The path as people see it."""
        return self.document.path

    @property
    def text(self) -> str:
        """The whole text."""
        return self.document.text

    @property
    def name(self) -> str:
        """The file's name in lower case."""
        return self.path.rpartition("/")[2].lower()

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    def says(self, words: Iterable[str]) -> bool:
        """Whether one of the words, in lower case, stands anywhere in the text: a cheap look before a closer one."""
        return any(word in self.lower for word in words)

    @cached_property
    def tables(self) -> tuple[tuple[str, Table], ...]:
        """Every mapping with its path (`""` for the document), outer ones first."""
        found: list[tuple[str, Table]] = []
        waiting: list[tuple[str, object]] = [("", root) for root in reversed(self.document.roots)]
        seen: set[int] = set()
        while waiting:
            path, node = waiting.pop()
            if id(node) in seen:  # an alias shares its node
                continue
            seen.add(id(node))
            if isinstance(node, Table):
                found.append((path, node))
                children = [(_under(path, key), entry.node) for key, entry in node.entries.items()]
            elif isinstance(node, Sequence):
                children = [(f"{path}[{number}]", item) for number, item in enumerate(node.items)]
            else:
                continue
            waiting.extend(reversed(children))
        return tuple(found)

    @cached_property
    def settings(self) -> tuple[At, ...]:
        """Every scalar of every mapping and list, by its path."""
        return tuple(at for path, table in self.tables for at in self.of(path, table))

    def of(self, path: str, table: Table) -> Iterator[At]:
        """The scalars of one mapping, and of the lists that stand in it."""
        for key, entry in table.entries.items():
            yield from self._scalars(_under(path, key), entry)

    def _scalars(self, path: str, entry: Entry) -> Iterator[At]:
        if isinstance(entry.node, Leaf):
            yield setting(self.document, entry, path)
        elif isinstance(entry.node, Sequence):
            for number, item in enumerate(entry.node.items):
                if isinstance(item, Leaf):
                    yield setting(self.document, Entry(item.at, item), f"{path}[{number}]")

    @cached_property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """(number, text) of each line, comments blanked out; very long lines are left out."""
        rows = self.text.split("\n")
        kept = ((number, row.rstrip("\r")) for number, row in enumerate(rows, 1) if len(row) <= _LONGEST_LINE)
        if self.document.reader == "json":
            return tuple(kept)
        return tuple((number, _without_comment(row)) for number, row in kept)

    @cached_property
    def commands(self) -> tuple[tuple[Word, ...], ...]:
        """The commands in the lines, each as its words; a line that ends in a backslash goes on in the next.

        Python has none: what stands in its texts is no command of the project.
        """
        if self.document.reader == "python":
            return ()
        found: list[tuple[Word, ...]] = []
        words: list[Word] = []
        for number, row in self.lines:
            text = row.rstrip()
            if not text:
                continue  # a comment does not end a command that goes on
            start = 0 if words else _start_of_command(text)
            goes_on = text[-1] == "\\"
            for match in _WORD.finditer(text[:-1] if goes_on else text, start):
                word = match.group()
                if word in _ENDS:
                    found.append(tuple(words))
                    words = []
                else:
                    bare = word.replace('"', "").replace("'", "")
                    words.append(Word(bare, self.path, number, match.start() + 1))
            if not goes_on:
                found.append(tuple(words))
                words = []
        return tuple(command for command in (*found, tuple(words)) if command)


def _start_of_command(row: str) -> int:
    found = _DIRECTIVE.match(row)
    return found.end() if found is not None else 0


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _without_comment(row: str) -> str:
    if "#" not in row:
        return row
    hidden = _QUOTED.sub(lambda quoted: "_" * len(quoted.group()), row)
    found = _COMMENT.search(hidden)
    return row[: found.start()] if found else row
