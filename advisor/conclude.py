"""The calculating side of the wall: the same facts and catalogue give the same decision on any machine."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from advisor import __version__, decide, estimate, units
from advisor.answers import in_order, resettle, settle
from advisor.candidates import needs, propose
from advisor.catalog.constants import constants, spreads
from advisor.decide.architecture import Architecture
from advisor.decide.titles import summary
from advisor.figure import Fact, Scalar
from advisor.machine import overridden
from advisor.rates.sites import accelerator_site, sites
from advisor.values.candidates import Field, Mode, Needs
from advisor.values.catalog import Tables
from advisor.values.constants import Fitted
from advisor.values.decision import Conclusion, Decided
from advisor.values.estimates import ServingEstimates, TrainingTable
from advisor.values.facts import Answer, Known, Question
from advisor.values.prospect import Prospect, Turn
from advisor.values.workload import Places, Serving, Site, Training, Workload, exactly
from advisor.workload import describe

Moves = Mapping[str, Scalar]
UNSERVED = Serving(1.0, 0.0, 1.0, 1.0, 1.0, 99.0)
NO_DATA = Training(
    samples=exactly(1.0), features=1.0, tokens=exactly(1.0), sequence=1.0, epochs=1.0, batch=1.0,
    decoded_bytes=exactly(1.0), preprocessing_s=0.0, prepared_each_epoch=False, optimizer="", utilisation=None,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grounds:
    """What every conclusion rests on beside the facts: the questions and the catalogue."""

    questions: tuple[Question, ...]
    tables: Tables


@dataclass(frozen=True, slots=True)
class Thought:
    """One pass from facts to an architecture, with everything it was thought from."""

    answers: Mapping[str, Answer]
    serve: ServingEstimates
    table: TrainingTable
    architecture: Architecture


def think(known: Known, grounds: Grounds, *, shares: bool = True) -> Thought:
    """Answers settled, workload described, candidates estimated, everything decided."""
    answers = settle(grounds.questions, known.answered, known.evidence, grounds.tables.tasks)
    return _think(known, grounds, answers, _places(known, grounds), shares=shares)


def _places(known: Known, grounds: Grounds) -> Places:
    """Where it could be trained: on the machine as people correct it, or on what can be rented."""
    found = sites(overridden(known.machine, known.answered), known.rates, grounds.tables)
    return _same(tuple(_linked(site, {**known.evidence, **known.answered}) for site in found))


def _linked(site: Site, said: Mapping[str, Fact]) -> Site:
    """One's own devices, with the links between them that somebody knows."""
    if site.kind != "own_gpu":
        return site
    within, between = said.get("hardware.link_within"), said.get("hardware.link_between")
    link = exactly(within.number) if within is not None and within.known else site.link
    fabric = exactly(between.number) if between is not None and between.known else site.fabric
    return replace(site, link=link, fabric=fabric)


@lru_cache(maxsize=32)
def _same(places: tuple[Site, ...]) -> Places:
    return Places(places)


def _think(known: Known, grounds: Grounds, answers: Mapping[str, Answer], places: Places, *, shares: bool) -> Thought:
    tables = grounds.tables
    task = tables.tasks[str(answers["task"].fact.value) if answers["task"].fact.known else "other"]
    work = describe(answers, known.evidence, task)
    at_client = answers["serving.measured_at"].fact.value == "client"
    serve = _serving(_without_data(work), _rented(tables), _own(places), at_client)
    facts = decide.situation(answers, task, work, serve)
    facts |= decide.capacity_facts(serve, work) | decide.hosted_facts(facts["serving.load.mean"], work, tables.hosted)
    modes = decide.open_modes(facts, tables)
    told = answers["train.optimizer"].how != "assumed"
    table = _training(replace(work, serving=UNSERVED), places, modes, needs(work, any_optimizer=not told))
    return Thought(answers, serve, table, decide.architecture(work, table, facts, tables, shares=shares))


def _without_data(work: Workload) -> Workload:
    """What serving hangs on: the sequence of its training, and nothing of what is learnt from."""
    return replace(work, training=replace(NO_DATA, sequence=work.training.sequence))


@lru_cache(maxsize=32)
def _training(work: Workload, places: Places, modes: tuple[Mode, ...], wanted: Needs) -> TrainingTable:
    return estimate.training(work, _field(work.family, places, modes, wanted), _fitted())


@lru_cache(maxsize=64)
def _field(family: str, places: Places, modes: tuple[Mode, ...], wanted: Needs) -> Field:
    return propose(family, places.sites, modes, wanted)


@lru_cache(maxsize=512)
def _serving(work: Workload, rented: Places, own: Places, at_client: bool) -> ServingEstimates:
    """On what is rented for the least money; where that is accelerators and one's own are enough, on those."""
    found = estimate.serving(work, rented, _fitted(), at_client=at_client)
    if not (found.on_gpu and own.sites):
        return found
    here = estimate.serving(work, own, _fitted(), at_client=at_client)
    enough = here.on_gpu and 0 < here.devices <= max(own.sites[0].counts)
    return replace(here, cost_month_usd=exactly(0.0)) if enough else found


@lru_cache(maxsize=32)
def _own(places: Places) -> Places:
    """One's own accelerators, each worth the same, so that the fewest are taken."""
    return Places(tuple(replace(site, price=exactly(1.0)) for site in places.sites if site.kind == "own_gpu"))


