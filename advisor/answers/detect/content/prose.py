"""Text: is it CSV, JSON Lines, one JSON document, or plain text?"""

import csv
import io
import json
from collections import Counter

from advisor.answers.detect.reading.bounded import Unreadable, decoded

_DELIMITERS = ",\t;|"
_CONTROL = frozenset(range(32)) - {7, 8, 9, 10, 12, 13, 27}


def kind_of(head: bytes, name: str, cut: bool) -> str:
    """`csv`, `tsv`, `jsonl`, `json`, `text`, or `unknown` for what is not text. `cut`: there is more after `head`."""
    try:
        text = decoded(head, cut)
    except Unreadable:
        return _latin(head, name)
    if any(ord(letter) in _CONTROL for letter in text[:4096]):
        return "unknown"
    first = text.lstrip()[:1]
    if first in ("{", "[") and (kind := _json(text, name, cut)):
        return kind
    return _table(text, name, cut)


def _latin(head: bytes, name: str) -> str:
    """Text in an older one-byte coding, told from binary by its lack of control bytes."""
    sample = head[:4096]
    if any(byte in _CONTROL for byte in sample) or sum(byte > 0x7E for byte in sample) > len(sample) // 3:
        return "unknown"
    return _table(head.decode("latin-1"), name, cut=True)


def _json(text: str, name: str, cut: bool) -> str:
    """`jsonl`, `json`, or "" for text that only begins like JSON."""
    by_name = name.endswith((".jsonl", ".ndjson"))
    lines = [line for line in text.split("\n") if line.strip()]
    if cut and len(lines) > 1:
        lines.pop()
    if _is_json(lines[0]):
        if len(lines) > 1:
            return "jsonl" if _is_json(lines[1]) else ""
        return "jsonl" if by_name else "json"
    if by_name:
        return "jsonl"
    return "json" if cut or _is_json(text) else ""


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False


def _table(text: str, name: str, cut: bool) -> str:
    delimiter = delimiter_of(text, cut)
    named = name.endswith((".csv", ".tsv", ".tab"))
    if delimiter and (named or _regular(text, delimiter, cut)):
        return "tsv" if delimiter == "\t" else "csv"
    return "csv" if named else "text"


def rows_of(text: str, delimiter: str, cut: bool, most: int = 60) -> list[list[str]]:
    """The first rows; the last is left out where the text may end inside it."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > most:
                return rows[:most]
    except csv.Error:
        return rows
    return rows[:-1] if cut and len(rows) > 1 else rows


def delimiter_of(text: str, cut: bool) -> str:
    """The delimiter under which most rows have as many fields as the first one, at least two; "" for none."""
    best, score = "", 0.0
    for delimiter in _DELIMITERS:
        rows = rows_of(text[:65_536], delimiter, cut or len(text) > 65_536)
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        agree = sum(len(row) == width for row in rows) / len(rows)
        if agree + width / 1e4 > score and agree >= 0.5:
            best, score = delimiter, agree + width / 1e4
    return best


def _regular(text: str, delimiter: str, cut: bool) -> bool:
    """Whether text without a telling name is surely a table: nearly every row has the same number of fields."""
    rows = rows_of(text, delimiter, cut)
    widths = Counter(map(len, rows))
    return len(rows) >= 5 and widths[len(rows[0])] >= 0.95 * len(rows)
