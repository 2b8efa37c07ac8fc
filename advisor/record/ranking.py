"""How close each choice was: the options that no limit removed, with the share of weightings in which each is first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.units import bar
from advisor.values.decision import Decided

MOST_OPTIONS, MOST_RACES = 4, 2
FEW = 3
"""So few are not folded away beneath the closest."""
SEEN = 0.02
"""A share that is worth a row."""
AXES = ("g_train_mode", "d_placement", "d_parallel", "d_memory")
"""Decisions that are taken together: the candidates of training are ranked whole."""
CLEAR = 0.95
"""A choice that is first this often has no race worth a row among the others."""


@dataclass(frozen=True, slots=True)
class Place:
    """One option in the ranking of one decision; `decision` is said once, with its first option."""

    decision: str
    option: str
    share: float
    chosen: bool

    @property
    def bar(self) -> str:
        """The share as a bar of letters, which every reader of Markdown shows."""
        return bar(self.share)


def ranking(decisions: Iterable[Decided]) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """(the closest races, the rest), the closest first; decisions that had one option left have no ranking."""
    ranked = [each for each in decisions if each.chosen and len(each.ranking) > 1]
    ranked.sort(key=lambda each: each.ranking[0].acceptability)
    with_it = _races(each for each in ranked if each.id in AXES)
    ranked = [each for each in ranked if each.id not in AXES or each.id in with_it]
    races = [each for each in ranked if each.ranking[0].acceptability < CLEAR]
    races = races if len(ranked) <= MOST_RACES + FEW else races[:MOST_RACES]
    clear = [each for each in ranked if each not in races]
    return _placed(races, with_it), _placed(clear, with_it)


def _races(axes: Iterable[Decided]) -> dict[str, list[Decided]]:
    """By the first of those that come out with the same shares: the others."""
    by_shares: dict[tuple[int, ...], list[Decided]] = {}
    for each in axes:
        by_shares.setdefault(tuple(round(row.acceptability * 1000) for row in each.ranking[:2]), []).append(each)
    return {same[0].id: same[1:] for same in by_shares.values()}


def _placed(decisions: Iterable[Decided], with_it: Mapping[str, list[Decided]]) -> tuple[Place, ...]:
    return tuple(place for each in decisions for place in _places(each, with_it.get(each.id, [])))


def _places(decided: Decided, with_it: list[Decided]) -> tuple[Place, ...]:
    """Its options; where other decisions come out with it, they are named beside it, and their options not told."""
    chosen = {*decided.chosen, "+".join(decided.chosen)}
    shown = [row for row in decided.ranking[:MOST_OPTIONS] if row.acceptability >= SEEN or row.option in chosen]
    title = " ".join((decided.title, *(each.title for each in with_it)))
    return tuple(
        Place("" if number else title, row.name, row.acceptability, row.option in chosen)
        for number, row in enumerate(shown)
    )
