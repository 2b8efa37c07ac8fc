"""Parquet: rows, columns, types and sizes from the footer alone, without pyarrow.

Field numbers are those of parquet-format's parquet.thrift (Apache, 2.x).
"""

from collections import Counter
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from advisor.answers.detect.content.columns import Column, label_of
from advisor.answers.detect.content.table import Table
from advisor.answers.detect.content.thrift import Reader
from advisor.answers.detect.reading.bounded import Unreadable, chunk
from advisor.answers.detect.reading.listing import Entry
from advisor.answers.detect.reading.sight import Limits

_FOOTER_BYTES = 4_000_000
_GROUPS = 8
_LABEL_ROWS = 200_000
_WHOLE, _NUMBER, _BYTES = (1, 2), (4, 5), 6
_PAGE_HEADERS = 80
"""Bytes of page headers in a column chunk (a dictionary page and a data page), which are no values."""
_PROSE_BYTES = 40
"""A text column of more bytes a value than this holds running text."""


def read(entry: Entry, _limits: Limits) -> Table:
    """Rows, columns and label of a Parquet file; nothing but the footer is read. Raises Unreadable."""
    meta, groups = footer(entry)
    rows = _whole(meta.get(3))
    names, kinds = _schema(meta.get(2) or [])
    counted = sum(_whole(group.get(3)) for group in groups)
    sizes = _column_sizes(groups)
    columns = {name: _column(name, kinds[name], sizes.get(name, 0.0) / max(counted, 1), rows) for name in names}
    label = label_of(names)
    raw = sum(_whole(group.get(2)) for group in groups) * rows / max(counted, 1)
    prose = sum(sizes[name] for name in names if name != label and columns[name].kind == "prose" and name in sizes)
    return Table(
        entry.path, "parquet", entry.size, rows, rows, rows, "footer", names, columns, label, rows,
        (1.5 * raw, raw, 4 * raw) if raw else None, prose * rows / max(counted, 1),
    )  # fmt: skip


def footer(entry: Entry) -> tuple[dict[int, Any], list[dict[int, Any]]]:
    """(FileMetaData, its first row groups). Raises Unreadable for a footer that is cut off, encrypted or broken."""
    end = chunk(entry.path, 8, -8)
    if len(end) < 8 or end[4:] != b"PAR1":
        raise Unreadable("has an encrypted footer" if end[4:] == b"PARE" else "has no Parquet footer: cut off?")
    size = int.from_bytes(end[:4], "little")
    if not 0 < size <= entry.size - 12:
        raise Unreadable("has a Parquet footer longer than the file")
    reader = Reader(chunk(entry.path, min(size, _FOOTER_BYTES), entry.size - 8 - size))
    meta = reader.struct(stop_before=4)
    if not isinstance(meta.get(3), int) or meta[3] < 0 or not isinstance(meta.get(2), list):
        raise Unreadable("has a Parquet footer without a row count")
    return meta, _row_groups(reader) if 4 in meta else []


def _row_groups(reader: Reader) -> list[dict[int, Any]]:
    groups: list[dict[int, Any]] = []
    try:
        size, kind = reader.list_size()
        for _ in range(min(size, _GROUPS)):
            group = reader.value(kind)
            if isinstance(group, dict):
                groups.append(group)
    except Unreadable:
        return groups  # a footer of many thousand columns: the rows are known, the sizes stay a gap
    return groups


def _schema(elements: list[Any]) -> tuple[tuple[str, ...], dict[str, tuple[int, bool]]]:
    """(names of the top-level columns, {name: (physical type, is text)}); -1 is the type of a nested column."""
    kinds: dict[str, tuple[int, bool]] = {}
    skip = 0
    for element in elements[1:]:
        if not isinstance(element, dict):
            continue
        children = _whole(element.get(5))
        if skip:
            skip += children - 1
            continue
        skip = children
        name = element.get(4, b"")
        text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
        logical = element.get(10)
        is_text = element.get(6) == 0 or (isinstance(logical, dict) and 1 in logical)
        is_time = element.get(6) in (6, 9, 10) or (isinstance(logical, dict) and bool({6, 8} & logical.keys()))
        kinds[text] = (-1 if children else 3 if is_time else _whole(element.get(1), -1), is_text)
    return tuple(kinds), kinds


def _column_sizes(groups: list[dict[int, Any]]) -> dict[str, float]:
    """Uncompressed bytes a top-level column, over the row groups that were read."""
    sizes: Counter[str] = Counter()
    for group in groups:
        pieces = group.get(1)
        for piece in pieces if isinstance(pieces, list) else []:
            about = piece.get(3) if isinstance(piece, dict) else None
            path = about.get(3) if isinstance(about, dict) else None
            if isinstance(about, dict) and isinstance(path, list) and path and isinstance(path[0], bytes):
                sizes[path[0].decode("utf-8", "replace")] += max(_whole(about.get(6)) - _PAGE_HEADERS, 0)
    return dict(sizes)


def _column(name: str, kind: tuple[int, bool], bytes_each: float, rows: int) -> Column:
    """A profile in the words of `Column`, from the type and the mean size of a value."""
    column = Column(name, seen=rows, counts=None)
    physical, is_text = kind
    if physical in _WHOLE or physical in _NUMBER or physical == 0:
        column.numbers = rows
        column.whole = 0 if physical in _NUMBER else rows
    elif physical == 3:
        column.times = rows
    elif is_text:
        column.letters = round(rows * bytes_each)
        column.words = rows * (5 if bytes_each > _PROSE_BYTES else 1)
    else:
        column.words = rows
    return column


def _whole(value: object, default: int = 0) -> int:
    """A count in a footer, which may be broken: `default` for what is no positive number."""
    return value if isinstance(value, int) and value >= 0 else default


def with_classes(table: Table) -> Table:
    """The table with the values of its label column counted, on at most 200,000 rows; or the reason why not."""
    column = table.columns.get(table.label)
    if column is None or column.kind in ("time", "prose"):
        return table
    if find_spec("pyarrow") is None:
        why = "reading the values of a Parquet column needs pyarrow: install ml-architecture-advisor[data]"
        return replace(table, no_classes=why)
    try:
        counted, seen = _counted(table.path, column.name)
    except Exception as error:  # pyarrow raises its own tree, and OSError, for broken pages
        return replace(table, no_classes=f"column {column.name} cannot be read ({type(error).__name__})")
    return replace(table, columns={**table.columns, column.name: counted}, seen=seen)


def _counted(path: str, name: str) -> tuple[Column, int]:
    """(the column with its values, rows looked at); truth values count as 0 and 1."""
    import pyarrow.parquet as arrow

    column, seen = Column(name), 0
    for batch in arrow.ParquetFile(path).iter_batches(batch_size=20_000, columns=[name]):
        for value in batch.column(0).to_pylist():
            seen += 1
            if value is not None:
                column.add(str(int(value)) if isinstance(value, bool) else str(value))
        if seen >= _LABEL_ROWS:
            break
    return column, seen
