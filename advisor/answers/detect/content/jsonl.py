"""JSON Lines: records exactly where the file is small, from windows where it is large; keys and label counts."""

import json
from codecs import BOM_UTF8
from typing import Any

from advisor.answers.detect.content.columns import Column, label_of
from advisor.answers.detect.content.delimited import windowed
from advisor.answers.detect.content.table import Table
from advisor.answers.detect.reading.bounded import Unreadable, chunk, json_of, text
from advisor.answers.detect.reading.listing import Entry
from advisor.answers.detect.reading.sight import Limits

_PROFILED = 1_000
_IN_MEMORY = (2.0, 1.0, 4.0)
"""Parsed JSON records take 1 to 4 times their text."""


def read(entry: Entry, limits: Limits) -> Table:
    """Records, keys and label of a JSON Lines file. Raises Unreadable for gzip and for lines that are not JSON."""
    whole = entry.size <= limits.exact_bytes
    raw = chunk(entry.path, limits.exact_bytes if whole else limits.head_bytes)
    if raw[:2] == b"\x1f\x8b":
        raise Unreadable("is gzip: its records are not counted; unpack it, or convert it to Parquet")
    if not whole:
        raw = raw[: raw.rfind(b"\n") + 1] or raw
    lines = [line for line in raw.removeprefix(BOM_UTF8).split(b"\n") if line.strip()]
    columns, letters = _profile(lines[:_PROFILED])
    label = label_of(tuple(columns))
    if label:
        for line in lines[_PROFILED:]:
            _add_label(columns[label], line)
    rows: tuple[float, float, float, str] = (len(lines), len(lines), len(lines), "every line counted")
    if not whole:
        rows = windowed(entry, len(lines) / max(len(raw), 1), limits, len(raw))
    seen = max(min(len(lines), _PROFILED), 1)
    return Table(
        entry.path, "jsonl", entry.size, *rows, tuple(columns), columns, label, len(lines),
        tuple(entry.size * times for times in _IN_MEMORY),  # type: ignore[arg-type]
        letters / seen * rows[0],
    )  # fmt: skip


def _profile(lines: list[bytes]) -> tuple[dict[str, Column], float]:
    columns: dict[str, Column] = {}
    letters = 0.0
    broken = 0
    for line in lines:
        record = _record(line)
        broken += not record
        for key, value in list(record.items())[:200]:
            if value is not None and value != "":
                columns.setdefault(key, Column(key)).add(said(value))
                letters += _letters(value)
    if broken > len(lines) / 10:
        raise Unreadable(f"has {broken} lines in its first {len(lines)} that are no JSON objects")
    return columns, letters


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line.decode())  # which is UTF-8: to ask each line for its encoding takes as long again
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _add_label(column: Column, line: bytes) -> None:
    value = _record(line).get(column.name)
    if value is not None and value != "":
        column.add(said(value))


def said(value: Any) -> str:
    """A value as a cell: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _letters(value: Any) -> int:
    """Characters of running text in a value, in lists and objects too (the turns of a conversation)."""
    if isinstance(value, str):
        return len(value) if value.count(" ") >= 3 else 0
    if isinstance(value, list):
        return sum(map(_letters, value))
    return sum(map(_letters, value.values())) if isinstance(value, dict) else 0


def document(entry: Entry, limits: Limits) -> Table:
    """One JSON document: a list of records, also below `data` or `rows`, or COCO annotations. Raises Unreadable."""
    if entry.size > limits.exact_bytes:
        raise Unreadable(f"is one JSON document of {entry.size / 1e6:.0f} MB: not read; JSON Lines can be")
    whole = json_of(text(entry.path, limits.exact_bytes))
    if isinstance(whole, dict) and {"images", "annotations"} <= whole.keys() and isinstance(whole["images"], list):
        names, rows = ("image", "bbox"), len(whole["images"])
        return Table(entry.path, "json", entry.size, rows, rows, rows, "images of a COCO file", names, seen=rows)
    records = next((whole[key] for key in ("data", "rows", "examples") if key in whole), None) if isinstance(
        whole, dict) else whole  # fmt: skip
    if not isinstance(records, list) or not records or not isinstance(records[0], dict):
        raise Unreadable("is one JSON document without a list of records: its samples are not counted")
    columns, letters = _profile([json.dumps(record).encode() for record in records[:_PROFILED]])
    label = label_of(tuple(columns))
    for record in records[_PROFILED:] if label else ():
        if isinstance(record, dict) and (value := record.get(label)) not in (None, ""):
            columns[label].add(said(value))
    rows = len(records)
    return Table(
        entry.path, "json", entry.size, rows, rows, rows, "every record counted", tuple(columns), columns, label, rows,
        tuple(entry.size * times for times in _IN_MEMORY),  # type: ignore[arg-type]
        letters / min(rows, _PROFILED) * rows,
    )  # fmt: skip
