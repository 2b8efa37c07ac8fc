"""What the templates show: picked and put in order from the conclusion, not yet in words."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from advisor.figure import LETTER, Fact, Figure, Scalar
from advisor.units import digits, say
from advisor.values.decision import Assumption, Conclusion, Consequence, Decided, Ranked, Removed, Tipping

LEADING = ("g_train_mode", "d_placement", "d_topology")
"""The decisions that the title of a record is about, in the order in which their reasons are given."""
METRICS = "d_metrics"
_MAY_FALL_AWAY = ("d_placement", "d_parallel", "d_memory")
"""Decisions for which "none" is an answer, not a lack."""
MOST_ALTERNATIVES = 5
MOST_CONSEQUENCES = 6
MOST_ASSUMPTIONS = 5
MOST_LIMITS = 8
MOST_TIPS = 8
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
        if best.name == names(decided):
            continue
        to_it = [each for each in decided.tipping if each.to in (best.option, best.name)]
        to_it.sort(key=lambda each: _distance(each.now, each.flips_at))
        rivals.append(Alternative(decided, best, tuple(to_it[:2])))
    strongest_first = sorted(rivals, key=lambda rival: -rival.ranked.acceptability)
    unlike = {(rival.ranked.name, rival.chosen): rival for rival in reversed(strongest_first)}
    return tuple(rival for rival in strongest_first if rival in unlike.values())[:MOST_ALTERNATIVES]


def ruled_out(conclusion: Conclusion) -> tuple[tuple[RuledOut, ...], tuple[RuledOut, ...]]:
    """Removed options by the limit that they broke: (limits that this project set, the rest).

    First what leaves a decision without any option, then what somebody answered, then what was found. What follows
    from the task, from the catalogue, from another decision or from an assumption that matters to none is the rest.
    """
    groups: dict[tuple[str, str], list[Removed]] = {}
    standing: dict[tuple[str, str], int] = {}
    for decided in conclusion.decisions:
        for removed in decided.removed:
            key = (removed.by, removed.limit)
            groups.setdefault(key, []).append(removed)
            weight = -1 if decided.status == "infeasible" else _weight(removed.by, conclusion)
            standing[key] = min(weight, standing.get(key, weight))
    ordered = sorted(groups, key=lambda key: (standing[key], -len(groups[key]), key))
    own = [key for key in ordered if standing[key] < 2]
    shown = own[: max(MOST_LIMITS, sum(standing[key] < 0 for key in own))]
    rest = [key for key in ordered if key not in shown]
    return tuple(_broken(*key, groups[key]) for key in shown), tuple(_broken(*key, groups[key]) for key in rest)


def _broken(by: str, limit: str, out: list[Removed]) -> RuledOut:
    options = dict.fromkeys(f"{each.name} ({each.value})" if each.value else each.name for each in out)
    return RuledOut(by, limit, tuple(options), "; ".join(dict.fromkeys(each.say for each in out if each.say)))


def _weight(by: str, conclusion: Conclusion) -> int:
    """0 for a limit that somebody set; 1 for one that was found, or assumed and can tip a choice; 2 for the rest."""
    if by in conclusion.answers and by != "task":
        how = conclusion.answers[by].how
        tips = any(each.answer == by for decided in conclusion.decisions for each in decided.tipping)
        return 0 if how == "answered" else 1 if how != "assumed" or tips else 2
    return 1 if by.startswith(("machine.", "rate.", "train.", "serve.")) else 2


def consequences(decisions: Iterable[Decided]) -> tuple[Consequence, ...]:
    """Good ones, then bad ones: first the first of each decision, at most six of a kind."""
    shown: list[Consequence] = []
    for good in (True, False):
        kinds = [[each for each in decided.consequences if each.good == good] for decided in decisions]
        depth = max((len(kind) for kind in kinds), default=0)
        in_turn = [kind[level] for level in range(depth) for kind in kinds if level < len(kind)]
        shown += list(dict.fromkeys(in_turn))[:MOST_CONSEQUENCES]
    return tuple(shown)


def further_reasons(decisions: Iterable[Decided], told: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(what was chosen, why) beyond the first reason of each decision, which the outcome already gives."""
    known = set(told)
    rows = [(names(each), why) for each in decisions if each.chosen and each.id != METRICS for why in each.because[1:]]
    return tuple(dict.fromkeys(row for row in rows if row[1] not in known))[:MOST_CONSEQUENCES]


def cautions(decisions: Iterable[Decided]) -> tuple[str, ...]:
    """What the choice of metrics leaves open: it speaks for no option, but whoever measures must know it."""
    return tuple(why for decided in decisions if decided.id == METRICS for why in decided.because[1:])


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
    nearest = sorted(rows.values(), key=lambda row: _distance(row.point.now, row.point.flips_at))
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
            to.append(called.get(each.to, each.to))
    if "d_placement" in unneeded:
        unneeded = ["d_placement"]
    return Tip(point, (point.flips_at,), tuple(dict.fromkeys(to)), tuple(without), tuple(unneeded))


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _distance(now: Scalar, then: Scalar) -> float:
    """How far an answer has to move, as a factor; another choice counts as a factor of two."""
    if isinstance(now, bool) or not isinstance(now, int | float) or not isinstance(then, int | float):
        return 2.0
    small, large = sorted((abs(now), abs(then)))
    return large / small if small else math.inf


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
    unit = "" if figure.unit == "replicas" else figure.unit  # its row is called so
    value, _, low_to_high = say(figure.value, unit, figure.low, figure.high).partition(" (")
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
