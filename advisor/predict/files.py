"""Reads tables of runs and writes tables of predictions."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor import catalog
from advisor.catalog.constants import constants, spreads
from advisor.catalog.images import image_model
from advisor.catalog.models import models
from advisor.errors import BadInput
from advisor.predict.cells import Row
from advisor.predict.columns import renamed
from advisor.predict.devices import Remembered
from advisor.predict.table import Ground

LONGEST_CELL = 1 << 24
TELLING = frozenset({"config_id", "model", "arch_key", "layers", "gpu"})
"""A table without any of these columns is no table of runs."""


class Named(dict[str, Row]):
    """Models by key; a name that is none of them may be that of a network of images."""

    def __missing__(self, name: str) -> Row:
        found = image_model(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The model of the name, or the default."""
        return self[name] if dict.__contains__(self, name) else image_model(name) or default


def ground(beside: Path | None = None) -> Ground:
    """What predictions rest on; a `models.csv` beside the table adds its architectures, and its cells win."""
    known: dict[str, Row] = Named(models())
    listed = beside.parent / "models.csv" if beside is not None else None
    if listed is not None and listed.is_file():
        for row in rows(listed):
            key = (row.get("arch_key") or "").strip()
            known[key] = {**known.get(key, {}), **{name: cell for name, cell in row.items() if cell}}
    return Ground(known, Remembered(catalog.load().accelerators), constants(), spreads())


def rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file with a header, one at a time, under our names of its columns; missing cells are empty,
    unknown columns are kept.

    Raises BadInput for a path that is no file, a table without a header or of other columns, and what is no CSV.
    """
    csv.field_size_limit(LONGEST_CELL)
    if not path.exists() or path.is_dir():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise BadInput(what, where=str(path), remedy="give a table as CSV; docs/estimates.md shows its columns")
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as lines:
        reader = csv.DictReader((line.replace("\0", "") for line in lines), restval="", restkey="")
        if not reader.fieldnames:
            raise BadInput(
                "the table is empty", where=str(path), remedy="give it a header, for instance config_id,arch_key,gpu"
            )
        ours = renamed(name.strip() for name in reader.fieldnames)
        if TELLING.isdisjoint(ours(dict.fromkeys(map(str.strip, reader.fieldnames), ""))):
            what = "none of its columns is known: it is no table of runs"
            raise BadInput(
                what, where=str(path), remedy="docs/estimates.md lists the columns; the first line names them"
            )
        try:
            for row in reader:
                yield ours({name.strip(): cell for name, cell in row.items() if isinstance(cell, str) and name})
        except csv.Error as error:
            raise BadInput(f"not readable as CSV: {error}", where=f"{path}:{reader.line_num}") from None


def write(path: Path, columns: Sequence[str], table: Iterable[Mapping[str, str]]) -> int:
    """Writes the table as it comes; returns how many rows. What stood there before stays until all is written.

    Raises BadInput for a path that can be no file.
    """
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else "there is no such folder to write into"
        raise BadInput(what, where=str(path), remedy="name a file in a folder that is there")
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
