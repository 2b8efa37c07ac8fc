"""`advisor adr`: the records of a project: list them, show one, decide about one, keep their index."""

import json as json_format
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor import record
from advisor.cli.dates import day
from advisor.errors import BadInput

app = typer.Typer(
    help="Read, accept, reject, supersede and index decision records.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_PICTURE = re.compile(r"^```mermaid\n.*?^```$\n", re.M | re.S)

Number = Annotated[int, typer.Argument(help="The number of the record.", min=0)]
Project = Annotated[Path, typer.Argument(help="The project's folder.", show_default="here")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Plain = Annotated[bool, typer.Option("--plain", help="No boxes, no colour.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say only which files changed.")]


@app.command("list")
def list_records(project: Project = Path("."), json: Json = False, plain: Plain = False) -> None:
    """List the records of the project, those of other tools as well."""
    records = record.listed(_there(project))
    _warn(*record.same_numbers(records), *(wrong for each in records for wrong in record.troubles(each)))
    if json:
        _print_json({"records": [_document(each) for each in records]})
        return
    width = max((len(each.status) for each in records), default=0)
    for each in records:
        line = f"{each.number:04d}  {each.status:{width}}  {each.date:10}  {each.title or each.path.name}"
        typer.echo(_printable(line) if plain or not sys.stdout.isatty() else _cut(_printable(line)))
    if not records:
        typer.echo("No decision records yet: `advisor plan` writes the first.", err=True)


@app.command()
def show(number: Number, project: Project = Path("."), json: Json = False, plain: Plain = False) -> None:
    """Show a record: as a page on a terminal, as Markdown elsewhere."""
    found = record.found(_there(project), number)
    text = record.text_of(found.path)
    _warn(*record.troubles(found))
    if json:
        _print_json(_document(found) | {"text": text})
    elif plain or not sys.stdout.isatty():
        typer.echo(text, nl=False)
    else:
        _page(text)


@app.command()
def accept(
    number: Number, project: Project = Path("."), json: Json = False, plain: Plain = False, quiet: Quiet = False
) -> None:
    """Accept a proposed record: from then on it is never rewritten.

    What it supersedes is marked so, both or neither. Its file takes the name of its title, and links to it follow.
    """
    del plain  # nothing here is drawn
    _warn(*_unproved(record.found(_there(project), number), project))
    changed = [str(path) for path in record.accept(project, number)]
    _tell(changed, f"Record {number} is accepted.", json=json, quiet=quiet)


@app.command()
def reject(
    number: Number, project: Project = Path("."), json: Json = False, plain: Plain = False, quiet: Quiet = False
) -> None:
    """Reject a proposed record: the same decision is not proposed again."""
    del plain
    changed = [str(path) for path in record.reject(_there(project), number)]
    _tell(changed, f"Record {number} is rejected.", json=json, quiet=quiet)


@app.command()
def deprecate(
    number: Number, project: Project = Path("."), json: Json = False, plain: Plain = False, quiet: Quiet = False
) -> None:
    """Mark an accepted record as one that no longer holds, without another in its place."""
    del plain
    changed = [str(path) for path in record.deprecate(_there(project), number)]
    _tell(changed, f"Record {number} is deprecated.", json=json, quiet=quiet)


@app.command()
def supersede(
    number: Number,
    project: Project = Path("."),
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Fix today's date, as 2026-11-25.")] = "",
    json: Json = False,
    plain: Plain = False,
    quiet: Quiet = False,
) -> None:
    """Replace an accepted record by a new one that is decided again.

    The new record is written and the old one marked as superseded: both or neither. The new one is a proposal until
    advisor adr accept.
    """
    del plain
    from advisor.plan import propose_again  # only here is anything decided

    for trouble in record.troubles(record.found(_there(project), number)):
        raise trouble
    changed = [str(path) for path in propose_again(project, today=day(as_of), superseding=number)]
    _tell(changed, f"Record {number} is superseded by a proposal.", json=json, quiet=quiet)


@app.command()
def index(
    project: Project = Path("."),
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="The file with the marks of adr-log.")] = None,
    json: Json = False,
    plain: Plain = False,
) -> None:
    """Bring the list of records up to date.

    It stands between <!-- adrlog --> and <!-- adrlogstop -->, in index.md of the records' folder where no other file
    has these marks.
    """
    del plain
    place, changed = record.index(_there(project), file)
    records = record.listed(project)
    _warn(*record.same_numbers(records), *(wrong for each in records for wrong in record.troubles(each)))
    if json:
        _print_json({"written": [str(place)] if changed else []})
    elif changed:
        typer.echo(str(place))
    else:
        typer.echo(f"{place} is up to date.", err=True)


def _unproved(proposal: record.Record, project: Path) -> Iterator[BadInput]:
    """What a proposal rests on and is gone, or is another by now; of other tools' records nothing."""
    from advisor.find_out import LOCK  # reads much of the program
    from advisor.project import lock

    if not proposal.ours:
        return
    again = "advisor plan writes it again"
    evidence = record.evidence_of(proposal, project)
    if not evidence.is_file():
        yield BadInput("the evidence of this record is gone", where=str(evidence), remedy=again)
    place = project / LOCK
    if not place.is_file():
        yield BadInput("without it advisor check cannot derive the decision again", where=str(place), remedy=again)
        return
    locked = lock.read(place)
    digest = locked.part(proposal.decision) if proposal.decision else locked.digest
    if digest and digest != proposal.digest:
        what = f"it was written with another decision than record {proposal.number} states"
        yield BadInput(what, where=str(place), remedy="write the record again: advisor plan")


def _warn(*troubles: BadInput) -> None:
    """Says what is wrong where the command can still do its work."""
    for trouble in troubles:
        typer.echo(f"note: {trouble}", err=True)


def _tell(changed: list[str], done: str, *, json: bool, quiet: bool) -> None:
    if json:
        _print_json({"written": changed})
        return
    if not quiet:
        typer.echo(done, err=True)
    typer.echo("\n".join(changed))


def _there(project: Path) -> Path:
    if not project.is_dir():
        raise BadInput("there is no such folder", where=str(project), remedy="name the folder of the project")
    return project


def _document(each: record.Record) -> dict[str, Any]:
    return {
        "number": each.number,
        "status": each.status,
        "date": each.date,
        "title": each.title,
        "path": each.path.as_posix(),
        "ours": each.ours,
        "digest": each.digest,
    }


def _print_json(document: dict[str, Any]) -> None:
    typer.echo(json_format.dumps({"schema": 1, **document}, indent=2, sort_keys=True))


def _printable(text: str) -> str:
    """Without control characters: a title comes from a file that anybody may have written."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _cut(line: str) -> str:
    import shutil  # only a terminal has a width

    width = shutil.get_terminal_size().columns
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _page(text: str) -> None:
    """The record as a page: without front matter, marks, and the source of a picture that a terminal cannot draw."""
    from rich.console import Console  # heavy, and only a terminal needs it
    from rich.markdown import Markdown

    words = _PICTURE.sub("*A picture, where Mermaid is drawn.*\n", record.body(text))
    Console().print(Markdown("\n".join(_printable(line) for line in words.splitlines())))
