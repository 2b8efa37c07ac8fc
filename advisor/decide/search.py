"""The search over trainings: which candidates pass every hard limit, and which of those is best."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy

from advisor.decide.limits import checks, limit_of
from advisor.decide.options import LIMITING, fit, names_read, wants
from advisor.decide.screen import passes, too_complex
from advisor.decide.weigh import INDIFFERENCE, LEAST, MOST, Contender, Standing, Wants, mean_weights, standings
from advisor.figure import Fact
from advisor.number import Number
from advisor.values.candidates import UNTRAINED, Candidate, Mode
from advisor.values.catalog import Option, Tables
from advisor.values.decision import Removed
from advisor.values.estimates import TrainingTable

Facts = Mapping[str, Fact]
RANKED_AT_MOST = 60
SPREAD_COMPLEXITY = {
    "none": 0.0, "independent_runs": 0.25, "ddp": 0.5, "fsdp2": 1.0, "zero1": 1.05, "zero2": 1.1,
    "embedding_sharding": 1.25, "hsdp": 1.5, "tp": 2.0, "cp": 2.0, "ep": 2.5, "pp": 2.5, "nd_hybrid": 3.0,
}  # fmt: skip
STATES_COMPLEXITY = {"": 0.0, "adamw8bit": 0.3, "bf16_states": 0.3, "cpu_offload": 1.0, "nvme_offload": 1.5}
PLACE_COMPLEXITY = {
    "": 0.0, "laptop_cpu": 1.0, "big_cpu_server": 1.0, "single_gpu": 1.0, "node_multi_gpu": 2.0, "multi_node": 4.0,
}  # fmt: skip
MODE_COMPLEXITY = 0.4
CHECKPOINT_COMPLEXITY = 0.2
RENTING_COMPLEXITY = 0.3
LAST_RESORT = 100.0
"""How much further away a training is that only a last resort makes fit, when it is said what stands in the way."""
CAP_SLACK = 1.0
"""A training is the sum of small steps; a team's cap is on whole ones."""
MOST_COMPLEX = 5
"""A team with this cap may run anything there is."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A candidate that broke nothing: its row in the table, and how it stands (`acceptability`: its share of first
    places)."""

    row: int
    candidate: Candidate
    standing: Standing

    @property
    def acceptability(self) -> float:
        return self.standing.share


@dataclass(frozen=True, slots=True)
class Searched:
    """The ranking, best first, and for every candidate that is out what removed it and by how much (a ratio); the row
    of the best, or of the one that comes nearest to passing where none does."""

    passed: tuple[Passed, ...]
    out: tuple[tuple[Candidate, Removed, float], ...]
    nearest: int


def open_modes(facts: Facts, tables: Tables) -> tuple[Mode, ...]:
    """The modes of training that no limit removes: what is worth estimating. All of them when none is left."""
    options = tables.options["g_train_mode"]
    left = tuple(option.id for option in options if passes(option, facts))
    return cast("tuple[Mode, ...]", left or tuple(option.id for option in options))


def search(table: TrainingTable, facts: Facts, tables: Tables, *, shares: bool = True) -> Searched:
    """Screens every candidate on the high end of its estimates, then ranks the rest; remembered by the facts that the
    search reads. `shares` False gives the best alone."""
    read = tuple([facts[name] for name in _read(tables) if name in facts])
    return _remembered(table, read, tables, shares)


@lru_cache(maxsize=4)
def _read(tables: Tables) -> tuple[str, ...]:
    """The names of all that the search reads."""
    return tuple(dict.fromkeys((*names_read("g_train_mode", tables)[0], *LIMITING)))


@lru_cache(maxsize=32)
def _remembered(table: TrainingTable, facts: tuple[Fact, ...], tables: Tables, shares: bool) -> Searched:
    return _search(table, {fact.id: fact for fact in facts}, tables, shares=shares)


def _search(table: TrainingTable, facts: Facts, tables: Tables, *, shares: bool) -> Searched:
    modes = {option.id: option for option in tables.options["g_train_mode"]}
    limits = checks(table, facts, tables)
    alive = ~numpy.logical_or.reduce([check.broken for check in limits])
    complexity = _complexity(table, modes)
    cap = tables.complexity_cap.get(str(facts["team"].value), 2)
    within = alive & ((complexity <= cap + CAP_SLACK) | (cap >= MOST_COMPLEX))
    left = within if within.any() else alive
    passed = _ranked(left, table, complexity, facts, tables, shares=shares)
    if passed and not shares:
        return Searched(passed, (), passed[0].row)
    distance = numpy.stack([numpy.where(check.broken, check.ratio, 0.0) for check in limits])
    ratios = distance.max(axis=0) * table.field.flat("resort", _resort)
    nearest = passed[0].row if passed else int(ratios.argmin())
    if not shares:
        return Searched(passed, (), nearest)
    worst = distance.argmax(axis=0)
    out: list[tuple[Candidate, Removed, float]] = []
    for row, candidate in enumerate(table.candidates):
        if not alive[row]:
            out.append((candidate, limits[worst[row]].removed(row, candidate, tables), float(ratios[row])))
        elif not left[row]:
            out.append((candidate, _too_complex(candidate, cap, facts, tables), 1.5))
    return Searched(passed, tuple(out), nearest)


def _resort(candidate: Candidate) -> float:
    return LAST_RESORT if candidate.last_resort else 1.0


def _too_complex(candidate: Candidate, cap: int, facts: Facts, tables: Tables) -> Removed:
    return too_complex(candidate.id, candidate.id, (cap, tables.say("more")), facts, tables)


