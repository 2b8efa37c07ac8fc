"""--fix: what is safe is mended, shown first, and nothing else in the file changes."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAD = "num_train_epochs: 3\nper_device_train_batch_size: 8\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "advisor", "check", *arguments], cwd=folder, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("learning_rate: 1e-4   # keep\n", "learning_rate: 1.0e-4   # keep\n"),
        ("learning_rate:  5E5\n", "learning_rate:  5.0e+5\n"),
        ("eval_strategy: no\n", 'eval_strategy: "no"\n'),
        ("# advisor: ignore[ADV030] old\nlearning_rate: 0.001\n", "learning_rate: 0.001\n"),
        ("warmup_ratio: 0.1  # advisor: ignore[ADV007] old\n", "warmup_ratio: 0.1\n"),
        ("learning_rate: 1e-4\r\nwarmup_ratio: 0.1\r\n", "learning_rate: 1.0e-4\r\nwarmup_ratio: 0.1\r\n"),
        ("learning_rate: 1e-4", "learning_rate: 1.0e-4"),
    ],
)
def test_what_is_mended(tmp_path: Path, before: str, after: str) -> None:
    """Numbers that YAML takes for text, a bare no, and useless comments; every other byte stays."""
    file = tmp_path / "t.yaml"
    file.write_bytes((HEAD + before).encode())
    ran = run(tmp_path, "--fix", "--select", "ADV007,ADV030,ADV055")
    assert file.read_bytes().decode() == HEAD + after
    assert "mended 1 file" in ran.stderr
    assert any(line.startswith("-") and not line.startswith("---") for line in ran.stderr.splitlines())
    assert run(tmp_path, "--fix").stderr == ""


@pytest.mark.parametrize(
    "text",
    [
        "fp16: 'false'\n",
        "evaluation_strategy: epoch\n",
        "fp16: true\nbf16: true\n",
        "learning_rate: '1e-4'\n",
        "save_strategy: 'no'\n",
        "save_strategy: 'no'  # advisor: ignore[ADV034]\n",
        "max_steps: 2.5\n",
    ],
)
def test_what_somebody_has_to_decide_is_left(tmp_path: Path, text: str) -> None:
    """Where the text does not say what was meant, or a version decides, nothing is changed."""
    file = tmp_path / "t.yaml"
    file.write_text(HEAD + text)
    ran = run(tmp_path, "--fix", "--severity", "note")
    assert file.read_text() == HEAD + text
    assert ran.stderr == ""
    assert "ADV" in ran.stdout


def test_json_is_left_alone(tmp_path: Path) -> None:
    """A number in quotes in JSON is told, not changed."""
    (tmp_path / "d.json").write_text('{"zero_optimization": {}, "train_batch_size": "8"}')
    assert run(tmp_path, "--fix").returncode == 1
    assert '"8"' in (tmp_path / "d.json").read_text()


def test_without_fix_nothing_is_written(tmp_path: Path) -> None:
    """The check alone never writes."""
    file = tmp_path / "t.yaml"
    file.write_text(HEAD + "learning_rate: 1e-4\n")
    stamp = file.stat().st_mtime_ns
    run(tmp_path)
    assert file.stat().st_mtime_ns == stamp


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """When the disk refuses, the file is as it was and the message says so."""
    file = tmp_path / "t.yaml"
    file.write_text(HEAD + "learning_rate: 1e-4\n")
    command = f"ulimit -f 0; exec {sys.executable} -m advisor check --fix"
    ran = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ran.returncode in (3, 153)
    assert file.read_text() == HEAD + "learning_rate: 1e-4\n"
