"""What can be looked up: questions, decisions, options, rules, formulas, words, and the rows that decisions rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing with an id. `also` are other names that it answers to, `sources` the ids of its sources.

    `says` is what is known of it, part by part in the order in which people read it; a part is text, a number, a list
    of texts, or texts by name, and so fits JSON as it stands. The words for its parts are in the phrases.
    """

    kind: str
    id: str
    name: str
    says: Mapping[str, object]
    also: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula as people check it by hand; `of` are the ids of the estimates that rest on it."""

    id: str
    name: str
    expression: str
    unit: str
    letters: Mapping[str, str]
    valid: str
    sources: tuple[str, ...]
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A word that records use: what it means, how else it is called, the formulas that belong to it."""

    id: str
    name: str
    meaning: str
    also: tuple[str, ...] = field(default=())
    see: tuple[str, ...] = field(default=())
