"""What would change the architecture: one row for each answer and what it leads to."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from advisor.figure import Scalar
from advisor.values.decision import Decided, Tipping

_MAY_FALL_AWAY = ("d_placement", "d_parallel", "d_memory")
"""Decisions for which "none" is an answer, not a lack."""
MOST_TIPS, MOST_MOVED = 5, 2


@dataclass(frozen=True, slots=True)
class Tip:
    """One answer that, moved to one of these values, changes these choices.

    `to` are the options that it then leads to; `without` the decisions that no option is left for; `unneeded` those
    that fall away, of which placement does where nothing is trained.
    """

    point: Tipping
    flips_at: tuple[Scalar, ...]
    to: tuple[str, ...]
    without: tuple[str, ...] = ()
    unneeded: tuple[str, ...] = ()

    @property
    def long(self) -> bool:
        """Whether it leads to more than two things, or to one of more than two parts; what is left without any option
        counts as one."""
        parts = max((len(each.split(" + ")) for each in self.to), default=0)
        return len(self.to) + len(self.unneeded) + bool(self.without) > MOST_MOVED or parts > MOST_MOVED


def tipping(decisions: Iterable[Decided]) -> tuple[tuple[Tip, ...], tuple[Tip, ...]]:
    """What would change the architecture: (the nearest, the further), one row for each answer and what it leads to."""
    found: dict[tuple[str, Scalar], list[tuple[Decided, Tipping]]] = {}
    for decided in decisions:
        for each in decided.tipping:
            found.setdefault((each.answer, each.flips_at), []).append((decided, each))
    rows: dict[tuple[object, ...], Tip] = {}
    for (answer, value), moved in found.items():
        tip = _tip(moved)
        # values of a choice that lead to the same are one row; of a number each is a row
        same = (answer, tip.to, tip.without, tip.unneeded, value if _is_number(value) else None)
        rows[same] = replace(rows[same], flips_at=(*rows[same].flips_at, value)) if same in rows else tip
    nearest = sorted(rows.values(), key=lambda row: distance(row.point.now, row.point.flips_at))
    return tuple(nearest[:MOST_TIPS]), tuple(nearest[MOST_TIPS:])


def _tip(moved: list[tuple[Decided, Tipping]]) -> Tip:
    """What all the decisions that one value moves come to; where nothing is trained, how it would be is no news."""
    point = moved[0][1]
    to: list[str] = []
    unneeded: list[str] = []
    without: list[str] = []
    for decided, each in moved:
        if each.to == "not_needed" or (each.to == "none" and decided.id in _MAY_FALL_AWAY):
            unneeded.append(decided.id)
        elif each.to in ("", "none"):
            without.append(decided.id)
        else:
            called = {row.option: row.name for row in decided.removed} | {r.option: r.name for r in decided.ranking}
            to.append(called.get(each.to) or each.called or each.to)
    if "d_placement" in unneeded:
        unneeded = ["d_placement"]
    simplest_first = sorted(dict.fromkeys(to), key=lambda name: name.count(" + "))
    return Tip(point, (point.flips_at,), tuple(simplest_first), tuple(without), tuple(unneeded))


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def distance(now: Scalar, then: Scalar) -> float:
    """How far an answer has to move, as a factor; another choice counts as a factor of two."""
    if isinstance(now, bool) or not isinstance(now, int | float) or not isinstance(then, int | float):
        return 2.0
    small, large = sorted((abs(now), abs(then)))
    return large / small if small else math.inf
