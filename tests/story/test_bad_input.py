"""Bad input gives one clear message with place and remedy, the right exit status, and loses nothing."""

import json
import os
import struct
from pathlib import Path

import pytest
from story.story_world import advisor, copied, files, plan


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copied("breast-mass-triage", tmp_path)


def refused(done: object, *words: str, status: int = 2) -> None:
    text = done.stderr  # type: ignore[attr-defined]
    assert done.returncode == status, text  # type: ignore[attr-defined]
    assert "Traceback" not in text
    assert "bug in advisor" not in text
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("serving.latncy=50", ("serving.latncy", "serving.latency")),
        ("serving.latency=fast", ("fast", "number")),
        ("serving.latency=50 parsecs", ("parsecs", "ms")),
        ("train.runs=1.000", ("1000", "1")),
        ("serving.caller=pyton", ("pyton", "python")),
        ("serving.latency", ("KEY=VALUE",)),
    ],
)
def test_a_setting_that_cannot_be_read(project: Path, setting: str, words: tuple[str, ...]) -> None:
    """Unknown key, wrong type or unit, ambiguous number: what was typed, and what was probably meant."""
    before = files(project)
    refused(plan(project, "--set", setting), *words)
    assert files(project) == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schema: 1\nteam: solo\nteam: solo\n", ("advisor.yaml:3", "team")),
        ("schema: 1\nteam: [solo\n", ("advisor.yaml:",)),
        ("schema: 1\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", ("advisor.yaml:",)),
        ("schema: 1\nserving.latncy: 50\n", ("advisor.yaml:2", "serving.latency")),
        ("schema: 9\n", ("advisor.yaml:1",)),
    ],
)
def test_an_answers_file_that_cannot_be_read(project: Path, text: str, words: tuple[str, ...]) -> None:
    """Duplicate key, broken YAML, a bomb, an unknown key, another schema: file and line, and the file is kept."""
    (project / "advisor.yaml").write_text(text)
    refused(plan(project), *words)
    assert (project / "advisor.yaml").read_text() == text


def test_a_binary_answers_file(project: Path) -> None:
    """Bytes that are no text are refused with the file's name."""
    (project / "advisor.yaml").write_bytes(bytes(range(256)))
    refused(plan(project), "advisor.yaml")


def test_a_task_that_nobody_knows(tmp_path: Path) -> None:
    """Without a terminal and without a task the remedy is a line to paste."""
    refused(plan(tmp_path), "--set task=")


def test_a_truncated_safetensors_header(project: Path) -> None:
    """A header that promises more bytes than the file has names the file and says what to do."""
    (project / "model.safetensors").write_bytes(struct.pack("<Q", 4096) + b'{"w": ')
    refused(plan(project, "--model", str(project / "model.safetensors")), "model.safetensors")


def test_a_config_that_is_no_model(project: Path) -> None:
    """`--model` on a JSON file that describes no model says so."""
    (project / "config.json").write_text('{"port": 8080}')
    refused(plan(project, "--model", str(project / "config.json")), "config.json")


def test_hardware_that_does_not_exist(project: Path) -> None:
    """A misspelt accelerator is refused with the nearest names, never replaced in silence."""
    refused(plan(project, "--hardware", "8x H10"), "H10", "did you mean")


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    """A missing folder is named."""
    refused(plan(tmp_path / "nowhere"), "nowhere")


def test_a_symlink_loop_ends(project: Path) -> None:
    """A loop of links is walked once."""
    os.symlink(project, project / "data" / "loop")
    assert plan(project, "--dry-run").returncode == 0


def test_a_date_that_is_none(project: Path) -> None:
    """`--as-of` in another order is refused with the right one."""
    refused(advisor("plan", str(project), "--defaults", "--as-of", "25.11.2026"), "2026-11-25")


def test_a_terminal_of_forty_columns(project: Path) -> None:
    """Narrow and dumb terminals get the same words, wrapped, and no escape sequences."""
    done = plan(project, "--dry-run", "--plain", COLUMNS="40", TERM="dumb")
    assert done.returncode == 0
    assert "\x1b" not in done.stderr


def test_a_lock_that_is_broken(project: Path) -> None:
    """A damaged lock is named, with the way to make it anew."""
    (project / "advisor.lock").write_text('{"schema": 1,')
    refused(plan(project, "--hardware", ""), "advisor.lock", "--reprobe")


def test_a_choice_in_the_lock_that_is_gone(project: Path) -> None:
    """A lock of another version holds a task that this one does not know: file, line and remedy, and nothing lost."""
    assert plan(project).returncode == 0
    lock = project / "advisor.lock"
    kept = json.loads(lock.read_text())
    kept["evidence"]["task"] = {"value": "mind_reading", "provenance": "measured", "source": "requirements.txt"}
    lock.write_text(json.dumps(kept, indent=1, sort_keys=True))
    (project / "advisor.yaml").write_text("schema: 1\nteam: solo\n")
    before = lock.read_text()
    for command in (("plan", str(project), "--defaults", "--no-bench"), ("check", str(project))):
        done = advisor(*command)
        text = done.stderr + done.stdout
        assert "Traceback" not in text
        assert "bug in advisor" not in text
        assert "mind_reading" in text
        assert "advisor.lock:" in text
    assert lock.read_text() == before
