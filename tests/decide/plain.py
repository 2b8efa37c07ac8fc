"""Conditions judged by a second, slow and plain reader, which shares nothing with the program's own."""

import re
from collections.abc import Mapping
from typing import Any

from advisor.figure import Fact

TOKEN = re.compile(r"\s*(<=|>=|==|!=|[()<>,*/+-]|'[^']*'|\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z_][\w.]*)")


def broken(condition: str, facts: Mapping[str, Fact]) -> bool:
    """Is the condition certainly false? Words that name no fact stand for themselves."""
    return _Reader(TOKEN.findall(condition), facts).whole() is False


class _Reader:
    """or < and < not < comparison < sum < product < word; a comparison with an unknown is None."""

    def __init__(self, tokens: list[str], facts: Mapping[str, Fact]) -> None:
        self.tokens, self.facts, self.at = tokens, facts, 0

    def whole(self) -> bool | None:
        found = self.either()
        assert self.at == len(self.tokens), f"read up to {self.tokens[self.at :]}"
        return found  # type: ignore[no-any-return]

    def next(self, *wanted: str) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if not token or (wanted and token not in wanted):
            return ""
        self.at += 1
        return token

    def either(self) -> Any:
        parts = [self.both()]
        while self.next("or"):
            parts.append(self.both())
        if len(parts) == 1:
            return parts[0]
        return True if True in parts else None if None in parts else False

    def both(self) -> Any:
        parts = [self.negated()]
        while self.next("and"):
            parts.append(self.negated())
        if len(parts) == 1:
            return parts[0]
        return False if False in parts else None if None in parts else True

    def negated(self) -> Any:
        if self.next("not"):
            inner = self.negated()
            return None if inner is None else not inner
        return self.compared()

    def compared(self) -> Any:
        left = self.sum()
        if self.next("is"):
            return (left is None) == (self.next("unknown") == "unknown")
        inverted = bool(self.next("not"))
        sign = self.next("in", "<=", ">=", "==", "!=", "<", ">")
        if not sign:
            return left
        right = self.sum()
        if left is None or right is None:
            return None
        if sign == "in":
            here = set(left) if isinstance(left, tuple) else {left}
            there = set(right) if isinstance(right, tuple) else {right}
            return bool(here & there) is not inverted
        return {
            "<=": lambda: left <= right, ">=": lambda: left >= right, "<": lambda: left < right,
            ">": lambda: left > right, "==": lambda: left == right, "!=": lambda: left != right,
        }[sign]()  # fmt: skip

    def sum(self) -> Any:
        value = self.product()
        while sign := self.next("+", "-"):
            other = self.product()
            value = None if value is None or other is None else value + (other if sign == "+" else -other)
        return value

    def product(self) -> Any:
        value = self.word()
        while sign := self.next("*", "/"):
            other = self.word()
            value = None if value is None or other is None else value * other if sign == "*" else value / other
        return value

    def word(self) -> Any:
        token = self.next()
        if token == "(":
            return self.closed()
        if token.startswith("'"):
            return token[1:-1]
        if token[0].isdigit():
            return float(token)
        if token in self.facts:
            return self.facts[token].value
        assert "." not in token, f"nothing is called {token}"
        return token

    def closed(self) -> Any:
        parts = [self.either()]
        listed = False
        while self.next(","):
            listed = True
            if self.tokens[self.at] != ")":
                parts.append(self.either())
        assert self.next(")"), "a bracket is open"
        return tuple(parts) if listed else parts[0]
