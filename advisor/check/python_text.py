"""Calls in Python source with positions: literal arguments only, parsed by `ast`, never executed."""

import ast
import re
import warnings
from bisect import bisect_right
from itertools import accumulate

from advisor.check.tree import DEEPEST, Entry, Leaf, Node, Repeated, Sequence, Table

LONGEST_TEXT = 200
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$")  # what ends a line for `ast`, and nothing else

REST = "**"
"""The key of arguments that come from elsewhere (`**arguments`)."""


def read_python(text: str) -> tuple[tuple[Node, ...], tuple[Repeated, ...]]:
    """One tree a call that has keyword arguments: a mapping from the function's name to its arguments.

    What is no Python of this version gives nothing: it may be fine for another one.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (), ()
    reader = _Reader(text)
    return tuple(reader.call(node) for node in _calls(tree)), ()


def _calls(tree: ast.AST) -> list[ast.Call]:
    """All calls with keyword arguments, in the order of the text; a stack instead of recursion."""
    found: list[ast.Call] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and node.keywords:
            found.append(node)
        waiting.extend(ast.iter_child_nodes(node))
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = _LINE.findall(text)
        self.ends: dict[int, list[int]] = {}  # where each letter of a line ends in bytes, where they are not one each
        self.starts = [0, *accumulate(len(line) for line in self.lines)]

    def at(self, node: ast.expr | ast.keyword) -> int:
        """The character at which a node starts; `ast` counts columns in bytes."""
        number = min(node.lineno, len(self.starts)) - 1
        line = self.lines[number] if number < len(self.lines) else ""
        if line.isascii():
            return self.starts[number] + node.col_offset
        if number not in self.ends:
            self.ends[number] = list(accumulate(len(letter.encode()) for letter in line))
        return self.starts[number] + bisect_right(self.ends[number], node.col_offset)

    def call(self, node: ast.Call) -> Table:
        """`{name: {argument: value}}` of a call."""
        inside = Table(self.at(node))
        for keyword in node.keywords:
            at = self.at(keyword)
            inside.entries[keyword.arg or REST] = Entry(at, self.node(keyword.value, 0))
        return Table(self.at(node), {_name(node.func): Entry(self.at(node), inside)})

    def node(self, value: ast.expr, depth: int) -> Node:
        """The value of an argument: what is not literal is unknown."""
        at = self.at(value)
        if depth > DEEPEST:
            return Leaf(at, None, "")
        if isinstance(value, ast.Dict):
            table = Table(at)
            for key, item in zip(value.keys, value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    table.entries[key.value] = Entry(self.at(key), self.node(item, depth + 1))
            return table
        if isinstance(value, ast.List | ast.Tuple):
            return Sequence(at, [self.node(item, depth + 1) for item in value.elts])
        return self.leaf(value, at)

    def leaf(self, value: ast.expr, at: int) -> Leaf:
        """A constant, a negative number, or something unknown."""
        sign = 1
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            value, sign = value.operand, -1
        literal = value.value if isinstance(value, ast.Constant) else None
        if isinstance(literal, str) and sign == 1:
            return Leaf(at, literal, literal[:LONGEST_TEXT], quoted=True)
        if isinstance(literal, bool) and sign == 1:
            return Leaf(at, literal, str(literal))
        if isinstance(literal, int | float) and not isinstance(literal, bool) and abs(literal) < 1e300:
            return Leaf(at, sign * literal, repr(sign * literal)[:LONGEST_TEXT])
        return Leaf(at, None, "")


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
