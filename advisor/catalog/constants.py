"""Reads the constants of the estimates and the width of their intervals."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from advisor.catalog.read import read
from advisor.values.constants import Constants, Spread

FILE = Path(__file__).with_name("constants.yaml")


@lru_cache(maxsize=1)
def document() -> Mapping[str, Any]:
    """The whole file."""
    return read(FILE)


@lru_cache(maxsize=1)
def constants() -> Constants:
    """The value of each constant by its id."""
    return {row["id"]: float(row["value"]) for row in document()["constants"]}


@lru_cache(maxsize=1)
def spreads() -> Mapping[str, Spread]:
    """Widths of the intervals: `step`, `memory`, `token`."""
    return {row["of"]: Spread(row["base"], row["low"], row["high"]) for row in document()["intervals"]}
