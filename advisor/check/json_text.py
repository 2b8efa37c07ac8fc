"""JSON with positions, as strict as `json.load`, which is what Accelerate and Transformers read it with."""

import json
import re

from advisor.check.tree import DEEPEST, Entry, Leaf, Node, Repeated, Sequence, Table, Unreadable
from advisor.figure import Scalar

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"-?[A-Za-z]+")
_WORDS: dict[str, Scalar] = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}
_STRICT = "Transformers and Accelerate read this with json.load, which stops here"


def read_json(text: str) -> tuple[tuple[Node, ...], tuple[Repeated, ...]]:
    """The tree and the repeated keys of JSON text. Raises Unreadable where `json.load` would fail."""
    if text.startswith("\ufeff"):
        raise Unreadable("starts with a byte order mark", 0, "save the file as UTF-8 without BOM")
    reader = _Reader(text)
    node, end = reader.value(reader.past_space(0), 0)
    end = reader.past_space(end)
    if end < len(text):
        raise Unreadable(f"{_here(text, end)} after the end of the document", end, "keep one JSON value in the file")
    return (node,), tuple(reader.repeated)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.repeated: list[Repeated] = []

    def past_space(self, at: int) -> int:
        """Where the next token starts."""
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        """The value that starts at `at`, and where it ends."""
        if depth > DEEPEST:
            raise Unreadable(f"nested deeper than {DEEPEST} levels", at, "flatten it")
        letter = self.text[at : at + 1]
        if letter == "{":
            return self.table(at, depth)
        if letter == "[":
            return self.sequence(at, depth)
        if letter == '"':
            value, end = self.string(at)
            return Leaf(at, value, value, quoted=True), end
        return self.bare(at)

    def table(self, start: int, depth: int) -> tuple[Table, int]:
        """The mapping that starts at `start`, and where it ends."""
        table = Table(start)
        at = self.past_space(start + 1)
        if self.text[at : at + 1] == "}":
            return table, at + 1
        while True:
            if self.text[at : at + 1] != '"':
                raise Unreadable(f"{_here(self.text, at)} where a key in double quotes belongs", at, _STRICT)
            key, end = self.string(at)
            colon = self.past_space(end)
            if self.text[colon : colon + 1] != ":":
                raise Unreadable(f'no ":" after the key "{key[:60]}"', colon, _STRICT)
            node, end = self.value(self.past_space(colon + 1), depth + 1)
            if key in table.entries:
                self.repeated.append(Repeated(key, at, table.entries[key].at))
            table.entries[key] = Entry(at, node)
            at, closed = self.past_comma(end, "}")
            if closed:
                return table, at

    def sequence(self, start: int, depth: int) -> tuple[Sequence, int]:
        """The list that starts at `start`, and where it ends."""
        sequence = Sequence(start)
        at = self.past_space(start + 1)
        if self.text[at : at + 1] == "]":
            return sequence, at + 1
        while True:
            node, end = self.value(at, depth + 1)
            sequence.items.append(node)
            at, closed = self.past_comma(end, "]")
            if closed:
                return sequence, at

    def past_comma(self, at: int, close: str) -> tuple[int, bool]:
        """Where the next element starts, or the end and True after `close`."""
        at = self.past_space(at)
        letter = self.text[at : at + 1]
        if letter == close:
            return at + 1, True
        if letter != ",":
            raise Unreadable(f'{_here(self.text, at)} where "," or "{close}" belongs', at, _STRICT)
        after = self.past_space(at + 1)
        if self.text[after : after + 1] in ("}", "]"):
            raise Unreadable(f'a comma before "{self.text[after]}"', at, f"remove the comma; {_STRICT}")
        return after, False

    def string(self, at: int) -> tuple[str, int]:
        """The text in quotation marks at `at`, and where it ends."""
        match = _STRING.match(self.text, at)
        if match is None:
            raise Unreadable(
                "a text that does not end on its line, or has a bad escape", at, "close the quotation marks"
            )
        raw = match.group()
        return (json.loads(raw) if "\\" in raw else raw[1:-1]), match.end()

    def bare(self, at: int) -> tuple[Leaf, int]:
        """The number or word at `at`, and where it ends."""
        number = _NUMBER.match(self.text, at)
        if number:
            raw = number.group()
            return Leaf(at, _number(raw, whole=number.group(1) is None and number.group(2) is None), raw), number.end()
        word = _WORD.match(self.text, at)
        if word and word.group() in _WORDS:
            return Leaf(at, _WORDS[word.group()], word.group()), word.end()
        if word:
            raise Unreadable(f"{word.group()[:40]} is no JSON value", at, _meant(word.group()))
        raise Unreadable(f"{_here(self.text, at)} where a value belongs", at, _STRICT)


def _number(raw: str, *, whole: bool) -> float | int:
    return int(raw) if whole and len(raw) < 400 else float(raw)


def _meant(word: str) -> str:
    python = {"True": "true", "False": "false", "None": "null"}
    return f"write {python[word]}" if word in python else "put text in double quotes"


def _here(text: str, at: int) -> str:
    """What stands at `at`, in words."""
    if at >= len(text):
        return "the file ends"
    if text.startswith(("//", "/*", "#"), at):
        return "a comment, which JSON does not have,"
    letter = text[at]
    return f'"{letter}"' if letter.isprintable() else f"character U+{ord(letter):04X}"
