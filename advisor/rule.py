"""Judges conditions on facts: does one hold, what breaks it, which answers make it hold, what is it worth."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from advisor.condition import ARITHMETIC, CALLS, COMPARE, compared_with, dotted, names_in, parsed, written
from advisor.errors import BadInput
from advisor.figure import Fact, Scalar

__all__ = ["Broken", "Facts", "Verdict", "compared_with", "judge", "names_in", "parsed", "value_of", "witnesses"]

Facts = Mapping[str, Fact]
Values = Mapping[str, Scalar]


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


Truth = tuple[bool | None, tuple[Broken, ...]]
"""Whether a part of a condition holds, and what breaks it."""


def witnesses(text: str, facts: Facts) -> tuple[str, ...]:
    """The names whose values make a condition hold: of alternatives the first that does, of what is ruled out none."""
    return tuple(dict.fromkeys(_witnesses(parsed(text), _values(text, facts))))


def _witnesses(node: ast.expr, values: Values) -> list[str]:
    match node:
        case ast.BoolOp(op=ast.And()):
            return [name for part in node.values for name in _witnesses(part, values)]
        case ast.BoolOp():
            true = [part for part in node.values if _truth(part)(values)[0]]
            return _witnesses(true[0], values) if true else []
        case ast.UnaryOp(op=ast.Not()):
            return []
        case ast.Compare(ops=[ast.NotIn() | ast.Is() | ast.IsNot() | ast.NotEq()]):
            return []
        case _:
            return [name for name in names_in(written(node)) if name in values]


def judge(text: str, facts: Facts) -> Verdict:
    """Does the condition hold on these facts?"""
    return _judged(text, tuple([facts[name].value if name in facts else _ABSENT for name in names_in(text)]))


_ABSENT = ("no such name",)
"""Stands for a word that is no name here; no answer is such a list, for choices are single words."""


@lru_cache(maxsize=65536)
def _judged(text: str, read: tuple[Scalar, ...]) -> Verdict:
    values = {name: value for name, value in zip(names_in(text), read, strict=True) if value is not _ABSENT}
    holds, broken = _truth(parsed(text))(values)
    return Verdict(holds, broken, tuple(values), tuple([name for name, value in values.items() if value is None]))


def value_of(text: str, facts: Facts) -> Scalar:
    """The value of an expression such as `max(serving.load.peak, 1)`; None where it is unknown."""
    return _value(parsed(text))(_values(text, facts))


def _values(text: str, facts: Facts) -> Values:
    """What a condition reads of the facts."""
    return {name: facts[name].value for name in names_in(text) if name in facts}


@lru_cache(maxsize=8192)
def _value(node: ast.expr) -> Callable[[Values], Scalar]:
    """How the value of a part of a condition is found; trees are kept, so it is worked out once for each part."""
    match node:
        case ast.Constant(value=value):
            return lambda _values: value  # type: ignore[return-value]
        case ast.Name() | ast.Attribute():
            name = dotted(node)
            return lambda values: values[name] if name in values else _literal(name)
        case ast.Tuple() | ast.List():
            items = [_value(item) for item in node.elts]
            return lambda values: tuple([str(item(values)) for item in items])
        case ast.UnaryOp(op=ast.USub()):
            return _arithmetic(operator.neg, node.operand)
        case ast.BinOp():
            return _arithmetic(ARITHMETIC[type(node.op)], node.left, node.right)
        case ast.Call(func=ast.Name(id=function)) if function in CALLS:
            return _arithmetic(CALLS[function], *node.args)
        case _:
            truth = _truth(node)
            return lambda values: truth(values)[0]


def _literal(name: str) -> str:
    if "." in name:
        raise BadInput(f"nothing is called {name}")
    return name


def _arithmetic(apply: Callable[..., float], *nodes: ast.expr) -> Callable[[Values], float | None]:
    parts = [_value(node) for node in nodes]

    def calculated(values: Values) -> float | None:
        found = [part(values) for part in parts]
        numbers = [float(value) for value in found if isinstance(value, int | float)]
        return apply(*numbers) if len(numbers) == len(found) else None

    return calculated


@lru_cache(maxsize=8192)
def _truth(node: ast.expr) -> Callable[[Values], Truth]:
    """How it is found whether a part of a condition holds, and what breaks it."""
    match node:
        case ast.BoolOp():
            return _joined([_truth(part) for part in node.values], all_of=isinstance(node.op, ast.And))
        case ast.UnaryOp(op=ast.Not()):
            return _denied(node.operand)
        case ast.Compare():
            return _compared(node)
        case _:
            return _named(node)


def _joined(parts: list[Callable[[Values], Truth]], *, all_of: bool) -> Callable[[Values], Truth]:
    def joined(values: Values) -> Truth:
        found = [part(values) for part in parts]
        holds = (_all if all_of else _any)([each for each, _ in found])
        return holds, tuple([b for each, broken in found if each is False for b in broken]) if holds is False else ()

    return joined


def _denied(operand: ast.expr) -> Callable[[Values], Truth]:
    truth = _truth(operand)

    def denied(values: Values) -> Truth:
        holds, _ = truth(values)
        if holds is None:
            return None, ()
        return not holds, _negated(operand, values) if holds else ()

    return denied


def _named(node: ast.expr) -> Callable[[Values], Truth]:
    """A single name, which is yes, no or unknown."""
    of = _value(node)

    def named(values: Values) -> Truth:
        value = of(values)
        if value is None or isinstance(value, bool):
            return value, (Broken(written(node), value, "==", True),) if value is False else ()
        raise BadInput(f"not a condition: {written(node)}")

    return named


def _negated(node: ast.expr, values: Values) -> tuple[Broken, ...]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = node.left, node.comparators[0]
        sign = f"not {_sign(node.ops[0])}"
        return (Broken(written(left), _value(left)(values), sign, _value(right)(values)),)
    return (Broken(written(node), True, "==", False),)


def _sign(op: ast.cmpop) -> str:
    return COMPARE[type(op)][0] if type(op) in COMPARE else {ast.In: "in", ast.NotIn: "not in"}.get(type(op), "is")


def _compared(node: ast.Compare) -> Callable[[Values], Truth]:
    sides = [node.left, *node.comparators]
    links = [
        (left, op, right, _value(left), _value(right))
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
    ]

    def compared(values: Values) -> Truth:
        outcomes: list[bool | None] = []
        broken: list[Broken] = []
        for left, op, right, of_left, of_right in links:
            here, there = of_left(values), of_right(values)
            holds = _holds(op, here, there, right)
            outcomes.append(holds)
            if holds is False:
                limit_name = written(right) if isinstance(right, ast.Attribute) else ""
                broken.append(Broken(written(left), here, _sign(op), there, limit_name))
        return _all(outcomes), tuple(broken)

    return compared


def _holds(op: ast.cmpop, left: Scalar, right: Scalar, right_node: ast.expr) -> bool | None:
    if isinstance(op, ast.Is | ast.IsNot):
        if written(right_node) != "unknown":
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
    return COMPARE[type(op)][1](left, right)


def _all(parts: list[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _any(parts: list[bool | None]) -> bool | None:
    return True if True in parts else None if None in parts else False
