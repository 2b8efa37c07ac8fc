"""What the templates show: picked and put in order from the conclusion, not yet in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.figure import LETTER, Fact, Figure, Scalar
from advisor.units import digits, say
from advisor.values.decision import Assumption, Conclusion, Consequence, Decided, Ranked, Tipping

LEADING = ("g_train_mode", "d_placement", "d_topology")
"""The decisions that the title of a record is about, in the order in which their reasons are given."""
MOST_ALTERNATIVES = 5
MOST_CONSEQUENCES = 6
MOST_ASSUMPTIONS = 5
_PREDICTED = ("train.step", "train.run", "train.memory.peak", "serve.latency", "serve.memory.peak")


@dataclass(frozen=True, slots=True)
class Alternative:
    """The best option of a decision that was not chosen: the architecture with this one thing changed."""

    decided: Decided
    ranked: Ranked
    tipping: tuple[Tipping, ...]

    @property
    def chosen(self) -> str:
        """The names of what was chosen instead."""
        return names(self.decided)

    @property
    def chosen_share(self) -> float | None:
        """The share of weightings in which what was chosen is first."""
        return share(self.decided)


@dataclass(frozen=True, slots=True)
class RuledOut:
    """One limit that somebody or something set, and all the options that broke it."""

    by: str
    limit: str
    options: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a row: its id, value and 90% range in words, its letters, its formula or source."""

    id: str
    value: str
    range: str
    letters: str
    origin: str


def names(decided: Decided) -> str:
    """The names of what was chosen; a decision may choose several."""
    return " + ".join(decided.chosen_names)


def share(decided: Decided) -> float | None:
    """The share of weightings in which the chosen option is first; None when there was nothing to rank."""
    if not decided.chosen or len(decided.ranking) < 2:
        return None
    return next((ranked.acceptability for ranked in decided.ranking if ranked.option == decided.chosen[0]), None)


def reasons(decisions: Iterable[Decided]) -> tuple[str, ...]:
    """The first reason of each decision that the title is about; of the others when those give none."""
    by_id = {decided.id: decided for decided in decisions if decided.because and decided.status != "infeasible"}
    leading = [by_id[id] for id in LEADING if id in by_id and by_id[id].status != "not_needed"]
    return tuple(decided.because[0] for decided in (leading or list(by_id.values())[:3]))


def alternatives(decisions: Iterable[Decided]) -> tuple[Alternative, ...]:
    """The strongest rivals, one a decision, at most five."""
    rivals = []
    for decided in decisions:
        rest = [
            ranked for ranked in decided.ranking if ranked.option not in decided.chosen and ranked.acceptability > 0
        ]
        if not rest or decided.status == "not_needed":
            continue
        best = max(rest, key=lambda ranked: ranked.acceptability)
        to_it = tuple(each for each in decided.tipping if each.to in (best.option, best.name))
        rivals.append(Alternative(decided, best, to_it))
    strongest_first = sorted(rivals, key=lambda rival: -rival.ranked.acceptability)
    unlike = {(rival.ranked.name, rival.chosen): rival for rival in reversed(strongest_first)}
    return tuple(rival for rival in strongest_first if rival in unlike.values())[:MOST_ALTERNATIVES]


