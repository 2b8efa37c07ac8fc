"""`advisor explain`: what an id means, and for a decision how this project came to it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.errors import BadInput

if TYPE_CHECKING:
    from advisor.cli.reasoned import Here
    from advisor.plan import Grounds
    from advisor.values.reference import Entry


def ids(incomplete: str) -> list[str]:
    """What a shell may complete: every id that begins so."""
    from advisor import library
    from advisor.plan import grounds

    return sorted({entry.id for entry in library.entries(grounds()) if entry.id.startswith(incomplete)})


def command(
    id: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="What to explain; without it, what there is.", autocompletion=ids),
    ] = None,
    project: Annotated[
        Path, typer.Option("--project", metavar="DIR", help="The project whose reasoning is told.")
    ] = Path("."),
    lang: Annotated[str, typer.Option("--lang", help="Language of the words.")] = "en",
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Fix today's date; nothing here depends on it.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No colour, no drawing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing beside what was asked for.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; explain never does.")] = False,
) -> None:
    """Explain a decision, option, question, rule, formula or term.

    In a project with an advisor.lock, a decision, option, question or estimate is explained as it stands there.
    """
    del no_input
    from advisor.cli.dates import day
    from advisor.plan import grounds

    day(as_of)
    on = grounds(lang)
    if id is None:
        _what_there_is(on, json=json, plain=plain)
        return
    matching = _found(id, on)
    here = _here(matching, project, on, plain=plain)
    if json:
        _print_json(id, matching, here)
    else:
        _print(matching, here, on, plain=plain, quiet=quiet)


def _found(id: str, on: "Grounds") -> "tuple[Entry, ...]":
    from advisor import library, reference

    there = library.entries(on)
    matching = reference.found(there, id.strip())
    if not matching:
        near = reference.near(there, id)
        remedy = f"did you mean {' or '.join(near)}?" if near else "`advisor explain` alone says what there is"
        raise BadInput(f"nothing is called {id!r}", remedy=remedy)
    return matching


def _here(matching: "tuple[Entry, ...]", project: Path, on: "Grounds", *, plain: bool) -> "Here | None":
    """What was concluded in the project; None where nothing was, or where none of the entries has a part in it."""
    from advisor.cli.reasoned import KINDS, Here
    from advisor.compare import standing

    if not any(entry.kind in KINDS for entry in matching):
        return None
    found = standing(project, on)
    return None if found is None else Here(found, on, "#." if plain else "█░")


def _print(matching: "tuple[Entry, ...]", here: "Here | None", on: "Grounds", *, plain: bool, quiet: bool) -> None:
    from advisor.cli.told import sheet

    page = sheet(on.tables, plain=plain)
    for number, entry in enumerate(matching):
        if number:
            page.gap()
        page.heading(entry)
        mine = here.parts(entry) if here is not None else {}
        if here is not None and mine:
            if not quiet:
                page.line(on.tables.say("here.heading", project=here.conclusion.project), "faint")
            page.parts(mine)
            page.gap()
        page.entry(entry)


def _print_json(id: str, matching: "tuple[Entry, ...]", here: "Here | None") -> None:
    import json

    from advisor.cli.told import document

    entries = [document(entry) for entry in matching]
    if here is not None:
        for entry, row in zip(matching, entries, strict=True):
            if mine := here.document(entry):
                row["here"] = {"project": here.conclusion.project, **mine}
    typer.echo(json.dumps({"schema": 1, "asked": id, "entries": entries}, indent=1, ensure_ascii=False))


def _what_there_is(on: "Grounds", *, json: bool, plain: bool) -> None:
    from advisor.cli.told import counts, kind_lines, sheet

    if json:
        import json as json_format

        typer.echo(json_format.dumps({"schema": 1, "kinds": counts(on)}, indent=1))
        return
    page = sheet(on.tables, plain=plain)
    page.line(on.tables.say("reference.nothing"))
    page.gap()
    for line in kind_lines(on):
        page.line(line)
