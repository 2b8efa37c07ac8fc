"""From answers and evidence to one answer a question."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.answers import load_questions, missing, names, read_value, refusal, settle
from advisor.figure import Fact
from advisor.shelf import shelf
from advisor.values.facts import Answer, Question

QUESTIONS = load_questions(shelf("questionnaires"))
BY_ID = {row.id: row for row in QUESTIONS}
TASKS: dict[str, dict[str, object]] = {
    "text_clf": {"family": "neural", "parameters": 1.1e8, "latency_ms": 200, "pretrained": True, "output": "label"},
    "tabular_clf": {"family": "trees", "latency_ms": 100, "pretrained": False, "output": "score"},
    "text_gen": {"family": "neural", "parameters": 8e9, "latency_ms": 10_000, "pretrained": True, "output": "text"},
}


def _said(**raw: Any) -> dict[str, Fact]:
    return {id: read_value(BY_ID[id], value) for id, value in ((key.replace("__", "."), raw[key]) for key in raw)}


def _settled(answered: dict[str, Fact] | None = None, **evidence: Any) -> dict[str, Answer]:
    found = {id.replace("__", "."): value for id, value in evidence.items()}
    facts = {id: Fact(id, value, BY_ID[id].unit, source="files") for id, value in found.items()}
    return settle(QUESTIONS, answered or {}, facts, TASKS)


def test_precedence() -> None:
    """What was answered beats what was detected, that beats what is computed, and that the default."""
    default = _settled()["data.location"]
    detected = _settled(data__location="object_store")["data.location"]
    answered = _settled(_said(data__location="stream"), data__location="object_store")["data.location"]
    assert (default.how, default.fact.value, default.fact.provenance) == ("assumed", "laptop_disk", "assumed")
    assert (detected.how, detected.fact.value) == ("detected", "object_store")
    assert (answered.how, answered.fact.value, answered.fact.provenance) == ("answered", "stream", "answered")


def test_a_formula_is_used_where_nothing_was_found() -> None:
    """The size of a sample follows from the data, unless it was measured; its range follows too."""
    computed = _settled(data__bytes=1000, data__samples=10)["data.sample_bytes"]
    assert (computed.how, computed.fact.value, computed.fact.unit) == ("computed", 100, "bytes")
    assert _settled(data__bytes=1000, data__samples=10, data__sample_bytes=90)["data.sample_bytes"].fact.value == 90
    ranged = {"data.bytes": Fact("data.bytes", 1000, low=800, high=1200), "data.samples": Fact("data.samples", 10)}
    fact = settle(QUESTIONS, {}, ranged, TASKS)["data.sample_bytes"].fact
    assert fact.range == (80, 120)


def test_a_formula_that_has_no_value() -> None:
    """No samples give no size of a sample, rather than an error."""
    assert not _settled(data__bytes=1000, data__samples=0)["data.sample_bytes"].fact.known
    assert not _settled(data__bytes=1000)["data.sample_bytes"].fact.known


def test_defaults_of_a_task() -> None:
    """A default that belongs to the task follows it, and is unknown as long as the task is."""
    assert not _settled()["serving.latency"].fact.known
    slow = _settled(_said(task="text_gen"))["serving.latency"]
    assert (slow.how, slow.fact.value, slow.fact.unit) == ("assumed", 10_000, "ms")
    assert slow.fact.source == "usual for text_gen"
    assert not _settled(_said(task="text_clf"))["model.layers"].fact.known, "the task names none"


def test_conditions() -> None:
    """Where a question makes no sense nothing is assumed, but what someone said or found stands."""
    assert _settled(_said(task="text_gen"))["serving.first_token"].fact.value == 1000
    idle = _settled(_said(task="text_clf"))["serving.first_token"]
    assert not idle.fact.known
    assert "task == text_gen" in idle.fact.gap
    assert _settled(_said(task="text_clf", serving__first_token=5))["serving.first_token"].fact.value == 5
    assert _settled(_said(task="tabular_clf"), model__parameters=10)["model.parameters"].fact.value == 10


def test_the_family_is_a_name() -> None:
    """Parameters are assumed for neural networks only, by the family of the task."""
    assert _settled(_said(task="text_clf"))["model.parameters"].fact.value == 1.1e8
    assert not _settled(_said(task="tabular_clf"))["model.parameters"].fact.known
    assert names(_settled(_said(task="tabular_clf")), TASKS)["family"].value == "trees"
    assert not names(_settled(), TASKS)["family"].known


def test_skipped_stays_unknown() -> None:
    """An answer that someone left unknown stays so, whatever the default and whatever was found."""
    answers = _settled(_said(serving__load__peak=None, data__bytes=None), data__bytes=5)
    for id in ("serving.load.peak", "data.bytes"):
        assert answers[id].how == "answered"
        assert not answers[id].fact.known


def test_a_gap_keeps_its_reason() -> None:
    """What could not be detected is unknown with the reason, where there is no default."""
    found = {"data.bytes": Fact("data.bytes", None, "bytes", gap="no data folder")}
    assert settle(QUESTIONS, {}, found, TASKS)["data.bytes"].fact.gap == "no data folder"


def test_one_answer_a_question() -> None:
    """Each question has exactly one answer; facts about the machine are left to others."""
    answers = settle(
        QUESTIONS, {"machine.cpus": Fact("machine.cpus", 4)}, {"model.name": Fact("model.name", "x")}, TASKS
    )
    assert answers.keys() == BY_ID.keys()
    assert all(id == answer.fact.id for id, answer in answers.items())


RAW = {
    "task": st.sampled_from(["text_clf", "tabular_clf", "text_gen", "asr"]),
    "serving.latency": st.integers(1, 10_000),
    "serving.first_token": st.none() | st.integers(1, 1000),
    "data.bytes": st.integers(0, 10**12),
    "data.samples": st.none() | st.integers(0, 10**6),
    "model.parameters": st.integers(1, 10**10),
    "hardware.rent": st.booleans(),
    "data.hours": st.integers(0, 100),
}
GIVEN = st.fixed_dictionaries({}, optional=RAW)


@given(GIVEN, GIVEN, st.randoms(use_true_random=False))
def test_order_does_not_matter(answered: dict[str, object], found: dict[str, object], random: Random) -> None:
    """The same answers and evidence settle the same, in whatever order they came or the rows stand."""

    def facts(raw: dict[str, object], *, shuffle: bool) -> dict[str, Fact]:
        items = list(raw.items())
        if shuffle:
            random.shuffle(items)
        return {id: read_value(BY_ID[id], value) for id, value in items}

    rows: list[Question] = list(QUESTIONS)
    once = settle(rows, facts(answered, shuffle=False), facts(found, shuffle=False), TASKS)
    random.shuffle(rows)
    again = settle(rows, facts(answered, shuffle=True), facts(found, shuffle=True), TASKS)
    assert once == again


@given(GIVEN)
def test_answers_stand(raw: dict[str, object]) -> None:
    """Whatever was answered is what is settled, unchanged."""
    answered = {id: read_value(BY_ID[id], value) for id, value in raw.items()}
    settled = settle(QUESTIONS, answered, {}, TASKS)
    assert all(settled[id] == Answer(fact, "answered") for id, fact in answered.items())


def test_what_is_missing() -> None:
    """Only the task must be known; the refusal has a line to paste, and exit status 2."""
    assert [row.id for row in missing(QUESTIONS, _settled())] == ["task"]
    assert missing(QUESTIONS, _settled(task="text_clf")) == ()
    assert [row.id for row in missing(QUESTIONS, _settled(_said(task=None)))] == ["task"]
    error = refusal(missing(QUESTIONS, _settled()))
    assert error.exit_status == 2
    line = next(line for line in str(error).splitlines() if "--set" in line)
    setting = line.split("--set ")[1].split()[0]
    assert read_value(BY_ID["task"], setting.removeprefix("task=")).known
    assert "text_gen" in line


@pytest.mark.parametrize("task", TASKS)
def test_the_defaults_are_answers(task: str) -> None:
    """Every default is an answer that a person could have given."""
    for id, answer in _settled(_said(task=task)).items():
        if answer.fact.known:
            assert read_value(BY_ID[id], answer.fact.value).value == answer.fact.value
