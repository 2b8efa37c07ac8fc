"""Reads the cells of a row. Empty means unknown; what cannot be read is said, and never stops a table."""

import math
import re
from collections.abc import Mapping

from advisor.errors import BadInput

Row = Mapping[str, str]

_NUMBER = re.compile(r"^\s*([-+]?[\d_,]*\.?\d+(?:e[-+]?\d+)?)\s*$", re.I)
MOST = 1e18


def text(row: Row, name: str) -> str:
    """The cell without blanks around it, "" where it is missing."""
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def number(row: Row, name: str) -> float | None:
    """The positive number in the cell, None where it is empty. Raises BadInput for what is none, or absurd."""
    cell = text(row, name)
    if not cell:
        return None
    found = _NUMBER.match(cell)
    value = float(found[1].replace(",", "").replace("_", "")) if found else math.nan
    if not math.isfinite(value) or value < 0 or value > MOST:
        raise BadInput(f"{name}: {cell[:40]!r} is no number that it can have", remedy="leave it empty if it is unknown")
    return value


def count(row: Row, name: str, usual: float) -> float:
    """A whole number of at least one, `usual` where the cell is empty."""
    value = number(row, name)
    if value is None:
        return usual
    if value < 1 or value != int(value):
        raise BadInput(f"{name}: {value:g} must be a whole number of at least 1")
    return value
