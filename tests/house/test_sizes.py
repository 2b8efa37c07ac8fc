"""The size and the habits of the code, so that it stays possible to see each piece whole."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = sorted((ROOT / "advisor").rglob("*.py"))
OURS = [
    ROOT / "run.py",
    *PACKAGE,
    *sorted((ROOT / "kernels").glob("*.py")),
    *sorted((ROOT / "docs" / "make").glob("*.py")),
]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the function without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_files_are_short() -> None:
    """No file of the program has more than 300 lines."""
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in OURS}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_functions_are_short() -> None:
    """No function of the program has more than 60 lines."""
    lengths = {f"{_name(path)}:{f.name}": _length(f) for path in OURS for f in _functions(path)}
    assert {name: length for name, length in lengths.items() if length > 60} == {}


def test_most_are_much_shorter() -> None:
    """Half the functions have at most 8 lines, and 95 of 100 at most 35."""
    lengths = sorted(_length(function) for path in OURS for function in _functions(path))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 95 // 100] <= 35


def test_nothing_is_left_for_later() -> None:
    """No comment or docstring puts work off."""
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "for " + "now")
    found = [
        f"{_name(path)}:{number}"
        for path in [*OURS, *TESTS]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if any(word in line for word in words)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["click", "torch"])
def test_never_imported_directly(name: str) -> None:
    """Click is reached through typer only; torch is imported by the child that measures only."""
    allowed = {"torch": {"advisor/rates/child.py"}}.get(name, set())
    users = {
        _name(path)
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if (module or "").split(".")[0] == name
    }
    assert users - allowed == set()


def test_folders_beside_the_package_are_no_packages() -> None:
    """kernels/, templates/, questionnaires/ and tests/ have no __init__.py: PyPI has packages of such names."""
    folders = ("kernels", "templates", "questionnaires", "tests", "docs")
    assert [path for folder in folders for path in (ROOT / folder).rglob("__init__.py")] == []


def test_public_functions_say_what_they_do() -> None:
    """Nearly all functions that other modules may call have a docstring; the rest are words like `larger`."""
    public = [
        node
        for path in OURS
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    documented = [function for function in public if ast.get_docstring(function)]
    assert len(documented) / len(public) >= 0.9


def test_tests_say_their_promise() -> None:
    """The first line of every test says in words what is promised."""
    silent = [
        f"{_name(path)}:{function.name}"
        for path in TESTS
        for function in _functions(path)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []
