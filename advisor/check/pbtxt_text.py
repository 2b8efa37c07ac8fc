"""Protocol buffers in text form (Triton's config.pbtxt) with positions.

Grammar: the text format of protobuf (protobuf.dev, "Text Format Language Specification"): a field is
`name: value` or `name { … }`, a list may be written `name: [a, b]` or as the field again, and `,` or `;` may
stand between fields. A field that stands again becomes a list: what is one value or many is up to the message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from advisor.check.tree import DEEPEST, Entry, Leaf, Node, Repeated, Sequence, Table, Unreadable
from advisor.figure import Scalar

_TOKEN = re.compile(
    r"""[ \t\r\n\f\v]+|\#[^\n]*
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[-+]?[A-Za-z0-9_./]+)
    |(?P<mark>[{}\[\]<>:,;])""",
    re.X,
)
_CLOSE = {"{": "}", "<": ">", "[": "]"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def read_pbtxt(text: str) -> tuple[tuple[Node, ...], tuple[Repeated, ...]]:
    """The tree of one message. Raises Unreadable with the place."""
    reader = _Reader(list(_tokens(text)), len(text))
    table = reader.fields(0, "", 0)
    return (table,), ()


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            what = "a text that does not end on its line" if text[at] in "\"'" else f"{text[at]!r}"
            raise Unreadable(f"{what} where a field belongs", at, "correct the line")
        if match.lastgroup is not None:
            yield _Token(match.lastgroup, match.group(), at)
        at = match.end()


class _Reader:
    def __init__(self, tokens: list[_Token], end: int) -> None:
        self.tokens = tokens
        self.next = 0
        self.end = end

    def peek(self) -> _Token:
        """The next token; at the end one without text."""
        return self.tokens[self.next] if self.next < len(self.tokens) else _Token("end", "", self.end)

    def take(self) -> _Token:
        """The next token, passed over."""
        token = self.peek()
        self.next += 1
        return token

    def fields(self, start: int, close: str, depth: int) -> Table:
        """The fields up to the closing mark."""
        if depth > DEEPEST:
            raise Unreadable(f"nested deeper than {DEEPEST} levels", start, "flatten it")
        table = Table(start)
        while True:
            token = self.take()
            if token.text == close:
                return table
            if token.text in (",", ";") and token.kind == "mark":
                continue
            if token.kind not in ("word", "string"):
                raise Unreadable(_unexpected(token, close), token.at, "check the brackets above")
            if self.peek().text == ":":
                self.take()
            _add(table, token, self.value(depth + 1))

    def value(self, depth: int) -> Node:
        """One value: a message, a list, a word, or texts side by side."""
        token = self.take()
        if token.text in ("{", "<"):
            return self.fields(token.at, _CLOSE[token.text], depth)
        if token.text == "[":
            return self.sequence(token.at, depth)
        if token.kind == "string":
            text = token.text[1:-1]
            while self.peek().kind == "string":
                text += self.take().text[1:-1]
            return Leaf(token.at, text, text, quoted=True)
        if token.kind != "word":
            raise Unreadable(_unexpected(token, "a value"), token.at, "write a value after the colon")
        return Leaf(token.at, _word(token.text), token.text)

    def sequence(self, start: int, depth: int) -> Sequence:
        """The values up to the closing bracket."""
        if depth > DEEPEST:
            raise Unreadable(f"nested deeper than {DEEPEST} levels", start, "flatten it")
        sequence = Sequence(start)
        while True:
            if self.peek().text == "]":
                self.take()
                return sequence
            if self.peek().text == ",":
                self.take()
                continue
            sequence.items.append(self.value(depth + 1))


def _add(table: Table, name: _Token, node: Node) -> None:
    before = table.entries.get(name.text)
    if before is None:
        table.entries[name.text] = Entry(name.at, node)
        return
    if not isinstance(before.node, Sequence):
        before = table.entries[name.text] = Entry(before.at, Sequence(before.node.at, [before.node]))
    assert isinstance(before.node, Sequence)
    before.node.items.extend(node.items if isinstance(node, Sequence) else [node])


def _word(text: str) -> Scalar:
    if text in ("true", "false", "True", "False", "t", "f"):
        return text[0] in "tT"
    if re.fullmatch(r"[-+]?\d{1,400}", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?f?", text, re.I):
        return float(text.rstrip("fF"))
    return text


def _unexpected(token: _Token, wanted: str) -> str:
    here = f'"{token.text[:40]}"' if token.text else "the file ends"
    if not wanted:
        return f"{here} where a field belongs"
    return f"{here} where {wanted if len(wanted) > 1 else f'a field or {chr(34)}{wanted}{chr(34)}'} belongs"
