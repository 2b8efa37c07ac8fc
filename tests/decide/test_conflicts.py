"""What cannot be had together is said, and every way out was tried."""

from collections.abc import Mapping
from typing import Any

import pytest
from decide.profiles import profiles
from hypothesis import HealthCheck, given, settings
from scenarios.cases import grounds, known

from advisor.conclude import changed, conclude, think
from advisor.rule import names_in
from advisor.values.decision import Conclusion, Conflict
from advisor.values.facts import Known

QUESTIONS = {question.id: question for question in grounds().questions}
SECRET_OFFLINE: Mapping[str, Any] = {
    "task": "text_clf", "serving.offline": True, "client.devices": ["browser"], "model.secrecy": "existential",
    "model.parameters": 2e7,
}  # fmt: skip


def concluded(said: Mapping[str, Any]) -> Conclusion:
    return conclude(known(dict(said)), grounds())


def conflict(said: Mapping[str, Any], id: str) -> Conflict:
    return next(each for each in concluded(said).conflicts if each.id == id)


def moved(profile: Known, way: Any) -> Known:
    for change in way.changes:
        profile = changed(profile, grounds(), change.answer, change.to)
    return profile


def test_a_secret_model_offline_in_a_browser_is_a_conflict_with_its_ways_out() -> None:
    """Secrecy against offline: nothing is chosen, both answers are named, and either can be relaxed."""
    found = conflict(SECRET_OFFLINE, "d_topology")
    assert found.kind == "infeasible"
    assert {"serving.offline", "model.secrecy"} <= set(found.answers)
    alone = {way.changes[0].answer: way.changes[0].to for way in found.relaxations if len(way.changes) == 1}
    assert alone["serving.offline"] is False
    assert alone["model.secrecy"] == "high"
    assert "the end of the business" in found.say


def test_a_way_out_never_asks_for_more() -> None:
    """Forbidding the network or keeping data closer is no way out of a latency that nothing meets."""
    found = conflict({"task": "tabular_clf", "serving.latency": 1, "serving.measured_at": "client"}, "d_topology")
    moves = {change.answer: change.to for way in found.relaxations for change in way.changes}
    assert "serving.offline" not in moves
    assert "data.may_leave" not in moves
    assert moves["serving.latency"] > 1  # type: ignore[operator]


def test_where_no_single_answer_helps_pairs_do() -> None:
    """Training from scratch in seconds on no rented machine takes two other answers, each with its distance."""
    said = {"task": "image_clf", "train.mode": "from_scratch", "data.samples": 1e7, "train.deadline": 0.01}
    found = conflict({**said, "hardware.rent": False}, "g_train_mode")
    assert {len(way.changes) for way in found.relaxations} == {2}
    rented = next(way for way in found.relaxations if {c.answer for c in way.changes} >= {"hardware.rent"})
    assert "a factor of" in rented.say


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(profiles())
def test_every_way_out_leads_out(profile: Known) -> None:
    """With the answers changed as a way out says, deciding again chooses what it names, and something is chosen."""
    for found in conclude(profile, grounds()).conflicts:
        for way in found.relaxations:
            there = dict(think(moved(profile, way), grounds(), shares=False).architecture.outcome)[found.about]
            assert there == way.to
            assert there != ("infeasible",)
        if found.kind == "infeasible":
            assert found.relaxations or found.out


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(profiles())
def test_what_nobody_can_have_is_said(profile: Known) -> None:
    """A decision without an option is a conflict, or follows from one."""
    conclusion = conclude(profile, grounds())
    blocked = [decided.id for decided in conclusion.decisions if decided.status == "infeasible"]
    told = [each.about for each in conclusion.conflicts if each.kind == "infeasible"]
    assert bool(blocked) == bool(told)
    assert set(told) <= set(blocked)


