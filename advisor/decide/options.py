"""One decision over a table of options: screen, rank, say why."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from advisor.decide.screen import GROWS, answered, at_risk, passes, removal
from advisor.decide.weigh import Contender, Standing, Wants, expected, mean_weights, ranked, standings
from advisor.figure import Fact, Scalar
from advisor.rule import judge, names_in, witnesses
from advisor.values.catalog import DecisionRow, Option, Tables
from advisor.values.decision import Consequence, Decided, Ranked, Removed, Status

Facts = Mapping[str, Fact]
MADE_FOR = (4.0, 5.0)
MAYBE = (2.0, 4.0)
NOT_MADE_FOR = (1.0, 2.5)
LIMITING = (
    "team", "train.mode", "train.runs", "train.deadline", "train.budget", "train.budget_month", "data.may_leave",
    "hardware.rent",
)  # fmt: skip
"""Answers that limit a training beside the conditions of the catalogue."""
ABSENT = Fact("", None)
REMEMBERED = 512
CHOSEN, LEFT = Standing(1.0, 0.0), Standing(0.0, 0.0)
"""Where it is only decided again, the first is all there is to know."""
RISK = 1.0
"""Points that an option loses in `fit` for a limit it may break at the high end of an estimate."""


def wants(row: DecisionRow, facts: Facts, tables: Tables) -> Wants:
    """The attributes that count for this decision in this situation, and those that come first."""
    counted = [tables.attributes[id] for id in row.attributes]
    counted = [attribute for attribute in counted if judge(attribute.matters, facts).holds]
    first = tuple(attribute.id for attribute in counted if judge(attribute.important, facts).holds)
    return Wants(tuple(attribute.id for attribute in counted), first)


def fit(option: Option, facts: Facts) -> tuple[float, float]:
    """The interval of `fit` on its fixed scale."""
    if not option.suits:
        return NOT_MADE_FOR
    return {True: MADE_FOR, None: MAYBE, False: NOT_MADE_FOR}[judge(option.suits, facts).holds]


def contender(option: Option, facts: Facts) -> Contender:
    """An option with its scores; simplicity is five minus complexity where the catalogue says nothing else."""
    low, high = fit(option, facts)
    lost = RISK * len(at_risk(option, facts))
    simple = 5.0 - option.complexity
    scores = {
        "simplicity": (max(1.0, simple - 0.25), min(5.0, simple + 0.25)),
        **option.scores,
        "fit": (max(1.0, low - lost), max(1.0, high - lost)),
    }
    return Contender(option.id, scores, float(option.complexity), {})


def screened(options: tuple[Option, ...], facts: Facts, tables: Tables) -> tuple[list[Option], list[Removed]]:
    """(left, removed). The team's cap removes nothing when it would leave nothing."""
    cap = tables.complexity_cap.get(str(facts["team"].value), 2)
    left = kept(options, facts, tables)
    out = [(option, None if option.complexity <= cap else cap) for option in options if option not in left]
    found = [removal(option, facts, tables, over) for option, over in out]
    return left, [removed for removed in found if removed is not None]


def kept(options: tuple[Option, ...], facts: Facts, tables: Tables) -> list[Option]:
    """The options that no limit removes, as far as the team could run them, or all of them if it could run none."""
    cap = tables.complexity_cap.get(str(facts["team"].value), 2)
    left = [option for option in options if passes(option, facts)]
    return [option for option in left if option.complexity <= cap] or left


def choose(row: DecisionRow, facts: Facts, tables: Tables, *, shares: bool = True) -> Decided:
    """Decides one row of the catalogue, or remembers what it decided on the same facts. `shares` False skips rank
    acceptability and words, for deciding again."""
    return remembered(row, facts, tables, lambda: _choose(row, facts, tables, shares=shares), words=shares)


def remembered(
    row: DecisionRow, facts: Facts, tables: Tables, decide: Callable[[], Decided], *, words: bool
) -> Decided:
    """What `decide` gives, or gave for the same of everything that the row reads: in words all that the facts say,
    without them their values and the high ends that are judged too."""
    known, (names, growing) = _memory(row.id, tables, words), names_read(row.id, tables)
    read = [facts.get(name, ABSENT) for name in names]
    ends = [facts.get(name, ABSENT).high for name in growing]
    key = tuple(read if words else [*[fact.value for fact in read], *ends])
    if key not in known:
        if len(known) >= REMEMBERED:
            known.clear()
        known[key] = decide()
    return known[key]


@lru_cache(maxsize=128)
def _memory(_decision: str, _tables: Tables, _words: bool) -> dict[tuple[Fact | Scalar, ...], Decided]:
    """What was decided for a row of these tables, by what it was decided on."""
    return {}


