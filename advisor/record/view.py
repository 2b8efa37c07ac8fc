"""What the templates show: picked and put in order from the conclusion, not yet in words."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from advisor.figure import LETTER, Fact, Figure, Scalar
from advisor.record.ranking import AXES
from advisor.record.tips import distance
from advisor.units import digits, say
from advisor.values.decision import Assumption, Conclusion, Decided, Ranked, Relaxation, Tipping

LEADING = ("g_train_mode", "d_placement", "d_topology")
"""The decisions that the title of a record is about, in the order in which their reasons are given."""
METRICS, TIME = "d_metrics", "d_time"
_OF_NETWORKS = frozenset(
    f"model.{part}"
    for part in ("active", "trainable", "layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocabulary")
) | {"train.sequence", "data.tokens"}
_STEPPED = frozenset(("model.parameters", "train.batch"))
MOST_ALTERNATIVES, FEWEST_ALTERNATIVES = 4, 2
COMMON = 3
SERIOUS = 0.05
"""A rival that comes first less often than this is no alternative worth a page, but for the strongest."""
MOST_CONSEQUENCES = 6
MOST_ASSUMPTIONS = 3
MOST_TOGETHER = 5


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


def reasons(decisions: Iterable[Decided]) -> tuple[tuple[str, str], ...]:
    """(what was chosen, the first reason) of each decision that the title is about; of others when those give none."""
    by_id = {decided.id: decided for decided in decisions if decided.because and decided.status != "infeasible"}
    leading = [by_id[id] for id in LEADING if id in by_id and by_id[id].status != "not_needed"]
    return tuple((names(decided), decided.because[0]) for decided in (leading or list(by_id.values())[:3]))


def why(decided: Decided, common: Container[str] = ()) -> str:
    """The first reason, and where it is no number the first good of it; of several options what each gives.

    A reason that many decisions share (`common`) says less than what is good about this one.
    """
    named = [text for text in decided.because if any(text.startswith(f"{name}: ") for name in decided.chosen_names)]
    if named:
        return "; ".join(text.partition(": ")[2] for text in named)
    reason = "".join(decided.because[:1])
    good = next((each.text for each in decided.consequences if each.good), "")
    if any(map(str.isdigit, reason)) or not good:
        return reason
    return good if reason in common else "; ".join(text for text in (reason, good) if text)


def common(decisions: Iterable[Decided]) -> frozenset[str]:
    """The first reasons that are those of three decisions or more."""
    counted = Counter(reason for each in decisions for reason in each.because[:1])
    return frozenset(reason for reason, times in counted.items() if times >= COMMON)


def close_calls(decisions: Iterable[Decided]) -> tuple[tuple[Decided, ...], ...]:
    """What is too close to call; decisions that come out together, with the same shares, are one race."""
    races: dict[tuple[int, ...], list[Decided]] = {}
    for decided in decisions:
        if decided.status == "too_close":
            shares = tuple(sorted(round(ranked.acceptability * 1000) for ranked in decided.ranking[:2]))
            races.setdefault(shares, []).append(decided)
    return tuple(map(tuple, races.values()))


def alternatives(decisions: Iterable[Decided]) -> tuple[Alternative, ...]:
    """The strongest rivals, one a decision, at most five; beyond the second only those that come first often enough."""
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
        to_it.sort(key=lambda each: distance(each.now, each.flips_at))
        rivals.append(Alternative(decided, best, tuple(to_it[:2])))
    strongest_first = sorted(rivals, key=lambda rival: -rival.ranked.acceptability)
    unlike = {_race(rival): rival for rival in reversed(strongest_first)}
    apart = [rival for rival in strongest_first if rival in unlike.values()]
    serious = [rival for rival in apart if rival.ranked.acceptability >= SERIOUS]
    return tuple(apart[: max(FEWEST_ALTERNATIVES, len(serious))][:MOST_ALTERNATIVES])


def together(decisions: Iterable[Decided]) -> tuple[Relaxation, ...]:
    """Pairs of answers that change a choice where neither does alone, each pair once."""
    return tuple({way.say: way for decided in decisions for way in decided.together}.values())[:MOST_TOGETHER]


def _race(rival: Alternative) -> tuple[str, str]:
    """What two alternatives share that are one and the same: how training comes out is one race of many decisions."""
    if rival.decided.id in AXES:
        return ("training", f"{rival.ranked.acceptability:.2f}")
    return (rival.ranked.name, rival.chosen)


def rivals(decided: Decided) -> tuple[Alternative, ...]:
    """Every option of one decision that was not chosen and that some weighting puts first, at most five."""
    rest = [ranked for ranked in decided.ranking if ranked.option not in decided.chosen and ranked.acceptability > 0]
    found = []
    for ranked in sorted(rest, key=lambda each: -each.acceptability)[:MOST_ALTERNATIVES]:
        to_it = [each for each in decided.tipping if each.to in (ranked.option, ranked.name)]
        to_it.sort(key=lambda each: distance(each.now, each.flips_at))
        found.append(Alternative(decided, ranked, tuple(to_it[:2])))
    return tuple(found)


def further_reasons(
    decisions: Iterable[Decided], told: Iterable[str], figures: Iterable[Figure]
) -> tuple[tuple[str, str], ...]:
    """(what was chosen, why) beyond the first reason of each decision, which the outcome already gives: numbers, and
    what speaks for the decisions that the title is about. What the table of `figures` gives is not told again."""
    known = set(told)
    rivalled = (each for each in decisions if len(each.ranking) > 1 and each.chosen and each.id not in (METRICS, TIME))
    of: dict[str, list[str]] = {}
    tabled = [say(each.value, each.unit, each.low, each.high) for each in figures if each.low < each.high]
    for each in rivalled:
        for why in (why for why in each.because[1:] if each.id in LEADING or any(map(str.isdigit, why))):
            of.setdefault(why, []).append(names(each))
    fresh = (why for why in of if why not in known and not any(number in why for number in tabled))
    rows = [("; ".join(dict.fromkeys(of[why])), why) for why in fresh]
    return tuple(rows[:MOST_CONSEQUENCES])


def cautions(decisions: Iterable[Decided]) -> tuple[str, ...]:
    """What the choice of metrics leaves open: it speaks for no option, but whoever measures must know it."""
    return tuple(why for decided in decisions if decided.id == METRICS for why in decided.because[1:])


def assumptions(conclusion: Conclusion) -> tuple[tuple[Assumption, ...], tuple[Assumption, ...], int]:
    """(those that matter most, the others, how many change no choice on their own).

    A number that nothing was computed from, and that ruled nothing out, was not assumed for this project.
    """
    used = {id for figure in conclusion.estimates.values() for id in figure.inputs}
    used |= {out.by for decided in conclusion.decisions for out in decided.removed}
    ordered = sorted(conclusion.assumptions, key=lambda assumed: (-assumed.matters, assumed.answer))
    most = [assumed for assumed in ordered[:MOST_ASSUMPTIONS] if assumed.matters > 0]
    rest = [each for each in ordered[len(most) :] if each.matters or each.answer in used or not _counted(each.value)]
    return tuple(most), tuple(rest), sum(not assumed.matters for assumed in ordered)


def unknown(conclusion: Conclusion) -> tuple[str, ...]:
    """The answers that nobody knows and for which nothing was put in their place, though they may matter here.

    How large a network is built matters where a number was computed from its parameters; trees have none.
    """
    network = any("model.parameters" in figure.inputs for figure in conclusion.estimates.values())
    return tuple(
        id
        for id, answer in conclusion.answers.items()
        if not answer.fact.known
        and not answer.fact.gap.startswith("asked only if")
        and (network or not conclusion.estimates or id not in _OF_NETWORKS)
    )


def _counted(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def estimated(figures: Mapping[str, Figure], ids: Iterable[str] | None = None) -> tuple[Number, ...]:
    """The estimates as rows, all of them or those with the ids."""
    return tuple(_number(figures[id]) for id in (figures if ids is None else ids) if id in figures)


def told(figures: Mapping[str, Figure]) -> tuple[str, ...]:
    """The estimates that a reader needs: where a first token has a time, that is the latency; what has no
    parameters and no batch, as trees, is not trained in steps."""
    left_out = {"serve.latency"} if "serve.ttft" in figures else set()
    step = figures.get("train.step")
    if step is not None and not _STEPPED & set(step.inputs):
        left_out.add("train.step")
    return tuple(id for id in figures if id not in left_out)


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
