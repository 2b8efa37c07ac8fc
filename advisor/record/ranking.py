"""How close each choice was: the options that no limit removed, with the share of weightings in which each is first."""

from collections.abc import Iterable
from dataclasses import dataclass

from advisor.units import bar
from advisor.values.decision import Decided

MOST_OPTIONS = 4
SEEN = 0.005
"""A share that is not zero percent."""
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
    """(the races, what was clear), the closest first; decisions that had one option left have no ranking."""
    ranked = [each for each in decisions if each.chosen and len(each.ranking) > 1]
    ranked.sort(key=lambda each: each.ranking[0].acceptability)
    races = [each for each in ranked if each.ranking[0].acceptability < CLEAR]
    clear = [each for each in ranked if each not in races]
    return tuple(place for each in races for place in _places(each)), tuple(p for each in clear for p in _places(each))


def _places(decided: Decided) -> tuple[Place, ...]:
    shown = [row for row in decided.ranking[:MOST_OPTIONS] if row.acceptability >= SEEN or row.option in decided.chosen]
    return tuple(
        Place("" if number else decided.title, row.name, row.acceptability, row.option in decided.chosen)
        for number, row in enumerate(shown)
    )
