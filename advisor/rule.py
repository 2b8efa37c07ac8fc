"""Conditions as they stand in questionnaires and the catalogue: `task in (asr, tts) and serving.latency < 50`.

A dotted word is a name; a bare word is a name when the facts know it, else a literal. Comparisons,
`in`, `and`, `or`, `not`, `is unknown`, arithmetic, `min` and `max` are all there is. Logic has three
values: a comparison that touches an unknown is neither true nor false, it is None.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from advisor.errors import BadInput
from advisor.figure import Fact, Scalar

Facts = Mapping[str, Fact]

_COMPARE: Mapping[type, tuple[str, Callable[..., bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}
_ARITHMETIC: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_CALLS: Mapping[str, Callable[..., float]] = {"min": min, "max": max}


@dataclass(frozen=True, slots=True)
class Broken:
    """The comparison that failed: `name` has `value`, the condition asks for `operator` `limit`."""

    name: str
    value: Scalar
    operator: str
    limit: Scalar
    limit_name: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds (None: an unknown decides), what broke it, which names it read."""

    holds: bool | None
    broken: tuple[Broken, ...] = ()
    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.expr:
    """The syntax tree of a condition; raises BadInput for what is not one."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise BadInput(f"not a condition: {text!r} ({error.msg})", where=f"column {error.offset}") from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise BadInput(f"not a condition: {text!r} uses {type(node).__name__}")
        if isinstance(node, ast.Call) and ast.unparse(node.func) not in _CALLS:
            raise BadInput(f"not a condition: {text!r} calls {ast.unparse(node.func)}, only min and max are there")
    return tree


_ALLOWED = (
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, *_ARITHMETIC, ast.Compare, *_COMPARE,
    ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.Call,
    ast.Load,
)  # fmt: skip


@lru_cache(maxsize=4096)
def names_in(text: str) -> tuple[str, ...]:
    """Every word of a condition that can be a name, in order of appearance."""
    found: dict[str, None] = {}
    calls = {node.func for node in ast.walk(parsed(text)) if isinstance(node, ast.Call)}

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Name | ast.Attribute) and node not in calls:
            found[_dotted(node)] = None
            return
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(parsed(text))
    return tuple(found)


@lru_cache(maxsize=4096)
def compared_with(text: str) -> tuple[tuple[str, float], ...]:
    """The names that a condition compares with a number, each with that number."""
    pairs = [
        (_dotted(one), float(other.value))
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Compare) and len(node.ops) == 1
        for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left))
        if isinstance(one, ast.Name | ast.Attribute)
        and isinstance(other, ast.Constant)
        and isinstance(other.value, int | float)
    ]
    return tuple(dict.fromkeys(pairs))


def witnesses(text: str, facts: Facts) -> tuple[str, ...]:
    """The names whose values make a condition hold: of alternatives the first that does, of what is ruled out none."""
    return tuple(dict.fromkeys(_witnesses(parsed(text), facts)))


def _witnesses(node: ast.expr, facts: Facts) -> list[str]:
    match node:
        case ast.BoolOp(op=ast.And()):
            return [name for part in node.values for name in _witnesses(part, facts)]
        case ast.BoolOp():
            true = [part for part in node.values if _truth(part, facts)[0]]
            return _witnesses(true[0], facts) if true else []
        case ast.UnaryOp(op=ast.Not()):
            return []
        case ast.Compare(ops=[ast.NotIn() | ast.Is() | ast.IsNot() | ast.NotEq()]):
            return []
        case _:
            return [name for name in names_in(_text(node)) if name in facts]


def judge(text: str, facts: Facts) -> Verdict:
    """Does the condition hold on these facts?"""
    return _judged(text, tuple([facts[name].value if name in facts else _ABSENT for name in names_in(text)]))


_ABSENT = ("no such name",)
"""Stands for a word that is no name here; no answer is such a list, for choices are single words."""


@lru_cache(maxsize=65536)
def _judged(text: str, read: tuple[Scalar, ...]) -> Verdict:
    values = [(name, value) for name, value in zip(names_in(text), read, strict=True) if value is not _ABSENT]
    facts = {name: Fact(name, value) for name, value in values}
    unknown = tuple(name for name, value in values if value is None)
    holds, broken = _truth(parsed(text), facts)
    return Verdict(holds, broken, tuple(facts), unknown)


@lru_cache(maxsize=4096)
def _text(node: ast.expr) -> str:
    """A part of a condition as it is written; trees are kept, so each part is written once."""
    return ast.unparse(node)


def value_of(text: str, facts: Facts) -> Scalar:
    """The value of an expression such as `max(serving.load.peak, 1)`; None where it is unknown."""
    return _value(parsed(text), facts)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Name):
        return node.id
    raise BadInput(f"not a name: {_text(node)}")


def _value(node: ast.expr, facts: Facts) -> Scalar:
    match node:
        case ast.Constant():
            return node.value  # type: ignore[return-value]
        case ast.Name() | ast.Attribute():
            name = _dotted(node)
            if name in facts:
                return facts[name].value
            if "." in name:
                raise BadInput(f"nothing is called {name}")
            return name
        case ast.Tuple() | ast.List():
            return tuple(str(_value(item, facts)) for item in node.elts)
        case ast.UnaryOp(op=ast.USub()):
            return _arithmetic(operator.neg, node.operand, facts=facts)
        case ast.BinOp():
            return _arithmetic(_ARITHMETIC[type(node.op)], node.left, node.right, facts=facts)
        case ast.Call(func=ast.Name(id=function)) if function in _CALLS:
            return _arithmetic(_CALLS[function], *node.args, facts=facts)
        case _:
            return _truth(node, facts)[0]


def _arithmetic(apply: Callable[..., float], *nodes: ast.expr, facts: Facts) -> float | None:
    values = [_value(node, facts) for node in nodes]
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    return apply(*numbers) if len(numbers) == len(values) else None


def _truth(node: ast.expr, facts: Facts) -> tuple[bool | None, tuple[Broken, ...]]:
    match node:
        case ast.BoolOp(op=ast.And()):
            parts = [_truth(part, facts) for part in node.values]
            broken = tuple(b for holds, bs in parts if holds is False for b in bs)
            return _all([holds for holds, _ in parts]), broken
        case ast.BoolOp():
            parts = [_truth(part, facts) for part in node.values]
            holds = _any([holds for holds, _ in parts])
            return holds, tuple(b for _, bs in parts for b in bs) if holds is False else ()
        case ast.UnaryOp(op=ast.Not()):
            holds, _ = _truth(node.operand, facts)
            if holds is None:
                return None, ()
            return not holds, _negated(node.operand, facts) if holds else ()
        case ast.Compare():
            return _compared(node, facts)
        case _:
            value = _value(node, facts)
            if value is None or isinstance(value, bool):
                name = _text(node)
                return value, (Broken(name, value, "==", True),) if value is False else ()
            raise BadInput(f"not a condition: {_text(node)}")


def _negated(node: ast.expr, facts: Facts) -> tuple[Broken, ...]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = node.left, node.comparators[0]
        sign = f"not {_sign(node.ops[0])}"
        return (Broken(_text(left), _value(left, facts), sign, _value(right, facts)),)
    return (Broken(_text(node), True, "==", False),)


def _sign(op: ast.cmpop) -> str:
    return _COMPARE[type(op)][0] if type(op) in _COMPARE else {ast.In: "in", ast.NotIn: "not in"}.get(type(op), "is")


def _compared(node: ast.Compare, facts: Facts) -> tuple[bool | None, tuple[Broken, ...]]:
    outcomes: list[bool | None] = []
    broken: list[Broken] = []
    left = node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        holds = _holds(op, _value(left, facts), _value(right, facts), right)
        outcomes.append(holds)
        if holds is False:
            limit_name = _text(right) if isinstance(right, ast.Attribute) else ""
            broken.append(Broken(_text(left), _value(left, facts), _sign(op), _value(right, facts), limit_name))
        left = right
    return _all(outcomes), tuple(broken)


def _holds(op: ast.cmpop, left: Scalar, right: Scalar, right_node: ast.expr) -> bool | None:
    if isinstance(op, ast.Is | ast.IsNot):
        if _text(right_node) != "unknown":
            raise BadInput("`is` is only for `is unknown`")
        return (left is None) is isinstance(op, ast.Is)
    if left is None or right is None:
        return None
    if isinstance(op, ast.In | ast.NotIn):
        wanted = right if isinstance(right, tuple) else (right,)
        here = left if isinstance(left, tuple) else (left,)
        return any(item in wanted for item in here) is isinstance(op, ast.In)
    if isinstance(left, tuple) or isinstance(right, tuple):
        raise BadInput("a list is compared with `in`")
    return _COMPARE[type(op)][1](left, right)


def _all(parts: list[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _any(parts: list[bool | None]) -> bool | None:
    return True if True in parts else None if None in parts else False
