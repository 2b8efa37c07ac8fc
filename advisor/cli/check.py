"""`advisor check`: the decision still holds, and the configurations agree with it and with themselves."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from advisor.values.expected import Expected
from advisor.values.staleness import Staleness

FOUND, STALE = 1, 4


class Format(StrEnum):
    """How the outcome is printed."""

    text = "text"
    json = "json"
    github = "github"


class Level(StrEnum):
    """How bad a finding is, mildest first."""

    note = "note"
    warning = "warning"
    error = "error"


def _here() -> list[Path]:
    return [Path(".")]


def command(
    paths: Annotated[
        list[Path], typer.Argument(help="Files or project folders.", default_factory=_here, show_default="here")
    ],
    format: Annotated[Format, typer.Option(help="How the findings are printed.")] = Format.text,
    severity: Annotated[Level, typer.Option(help="The mildest findings to show.")] = Level.warning,
    fail_on: Annotated[Level, typer.Option(help="The mildest finding that makes the exit status 1.")] = Level.error,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No colour.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing when nothing is found.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; check never does.")] = False,
) -> None:
    """Check that the decision still holds and the configs agree.

    Exit status: 0 nothing found, 1 something at --fail-on or worse, 4 the record is stale and nothing worse.
    """
    del no_input
    from advisor import check  # not needed for help

    outcome = check.check(tuple(paths), rederive=_rederive, expect=_expect)
    shown = outcome.at_least(severity.value)
    if shown.findings or outcome.stale or not quiet:
        report = check.REPORTS["json" if json else format.value]
        typer.echo(report(shown, not plain and _has_colour()), nl=False)
    if outcome.worst_is(fail_on.value):
        raise typer.Exit(FOUND)
    if outcome.stale:
        raise typer.Exit(STALE)


def _rederive(folder: Path) -> Staleness | None:
    from advisor.plan import recheck  # only a project with a record is decided again

    return recheck(folder)


def _expect(folder: Path) -> Expected | None:
    from advisor.plan import expected

    return expected(folder)


def _has_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") not in ("", "dumb")
