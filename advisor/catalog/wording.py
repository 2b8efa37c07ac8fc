"""Reads the formulas and terms that are explained; a plan needs neither."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from advisor.values.reference import Formula, Term

_HERE = Path(__file__).resolve().parent


@lru_cache(maxsize=1)
def formulas() -> tuple[Formula, ...]:
    """Every formula, each with the letters it uses. Raises KeyError for a letter that nothing defines."""
    whole = _read("formulas.yaml")
    return tuple(
        Formula(
            id=row["id"],
            name=row["name"],
            expression=row["expression"],
            unit=row["unit"],
            letters={letter: whole["letters"][letter] for letter in row["letters"]},
            valid=row["valid"],
            sources=tuple(row["sources"]),
            of=tuple(row.get("of", ())),
        )
        for row in whole["formulas"]
    )


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """Every term of the glossary."""
    return tuple(
        Term(row["id"], row["name"], row["meaning"], tuple(row.get("also", ())), tuple(row.get("see", ())))
        for row in _read("terms.yaml")["terms"]
    )


def _read(name: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with (_HERE / name).open(encoding="utf-8") as file:
        return yaml.load(file, Loader=loader)