def _complexity(table: TrainingTable, modes: Mapping[str, Option]) -> Number:
    return table.field.flat("complexity", lambda candidate: _steps(candidate, modes[candidate.mode]))


def _steps(candidate: Candidate, mode: Option) -> float:
    """Complexity of a training, as the sum of what it adds to one process on one machine."""
    whole = mode.complexity * MODE_COMPLEXITY
    if candidate.mode in UNTRAINED:
        return whole
    rented = RENTING_COMPLEXITY * (candidate.site.kind == "rented")
    saved = CHECKPOINT_COMPLEXITY * (candidate.checkpointing or candidate.paged)
    spread = SPREAD_COMPLEXITY[candidate.parallel] + STATES_COMPLEXITY[candidate.states]
    return whole + rented + saved + PLACE_COMPLEXITY[candidate.placement] + spread


def _ranked(
    left: Number, table: TrainingTable, complexity: Number, facts: Facts, tables: Tables, *, shares: bool
) -> tuple[Passed, ...]:
    rows = numpy.flatnonzero(left)
    if not len(rows):
        return ()
    decision = next(row for row in tables.decisions if row.id == "g_train_mode")
    want: Wants = wants(decision, facts, tables)
    scores = _scores(table, complexity, facts, tables)
    middle = numpy.stack([(scores[name][0] + scores[name][1]) / 2 for name in want.attributes], axis=1)
    value = numpy.round(((middle - LEAST) / (MOST - LEAST)) @ numpy.array(mean_weights(want)), 9)
    best = _best_first(rows, value, numpy.round(complexity, 6))[: RANKED_AT_MOST if shares else 1]
    if not shares:
        return (Passed(best[0], table.candidates[best[0]], Standing(1.0, 0.0)),)
    contenders = [_contender(row, table.candidates[row], scores, float(complexity[row])) for row in best]
    return tuple(
        Passed(row, table.candidates[row], standing)
        for row, standing in zip(best, standings(contenders, want), strict=True)
    )


def _best_first(rows: Number, value: Number, complexity: Number) -> list[int]:
    """By value; within the indifference band of the best, by complexity."""
    order = rows[numpy.lexsort((rows, complexity[rows], -value[rows]))]
    near = order[value[order[0]] - value[order] <= INDIFFERENCE]
    near = near[numpy.lexsort((near, -value[near], complexity[near]))]
    return [int(row) for row in (*near, *order[len(near) :])]


def _contender(
    row: int, candidate: Candidate, scores: Mapping[str, tuple[Number, Number]], complexity: float
) -> Contender:
    shared = {
        "fit": candidate.mode, "simplicity": "one", "cost": f"{candidate.mode}/{candidate.site.kind}",
        "privacy": candidate.site.kind, "headroom": candidate.site.kind,
    }  # fmt: skip
    own = {name: (float(low[row]), float(high[row])) for name, (low, high) in scores.items()}
    return Contender(candidate.id, own, round(complexity, 6), shared)


def _scores(table: TrainingTable, complexity: Number, facts: Facts, tables: Tables) -> dict[str, tuple[Number, Number]]:
    """(low, high) on the fixed scales, one number a candidate. Cost: 5 for a dollar for all runs, one less for every
    factor of ten. Headroom: 1 at the deadline, 5 at a quarter of it."""
    modes = {option.id: option for option in tables.options["g_train_mode"]}
    ends = table.ends
    idle = table.field.flat("untrained", lambda candidate: candidate.mode in UNTRAINED)
    rented = table.field.flat("rented", lambda candidate: candidate.site.kind == "rented")
    simple = numpy.clip(5.0 - complexity, 1.25, 4.75)
    deadline_s = limit_of(facts, "train.deadline") * 3600.0

    def of_mode(name: str) -> tuple[Number, Number]:
        low = table.field.flat(f"mode's {name} low", lambda candidate: modes[candidate.mode].scores[name][0])
        high = table.field.flat(f"mode's {name} high", lambda candidate: modes[candidate.mode].scores[name][1])
        return low, high

    def headroom(run_s: Number) -> Number:
        spare = numpy.log(numpy.minimum(deadline_s, 1e12) / numpy.maximum(run_s, 1e-3)) / math.log(4.0)
        return 1.0 + 4.0 * numpy.clip(spare, 0.0, 1.0)

    runs = facts["train.runs"].number if facts["train.runs"].known else 1.0
    cost = [numpy.clip(5.0 - numpy.log10(numpy.maximum(usd * runs, 1.0)), 1.0, 5.0) for usd in ends.cost_usd]
    order = {id: place for place, id in enumerate(modes)}
    fits = numpy.array([fit(option, facts) for option in modes.values()])
    fitting = fits[table.field.flat("place of mode", lambda candidate: order[candidate.mode])].T
    costs, privacy = of_mode("cost"), of_mode("privacy")
    return {
        "fit": (fitting[0], fitting[1]),
        "simplicity": (simple - 0.25, simple + 0.25),
        "cost": (numpy.where(idle, costs[0], cost[1]), numpy.where(idle, costs[1], cost[0])),
        "privacy": (
            numpy.where(idle, privacy[0], numpy.where(rented, 3.0, 5.0)),
            numpy.where(idle, privacy[1], numpy.where(rented, 4.0, 5.0)),
        ),
        "headroom": (headroom(ends.run_s[1]), headroom(ends.run_s[0])),
    }
