"""Words of a shell, their parts, and what is known of variables at one place."""

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

MOST_WORDS = 20_000
"""Of one command; a string that doubles itself stops here."""
_LONGEST_VALUE = 200_000
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word: its text, where it was written, whether it is known, whether blanks in it split words."""

    text: str
    at: int
    known: bool = True
    splits: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command. `default` is how a value was written that the environment may change; `pieces` says
    where the parts of the text were written, as (offset in the text, place), when there are several.
    """

    text: str
    at: int
    known: bool = True
    default: str = ""
    pieces: tuple[tuple[int, int], ...] = ()

    def written_at(self, offset: int) -> int:
        """Where the character at an offset of the text was written."""
        if not self.pieces:
            return self.at + offset if self.at >= 0 else self.at
        start, at = self.pieces[max(bisect_right(self.pieces, (offset, math.inf)) - 1, 0)]
        return at + offset - start if at >= 0 else at


@dataclass(frozen=True, slots=True)
class Line:
    """One simple command: its words, what is assigned just for it, and what a shell that it starts gets to know."""

    words: tuple[Word, ...]
    assigned: Mapping[str, Word]
    at: int
    environment: Mapping[str, Word] = field(default_factory=dict)


@dataclass(slots=True)
class Variables:
    """What is known of the variables at one place; a name without a value is decided elsewhere. `chained`: the
    command runs only when, or only when not, the one before it succeeds.
    """

    values: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    chained: bool = False
    blocks: list[set[str]] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)

    def environment(self) -> dict[str, Word]:
        """The exported variables whose values are known."""
        words = {name: joined(self.values[name]) for name in sorted(self.exported & self.values.keys())}
        return {name: word for name, word in words.items() if word.known}

    def set(self, name: str, parts: tuple[Part, ...] | None, *, more: bool = False) -> None:
        """Assign; inside a block the value is certain only up to the end of its branch."""
        before = self.values.get(name)
        if (
            parts is None
            or (self.chained and before is not None)
            or (more and before is None)
            or len(parts) > MOST_WORDS
            or sum(len(part.text) for part in parts) > _LONGEST_VALUE
        ):
            self.values.pop(name, None)
        else:
            self.values[name] = (*before, *parts) if more and before is not None else parts
        if self.blocks:
            self.blocks[-1].add(name)

    def open(self) -> None:
        """A block begins that may not run, or may run more than once."""
        self.blocks.append(set())

    def branch(self) -> None:
        """Another branch begins: what the one before assigned is unknown here."""
        if self.blocks:
            for name in self.blocks[-1]:
                self.values.pop(name, None)

    def close(self) -> None:
        """The block ends: what it assigned is unknown after it, also to the block around it."""
        if self.blocks:
            self.branch()
            names = self.blocks.pop()
            if self.blocks:
                self.blocks[-1] |= names


def literal(parts: list[Part]) -> str:
    """The text of a word that is known, else ""."""
    return "".join(part.text for part in parts) if all(part.known for part in parts) else ""


def assignment(parts: list[Part]) -> tuple[str, bool, int] | None:
    """Name, whether it is `+=`, and the length of both, when a word is an assignment."""
    match = _ASSIGNED.match(parts[0].text) if parts and parts[0].known and not parts[0].splits else None
    return None if match is None else (match.group(1), bool(match.group(2)), match.end())


def assigned(parts: list[Part], name: tuple[str, bool, int]) -> tuple[Part, ...]:
    """The parts of an assignment's value."""
    first = parts[0]
    value = Part(first.text[name[2] :], first.at + name[2], first.known)
    return (value, *parts[1:]) if value.text or len(parts) == 1 else tuple(parts[1:])


def joined(parts: tuple[Part, ...]) -> Word:
    """A value as one word."""
    at = next((part.at for part in parts if part.text.strip()), parts[0].at)
    return Word("".join(part.text for part in parts).strip(), at, all(part.known for part in parts))


def spread(tokens: list[list[Part]]) -> Iterator[Word]:
    """Words as the command gets them: split where unquoted values have blanks."""
    count = 0
    for token in tokens:
        pending: list[Part] = []
        for part in token:
            if not part.splits:
                pending.append(part)
                continue
            for piece in re.finditer(r"\s+|\S+", part.text):
                if not piece.group().isspace():
                    pending.append(Part(piece.group(), part.at + piece.start(), part.known, default=part.default))
                elif pending:
                    if any(part.text for part in pending):  # quotes around an array's elements are no word
                        yield _word(pending)
                        count += 1
                    pending = []
        if pending:
            yield _word(pending)
            count += 1
        if count > MOST_WORDS:
            return


def _word(parts: list[Part]) -> Word:
    at = next((part.at for part in parts if part.text), parts[0].at)
    default = next((part.default for part in parts if part.default), "")
    text = "".join(part.text for part in parts)
    starts = accumulate((len(part.text) for part in parts), initial=0)
    pieces = tuple((start, part.at) for start, part in zip(starts, parts, strict=False) if part.text)
    return Word(text, at, all(part.known for part in parts), default, pieces if len(pieces) > 1 else ())
