"""advisor.lock: the same facts give the same bytes, and come back equal."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import BadInput
from advisor.figure import Fact, rounded
from advisor.project import lock
from advisor.values.facts import Device, Known, Machine, Rates

EXTRA = {"versions": {"advisor": "0.1.0", "catalog": "2026-11-24"}, "digest": "sha256:1a2b"}


def _known(**evidence: Fact) -> Known:
    machine = {
        "machine.cpus": Fact("machine.cpus", 16, source="cgroup quota"),
        "machine.memory": Fact("machine.memory", 126_701_535_232, "bytes", source="cgroup limit"),
        "machine.disk_free": Fact("machine.disk_free", 5e11, "bytes", source="statvfs"),
        "machine.cpu_flags": Fact("machine.cpu_flags", ("avx2", "amx_bf16"), source="/proc/cpuinfo"),
        "machine.gpu_driver": Fact("machine.gpu_driver", None, gap="no driver"),
    }
    rate = Fact("rate.cpu.stream", 31_234_567_890.0, "bytes/s", 3.0e10, 3.2e10, source="measured")
    return Known(
        project="tickets",
        answered={"task": Fact("task", "text_clf", provenance="answered")},
        evidence=evidence or {"data.bytes": Fact("data.bytes", 182_345_678, "bytes", source="data/")},
        machine=Machine(machine, (Device(0, "NVIDIA A100-SXM4-80GB", "a100-sxm-80gb", 85_899_345_920.0, "8.0"),)),
        rates=Rates({rate.id: rate}, "4c1f"),
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "advisor.lock"


def test_written_and_read(file: Path) -> None:
    """What is written is read back: machine, devices, rates, evidence, versions and digest."""
    file.write_text(lock.text_of(_known(), EXTRA), encoding="utf-8")
    read = lock.read(file)
    kept = lock.kept(_known())
    assert (read.machine, read.rates, read.evidence) == (kept.machine, kept.rates, kept.evidence)
    assert (read.versions, read.digest, read.project) == (EXTRA["versions"], EXTRA["digest"], "tickets")


def test_its_form(file: Path) -> None:
    """The lock is JSON with sorted keys, one space of indent and a newline at its end; answers are not in it."""
    file.write_text(lock.text_of(_known(), EXTRA), encoding="utf-8")
    text = file.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    assert "text_clf" not in text


def test_numbers(file: Path) -> None:
    """Measured numbers have four significant digits, counts stay exact, and what is free today is left out."""
    file.write_text(lock.text_of(_known(), EXTRA), encoding="utf-8")
    read = lock.read(file)
    assert read.rates.facts["rate.cpu.stream"].value == 3.123e10
    assert read.machine.devices[0].memory_bytes == 8.590e10
    assert read.machine.facts["machine.memory"].value == 126_701_535_232
    assert "machine.disk_free" not in file.read_text(encoding="utf-8")


def test_what_is_known_is_what_is_locked() -> None:
    """`kept` gives what the lock would give back, so that deciding before and after writing agrees."""
    kept = lock.kept(_known())
    assert lock.kept(kept) == kept
    assert kept.answered == _known().answered
    assert lock.text_of(kept, EXTRA) == lock.text_of(_known(), EXTRA)


def test_more_may_be_kept(file: Path) -> None:
    """Whatever else is given is kept beside the facts, its floats rounded too."""
    file.write_text(lock.text_of(_known(), {**EXTRA, "predictions": {"train.step": 0.612345}}), encoding="utf-8")
    assert lock.read(file).extra == {"predictions": {"train.step": 0.6123}}


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(-1e20, 1e20)
    | st.text(max_size=8)
    | st.lists(st.text(max_size=5), max_size=3).map(tuple)
)
BOUNDS = st.none() | st.floats(-1e20, 1e20)
NAMES = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=5)
PROVENANCES = st.sampled_from(["measured", "published", "datasheet", "answered", "assumed", "computed"])


@st.composite
def _facts(draw: st.DrawFn) -> dict[str, Fact]:
    texts = st.text(max_size=6)

    def fact(name: str) -> Fact:
        value = draw(VALUES)
        unit = "" if isinstance(value, bool | str | tuple) else draw(texts)
        return Fact(name, value, unit, draw(BOUNDS), draw(BOUNDS), draw(PROVENANCES), draw(texts), draw(texts))

    return {name: fact(name) for name in draw(st.lists(NAMES, max_size=4, unique=True))}


@settings(max_examples=50, deadline=None)
@given(_facts(), _facts(), _facts(), st.randoms(use_true_random=False))
def test_any_facts_come_back(
    tmp_path_factory: pytest.TempPathFactory, machine: Any, rates: Any, evidence: Any, random: Random
) -> None:
    """Any facts, in whatever order, give the same bytes and are read back as `kept` says."""

    def shuffled(facts: dict[str, Fact]) -> dict[str, Fact]:
        items = list(facts.items())
        random.shuffle(items)
        return dict(items)

    file = tmp_path_factory.getbasetemp() / "any.lock"
    known = Known("p", {}, evidence, Machine(machine), Rates(rates))
    again = Known("p", {}, shuffled(evidence), Machine(shuffled(machine)), Rates(shuffled(rates)))
    assert lock.text_of(known, EXTRA) == lock.text_of(again, EXTRA)
    file.write_text(lock.text_of(known, EXTRA), encoding="utf-8")
    read = lock.read(file)
    kept = lock.kept(known)
    assert (read.machine, read.rates, read.evidence) == (kept.machine, kept.rates, kept.evidence)
    for id, fact in evidence.items():
        value = read.evidence[id].value
        assert value == (rounded(fact.value) if isinstance(fact.value, float) else fact.value)
        assert type(value) is type(fact.value)


def _spoilt(file: Path, **changes: object) -> BadInput:
    """Writes a lock with some parts replaced (None: taken out), and returns the refusal."""
    content = json.loads(lock.text_of(_known(), EXTRA))
    for path, value in changes.items():
        *above, last = path.split("__")
        inner = content
        for name in above:
            inner = inner[name.replace("_", ".") if name.startswith("machine_") else name]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        lock.read(file)
    assert caught.value.where.startswith(str(file))
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"schema": 2}, "newer advisor (schema 2)"),
        ({"schema": "x"}, "not a lock of advisor"),
        ({"schema": None}, "not a lock of advisor"),
        ({"machine": None}, "machine is missing"),
        ({"machine": []}, "machine is not a group of keys"),
        ({"machine__devices": {}}, "machine.devices is not a list"),
        ({"machine__devices": [{}]}, "machine.devices[0] has no index"),
        ({"machine__devices": [{"index": "0", "name": "", "slug": "", "memory_bytes": 1}]}, "index has the wrong type"),
        ({"rates__fingerprint": 3}, "rates.fingerprint is not text"),
        ({"evidence": {"a": 3}}, "evidence.a is not a group of keys"),
        ({"evidence": {"a": {}}}, "evidence.a has no value"),
        ({"evidence": {"a": {"value": {}}}}, "evidence.a.value is neither"),
        ({"evidence": {"a": {"value": [1]}}}, "evidence.a.value is not text"),
        ({"evidence": {"a": {"value": 1, "low": "x"}}}, "evidence.a.low is not a number"),
        ({"evidence": {"a": {"value": 1, "provenance": "guess"}}}, "evidence.a.provenance is 'guess'"),
        ({"evidence": {"a": {"value": 1, "colour": "red"}}}, "unknown key colour"),
        ({"evidence": {"a": {"value": 1, "unit": 5}}}, "evidence.a.unit is not text"),
        ({"versions": {"advisor": 1}}, "versions.advisor is not text"),
        ({"digest": 7}, "digest is not text"),
    ],
)
def test_a_spoilt_lock(file: Path, changes: dict[str, object], says: str) -> None:
    """A lock of another shape is refused with the place in it and what to do."""
    assert says in _spoilt(file, **changes).what


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('{"schema": 1,\n "x": }', ":2:7", "not valid JSON"),
        ("", ":1:1", "not valid JSON"),
        ('{\n<<<<<<< HEAD\n "schema": 1\n', ":2:1", "conflict markers"),
        ("[]", ":1:1", "not a lock of advisor"),
        ('{"schema": 1, "schema": 1}', "", "schema is there twice"),
        ('{"schema": 1, "a": NaN}', "", "NaN is not a number"),
        ("[" * 100_000, "", "nested too deeply"),
        ("schema: 1\n", ":1:1", "not valid JSON"),
    ],
)
def test_a_broken_lock(file: Path, text: str, place: str, says: str) -> None:
    """Broken JSON is refused with line and column, and with what to do about it."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        lock.read(file)
    assert caught.value.where == f"{file}{place}"
    assert says in f"{caught.value.what} | {caught.value.remedy}"


def test_no_lock(file: Path) -> None:
    """A lock that is not there, and one that is a folder, are refused."""
    with pytest.raises(BadInput, match="cannot be read: no such file"):
        lock.read(file)
    with pytest.raises(BadInput, match="not a file"):
        lock.read(file.parent)


@given(st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)))
def test_any_json(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    """Whatever JSON stands in the file, it is read or refused, never another error."""
    file = tmp_path_factory.getbasetemp() / "foreign.lock"
    base = {**json.loads(lock.text_of(_known(), EXTRA)), "evidence": content, "versions": {}}
    file.write_text(json.dumps(base), encoding="utf-8")
    where = str(file)
    try:
        evidence = lock.read(file).evidence
    except BadInput as error:
        where, evidence = error.where, {}
    assert where == str(file)
    assert all(id == fact.id for id, fact in evidence.items())
