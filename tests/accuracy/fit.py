"""Fits the constants on the published rows and tells the error with each source left out.

`python tests/accuracy/fit.py [GROUP ...]` prints, for all groups (step, memory, answer, image, mixture, first) or for
those named; `--write` also writes what it fitted into advisor/catalog/constants.yaml.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy
from accuracy.choice import choice
from accuracy.layouts import Table, start
from accuracy.served import all_tables
from scipy.optimize import least_squares

from advisor.catalog.constants import FILE, document
from advisor.values.constants import Spread

PULL = 0.3
"""How strongly a constant is drawn to where it starts, over its range and against the rows."""
ROBUST = 0.1
"""Errors beyond this count in proportion, not squared."""
SHARE = 0.35
"""A source of n rows counts n^(1 - 0.35): large sources more than small ones, but not n times."""
SPREAD_OF = {
    "step": "step", "memory": "memory", "answer": "token", "image": "image", "mixture": "mixture", "first": "first",
}  # fmt: skip
MARGIN = {"step": 1.45, "memory": 2.7, "token": 1.35, "image": 1.2, "mixture": 1.2, "first": 1.15}
"""Intervals over the quantiles: a source left out lies further away than rows do from their own; with three of four
sources in one kind of use each, quantiles are too narrow for the fourth."""
BASE = {"step": 0.15, "memory": 0.1, "token": 0.12, "image": 0.2, "mixture": 0.12, "first": 0.35}


KNOWN = ("first",)
"""Groups whose sources are the engines themselves: who asks has one of them, so widths are those of the fit."""


def rows(group: str) -> list[Mapping[str, Any]]:
    return [row for row in document()["constants"] if row["group"] == group]


def fitted(table: Table, keep: Any, others: Mapping[str, float]) -> dict[str, float]:
    """All constants, those of the table's group fitted on the rows to keep."""
    moving = rows(table.group)
    if not moving:
        return dict(others)
    low, high = (numpy.array([float(row[end]) for row in moving]) for end in ("low", "high"))
    begin = (numpy.array([float(row["start"]) for row in moving]) - low) / (high - low)
    source = table.source[keep]
    weight = 3.0 * numpy.array([(source == name).sum() ** -SHARE for name in source])

    def constants(place: Any) -> dict[str, float]:
        return {**others, **{row["id"]: float(v) for row, v in zip(moving, low + (high - low) * place, strict=True)}}

    def misfit(place: Any) -> Any:
        error = table.errors(constants(place), keep)
        softened = numpy.sign(error) * numpy.sqrt(2 * ROBUST * (numpy.sqrt(ROBUST**2 + error**2) - ROBUST))
        return numpy.concatenate([weight * softened, PULL * (place - begin)])

    return constants(least_squares(misfit, begin, bounds=(0, 1)).x)


def left_out(table: Table, others: Mapping[str, float]) -> Any:
    """log(predicted / measured) of every row by constants fitted without its source."""
    errors = numpy.zeros(len(table.measured))
    for name in sorted(set(table.source)):
        mine = table.source == name
        errors[mine] = table.errors(fitted(table, ~mine, others), mine)
    return errors


def widths(errors: Any, table: Table, of: str, keep: Any = None) -> tuple[float, float]:
    """5% and 95% quantiles of what was measured over what was predicted, in units of the row's own scale; each
    source counts as the square root of its rows."""
    keep = numpy.ones(len(table.measured), bool) if keep is None else keep
    scaled, source = table.off(errors, keep, BASE[of]), table.source[keep]
    counted = numpy.array([(source == name).sum() ** -0.25 for name in source])
    order = numpy.argsort(scaled)
    reached = numpy.cumsum(counted[order]) / counted.sum()
    low, high = (scaled[order][min(numpy.searchsorted(reached, at), len(order) - 1)] for at in (0.05, 0.95))
    return float(low) * MARGIN[of], float(high) * MARGIN[of]


def crossed(errors: Any, table: Table, of: str) -> Any:
    """Which rows lie in an interval whose width was set without their source."""
    inside = numpy.zeros(len(errors), bool)
    for name in sorted(set(table.source)):
        mine = table.source == name
        ends = widths(errors[~mine], table, of, ~mine)
        inside[mine] = table.inside(errors[mine], Spread(BASE[of], *ends), mine)
    return inside


