"""From many table files to one set of samples: twins counted once, the training split told from the others."""

import math
import os
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module

from advisor.answers.detect.content.columns import classes_of
from advisor.answers.detect.content.table import Table
from advisor.answers.detect.reading.bounded import Unreadable, evenly
from advisor.answers.detect.reading.listing import Entry
from advisor.answers.detect.reading.sight import Found, Sight

READERS: Mapping[str, str] = {
    "csv": "delimited", "tsv": "delimited", "jsonl": "jsonl", "json": "jsonl.document", "parquet": "parquet",
    "npy": "counted.npy", "tfrecord": "counted.tfrecord", "webdataset": "counted.webdataset",
}  # fmt: skip
"""Which module reads a kind of table: its `read`, or the function named after the dot."""

_TRAIN = {"train", "training"}
_HELD_OUT = {"val", "valid", "validation", "dev", "test", "testing", "eval", "holdout", "heldout"}


@dataclass(frozen=True, slots=True)
class Samples:
    """The tables that hold the samples, taken together. `place` names the files, `how` says how rows were counted."""

    tables: tuple[Table, ...]
    rows: tuple[float, float, float]
    place: str
    how: str

    @property
    def main(self) -> Table:
        return max(self.tables, key=lambda table: table.seen)


def split_of(path: str) -> str:
    """`train`, `held out` or "", by the words in the path."""
    words = set(re.split(r"[^a-z]+", path.lower()))
    return "train" if words & _TRAIN else "held out" if words & _HELD_OUT else ""


def reader_of(kind: str) -> Callable[..., Table]:
    """The function that reads a table of this kind; its module is imported when the first one turns up."""
    module, _, function = READERS[kind].partition(".")
    read: Callable[..., Table] = getattr(import_module(f"advisor.answers.detect.content.{module}"), function or "read")
    return read


def read_all(kinds: Mapping[str, list[Entry]], sight: Sight, found: Found) -> list[Table]:
    """The tables among the files, at most `limits.tables`; files that cannot be read become notes."""
    tables: list[Table] = []
    for kind in READERS:
        entries = kinds.get(kind, [])
        chosen = evenly(entries, sight.limits.tables)
        read = [table for entry in chosen if (table := _read(kind, entry, sight, found))]
        if len(chosen) < len(entries) and read:
            found.notes.append(f"{len(chosen)} of {len(entries):,} {kind} files were read for their rows")
            read = [_scaled(table, len(entries) / len(chosen)) for table in read]
        tables += read
    return tables


def _read(kind: str, entry: Entry, sight: Sight, found: Found) -> Table | None:
    try:
        return reader_of(kind)(entry, sight.limits)
    except Unreadable as error:
        found.notes.append(f"{sight.name(entry.path)} {error}")
    return None


def _scaled(table: Table, times: float) -> Table:
    """A table that stands for others that were not read."""
    return replace(
        table, rows=table.rows * times, low=table.low * times * 0.8, high=table.high * times * 1.25,
        text_bytes=table.text_bytes * times, how=f"{table.how} of a sample of the files",
        decoded=None if table.decoded is None else (
            table.decoded[0] * times, table.decoded[1] * times * 0.8, table.decoded[2] * times * 1.25),
    )  # fmt: skip


def samples_of(tables: list[Table], sight: Sight, found: Found) -> Samples | None:
    """The tables that belong together and hold the samples; None without a table. Says what was left aside."""
    alone = _without_twins(tables, sight, found)
    families: dict[tuple[str, ...], list[Table]] = defaultdict(list)
    for table in alone:
        families[table.names or (table.format,)].append(table)
    if not families:
        return None
    chosen = max(families.values(), key=lambda family: (_labelled(family), sum(table.rows for table in family)))
    others = [table for table in alone if table not in chosen]
    if others:
        names = ", ".join(f"{sight.name(table.path)} ({table.rows:,.0f} rows)" for table in others[:4])
        found.notes.append(f"other tables, not counted as samples: {names}{' and more' if len(others) > 4 else ''}")
    kept = [table for table in chosen if split_of(sight.name(table.path)) == "train"]
    rest = [table for table in chosen if split_of(sight.name(table.path)) == ""]
    used = [_with_classes(table) for table in kept or rest or chosen]
    split = ", the training split" if len(used) < len(chosen) else ""
    return Samples(tuple(used), _sum(used), _place(used, sight), f"{used[0].how}{split}")


def _with_classes(table: Table) -> Table:
    """A footer holds no values: where the label of a Parquet table counts, its column is read after all."""
    if table.format != "parquet":
        return table
    parquet = import_module("advisor.answers.detect.content.parquet")
    counted: Table = parquet.with_classes(table)
    return counted


def _labelled(family: list[Table]) -> bool:
    return any(table.label for table in family)


def _without_twins(tables: list[Table], sight: Sight, found: Found) -> list[Table]:
    """The same rows in two formats are one table: the one whose columns were seen best stays."""
    kept: dict[tuple[str, float], Table] = {}
    for table in tables:
        stem = os.path.basename(table.path).split(".")[0].lower()
        key = (stem, table.rows if table.exact else math.nan)
        twin = kept.get(key)
        if twin is None or twin.format == table.format:
            kept[key if twin is None else (table.path, table.rows)] = table
            continue
        better = max((twin, table), key=lambda one: (bool(one.label) and _counted(one), one.format == "parquet"))
        kept[key] = better
        other = table if better is twin else twin
        found.notes.append(f"{sight.name(other.path)} holds the rows of {sight.name(better.path)}: counted once")
    return list(kept.values())


def _counted(table: Table) -> bool:
    return bool(table.label) and classes_of(table.columns[table.label]) is not None


def _sum(tables: list[Table]) -> tuple[float, float, float]:
    return (
        sum(table.rows for table in tables), sum(table.low for table in tables), sum(table.high for table in tables),
    )  # fmt: skip


def _place(tables: list[Table], sight: Sight) -> str:
    """`data/train.parquet`, or for several files the first and how many."""
    many = f" and {len(tables) - 1} more" if len(tables) > 1 else ""
    return f"{sight.name(tables[0].path)}{many}"