@lru_cache(maxsize=1)
def _fitted() -> Fitted:
    return Fitted(constants(), spreads())


@lru_cache(maxsize=4)
def _rented(tables: Tables) -> Places:
    """Every accelerator with a price, the smallest first."""
    found = (accelerator_site(tables.accelerators[id], price) for id, price in tables.prices.items())
    return Places(tuple(sorted(found, key=lambda site: (site.memory_bytes, site.price.value))))


def conclude(known: Known, grounds: Grounds) -> Conclusion:
    """The decision with its tipping points, ready to be written down."""
    thought = think(known, grounds)
    base, elsewhere = dict(thought.architecture.outcome), _elsewhere(known, grounds, thought)

    def again(moves: Moves) -> Mapping[str, tuple[str, ...]]:
        return dict(elsewhere(moves).outcome)

    flips = decide.tippings(
        grounds.questions,
        thought.answers,
        base,
        lambda id, value: again({id: value}),
        marks=decide.marks(grounds.tables),
    )
    found = decide.conclude(thought.architecture, thought.answers, thought.serve, grounds.tables, flips)
    questions = {question.id: question for question in grounds.questions}
    on = decide.Moving(questions, thought.answers, base, again, grounds.tables)
    pairs = decide.together(thought.architecture, flips, on)
    return replace(
        found,
        decisions=tuple(replace(each, together=pairs.get(each.id, ())) for each in found.decisions),
        scaling=decide.scaling(thought.architecture.winner, thought.table),
        conflicts=decide.conflicts(thought.architecture, thought.table, flips, on),
        project=known.project,
        advisor_version=__version__,
        digest=digest(thought),
    )


def _elsewhere(known: Known, grounds: Grounds, thought: Thought) -> Callable[[Moves], Architecture]:
    """Decides again with answers changed, without rank acceptability and words; the rest is kept from `thought`."""
    places, questions = _places(known, grounds), in_order(grounds.questions)

    def decided(moves: Moves) -> Architecture:
        there = known
        for id, value in moves.items():
            there = changed(there, grounds, id, value)
        said = (there.answered, there.evidence)
        answers = resettle(thought.answers, questions, said, grounds.tables.tasks, moves)
        return _think(there, grounds, answers, places, shares=False).architecture

    return decided


def changed(known: Known, grounds: Grounds, id: str, value: Scalar) -> Known:
    """The same facts with one answer changed."""
    unit = next(question.unit for question in grounds.questions if question.id == id)
    return replace(known, answered={**known.answered, id: Fact(id, value, unit, provenance="answered")})


def digest(thought: Thought) -> str:
    """A short name for what was decided: the same choices have the same digest."""
    text = repr((thought.architecture.outcome, thought.architecture.winner.candidate.id))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stands(known: Known, grounds: Grounds, *, ahead: bool = True) -> Prospect:
    """Where things stand on the answers so far, and (`ahead`) which questions can still change that."""
    thought = think(known, grounds)
    decisions = thought.architecture.decisions
    ranked = [decided for decided in decisions if decided.ranking]
    return Prospect(
        headline=summary(thought.architecture, grounds.tables),
        agreement=min((decided.ranking[0].acceptability for decided in ranked), default=1.0),
        options_left=sum(len(decided.ranking) for decided in ranked),
        removed=tuple((out.name, out.by) for decided in decisions for out in decided.removed),
        open_questions=tuple(
            question.id
            for question in grounds.questions
            if ahead
            and question.asked is not None
            and any(turn.effect for turn in turned(known, grounds, question.id, thought))
        ),
    )


def turned(known: Known, grounds: Grounds, id: str, thought: Thought | None = None) -> tuple[Turn, ...]:
    """What other answers to a question would lead to."""
    thought = thought or think(known, grounds)
    question = next(question for question in grounds.questions if question.id == id)
    base, names = dict(thought.architecture.outcome), {row.id: row.name for row in grounds.tables.decisions}
    elsewhere = _elsewhere(known, grounds, thought)
    found = []
    for answer, value in _others(question, thought.answers[id].fact.value):
        there = elsewhere({id: value})
        differ = [d for d, (_, to) in zip(there.decisions, there.outcome, strict=True) if base[d.id] != to]
        effect = "; ".join(f"{names[d.id]}: {_called(d, grounds.tables)}" for d in differ[:2])
        found.append(Turn(answer, effect))
    return tuple(found)


def _called(decided: Decided, tables: Tables) -> str:
    """What was chosen, by the names of the catalogue."""
    names = {option.id: option.name for option in tables.options[decided.id]}
    return " + ".join(names.get(id, id) for id in decided.chosen) or tables.say("nothing_chosen")


def _others(question: Question, now: Scalar) -> list[tuple[str, Scalar]]:
    """A few other answers, as a person would type them."""
    if question.type == "yes_no":
        return [(word, value) for word, value in (("yes", True), ("no", False)) if value is not now]
    if question.type in ("choice", "choices"):
        many = question.type == "choices"
        return [(choice, (choice,) if many else choice) for choice in question.choices if choice != now]
    if question.type != "number":
        return []
    base = float(now) if isinstance(now, int | float) and now else 1.0
    values = [base * factor for factor in (0.01, 0.1, 10.0, 100.0)]
    low = question.minimum if question.minimum is not None else 0.0
    high = question.maximum if question.maximum is not None else float("inf")
    return [(units.say(value, question.unit), value) for value in values if low <= value <= high]
