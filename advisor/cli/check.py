"""`advisor check`: the decision still holds, and the configurations agree with it and with themselves."""

import gc
import os
import sys
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli.dates import day
from advisor.errors import BadInput
from advisor.values.catalog import Lifecycle
from advisor.values.configs import ConfigFacts, Devices, Shortfall
from advisor.values.expected import Expected
from advisor.values.revisit import Revisit
from advisor.values.staleness import Staleness

if TYPE_CHECKING:
    from advisor.check import Outcome, Settings
    from advisor.predict.table import Ground

FOUND, STALE = 1, 4
_ALIVE_TO_THE_END = 2_000_000


class Format(StrEnum):
    """How the outcome is printed."""

    text = "text"
    json = "json"
    sarif = "sarif"
    github = "github"
    gitlab = "gitlab"
    junit = "junit"
    markdown = "markdown"


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
    severity: Annotated[
        Level | None, typer.Option(help="The mildest findings to show.", show_default="warning")
    ] = None,
    fail_on: Annotated[
        Level | None, typer.Option(help="The mildest finding that makes the exit status 1.", show_default="error")
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help="Only these: ADV014,ADV04,security; may be repeated.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Not these; may be repeated.")] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Hide the findings that this file holds.")
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Write the findings of today into the baseline.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend, showing the change first.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Where the record is stale, propose the one that supersedes it.")
    ] = False,
    jobs: Annotated[int, typer.Option(metavar="N", help="Read files in N processes; 0 for one a CPU.", min=0)] = 1,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Fix today's date, as 2026-11-25.")] = "",
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

    today = day(as_of)
    settings = _settings(paths[0], select, ignore, jobs or os.cpu_count() or 1)
    baseline = baseline or settings.baseline
    outcome = _checked(paths, settings, today)
    if fix and _mended(outcome):
        outcome = _checked(paths, settings, today)
    if update and outcome.stale and _proposed(outcome, today):
        outcome = _checked(paths, settings, today)
    if update_baseline:
        outcome = _remembered(outcome, baseline)
    elif baseline is not None:
        outcome = _beyond(outcome, baseline)
    if not (outcome.files or outcome.projects or quiet):
        typer.echo("no configuration and no decision record here; advisor plan writes the first", err=True)
    shown = outcome.at_least(severity.value if severity else settings.severity or "warning")
    if shown.findings or outcome.stale or not quiet:
        report = check.REPORTS["json" if json else format.value]
        typer.echo(report(shown, not plain and _has_colour()), nl=False)
    if outcome.worst_is(fail_on.value if fail_on else settings.fail_on or "error"):
        raise typer.Exit(FOUND)
    if outcome.stale:
        raise typer.Exit(STALE)


def _settings(start: Path, select: list[str] | None, ignore: list[str] | None, jobs: int) -> "Settings":
    from advisor.check import find_settings

    found = find_settings(start).with_rules(_words(select), _words(ignore))
    return replace(found, jobs=jobs)


def _words(options: list[str] | None) -> list[str]:
    return [word for option in options or () for word in option.replace(",", " ").split()]


def _checked(paths: list[Path], settings: "Settings", today: date) -> "Outcome":
    from advisor import check

    gc.set_threshold(_ALIVE_TO_THE_END)  # trees of files have no circles, and are needed until the report
    return check.check(
        tuple(paths),
        rederive=_rederive,
        expect=_expect,
        revisit=partial(_revisit, today=today),
        lifecycle=_lifecycle,
        shortfall=_shortfall,
        settings=settings,
    )


def _mended(outcome: "Outcome") -> bool:
    """Shows and makes the safe changes; says whether there were any."""
    from advisor.check import fixing

    changes = fixing.mended(outcome.findings)
    if changes:
        typer.echo(fixing.diff(changes), err=True, nl=False)
        fixing.write(changes)
        typer.echo(f"mended {len(changes)} file{'s' if len(changes) != 1 else ''}", err=True)
    return bool(changes)


def _proposed(outcome: "Outcome", today: date) -> bool:
    """Writes the record that supersedes each stale one, as a proposal; says whether a file changed."""
    from advisor.plan import propose_again

    written = [path for stale in outcome.stale for path in propose_again(Path(stale.place.path).parent, today=today)]
    for path in written:
        typer.echo(f"wrote {path}", err=True)
    return bool(written)


def _remembered(outcome: "Outcome", baseline: Path | None) -> "Outcome":
    from advisor.atomic import replace_text
    from advisor.check import baseline_text

    if baseline is None:
        raise BadInput("--update-baseline without a baseline", remedy="name it: --baseline FILE")
    replace_text(baseline, baseline_text(outcome.findings, baseline))
    typer.echo(f"wrote {baseline}: {len(outcome.findings)} findings may stay", err=True)
    return replace(outcome, findings=(), hidden=len(outcome.findings))


def _beyond(outcome: "Outcome", baseline: Path) -> "Outcome":
    from advisor.check import beyond, read_baseline

    left = beyond(outcome.findings, read_baseline(baseline), baseline)
    if left.gone:
        typer.echo(f"{baseline}: {left.gone} findings are gone; --update-baseline takes them out", err=True)
    return replace(outcome, findings=left.findings, hidden=left.hidden)


def _rederive(folder: Path) -> Staleness | None:
    from advisor.plan import recheck  # only a project with a record is decided again

    return recheck(folder)


def _expect(folder: Path) -> Expected | None:
    from advisor.plan import expected

    return expected(folder)


def _revisit(folder: Path, today: date) -> tuple[Revisit, ...]:
    from advisor.plan import grounds
    from advisor.revisit import revisits

    return revisits(folder, grounds(), today=today)


def _shortfall(config: ConfigFacts, devices: Devices) -> Shortfall | None:
    if config.model is None and config.layers is None:
        return None  # nothing to estimate, and nothing to load for it
    from advisor.predict.short import shortfall

    return shortfall(config, devices, _ground())


@cache
def _ground() -> "Ground":
    from advisor.predict.files import ground

    return ground()


def _lifecycle() -> tuple[Lifecycle, ...]:
    from advisor.catalog import lifecycle

    return lifecycle()


def _has_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") not in ("", "dumb")
