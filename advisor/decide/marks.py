"""The numbers at which something may change: those that conditions of the catalogue compare an answer with."""

from collections.abc import Mapping
from functools import lru_cache

from advisor.rule import compared_with
from advisor.values.catalog import Tables


@lru_cache(maxsize=4)
def marks(tables: Tables) -> Mapping[str, tuple[float, ...]]:
    """By name, in order."""
    rows = [option for options in tables.options.values() for option in options]
    conditions = [limit.condition for row in rows for limit in row.limits] + [row.suits for row in rows if row.suits]
    conditions += [text for row in tables.attributes.values() for text in (row.matters, row.important)]
    found: dict[str, set[float]] = {}
    for condition in conditions:
        for name, number in compared_with(condition):
            found.setdefault(name, set()).add(number)
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}
