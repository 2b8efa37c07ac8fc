"""What of a conclusion a reader has to see, and what can be folded away beneath it."""

import re
from collections.abc import Iterable

from advisor.record.ranking import CLEAR
from advisor.record.view import LEADING, MOST_CONSEQUENCES, names, share
from advisor.record.words import words
from advisor.values.decision import Conclusion, Consequence, Decided, Statement

TITLED = (*LEADING, "d_runtime")
"""The decisions that every reader looks for, however clear they were."""
MOST_DECISIONS, MOST_SHOWN = 7, 3
_MEMORY = "d_memory"
"""It comes out with where and how training runs: one race, which these tell."""
_PROTECTION, _NEED, _LAW = "d_ip", "g_need_ml", "regimes"


def open_decisions(decisions: Iterable[Decided]) -> tuple[tuple[Decided, ...], tuple[Decided, ...]]:
    """(what a reader has to know, what is less close or would be decided so nearly anywhere).

    First are what the title is about, what has no option or is too close to call, what is protected by several means,
    and then the closest of the rest, up to seven in all.
    """
    there = [each for each in decisions if each.status != "not_needed"]
    first = [each for each in there if each.id in TITLED or each.status != "decided" or _guarded(each)]
    close = sorted(
        (each for each in there if each not in first and _contested(each)), key=lambda each: share(each) or 0
    )
    first += close[: max(MOST_DECISIONS - len(first), 0)]
    return tuple(each for each in there if each in first), tuple(each for each in there if each not in first)


def _guarded(decided: Decided) -> bool:
    return decided.id == _PROTECTION and len(decided.chosen) > 1


def _contested(decided: Decided) -> bool:
    first = share(decided)
    return first is not None and first < CLEAR and decided.id != _MEMORY


def consequences(decisions: Iterable[Decided]) -> tuple[tuple[tuple[str, Consequence], ...], ...]:
    """(what was chosen, what comes of it), twice: those to show, and the rest; good, then bad, at most six of a kind.

    First the first of each decision that a reader has to know, then of the others.
    """
    decisions = [each for kind in open_decisions(decisions) for each in kind]
    shown: list[tuple[str, Consequence]] = []
    rest: list[tuple[str, Consequence]] = []
    for good in (True, False):
        kinds = [[(_called(one), each) for each in one.consequences if each.good == good] for one in decisions]
        kinds = [kind[1:] for kind in kinds] if good and len(kinds) > 1 else kinds  # the table gives the first
        depth = max((len(kind) for kind in kinds), default=0)
        in_turn = [kind[level] for level in range(depth) for kind in kinds if level < len(kind)]
        of_a_kind = list(dict.fromkeys(in_turn))[:MOST_CONSEQUENCES]
        shown += of_a_kind[:MOST_SHOWN]
        rest += of_a_kind[MOST_SHOWN:]
    return tuple(shown), tuple(rest)


def _called(decided: Decided) -> str:
    """What was chosen; where it is several things together, what they are for."""
    return names(decided) if len(decided.chosen) == 1 else words().decides.get(decided.id, names(decided))


def statements(conclusion: Conclusion) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """What gates have to say: (to show, the rest).

    First is what the law asks, then what is about the decisions that a reader has to know.
    """
    first = {each.id for each in open_decisions(conclusion.decisions)[0]} | {"", _NEED}
    ordered = sorted(conclusion.statements, key=lambda said: (said.id != _LAW, said.about not in first))
    return tuple(ordered[:MOST_SHOWN]), tuple(ordered[MOST_SHOWN:])


def cited(conclusion: Conclusion) -> tuple[tuple[str, str, str], ...]:
    """The sources with a safe address, once each: those of what is said, in that order, then those of the options that
    were chosen among others. What was the only option left rests on what ruled the others out."""
    said = [id for kind in statements(conclusion) for each in kind for id in each.sources]
    chosen = [each for kind in open_decisions(conclusion.decisions) for each in kind if len(each.ranking) != 1]
    wanted = dict.fromkeys([*said, *(id for each in chosen for id in each.sources)])
    safe = {source[0]: source for source in conclusion.sources if re.match(r"https?://[^\s<>()\"]+$", source[2])}
    return tuple(safe[id] for id in wanted if id in safe)
