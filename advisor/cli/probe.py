"""`advisor probe`: what this machine is, as a table or as one JSON document."""

import json as json_format
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor import __version__, machine
from advisor.figure import Fact
from advisor.units import say
from advisor.values.facts import Machine

_GAP = "unknown"
_TITLES = ("fact", "value", "source, or why it is unknown")


def command(
    path: Annotated[Path, typer.Argument(help="The project or the data, whose disk is looked at.")] = Path("."),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="One line a fact, whatever the terminal's width.")] = False,
) -> None:
    """Show what this machine is, with the source of each fact.

    Each fact can be set by its name: in advisor.yaml, or with plan --set machine.memory=64GB.
    """
    found = machine.probe(path)
    if found.devices:
        from advisor.catalog import load  # the rows are only needed to name the devices

        found = machine.devices_matched(found, load().accelerators)
    typer.echo(json_format.dumps(document(found), indent=2, sort_keys=True) if json else table(found, _width(plain)))


def document(found: Machine) -> dict[str, Any]:
    """What `--json` prints."""
    facts = {id: _fact(fact) for id, fact in found.facts.items()}
    devices = [asdict(device) for device in found.devices]
    return {
        "schema": 1,
        "advisor": __version__,
        "fingerprint": machine.fingerprint(found),
        "machine": {"facts": facts, "devices": devices},
    }


def table(found: Machine, width: int | None) -> str:
    """Fact, value and source in columns, known facts first; below `width` columns the source stands on its own line."""
    facts = sorted(found.facts.values(), key=lambda fact: not fact.known)
    rows = [_TITLES, *((fact.id, value(fact), _printable(fact.source or fact.gap)) for fact in facts)]
    rows += [(f"gpu {device.index}", device.slug or _GAP, _printable(device.name)) for device in found.devices]
    if width is None or width >= 100:
        return "\n".join(_columns(rows, width))
    return "\n".join(line for row in rows[1:] for line in _stacked(row, width))


def value(fact: Fact) -> str:
    """The value as people read it, with its range; `unknown` for a gap."""
    match fact.value:
        case None:
            return _GAP
        case bool():
            return "yes" if fact.value else "no"
        case int() | float():
            return say(float(fact.value), fact.unit, fact.low, fact.high)
        case tuple():
            return _printable(" ".join(fact.value))
        case text:
            return _printable(text)


def _fact(fact: Fact) -> dict[str, Any]:
    if not fact.known:
        return {"value": None, "unit": fact.unit, "gap": fact.gap}
    limits = {name: limit for name, limit in (("low", fact.low), ("high", fact.high)) if limit is not None}
    return {
        "value": fact.value,
        "unit": fact.unit,
        **limits,
        "provenance": fact.provenance,
        "source": fact.source,
    }


def _width(plain: bool) -> int | None:
    """Columns of the terminal; None where lines may be as long as they like."""
    return None if plain or not sys.stdout.isatty() else shutil.get_terminal_size().columns


def _columns(rows: list[tuple[str, str, str]], width: int | None) -> Iterator[str]:
    """A row is one line, unless the terminal is too narrow for it: then its source is wrapped in its own column."""
    import textwrap

    first = max(len(row[0]) for row in rows)
    second = min(max(len(row[1]) for row in rows), 28)
    margin = " " * (first + second + 4)
    for id, value, source in rows:
        line = f"{id:<{first}}  {value:<{second}}  {source}".rstrip()
        if width is None or len(line) <= width:
            yield line
            continue
        room = max(width - len(margin), 20)
        values, sources = textwrap.wrap(value, second) or [""], textwrap.wrap(source, room) or [""]
        for index, (left, right) in enumerate(zip_longest(values, sources, fillvalue="")):
            yield f"{'' if index else id:<{first}}  {left:<{second}}  {right}".rstrip()


def _stacked(row: tuple[str, str, str], width: int) -> Iterator[str]:
    import textwrap

    id, value, source = row
    yield from textwrap.wrap(f"{id}  {value}", max(width, 20), subsequent_indent="    ", break_on_hyphens=False)
    yield from textwrap.wrap(source, max(width, 20), initial_indent="  ", subsequent_indent="  ")


def _printable(text: str) -> str:
    """Names come from drivers, files and variables: a control character in one must not reach the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
