"""What must hold of every decision, whatever the answers and the machine."""

import os
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import numpy
import pytest
from decide.profiles import VALUES, answers, machines, profiles
from decide.rows import objections, over, rows
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scenarios.cases import grounds, known

from advisor.conclude import Grounds, changed, conclude, think
from advisor.decide.architecture import Architecture
from advisor.values.candidates import UNTRAINED
from advisor.values.catalog import Option
from advisor.values.decision import Decided, Tipping
from advisor.values.facts import Known

TIMES = int(os.environ.get("ADVISOR_PROPERTIES", "1"))
"""How many times the usual number of examples is drawn: ADVISOR_PROPERTIES=20 takes an hour and finds more."""
FEW = settings(max_examples=60 * TIMES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=150 * TIMES)
TABLED = ("d_topology", "d_data_format", "d_preproc", "d_artefact", "d_runtime")
TEAMS = ("solo", "small_no_infra", "small_with_infra", "platform_team")
SPREADS = (
    "", "none", "independent_runs", "ddp", "zero1", "zero2", "fsdp2", "embedding_sharding", "hsdp", "tp", "cp", "ep",
    "pp", "nd_hybrid",
)  # fmt: skip
"""By how much of the model each leaves whole on a device: the more memory, the earlier in this list."""


def decided(known: Known, on: Grounds | None = None) -> Architecture:
    return think(known, on or grounds(), shares=False).architecture


def by_id(architecture: Architecture) -> dict[str, Decided]:
    return {found.id: found for found in architecture.decisions}


def options(decision: str) -> Mapping[str, Option]:
    return {option.id: option for option in grounds().tables.options[decision]}


@MANY
@given(profiles())
def test_what_is_chosen_breaks_no_hard_limit(profile: Known) -> None:
    """Every option that is recommended meets every limit of its row, read from the files and judged again plainly."""
    found = decided(profile)
    for decision in found.decisions:
        for option in decision.chosen:
            if option in rows(decision.id):
                assert not objections(decision.id, option, found.facts), (decision.id, option)
                assert decision.id not in TABLED or not over(decision.id, option, found.facts)
    for id, fact in profile.answered.items():
        assert found.facts[id].value == fact.value


@MANY
@given(profiles())
def test_what_is_ranked_breaks_no_hard_limit_either(profile: Known) -> None:
    """Every option that is said to be left is left by a plain reading, and every other one is said to be removed."""
    found = think(profile, grounds()).architecture
    for decision in found.decisions:
        if decision.id in ("d_topology", "d_data_format") and decision.status != "not_needed":
            left = {ranked.option for ranked in decision.ranking}
            assert not [id for id in left if objections(decision.id, id, found.facts)]
            assert left | {out.option for out in decision.removed} == set(rows(decision.id))


@MANY
@given(profiles())
def test_a_training_stays_within_memory_time_money_and_place(profile: Known) -> None:
    """The high end of what a chosen training takes is within the device, the deadline and both budgets."""
    found = decided(profile)
    winner, facts = think(profile, grounds()).architecture.winner, found.facts
    if not winner.feasible or winner.candidate.mode in UNTRAINED:
        return
    assert facts["train.mode"].value in (None, winner.candidate.mode)
    assert winner.memory.high <= winner.candidate.site.memory_bytes
    runs = facts["train.runs"].number if facts["train.runs"].known else 1.0
    for id, takes in (
        ("train.deadline", winner.run.high / 3600.0),
        ("train.budget", winner.cost.high),
        ("train.budget_month", winner.cost.high * runs),
    ):
        assert not facts[id].known or takes <= facts[id].number * (1 + 1e-9)
    if winner.candidate.site.kind == "rented":
        assert facts["hardware.rent"].value is not False
        assert facts["data.may_leave"].value not in ("same_premises_only", "no_never_leaves_device")


@MANY
@given(profiles())
def test_what_is_removed_names_an_answer(profile: Known) -> None:
    """A removed option is removed by an answer, a decision taken before it, or the state of the catalogue."""
    names = {question.id for question in grounds().questions} | {row.id for row in grounds().tables.decisions}
    found = think(profile, grounds()).architecture
    for decision in found.decisions:
        assert {out.by for out in decision.removed} <= names | {"catalogue"}
        assert all(out.say for out in decision.removed)
        assert not {out.option for out in decision.removed} & set(decision.chosen)