@lru_cache(maxsize=64)
def names_read(decision: str, tables: Tables) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every name that this decision reads, and those of them whose high end is judged too."""
    row = next(row for row in tables.decisions if row.id == decision)
    options = tables.options[row.id]
    conditions = [limit.condition for option in options for limit in option.limits]
    conditions += [option.suits for option in options if option.suits]
    for id in row.attributes:
        conditions += [tables.attributes[id].matters, tables.attributes[id].important]
    names = {name for condition in conditions for name in names_in(condition)}
    answers = {limit.answer for option in options for limit in option.limits}
    read = tuple(sorted(names | answers | {"team"}))
    return read, tuple(name for name in read if name.startswith(GROWS))


def _choose(row: DecisionRow, facts: Facts, tables: Tables, *, shares: bool) -> Decided:
    options = {option.id: option for option in tables.options[row.id]}
    rows = tuple(options.values())
    left, removed = screened(rows, facts, tables) if shares else (kept(rows, facts, tables), [])
    if not left:
        return infeasible(row, removed, tables)
    want = wants(row, facts, tables)
    order = ranked([contender(option, facts) for option in left], want)
    stand = standings(order, want) if shares else [CHOSEN] + [LEFT] * (len(order) - 1)
    ranking = tuple(_placed(options[item.id], standing, want) for item, standing in zip(order, stand, strict=True))
    best = options[order[0].id]
    close = len(order) > 1 and stand[0].share < tables.too_close_below
    return Decided(
        id=row.id,
        title=row.title,
        status="too_close" if close else "decided",
        chosen=(best.id,),
        chosen_names=(best.name,),
        because=because(best, order, want, facts, tables) if shares else (),
        ranking=ranking,
        removed=tuple(removed),
        consequences=consequences(best, facts, tables) if shares else (),
        sources=cited(best),
        experiment=experiment(order, want, tables) if shares and close else "",
    )


def experiment(order: list[Contender], want: Wants, tables: Tables) -> str:
    """What to measure of the two best: the quality whose unsure scores weigh most between them."""
    unsure = {
        name: weight * sum(high - low for low, high in (contender.interval(name) for contender in order[:2]))
        for name, weight in zip(want.attributes, mean_weights(want), strict=True)
        if name != "fit"
    }
    most = max(unsure, key=lambda name: (unsure[name], name))
    return tables.say("experiment", quality=tables.attributes[most].name)


def _placed(option: Option, standing: Standing, want: Wants) -> Ranked:
    return Ranked(
        option.id, option.name, standing.share, option.gains[:1], option.fails[:1],
        regret=standing.regret, confidence=standing.confidence,
        central=tuple(zip(want.attributes, standing.central, strict=False)), beaten_by=standing.beaten_by,
    )  # fmt: skip


def undecided(row: DecisionRow, status: Status, say: str) -> Decided:
    """Nothing is chosen here, and why."""
    return Decided(row.id, row.title, status, (), (), (say,))


def infeasible(row: DecisionRow, removed: list[Removed], tables: Tables) -> Decided:
    """No option passes every hard limit: say so, and which answers stand in the way."""
    blockers = sorted({out.by for out in removed if out.by not in ("catalogue", "team")})
    return Decided(
        id=row.id,
        title=row.title,
        status="infeasible",
        chosen=(),
        chosen_names=(),
        because=(tables.say("infeasible", answers=", ".join(tables.labels.get(name, name) for name in blockers)),),
        removed=tuple(removed),
    )


def because(best: Option, order: list[Contender], want: Wants, facts: Facts, tables: Tables) -> tuple[str, ...]:
    """Why the first is first: what it was made for, what is left beside it, what sets it apart."""
    reasons = []
    if best.suits and judge(best.suits, facts).holds:
        met = _met(best.suits, facts, tables)
        reasons.append(tables.say("made_for", answers=met) if met else tables.say("made_for_task"))
    if len(order) == 1:
        reasons.append(tables.say("only_left"))
        return tuple(reasons)
    better = _leads(order[0], order[1], want)
    if better and expected(order[0], want) > expected(order[1], want):
        reasons.append(tables.say("leads", attributes=" and ".join(tables.attributes[id].name for id in better)))
    elif order[0].complexity < order[1].complexity:
        reasons.append(tables.say("simpler"))
    return tuple(reasons)


def _met(condition: str, facts: Facts, tables: Tables) -> str:
    """The answers that make a condition hold, as `label: value`."""
    names = [name for name in witnesses(condition, facts) if name in tables.labels and facts[name].known]
    return "; ".join(f"{tables.labels[name]}: {answered(facts[name], tables)}" for name in names[:3])


def _leads(best: Contender, second: Contender, want: Wants) -> list[str]:
    def middle(contender: Contender, name: str) -> float:
        low, high = contender.scores.get(name, (2.0, 4.0))
        return (low + high) / 2

    lead = {name: middle(best, name) - middle(second, name) for name in want.attributes if name != "fit"}
    return [name for name in sorted(lead, key=lambda name: -lead[name]) if lead[name] >= 0.5][:2]


def consequences(best: Option, facts: Facts, tables: Tables) -> tuple[Consequence, ...]:
    """What to expect: what it brings, its ways of failing, limits it may break."""
    good = [Consequence(True, text) for text in best.gains]
    risky = [
        Consequence(False, tables.say("risk", answer=tables.labels.get(limit.answer, limit.answer)))
        for limit in at_risk(best, facts)
    ]
    return (*good, *risky, *(Consequence(False, text) for text in best.fails[:2]))


def cited(option: Option) -> tuple[str, ...]:
    """Sources of the option's row, each once."""
    return tuple(dict.fromkeys([source for _, source in option.facts] + list(option.sources)))
