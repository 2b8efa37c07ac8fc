"""advisor.yaml as it is read: what it may say, and what is refused with its place."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from advisor.answers import load_questions
from advisor.errors import BadInput
from advisor.project import answers_file
from advisor.shelf import shelf

QUESTIONS = load_questions(shelf("questionnaires"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "advisor.yaml"


def _refused(file: Path, content: str | bytes) -> BadInput:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput) as caught:
        answers_file.read(file, QUESTIONS)
    assert caught.value.exit_status == 2
    assert caught.value.remedy
    assert caught.value.where.startswith(str(file))
    return caught.value


def test_no_file_means_no_answers(file: Path) -> None:
    """Where there is no file, or an empty one, nothing was answered."""
    assert answers_file.read(file, QUESTIONS) == {}
    for text in ("", "# only a comment\n", "schema: 1\n", "\ufeffschema: 1\n"):
        file.write_text(text, encoding="utf-8")
        assert answers_file.read(file, QUESTIONS) == {}


def test_what_may_stand_in_it(file: Path) -> None:
    """Plain values, `{value, unit}`, text with a unit, lists, null and facts about the machine are read."""
    file.write_text(
        "schema: 1\n"
        "task: text_clf  # mails\n"
        "data.may_leave: no\n"
        "hardware.spot: no\n"
        "serving.latency: {value: 50, unit: ms}\n"
        "train.deadline:\n  value: 3\n  unit: days\n"
        "data.bytes: 80 GB\n"
        "data.formats: [parquet, csv]\n"
        "data.sensitive: health\n"
        "serving.offline: true\n"
        "rules.explain: yes\n"
        "team: null\n"
        "serving.budget:\n"
        'purpose.goal: "sort: mails"\n'
        "machine.cpus: 8\n"
        "machine.cpu_flags: [avx2]\n",
        encoding="utf-8",
    )
    facts = answers_file.read(file, QUESTIONS)
    assert {id: fact.value for id, fact in facts.items()} == {
        "task": "text_clf",
        "data.may_leave": "no_never_leaves_device",
        "hardware.spot": "no",
        "serving.latency": 50,
        "train.deadline": 72,
        "data.bytes": 80_000_000_000,
        "data.formats": ("csv", "parquet"),
        "data.sensitive": ("health",),
        "serving.offline": True,
        "rules.explain": True,
        "team": None,
        "serving.budget": None,
        "purpose.goal": "sort: mails",
        "machine.cpus": 8,
        "machine.cpu_flags": ("avx2",),
    }
    assert {fact.provenance for fact in facts.values()} == {"answered"}
    assert facts["serving.latency"].unit == "ms"


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("schema: 1\ntaks: asr\n", "2:1", "did you mean task?"),
        ("latency: 5\n", "1:1", "did you mean serving.latency?"),
        ("machine.cpu: 4\n", "1:1", "did you mean machine.cpus?"),
        ("task: asr\n\ntask: tts\n", "3:1", "it stands in line 1 already"),
        ("task: text_clff\n", "1:7", "did you mean text_clf?"),
        ("task: [asr]\n", "1:7", "a list cannot be the answer"),
        ("task: {value: asr}\n", "1:7", "a group of keys cannot be the answer"),
        ("serving.offline: 5\n", "1:18", "neither yes nor no"),
        ("serving.latency: 5 GB\n", "1:18", "'GB' is not a unit of ms"),
        ("serving.latency: {value: 5, unit: GB}\n", "1:18", "'GB' is not a unit of ms"),
        ("serving.latency: {value: [5], unit: ms}\n", "1:26", "a single value is expected"),
        ("serving.latency: {value: 5, value: 6}\n", "1:29", "is given twice"),
        ("data.bytes: 1.000 GB\n", "1:13", "1.000 can be read as 1000 or as 1"),
        ("data.bytes: 1.000\n", "1:13", "1.000 can be read as 1000 or as 1"),
        ("data.formats: [csv, [parquet]]\n", "1:21", "a single value is expected"),
        ("data.formats: {csv: 1}\n", "1:15", "a group of keys cannot be the answer"),
        ("machine.cpus: 0\n", "1:15", "at least 1"),
        ("schema: 2\n", "1:9", "upgrade advisor"),
        ("schema: one\n", "1:9", "write schema: 1"),
        ("- task\n", "1:1", "`key: value` lines are expected"),
        ("only words\n", "1:1", "`key: value` lines are expected"),
        ("? [a, b]\n: 1\n", "1:3", "a key is one word"),
        ("task: asr\n--- \ntask: tts\n", "2:1", "not valid YAML"),
        ("task: [asr\n", "2:1", "not valid YAML"),
        ("task: asr\n\tteam: solo\n", "2:1", "spaces, not tabs"),
        ("purpose.goal: sort: mails\n", "1:19", "put quotes around"),
        ("<<<<<<< HEAD\ntask: asr\n=======\ntask: tts\n>>>>>>> x\n", "2:5", "conflict markers"),
        ("task: !!python/object:os.system asr\n", "1:7", "type tags"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "1:4", "anchors and aliases"),
        ("task: *nowhere\n", "1:7", "anchors and aliases"),
        ("a: " + "[" * 100_000, "1:1003", "nest"),
        ("a: " + "[" * 50 + "]" * 50 + "\n", "1:15", "nested too deeply"),
    ],
)
def test_refused_with_its_place(file: Path, text: str, place: str, says: str) -> None:
    """What cannot be read is refused with file, line and column, and what to do."""
    error = _refused(file, text)
    assert error.where == f"{file}:{place}"
    assert says in f"{error.what} | {error.remedy}"


def test_a_bomb_is_cheap(file: Path) -> None:
    """A billion laughs are refused at the first anchor, before anything grows."""
    lines = ["a0: &a0 [" + "x, " * 9 + "x]"]
    lines += [f"a{n}: &a{n} [" + f"*a{n - 1}, " * 9 + f"*a{n - 1}]" for n in range(1, 12)]
    assert "anchors and aliases" in _refused(file, "\n".join(lines)).what


@pytest.mark.parametrize(
    ("content", "place", "says"),
    [
        (b"\x7fELF\x02\x01\x01\x00\x00\x80", "", "binary"),
        (b"task: asr\nteam: caf\xe9\n", ":2", "not UTF-8 (byte 0xe9)"),
        ("task: asr\n".encode("utf-16"), ":1", "binary"),
        (b"task: asr\nteam: so\x07lo\n", ":2:9", "control character"),
        (b"#" * 1_000_001, "", "larger than 1 MB"),
    ],
)
def test_not_text(file: Path, content: bytes, place: str, says: str) -> None:
    """A binary file, another encoding, control characters and a huge file are refused, each by name."""
    error = _refused(file, content)
    assert error.where.startswith(f"{file}{place}")
    assert says in error.what


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    """A folder where the file should be is refused."""
    with pytest.raises(BadInput, match="not a file"):
        answers_file.read(tmp_path, QUESTIONS)


def test_a_link_that_leads_to_itself(file: Path) -> None:
    """A symbolic link that leads to itself, or nowhere, is refused rather than taken for no file."""
    file.symlink_to(file)
    with pytest.raises(BadInput, match="cannot be read"):
        answers_file.read(file, QUESTIONS)
    file.unlink()
    file.symlink_to("nowhere.yaml")
    with pytest.raises(BadInput, match="cannot be read: no such file"):
        answers_file.read(file, QUESTIONS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(file: Path) -> None:
    """A file that may not be read is refused with the reason."""
    file.write_text("task: asr\n", encoding="utf-8")
    file.chmod(0)
    with pytest.raises(BadInput, match="permission denied"):
        answers_file.read(file, QUESTIONS)


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbftask: asr\n")
@example(b"%YAML 1.3\n---\ntask: asr\n")
@example(b"task: !<tag:x> asr\n")
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever bytes stand in the file, it is read or refused, never another error."""
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content)
    try:
        read = answers_file.read(file, QUESTIONS)
    except BadInput as error:
        read = None
        where = error.where
        assert where.startswith(str(file))
    assert read is None or all(id for id in read)