@FEW
@given(answers(without=("train.mode",)), machines(), st.sampled_from(("lora", "full_finetune", "from_scratch")))
def test_more_memory_never_spreads_wider(said: dict[str, Any], machine: dict[str, Any], mode: str) -> None:
    """For the same kind of training, devices and a host with more memory never lead to a more complex parallelism."""
    small = known({**said, "train.mode": mode, "hardware.rent": False}, machine)
    devices = tuple(replace(device, memory_bytes=4 * device.memory_bytes) for device in small.machine.devices)
    memory = small.machine.facts["machine.memory"]
    facts = {**small.machine.facts, "machine.memory": replace(memory, value=4 * memory.number)}
    large = replace(small, machine=replace(small.machine, facts=facts, devices=devices))
    before, after = (by_id(decided(profile)) for profile in (small, large))
    assume(before["g_train_mode"].chosen)
    assert _spread(after) <= _spread(before)


def _spread(decisions: Mapping[str, Decided]) -> int:
    return SPREADS.index("".join(decisions["d_parallel"].chosen))


@FEW
@given(answers(without=("train.mode", "train.deadline")), machines(), st.floats(-1, 2), st.floats(1.1, 100))
def test_more_time_never_takes_more_devices(
    said: dict[str, Any], machine: dict[str, Any], power: float, longer: float
) -> None:
    """A longer deadline never leads to more devices of the same kind for the same kind of training."""
    hours = float(f"{10**power:.3g}")
    before, after = (
        decided(known({**said, "train.deadline": deadline}, machine)).winner for deadline in (hours, hours * longer)
    )
    one, two = before.candidate, after.candidate
    assume(before.feasible and (one.site.id, one.mode) == (two.site.id, two.mode))
    assert two.count <= one.count


@FEW
@given(answers(without=("team",)), machines())
def test_a_stronger_team_keeps_the_simplest(said: dict[str, Any], machine: dict[str, Any]) -> None:
    """The simplest option that is left for a weak team is left for a stronger one."""
    simplest: str | None = None
    for team in TEAMS:
        found = by_id(think(known({**said, "team": team}, machine), grounds()).architecture)["d_topology"]
        left = [ranked.option for ranked in found.ranking]
        assert simplest is None or simplest in left
        if left:
            simplest = min(left, key=lambda id: options("d_topology")[id].complexity)


@FEW
@given(answers(), machines(), st.data())
def test_an_unknown_is_never_surer_than_the_surest_answer(
    said: dict[str, Any], machine: dict[str, Any], data: st.DataObject
) -> None:
    """Not knowing an answer never gives more confidence in where the model runs than the best of its answers would."""
    rows = [row for row in grounds().questions if row.id in VALUES and row.type in ("choice", "yes_no")]
    row = data.draw(st.sampled_from(rows))
    others = row.choices if row.type == "choice" else (True, False)
    sure = max(_confidence(known({**said, row.id: value}, machine)) for value in others)
    assert _confidence(known({**said, row.id: None}, machine)) <= sure + 0.05


def _confidence(profile: Known) -> float:
    ranking = by_id(think(profile, grounds()).architecture)["d_topology"].ranking
    return ranking[0].acceptability if ranking else 1.0


@settings(FEW, max_examples=25 * TIMES)
@given(answers(without=("data.samples", "model.parameters")), machines(), st.booleans())
def test_an_unknown_widens_what_is_estimated(said: dict[str, Any], machine: dict[str, Any], size: bool) -> None:
    """An answer that is only assumed never spreads time or memory less than the same answer given.

    There are forty draws of everything that is uncertain, in which an unknown may happen to run against another: hence
    a fifth. Where what fits is another micro batch, the two are not the same training.
    """
    id = "model.parameters" if size else "data.samples"
    guessed = think(known(said, machine), grounds())
    assumed = guessed.answers[id].fact
    assume(assumed.known)
    told = think(known({**said, id: assumed.value}, machine), grounds())
    rows_told = {candidate.id: row for row, candidate in enumerate(told.table.candidates)}
    for row, candidate in enumerate(guessed.table.candidates):
        at = rows_told.get(candidate.id)
        if at is None or candidate.mode in UNTRAINED:
            continue
        if guessed.table.micro_batch[row, 0] == told.table.micro_batch[at, 0]:
            assert _spread_of(guessed.table.run_s[row]) >= 0.8 * _spread_of(told.table.run_s[at])
            assert _spread_of(guessed.table.memory_bytes[row]) >= 0.8 * _spread_of(told.table.memory_bytes[at])