CONTRADICTING: Mapping[str, Mapping[str, Any]] = {
    "offline_by_api": {"serving.offline": True, "train.mode": "none_use_api"},
    "offline_off_devices": {
        "serving.offline": True, "data.may_leave": "same_premises_only", "client.devices": ["android"],
    },
    "offline_live_features": {"serving.offline": True, "preprocessing.online_features": "real_time"},
    "offline_replaced_at_once": {"serving.offline": True, "serving.replace_within": 0.5},
    "offline_learns_online": {"serving.offline": True, "train.retrain": "hourly"},
    "secret_on_devices_offline": SECRET_OFFLINE,
    "secret_where_data_stay": {"model.secrecy": "existential", "data.may_leave": "no_never_leaves_device"},
    "secret_by_api": {"model.secrecy": "existential", "train.mode": "none_use_api"},
    "api_data_stay": {"train.mode": "none_use_api", "data.may_leave": "same_premises_only"},
    "device_data_pooled": {"data.may_leave": "no_never_leaves_device", "data.location": "object_store"},
    "scratch_without_data": {"train.mode": "from_scratch", "data.samples": 0},
    "tuned_without_base": {"train.mode": "lora", "purpose.pretrained": False},
    "known_and_live": {"serving.inputs_known": True, "preprocessing.online_features": "near_real_time"},
    "stale_and_live": {"serving.staleness": 7200, "preprocessing.online_features": "real_time"},
    "mean_above_peak": {"serving.load.mean": 100, "serving.load.peak": 10},
    "active_above_all": {"model.active": 2e9, "model.parameters": 1e9},
    "trainable_above_all": {"model.trainable": 2e9, "model.parameters": 1e9},
    "labels_above_samples": {"data.labels": 2000, "data.samples": 1000},
    "class_above_all": {"data.labels_per_class": 2000, "data.labels": 1000},
    "deadline_after_next": {"train.retrain": "daily", "train.deadline": 48},
    "health_without_health": {"rules.regimes": ["hipaa"], "data.sensitive": ["none"]},
    "payment_without_payment": {"rules.regimes": ["pci"], "data.sensitive": ["personal"]},
    "privacy_without_persons": {"rules.regimes": ["gdpr"], "data.sensitive": ["none"]},
    "faster_than_light": {"serving.measured_at": "client", "serving.latency": 1},
    "no_device_holds_it": {"task": "text_gen", "model.parameters": 9e12},
    "no_client_holds_it": {"serving.offline": True, "client.devices": ["ios"], "model.parameters": 1e11},
    "deadline_below_step": {
        "task": "text_gen", "train.mode": "full_finetune", "model.parameters": 1e12, "train.deadline": 0.001,
    },
    "always_up": {"serving.availability": 1},
}  # fmt: skip


def test_every_contradiction_has_its_case() -> None:
    """Each row of contradictions.yaml is tried here."""
    assert {row.id for row in grounds().tables.contradictions} == set(CONTRADICTING)


@pytest.mark.parametrize("id", CONTRADICTING)
def test_contradicting_answers_are_named_with_a_way_out(id: str) -> None:
    """The row is told in the words of the answers, with what to do, and before anything that is decided."""
    found = concluded({"task": "text_clf", **CONTRADICTING[id]}).conflicts
    row = next(each for each in found if each.id == id)
    assert row.kind in ("contradiction", "impossible")
    assert all(grounds().tables.labels[answer] in row.say for answer in row.answers)
    assert row.out
    assert not (row.say + row.out).endswith(".")
    kinds = [each.kind in ("contradiction", "impossible") for each in found]
    assert kinds == sorted(kinds, reverse=True)


@pytest.mark.parametrize("row", grounds().tables.contradictions, ids=lambda row: row.id)
def test_a_contradiction_is_about_answers_that_it_reads(row: Any) -> None:
    """Every answer that a row names is a question that its condition reads."""
    assert set(row.answers) <= set(names_in(row.condition)) & set(QUESTIONS)


def test_an_assumption_contradicts_nobody() -> None:
    """What nobody said is never one side of a contradiction: the task alone has none."""
    for task in QUESTIONS["task"].choices:
        assert not [each for each in concluded({"task": task}).conflicts if each.kind == "contradiction"]
