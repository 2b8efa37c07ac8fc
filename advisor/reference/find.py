"""How what a person typed is found among entries."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from advisor.values.reference import Entry

ORDER = (
    "decision", "question", "option", "rule", "gate", "quality", "formula", "term", "accelerator", "task", "model",
    "source", "lifecycle", "price",
)  # fmt: skip
"""The kinds, and which of them a name that several have is first."""


def found(entries: Iterable[Entry], typed: str) -> tuple[Entry, ...]:
    """The entries with this id; else those that it is another name of, its case and dashes aside."""
    there = sorted(entries, key=lambda entry: ORDER.index(entry.kind))
    exact = tuple(entry for entry in there if entry.id == typed)
    if exact:
        return tuple(entry for entry in exact if entry.kind != "price" or exact[0].kind == "price")
    wanted = _alike(typed)
    named = tuple(entry for entry in there if wanted == _alike(entry.id))
    return named or tuple(entry for entry in there if wanted in map(_alike, (*entry.also, entry.name)))


def near(entries: Sequence[Entry], typed: str) -> tuple[str, ...]:
    """Up to three ids that were perhaps meant, the most alike first."""
    names = {_alike(name): entry.id for entry in entries for name in (entry.name, *entry.also, entry.id)}
    wanted = _alike(typed)
    close = get_close_matches(wanted, names, n=6, cutoff=0.6)
    holding = [name for name in names if len(wanted) > 3 and wanted in name]
    return tuple(dict.fromkeys(names[name] for name in (*close, *holding)))[:3]


def _alike(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").replace("_", " ").split())
