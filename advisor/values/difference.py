"""How what follows now differs from what was decided before."""

from dataclasses import dataclass

from advisor.figure import Figure


@dataclass(frozen=True, slots=True)
class Cause:
    """An answer or a fact that is another now; `before` and `after` as people read them, "" for unknown."""

    id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Turned:
    """A decision that comes out another way: option ids and names before and after, none where nothing is chosen.

    `by` are the ids of the fewest causes that turn it on their own, found by deciding again with them alone; none
    when the same answers lead elsewhere by another catalogue or version.
    """

    decision: str
    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed since `against`, a record's file or the files of the project.

    `numbers` are pairs of estimates, before and after, of which the new value lies outside the old range; `idle` are
    the causes that turn no decision.
    """

    against: str
    title_before: str
    title_after: str
    decisions: tuple[Turned, ...]
    causes: tuple[Cause, ...]
    idle: tuple[str, ...]
    numbers: tuple[tuple[Figure, Figure], ...]
