"""A file for rules that look at any text: its settings by their path, its lines without comments, its commands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from advisor.check.taking import setting
from advisor.check.tree import Document, Entry, Leaf, Node, Sequence, Table
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
        waiting: list[tuple[str, Node]] = [("", root) for root in reversed(self.document.roots)]
        seen: set[int] = set()
        while waiting:
            path, node = waiting.pop()
            if type(node) is Leaf or id(node) in seen:  # an alias shares its node
                continue
            seen.add(id(node))
            if isinstance(node, Table):
                found.append((path, node))
                inner = [(key, entry.node) for key, entry in node.entries.items() if type(entry.node) is not Leaf]
                waiting.extend((_under(path, key), child) for key, child in reversed(inner))
            elif isinstance(node, Sequence):
                items = [(number, item) for number, item in enumerate(node.items) if type(item) is not Leaf]
                waiting.extend((f"{path}[{number}]", child) for number, child in reversed(items))
        return tuple(found)

    def setting_at(self, place: Place) -> str:
        """The path of the setting at a place, else of the first one on its line; "" where none stands."""
        here, near = self._paths
        return here.get(place) or near.get(place.line, "")

    @cached_property
    def _paths(self) -> tuple[dict[Place, str], dict[int, str]]:
        here = {at.place: at.yaml_path for at in self.settings}
        return here, {at.place.line: at.yaml_path for at in reversed(self.settings)}

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
        text = self.text.replace("\r\n", "\n")
        kept = [(number, row) for number, row in enumerate(text.split("\n"), 1) if len(row) <= _LONGEST_LINE]
        if self.document.reader == "json" or "#" not in text:
            return tuple(kept)
        return tuple([(number, _without_comment(row) if "#" in row else row) for number, row in kept])

    def commands(self, said: Iterable[str]) -> Iterator[tuple[Word, ...]]:
        """The commands, each as its words, of the statements that say one of these words, in lower case."""
        wanted = [word for word in said if word in self.lower]
        for number, statement in enumerate(self._lower_statements if wanted else ()):
            if any(word in statement for word in wanted):
                yield from self._words(number)

    @cached_property
    def _statements(self) -> list[list[tuple[int, str]]]:
        """The lines that belong together: one that ends in a backslash goes on in the next, over comments.

        Python has none: what stands in its texts is no command of the project.
        """
        found: list[list[tuple[int, str]]] = []
        goes_on = False
        for number, row in self.lines if self.document.reader != "python" else ():
            text = row.rstrip()
            if not text:
                continue  # a comment does not end a command that goes on
            if not goes_on:
                found.append([])
            goes_on = text[-1] == "\\"
            found[-1].append((number, text[:-1] if goes_on else text))
        return found

    @cached_property
    def _lower_statements(self) -> list[str]:
        return ["\n".join(row for _, row in rows).lower() for rows in self._statements]

    @cached_property
    def _split(self) -> dict[int, tuple[tuple[Word, ...], ...]]:
        return {}

    def _words(self, statement: int) -> tuple[tuple[Word, ...], ...]:
        """The commands of one statement, split once."""
        if statement not in self._split:
            self._split[statement] = tuple(_commands(self._statements[statement], self.path))
        return self._split[statement]


def _commands(rows: list[tuple[int, str]], path: str) -> Iterator[tuple[Word, ...]]:
    words: list[Word] = []
    for number, text in rows:
        for match in _WORD.finditer(text, 0 if words else _start_of_command(text)):
            word = match.group()
            if word not in _ENDS:
                words.append(Word(word.replace('"', "").replace("'", ""), path, number, match.start() + 1))
            elif words:
                yield tuple(words)
                words = []
    if words:
        yield tuple(words)


def _start_of_command(row: str) -> int:
    found = _DIRECTIVE.match(row)
    return found.end() if found is not None else 0


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _without_comment(row: str) -> str:
    hidden = _QUOTED.sub(lambda quoted: "_" * len(quoted.group()), row)
    found = _COMMENT.search(hidden)
    return row[: found.start()] if found else row
