"""`advisor catalog`: the rows that advisor decides from, as a table."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.errors import BadInput

if TYPE_CHECKING:
    from advisor.plan import Grounds
    from advisor.values.reference import Entry

KINDS = (
    "questions", "decisions", "options", "gates", "qualities", "rules", "formulas", "terms", "accelerators", "prices",
    "tasks", "models", "lifecycle", "sources",
)  # fmt: skip
_BRIEF = ("asks", "answers", "when", "scale", "severity", "expression", "means", "memory", "rent", "state", "address")
"""The parts of which the first that an entry has stands in its row, beside id and name."""


def _kinds(incomplete: str) -> list[str]:
    return [kind for kind in KINDS if kind.startswith(incomplete)]


def command(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help=f"{', '.join(KINDS)}.", show_default=False, autocompletion=_kinds),
    ] = None,
    word: Annotated[str, typer.Argument(metavar="WORD", help="Only rows that hold this word.")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Language of the words.")] = "en",
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Fix today's date; nothing here depends on it.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No colour; one line a row.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Rows alone, without a heading.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; catalog never does.")] = False,
) -> None:
    """List the rows that advisor decides from, kind by kind.

    Without KIND: how many rows there are of each. `advisor explain ID` tells all of one row.
    """
    del no_input
    from advisor import library
    from advisor.cli.dates import day
    from advisor.plan import grounds

    day(as_of)
    on = grounds(lang)
    if kind is None:
        _print_counts(on, json=json, plain=plain)
        return
    kind = _plural(kind)
    there = tuple(library.kinds(on)[kind]())
    rows = tuple(entry for entry in there if _holds(entry, word.strip().lower()))
    if json:
        _print_json(kind, rows)
    elif rows:
        _print(rows, on, plain=plain)
    else:
        typer.echo(on.tables.say("reference.none_match", kind=kind, word=word), err=True)
    if rows and not (json or quiet):
        typer.echo(f"{len(rows)} of {len(there)}", err=True)


def _plural(kind: str) -> str:
    """The kind as it is listed, for one typed in the singular too. Raises BadInput for none."""
    from difflib import get_close_matches

    typed = kind.strip().lower()
    singular = {"quality": "qualities", **{name.removesuffix("s"): name for name in KINDS}}
    if typed in KINDS or typed in singular:
        return singular.get(typed, typed)
    near = get_close_matches(typed, KINDS, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"use one of {', '.join(KINDS)}"
    raise BadInput(f"there is no kind {kind!r}", remedy=remedy)


def _holds(entry: "Entry", word: str) -> bool:
    """Whether the word stands anywhere in an entry."""
    held = " ".join((entry.id, entry.name, *entry.also, *map(str, entry.says.values()), *entry.sources))
    return word in held.lower()


def _print_counts(on: "Grounds", *, json: bool, plain: bool) -> None:
    from advisor.cli.told import counts, kind_lines, sheet

    if json:
        import json as json_format

        document = {"schema": 1, "as_of": on.tables.as_of, "kinds": counts(on)}
        typer.echo(json_format.dumps(document, indent=1))
        return
    page = sheet(on.tables, plain=plain)
    for line in kind_lines(on):
        page.line(line)


def _print_json(kind: str, rows: "Iterable[Entry]") -> None:
    import json

    from advisor.cli.told import document

    listed = {"schema": 1, "kind": kind, "rows": [document(entry) for entry in rows]}
    typer.echo(json.dumps(listed, indent=1, ensure_ascii=False))


def _print(rows: "tuple[Entry, ...]", on: "Grounds", *, plain: bool) -> None:
    """Three columns: id, name, and what tells most of it; cut at the width of a terminal unless `plain`."""
    import shutil
    import sys

    from advisor.cli.told import sheet

    page = sheet(on.tables, plain=plain)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() and not plain else None
    cells = [(entry.id, entry.name if entry.name != entry.id else "", _brief(entry)) for entry in rows]
    first = min(max(len(id) for id, _, _ in cells), 32)
    second = min(max(len(name) for _, name, _ in cells), 44)
    for id, name, brief in cells:
        columns = [f"{id:<{first}}", *([f"{name:<{second}}"] if second else []), brief]
        line = "  ".join(columns)
        page.line(line if width is None or len(line) <= width else f"{line[: width - 1]}…")


def _brief(entry: "Entry") -> str:
    return next((str(entry.says[part]) for part in _BRIEF if part in entry.says), "")
