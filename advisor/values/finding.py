"""What `advisor check` reports."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, counted from 1."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of text that is safe to make: `old` at a place becomes `new`; an empty `new` on a line of its own
    takes the line out."""

    place: Place
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the project, with the numbers in `message` and what to do in `remedy`.

    `fix` holds the edits that mend it, where that is safe without asking anybody.
    """

    rule: str
    severity: Severity
    message: str
    remedy: str
    place: Place
    yaml_path: str = ""
    related: tuple[Place, ...] = ()
    fix: tuple[Edit, ...] = ()
