"""Reads tables of runs and writes tables of predictions."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from advisor import catalog
from advisor.catalog.constants import constants, spreads
from advisor.catalog.models import models
from advisor.errors import BadInput
from advisor.predict.cells import Row
from advisor.predict.devices import Remembered
from advisor.predict.table import Ground

LONGEST_CELL = 1 << 24


def ground(beside: Path | None = None) -> Ground:
    """What predictions rest on; a `models.csv` beside the table adds its architectures, and its cells win."""
    known: dict[str, Row] = dict(models())
    listed = beside.parent / "models.csv" if beside is not None else None
    if listed is not None and listed.is_file():
        for row in rows(listed):
            key = (row.get("arch_key") or "").strip()
            known[key] = {**known.get(key, {}), **{name: cell for name, cell in row.items() if cell}}
    return Ground(known, Remembered(catalog.load().accelerators), constants(), spreads())


def rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file with a header, one at a time; missing cells are empty, unknown columns are kept."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as lines:
        reader = csv.DictReader((line.replace("\0", "") for line in lines), restval="", restkey="")
        if not reader.fieldnames:
            raise BadInput(
                "the table is empty", where=str(path), remedy="give it a header, for instance config_id,arch_key,gpu"
            )
        try:
            for row in reader:
                yield {name.strip(): cell for name, cell in row.items() if isinstance(cell, str) and name}
        except csv.Error as error:
            raise BadInput(f"not readable as CSV: {error}", where=f"{path}:{reader.line_num}") from None


def write(path: Path, columns: Sequence[str], table: Iterable[Mapping[str, str]]) -> int:
    """Writes the table as it comes; returns how many rows. What stood there before stays until all is written."""
    part = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with part.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, columns, lineterminator="\n", restval="")
            writer.writeheader()
            for row in table:
                writer.writerow(row)
                count += 1
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count