def ruled_out(decisions: Iterable[Decided]) -> tuple[RuledOut, ...]:
    """Removed options by the limit that they broke, the limit that removed most first."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for decided in decisions:
        for removed in decided.removed:
            option = f"{removed.name} ({removed.value})" if removed.value else removed.name
            groups.setdefault((removed.by, removed.limit), []).append((option, removed.say))
    rows = [
        RuledOut(
            by, limit, tuple(dict.fromkeys(o for o, _ in broke)), "; ".join(dict.fromkeys(s for _, s in broke if s))
        )
        for (by, limit), broke in groups.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-len(row.options), row.by, row.limit)))


def consequences(decisions: Iterable[Decided]) -> tuple[Consequence, ...]:
    """Good ones, then bad ones: first the first of each decision, at most six of a kind."""
    shown: list[Consequence] = []
    for good in (True, False):
        kinds = [[each for each in decided.consequences if each.good == good] for decided in decisions]
        depth = max((len(kind) for kind in kinds), default=0)
        in_turn = [kind[level] for level in range(depth) for kind in kinds if level < len(kind)]
        shown += list(dict.fromkeys(in_turn))[:MOST_CONSEQUENCES]
    return tuple(shown)


def further_reasons(decisions: Iterable[Decided], told: Iterable[str]) -> tuple[str, ...]:
    """Reasons beyond the first of each decision, which the outcome already gives."""
    known = set(told)
    return tuple(
        dict.fromkeys(why for decided in decisions if decided.chosen for why in decided.because[1:] if why not in known)
    )[:MOST_CONSEQUENCES]


def tipping(decisions: Iterable[Decided]) -> tuple[tuple[Decided, Tipping, str], ...]:
    """(decision, tipping point, name of what it tips to), nearest first where the distance is a number."""
    rows = []
    for decided in decisions:
        called = {each.option: each.name for each in decided.removed}
        called |= {each.option: each.name for each in decided.ranking}
        rows += [(decided, each, called.get(each.to, each.to)) for each in decided.tipping]
    return tuple(sorted(rows, key=lambda row: _distance(row[1].now, row[1].flips_at)))


def _distance(now: Scalar, then: Scalar) -> float:
    """How far an answer may move before the choice changes, as a factor; choices and unknowns come first."""
    if not isinstance(now, int | float) or not isinstance(then, int | float) or now <= 0 or then <= 0:
        return 1.0
    return max(now / then, then / now)


def assumptions(all_of_them: Iterable[Assumption]) -> tuple[tuple[Assumption, ...], tuple[Assumption, ...]]:
    """(those that matter most, the rest)."""
    ordered = sorted(all_of_them, key=lambda assumed: (-assumed.matters, assumed.answer))
    most = [assumed for assumed in ordered[:MOST_ASSUMPTIONS] if assumed.matters > 0]
    return tuple(most), tuple(ordered[len(most) :])


def estimated(figures: Mapping[str, Figure], ids: Iterable[str] | None = None) -> tuple[Number, ...]:
    """The estimates as rows, all of them or those with the ids."""
    return tuple(_number(figures[id]) for id in (figures if ids is None else ids) if id in figures)


def predicted(figures: Mapping[str, Figure]) -> tuple[Number, ...]:
    """What a first run can be held against."""
    return estimated(figures, _PREDICTED)


def _number(figure: Figure) -> Number:
    letters = LETTER["computed"] + (f"({LETTER[figure.trust]})" if figure.trust != "computed" else "")
    value, _, low_to_high = say(figure.value, figure.unit, figure.low, figure.high).partition(" (")
    return Number(figure.id, value, low_to_high.removesuffix(")"), letters, figure.formula)


def beneath(conclusion: Conclusion) -> tuple[Number, ...]:
    """The facts that the estimates were computed from."""
    used = {id for figure in conclusion.estimates.values() for id in figure.inputs}
    known = {id: answer.fact for id, answer in conclusion.answers.items()} | dict(conclusion.facts)
    return tuple(_fact(known[id]) for id in sorted(used) if id in known and known[id].known)


def _fact(fact: Fact) -> Number:
    if isinstance(fact.value, bool) or not isinstance(fact.value, int | float):
        value, low_to_high = _words(fact.value), ""
    else:
        value, _, low_to_high = say(fact.number, fact.unit, fact.low, fact.high).partition(" (")
    return Number(fact.id, value, low_to_high.removesuffix(")"), LETTER[fact.provenance], fact.source)


def _words(value: Scalar) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def number(value: Scalar, unit: str) -> str:
    """A number in its unit; the same digits without one."""
    assert isinstance(value, int | float)
    return say(value, unit) if unit else digits(value)


def letter(conclusion: Conclusion, answer: str) -> str:
    """The letter of an answer's provenance, "" for one that is not known."""
    known = conclusion.answers[answer].fact if answer in conclusion.answers else conclusion.facts.get(answer)
    return LETTER[known.provenance] if known is not None and known.known else ""
