"""What was ruled out: options by what they broke and why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from advisor.values.decision import Conclusion, Decided, Removed

MOST_LIMITS = 3
_PLAIN = ("yes", "no")


@dataclass(frozen=True, slots=True)
class RuledOut:
    """One reason, and all the options that it rules out.

    `by` is what set the limit, `needed` the limit, `here` what stands against it where that is the same for all of
    them; else each option has its own value beside its name.
    """

    by: str
    needed: str
    here: str
    options: tuple[str, ...]
    why: str

    @property
    def long(self) -> int:
        """How many options."""
        return len(self.options)


Key = tuple[str, str, str, str]
"""What set a limit, the limit, why it is one, what stands against it where that is no number of the option's own."""


def ruled_out(conclusion: Conclusion) -> tuple[tuple[RuledOut, ...], tuple[RuledOut, ...]]:
    """Removed options by the reason: (limits that this project set, the rest).

    First what leaves a decision without any option, then what somebody answered, then what was found. What follows
    from the task, from the catalogue, from another decision or from an assumption that matters to none is the rest.
    """
    groups: dict[Key, list[Removed]] = {}
    standing: dict[Key, int] = {}
    for decided in conclusion.decisions:
        for removed in decided.removed:
            key = _key(removed)
            groups.setdefault(key, []).append(removed)
            weight = -1 if decided.status == "infeasible" else _weight(removed.by, conclusion)
            standing[key] = min(weight, standing.get(key, weight))
    ordered = sorted(groups, key=lambda key: (standing[key], -len(groups[key]), key))
    own = [key for key in ordered if standing[key] < 2]
    shown = own[: max(MOST_LIMITS, sum(standing[key] < 0 for key in own))]
    rest = [key for key in ordered if key not in shown]
    return tuple(_row(key, groups[key]) for key in shown), tuple(_row(key, groups[key]) for key in rest)


def _key(out: Removed) -> Key:
    needed = "" if out.limit in _PLAIN else out.limit
    of_its_own = needed and re.match(r"[\d$]", out.value)
    here = "" if of_its_own else out.value or (out.limit if out.limit in _PLAIN else "")
    return out.by, needed, out.say, here


def _row(key: Key, out: Iterable[Removed]) -> RuledOut:
    by, needed, why, here = key
    told = dict.fromkeys(each.name if here or not each.value else f"{each.name} ({each.value})" for each in out)
    return RuledOut(by, needed, here, tuple(told), why)


def _weight(by: str, conclusion: Conclusion) -> int:
    """0 for a limit that somebody set; 1 for one that was found, or assumed and can tip a choice; 2 for the rest."""
    if by in conclusion.answers and by != "task":
        how = conclusion.answers[by].how
        tips = any(each.answer == by for decided in conclusion.decisions for each in decided.tipping)
        return 0 if how == "answered" else 1 if how != "assumed" or tips else 2
    return 1 if by.startswith(("machine.", "rate.", "train.", "serve.")) else 2


@dataclass(frozen=True, slots=True)
class Aside:
    """What rules options out that this project did not set itself: each reason with its options."""

    by: str
    here: str
    reasons: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def count(self) -> int:
        """How many options."""
        return sum(len(options) for _, options in self.reasons)


def asides(rows: Iterable[RuledOut]) -> tuple[Aside, ...]:
    """The rest of what was ruled out, a row for each answer or decision that did it."""
    found: dict[str, list[RuledOut]] = {}
    for row in rows:
        found.setdefault(row.by, []).append(row)
    return tuple(Aside(by, _common(rows), _reasons(rows)) for by, rows in found.items())


def _common(rows: Iterable[RuledOut]) -> str:
    """What stands against all of them, "" where it is not the same."""
    here = {row.here for row in rows}
    return here.pop() if len(here) == 1 else ""


def _reasons(rows: Iterable[RuledOut]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    by_why: dict[str, tuple[str, ...]] = {}
    for row in rows:
        by_why[row.why] = tuple(dict.fromkeys((*by_why.get(row.why, ()), *row.options)))
    return tuple(by_why.items())


def unneeded(decisions: Iterable[Decided]) -> tuple[tuple[str, str], ...]:
    """(decision, why) of what need not be decided here."""
    return tuple((each.title, "; ".join(each.because)) for each in decisions if each.status == "not_needed")