def lines(errors: Any, inside: Any, table: Table) -> list[tuple[str, int, float, float, float, float]]:
    """(source, rows, median error, 90th percentile, bias, share in the interval) of each source, pooled and mean."""
    found = [
        _line(name, errors[table.source == name], inside[table.source == name]) for name in sorted(set(table.source))
    ]
    mean = [float(numpy.mean([line[place] for line in found])) for place in (2, 3, 4, 5)]
    return [*found, _line("pooled", errors, inside), ("mean over sources", len(errors), *mean)]


def _line(name: str, errors: Any, inside: Any) -> tuple[str, int, float, float, float, float]:
    relative = numpy.exp(errors) - 1.0
    size = numpy.abs(relative)
    return (
        name, len(errors), float(numpy.median(size)), float(numpy.quantile(size, 0.9)), float(numpy.median(relative)),
        float(inside.mean()),
    )  # fmt: skip


def write(constants: Mapping[str, float], spreads: Mapping[str, tuple[float, float]]) -> None:
    """Puts fitted values and widths into constants.yaml; the rest of the file stays."""
    text = FILE.read_text("utf-8")
    for row in document()["constants"]:
        if row["id"] in constants:
            text = re.sub(rf"(id: {row['id']}, .*?value: )[^,]+", rf"\g<1>{_plain(constants[row['id']])}", text)
    for of, (low, high) in spreads.items():
        new = f"- {{of: {of}, base: {BASE[of]}, low: {low:.3f}, high: {high:.3f}}}"
        text = re.sub(rf"- \{{of: {of}, .*\}}", new, text)
    FILE.write_text(text, "utf-8")


NUDGE = 0.01
"""Of a constant's range: rows whose prediction moves with it are those that it comes from."""


def provenance(table: Table, constants: Mapping[str, float]) -> dict[str, tuple[int, tuple[str, ...]]]:
    """(rows, sources) that each constant of the table's group was fitted on: those that move with it."""
    before, found = table.errors(constants), {}
    for row in rows(table.group):
        nudged = constants[row["id"]] + NUDGE * (float(row["high"]) - float(row["low"]))
        moved = numpy.abs(table.errors({**constants, row["id"]: nudged}) - before) > 1e-6
        found[row["id"]] = int(moved.sum()), tuple(sorted(set(table.source[moved].tolist())))
    return found


def write_provenance(found: Mapping[str, tuple[int, tuple[str, ...]]]) -> None:
    """Puts the rows and sources of each fitted constant at the end of its row in constants.yaml."""
    text = FILE.read_text("utf-8")
    for id, (count, sources) in found.items():
        said = f",\n   rows: {count}, sources: [{', '.join(sources)}]}}"
        text = re.sub(
            rf"(id: {id}, group[^']*?meaning: (?:'[^']*'|\"[^\"]*\"), source: '[^']*')(?:,\n   rows: [^]]*\])?\}}",
            lambda match, said=said: match[1] + said, text,
        )  # fmt: skip
    FILE.write_text(text, "utf-8")


def _plain(value: float) -> str:
    """A number that YAML 1.1 reads as one."""
    mantissa, _, power = f"{value:.4g}".partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{int(power):+d}" if power else mantissa


def begin(named: list[str]) -> dict[str, float]:
    """Constants before the fit of the named groups; those of others as they are."""
    kept = {row["id"]: float(row["value"]) for row in document()["constants"] if row["group"] not in named}
    return {**start(), **kept}


def main(arguments: list[str]) -> None:
    named = [group for group in all_tables() if group in arguments] or list(all_tables())
    others, spreads = begin(named), {}
    came_from: dict[str, tuple[int, tuple[str, ...]]] = {}
    for group in named:
        table = all_tables()[group]
        everything = numpy.ones(len(table.measured), bool)
        errors = left_out(table, others)
        of = SPREAD_OF[group]
        spreads[of] = widths(errors, table, of)
        print(f"{group}: {len(table.measured)} rows, {len(table.left_out)} not covered; each source left out")
        for name, count, error, far, bias, share in lines(errors, crossed(errors, table, of), table):
            print(f"  {name:30} {count:4} {error:7.1%} {far:7.1%} {bias:+7.1%} {share:5.0%}")
        print(f"  width {spreads[of]}")
        if group == "step":
            print(f"  {choice(table, errors)}")
        others = fitted(table, everything, others)
        others = {id: float(_plain(value)) for id, value in others.items()}
        if group in KNOWN:
            spreads[of] = widths(table.errors(others), table, of)
        came_from |= provenance(table, others)
    if "--write" in arguments:
        write({row["id"]: others[row["id"]] for group in named for row in rows(group)}, spreads)
        write_provenance(came_from)


if __name__ == "__main__":
    main(sys.argv[1:])