def _spread_of(drawn: Any) -> float:
    return float(numpy.log(drawn).std())


@FEW
@given(profiles(), st.sampled_from(TABLED))
def test_a_worse_option_reorders_nothing(profile: Known, decision: str) -> None:
    """An option that another one beats in everything, or that is removed, leaves the order of the rest as it was."""
    before = by_id(think(profile, grounds()).architecture)[decision]
    assume(before.ranking)
    model = options(decision)[before.ranking[-1].option]
    lowest = dict.fromkeys(grounds().tables.attributes, (1.0, 1.0))
    worse = replace(model, id="worse", suits="", scores=lowest, complexity=5)
    dead = replace(model, id="dead", lifecycle="archived")
    tables = grounds().tables
    more = {**tables.options, decision: (worse, *tables.options[decision], dead)}
    on = replace(grounds(), tables=replace(tables, options=more))
    after = by_id(think(profile, on).architecture)[decision]
    order = [ranked.option for ranked in after.ranking if ranked.option != "worse"]
    assert order == [ranked.option for ranked in before.ranking]
    assert after.chosen == before.chosen


@FEW
@given(answers(), machines(), st.randoms(use_true_random=False))
def test_the_order_of_answers_is_nothing(said: dict[str, Any], machine: dict[str, Any], random: Random) -> None:
    """The same answers in another order give the same architecture to the last digit."""
    shuffled = list(said.items())
    random.shuffle(shuffled)
    once, again = (think(known(dict(pairs), machine), grounds()) for pairs in (said.items(), shuffled))
    assert repr(once.architecture.decisions) == repr(again.architecture.decisions)
    assert repr(once.architecture.winner) == repr(again.architecture.winner)


@settings(FEW, max_examples=10)
@given(profiles())
def test_tipping_points_tip_there_and_not_before(profile: Known) -> None:
    """At a printed tipping point the decision is the one that is named; within a tenth nearer it is not."""
    base = dict(decided(profile).outcome)
    for decision in conclude(profile, grounds()).decisions:
        for tip in decision.tipping:
            there = dict(decided(changed(profile, grounds(), tip.answer, tip.flips_at)).outcome)[decision.id]
            assert there != base[decision.id]
            assert tip.to == ("" if there == ("infeasible",) else "+".join(there))
            steps = _nearer(tip)
            still = (dict(decided(changed(profile, grounds(), tip.answer, step)).outcome) for step in steps)
            assert not steps or any(outcome[decision.id] == base[decision.id] for outcome in still), (tip, steps)


def _nearer(tip: Tipping) -> list[float]:
    """Values up to a tenth nearer to where the answer is; none for a word, or where the answer itself is as near."""
    if isinstance(tip.now, bool) or not isinstance(tip.now, int | float) or not isinstance(tip.flips_at, int | float):
        return []
    now, there = float(tip.now), float(tip.flips_at)
    if max(now, there) <= 1.1 * min(now, there):
        return []
    steps = [1.1, 1.09, 1.08, 1.06, 1.04, 1.02, 1.01]
    values = [there / step if there > now else there * step for step in steps]
    return [value for value in values if min(now, there) < value < max(now, there)] if there else []


@pytest.mark.parametrize("task", next(row.choices for row in grounds().questions if row.id == "task"))
def test_the_task_alone_names_what_is_worth_asking(task: str) -> None:
    """With nothing but the task known the questions that can change most are named, three at least, the first first."""
    conclusion = conclude(known({"task": task}), grounds())
    matter = [each.matters for each in conclusion.assumptions]
    assert matter == sorted(matter, reverse=True)
    assert min(matter[:3]) > 0
    assert not [each for each in conclusion.conflicts if each.kind != "unmet"]


@pytest.mark.parametrize("task", next(row.choices for row in grounds().questions if row.id == "task"))
def test_the_task_alone_is_enough(task: str) -> None:
    """With nothing but the task known something simple is proposed: one machine, no more than one accelerator."""
    found = decided(known({"task": task}))
    assert found.winner.feasible
    assert found.winner.candidate.count == 1
    assert by_id(found)["d_topology"].chosen
