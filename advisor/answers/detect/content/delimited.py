"""CSV and TSV: rows exactly where the file is small, from windows where it is large; columns and label counts."""

import csv
import gzip
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from advisor.answers.detect.content import prose
from advisor.answers.detect.content.columns import Column, is_number, label_of
from advisor.answers.detect.content.table import Table
from advisor.answers.detect.reading.bounded import Unreadable, chunk, decoded
from advisor.answers.detect.reading.listing import Entry
from advisor.answers.detect.reading.sight import Limits

_PROFILED = 1_000
_IN_MEMORY = (3.0, 2.0, 5.0)
"""A CSV takes 2 to 5 times its size in pandas: numbers grow to 8 bytes, strings gain an object header."""
_HEADER = re.compile(r"[^\W\d][\w .()/%:#?-]{0,60}$")


@dataclass(slots=True)
class _Read:
    """What one pass over the text saw: records below the header, columns, the bytes it covered."""

    names: tuple[str, ...]
    columns: dict[str, Column]
    rows: int
    label: str
    broken: str = ""


def read(entry: Entry, limits: Limits) -> Table:
    """Rows, columns and label of a CSV or TSV file, gzip or not. Raises Unreadable."""
    packed = chunk(entry.path, 2) == b"\x1f\x8b"
    budget = limits.exact_bytes if entry.size <= limits.exact_bytes and not packed else limits.head_bytes
    raw, whole = _beginning(entry, budget, packed)
    text = _text(raw, cut=not whole)
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    delimiter = prose.delimiter_of(text, cut=not whole) or ("\t" if entry.suffix in (".tsv", ".tab") else ",")
    found = _pass(text, delimiter)
    covered = len(text.encode("utf-8", "surrogateescape"))
    rows, low, high, how = _rows(entry, found, covered, whole, (packed, limits))
    size = covered * rows / max(found.rows, 1) if packed else entry.size
    return Table(
        entry.path, "csv", entry.size, rows, low, high, how, found.names, found.columns, found.label, found.rows,
        tuple(size * times for times in _IN_MEMORY),  # type: ignore[arg-type]
        _prose_bytes(found, rows),
    )  # fmt: skip


def _beginning(entry: Entry, budget: int, packed: bool) -> tuple[bytes, bool]:
    """The first `budget` bytes of the (unpacked) text, and whether that is all of it."""
    if not packed:
        raw = chunk(entry.path, budget)
        return raw, len(raw) >= entry.size
    try:
        with gzip.open(entry.path) as file:
            raw = file.read(budget + 1)
    except (OSError, EOFError, ValueError) as error:
        raise Unreadable(f"is a broken gzip file ({type(error).__name__})") from None
    return raw[:budget], len(raw) <= budget


def _text(raw: bytes, cut: bool) -> str:
    try:
        return decoded(raw, cut)
    except Unreadable:
        return raw.decode("latin-1")


def _pass(text: str, delimiter: str) -> _Read:
    """One pass: the header, then every record; columns are profiled on the first thousand, the label on all."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = _Read((), {}, 0, "")
    try:
        head = list(islice((row for row in reader if row), 20))
        if not head:
            return found
        body = head[1:] if has_header(head) else head
        found.names = _names(head[0] if has_header(head) else [], len(head[0]))
        found.label = label_of(found.names) if has_header(head) else ""
        found.columns = {name: Column(name) for name in found.names}
        _count(found, body, reader)
    except csv.Error as error:
        found.broken = str(error)
    return found


def _count(found: _Read, body: list[list[str]], reader: Iterator[list[str]]) -> None:
    place = found.names.index(found.label) if found.label else -1
    label = found.columns.get(found.label)
    columns = tuple(found.columns.values())
    for rows in (body, reader):
        for row in rows:
            if not row:
                continue
            found.rows += 1
            if found.rows <= _PROFILED:
                for column, cell in zip(columns, row, strict=False):
                    if cell:
                        column.add(cell)
            elif label is not None and place < len(row) and row[place]:
                label.add(row[place])


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: short distinct words, none of which comes back as data."""
    first = [cell.strip() for cell in rows[0]]
    if len(set(first)) < len(first) or any(is_number(cell) for cell in first if cell):
        return False
    if len(rows) == 1:
        return all(_HEADER.match(cell) for cell in first)
    width = len(first)
    body = [row for row in rows[1:] if len(row) == width]
    numeric = any(all(is_number(row[place]) for row in body) for place in range(width)) if body else False
    repeats = any(first[place] == row[place].strip() for row in body for place in range(width))
    return numeric or (not repeats and all(_HEADER.match(cell) or not cell for cell in first))


def _names(header: list[str], width: int) -> tuple[str, ...]:
    """Distinct column names: `column 3` where the header is silent."""
    names: dict[str, None] = {}
    for place in range(width):
        name = header[place].strip() if place < len(header) else ""
        names[name if name and name not in names else f"column {place + 1}"] = None
    return tuple(names)


def _rows(
    entry: Entry, found: _Read, covered: int, whole: bool, means: tuple[bool, Limits]
) -> tuple[float, float, float, str]:
    """(rows, low, high, how): exact for a whole file, else records a byte in the head and in windows."""
    packed, limits = means
    if found.broken:
        return found.rows, found.rows, math.inf if not whole else found.rows, f"counted up to an error: {found.broken}"
    if whole:
        return found.rows, found.rows, found.rows, "every row counted"
    if packed:
        guess = found.rows * entry.size * 4 / max(covered, 1)
        return guess, guess / 2.5, guess * 2.5, "from the first part of a gzip file, at a packing of about 4"
    return windowed(entry, found.rows / max(covered, 1), limits, covered)


def windowed(entry: Entry, per_byte: float, limits: Limits, covered: int) -> tuple[float, float, float, str]:
    """Rows of a large text: the head's records a byte, corrected by line breaks in windows spread over the file."""
    head_lines = max(chunk(entry.path, covered).count(b"\n"), 1) / max(covered, 1)
    step = max((entry.size - limits.window_bytes) // limits.windows, 1)
    density = [head_lines]
    for number in range(1, limits.windows + 1):
        window = chunk(entry.path, limits.window_bytes, number * step)
        density.append(window.count(b"\n") / max(len(window), 1))
    mean = sum(density) / len(density)
    spread = math.sqrt(sum((each - mean) ** 2 for each in density) / (len(density) - 1) / len(density))
    scale = entry.size * per_byte / head_lines
    error = max(2 * spread, 0.005 * mean)
    how = f"estimated from {covered / 1e6:.0f} MB at the start and {limits.windows} windows"
    return scale * mean, scale * max(mean - error, 0), scale * (mean + error), how


def _prose_bytes(found: _Read, rows: float) -> float:
    """Bytes of running text in the whole table: the mean length of its prose columns times its rows."""
    prose_columns = [
        column for column in found.columns.values() if column.kind == "prose" and column.name != found.label
    ]
    seen = min(found.rows, _PROFILED)
    return sum(column.letters for column in prose_columns) / seen * rows if seen else 0.0
