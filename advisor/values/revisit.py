"""A record that calls for another look."""

from dataclasses import dataclass
from typing import Literal

from advisor.values.finding import Place


@dataclass(frozen=True, slots=True)
class Revisit:
    """Why a record should be looked at again: a trigger of its front matter was `crossed`, or something `expired`;
    or it and its files came apart: it is `damaged`, it was `edited` where only advisor writes, it is of another
    decision than the lock (`unlike`), without its numbers (`unproved`), from a file that is `gone`, or on something
    that the catalogue does not know (`unknown`); or no record is left of what the lock decided (`lost`).

    `record` is its number, `what` the trigger or the assumption, `now` what the project shows today; `place` is the
    line of the record (or of the lock) that says so.
    """

    kind: Literal["crossed", "expired", "damaged", "edited", "unlike", "unproved", "lost", "gone", "unknown"]
    record: int
    what: str
    now: str
    place: Place
