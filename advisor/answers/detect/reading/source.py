"""What Python files do, from their syntax trees. Nothing is imported or run."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.answers.detect.reading.bounded import Unreadable, text


@dataclass(slots=True)
class Module:
    """One file: modules it imports, what it calls (`torch.optim.SGD`) with literal keyword arguments, strings first."""

    path: str
    imports: set[str] = field(default_factory=set)
    calls: list[tuple[str, Mapping[str, Any], str]] = field(default_factory=list)
    line: dict[str, int] = field(default_factory=dict)

    def called(self, *names: str) -> str:
        """The first of these names that is called, by its last part: `SGD` for `torch.optim.SGD(…)`."""
        here = {call.rpartition(".")[2] for call, _, _ in self.calls}
        return next((name for name in names if name in here), "")


def module_of(path: Path, limit: int, words: re.Pattern[str]) -> Module | None:
    """The module in a file; None when it holds none of the words. Raises Unreadable when it does not parse."""
    raw = text(path, limit)
    if not words.search(raw):
        return None
    try:
        tree = ast.parse(raw)
    except SyntaxError as error:
        raise Unreadable(f"does not parse as Python (line {error.lineno})") from None
    except (RecursionError, ValueError, MemoryError):
        raise Unreadable("does not parse as Python") from None
    module = Module(str(path))
    for node in ast.walk(tree):
        _meet(node, module)
    return module


def _meet(node: ast.AST, module: Module) -> None:
    if isinstance(node, ast.Import):
        module.imports.update(alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        module.imports.update({base, *(f"{base}.{alias.name}" for alias in node.names)})
    elif isinstance(node, ast.Call) and (name := _dotted(node.func)):
        keywords = {word.arg: _literal(word.value) for word in node.keywords if word.arg}
        first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
        module.calls.append((name, keywords, first if isinstance(first, str) else ""))
        module.line.setdefault(name.rpartition(".")[2], node.lineno)


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    elif not parts:
        return ""
    return ".".join(reversed(parts))


def _literal(node: ast.expr) -> Any:
    """A constant argument; "" for anything that would have to be computed: a variable is neither None nor False."""
    return node.value if isinstance(node, ast.Constant) else ""
