"""`advisor bench`: how fast this machine is, measured."""

import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor import __version__
from advisor.errors import Lacking
from advisor.figure import Fact
from advisor.units import say
from advisor.values.facts import Rates


def command(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No moving line while measuring.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but the result.")] = False,
    budget: Annotated[float, typer.Option(min=1.0, metavar="SECONDS", help="Longest time to measure.")] = 20.0,
    again: Annotated[bool, typer.Option("--again", help="Measure even if a result was kept.")] = False,
) -> None:
    """Measure how fast this machine is.

    Matrix multiply, memory, and complete small training steps of an MLP and a transformer, timed in a process
    of their own.
    """
    from advisor import machine, rates

    if not rates.can_measure():
        raise Lacking("measuring needs torch, which is not installed", remedy=_INSTALL)
    here = machine.probe(Path.cwd())
    fingerprint = machine.fingerprint(here)
    running = rates.start(here, rates.user_cache(), fingerprint=fingerprint, budget_s=budget, again=again)
    with _Clock(budget, quiet=quiet or running.done, moving=not plain and sys.stderr.isatty()):
        measured = running.finish()
    if not any(fact.known for fact in measured.facts.values()):
        raise Lacking(f"nothing could be measured: {next(iter(measured.facts.values())).gap}", remedy=_ADVICE)
    typer.echo(_document(measured) if json else "\n".join(_lines(measured)))


_INSTALL = "pip install 'ml-architecture-advisor[bench]'"
_ADVICE = "see that `python -c 'import torch'` works, or give it more time with --budget"


class _Clock:
    """Says on standard error that something is going on: seconds that count up, or one line."""

    def __init__(self, budget_s: float, *, quiet: bool, moving: bool) -> None:
        self._text = f"measuring, at most {budget_s:g} s"
        self._quiet, self._moving = quiet, moving
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True)

    def __enter__(self) -> None:
        if self._quiet:
            return
        if self._moving:
            self._thread.start()
        else:
            typer.echo(self._text, err=True)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _count(self) -> None:
        seconds = 0
        while not self._over.wait(1.0 if seconds else 0.0):
            sys.stderr.write(f"\r{self._text}: {seconds} s")
            sys.stderr.flush()
            seconds += 1
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _lines(measured: Rates) -> list[str]:
    """A row a rate, aligned: its name, its value with the interval, where it comes from."""
    rows = [
        (id.removeprefix("rate.").replace(".", " "), _value(fact), fact.source or fact.gap)
        for id, fact in measured.facts.items()
    ]
    name_width, value_width = (max(len(row[i]) for row in rows) for i in (0, 1))
    return [f"{name:<{name_width}}  {value:<{value_width}}  {source}".rstrip() for name, value, source in rows]


def _value(fact: Fact) -> str:
    return say(fact.number, fact.unit, *fact.range) if fact.known else "-"


def _document(measured: Rates) -> str:
    from json import dumps

    facts = {id: _fields(fact) for id, fact in measured.facts.items()}
    document = {"schema": 1, "advisor": __version__, "fingerprint": measured.fingerprint, "rates": facts}
    return dumps(document, indent=2)


def _fields(fact: Fact) -> dict[str, Any]:
    if not fact.known:
        return {"value": None, "unit": fact.unit, "gap": fact.gap}
    low, high = fact.range
    return {
        "value": fact.value,
        "low": low,
        "high": high,
        "unit": fact.unit,
        "provenance": fact.provenance,
        "source": fact.source,
    }
