"""Conditions as they stand in questionnaires and the catalogue: `task in (asr, tts) and serving.latency < 50`.

A dotted word is a name; a bare word is a name when the facts know it, else a literal. Comparisons,
`in`, `and`, `or`, `not`, `is unknown`, arithmetic, `min` and `max` are all there is. Logic has three
values: a comparison that touches an unknown is neither true nor false, it is None.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

from advisor.errors import BadInput

COMPARE: Mapping[type, tuple[str, Callable[..., bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}
ARITHMETIC: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
CALLS: Mapping[str, Callable[..., float]] = {"min": min, "max": max}


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.expr:
    """The syntax tree of a condition; raises BadInput for what is not one."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise BadInput(f"not a condition: {text!r} ({error.msg})", where=f"column {error.offset}") from None
    for node in ast.walk(tree):
        if type(node) not in _ALLOWED:
            raise BadInput(f"not a condition: {text!r} uses {type(node).__name__}")
        if isinstance(node, ast.Call) and ast.unparse(node.func) not in CALLS:
            raise BadInput(f"not a condition: {text!r} calls {ast.unparse(node.func)}, only min and max are there")
    return tree


_ALLOWED = frozenset((
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, *ARITHMETIC, ast.Compare, *COMPARE,
    ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.Call,
    ast.Load,
))  # fmt: skip


@lru_cache(maxsize=4096)
def names_in(text: str) -> tuple[str, ...]:
    """Every word of a condition that can be a name, in order of appearance."""
    found: dict[str, None] = {}

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Name | ast.Attribute):
            found[dotted(node)] = None
        elif not isinstance(node, ast.Constant):
            for child in node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node):
                visit(child)

    visit(parsed(text))
    return tuple(found)


@lru_cache(maxsize=4096)
def compared_with(text: str) -> tuple[tuple[str, float], ...]:
    """The names that a condition compares with a number, each with that number."""
    pairs = [
        (dotted(one), float(other.value))
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Compare) and len(node.ops) == 1
        for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left))
        if isinstance(one, ast.Name | ast.Attribute)
        and isinstance(other, ast.Constant)
        and isinstance(other.value, int | float)
    ]
    return tuple(dict.fromkeys(pairs))


@lru_cache(maxsize=4096)
def written(node: ast.expr) -> str:
    """A part of a condition as it is written; trees are kept, so each part is written once."""
    return ast.unparse(node)


def dotted(node: ast.AST) -> str:
    """The name that a part of a condition is; raises BadInput for what is none."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Name):
        return node.id
    raise BadInput(f"not a name: {written(node)}")
