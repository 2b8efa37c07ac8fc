"""A record, its lock, its evidence and the files it rests on: what comes apart is a finding."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "package-sections"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of an example with its record."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "project"))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "advisor", "check", "--severity", "note", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def found(folder: Path) -> list[tuple[str, str, str]]:
    """Rule, severity and file of each finding about records and their files."""
    ran = run(folder, "--json")
    assert ran.returncode in (0, 1, 4), ran.stderr
    findings = json.loads(ran.stdout)["findings"]
    return [
        (each["rule"], each["severity"], Path(each["path"]).suffix)
        for each in findings
        if each["rule"] in ("ADV008", "ADV058")
    ]


def _not_text(project: Path) -> None:
    next((project / "docs" / "decisions").glob("0001*.md")).write_bytes(b"\xff\xfe\x00bad")


def _lock_is_a_folder(project: Path) -> None:
    (project / "advisor.lock").unlink()
    (project / "advisor.lock").mkdir()


def _answers_are_a_folder(project: Path) -> None:
    (project / "advisor.yaml").unlink()
    (project / "advisor.yaml").mkdir()


def _task_lost(project: Path) -> None:
    (project / "advisor.yaml").write_text("schema: 1\ntask: null\n")


def _evidence_gone(project: Path) -> None:
    shutil.rmtree(project / "docs" / "evidence")


def _record_lost(project: Path) -> None:
    next((project / "docs" / "decisions").glob("0001*.md")).unlink()


def _model_gone(project: Path) -> None:
    shutil.rmtree(project / "model")


def _another_lock(project: Path) -> None:
    record = next((project / "docs" / "decisions").glob("0001*.md"))
    text = record.read_text(encoding="utf-8").replace('x-advisor-digest: "', 'x-advisor-digest: "0', 1)
    record.write_text(text, encoding="utf-8")


def _rewritten(project: Path, old: str, new: str) -> None:
    record = next((project / "docs" / "decisions").glob("0001*.md"))
    text = record.read_text(encoding="utf-8")
    assert old in text
    record.write_text(text.replace(old, new, 1), encoding="utf-8")


def _accepted_and_edited(project: Path) -> None:
    command = [sys.executable, "-m", "advisor", "adr", "accept", "1"]
    subprocess.run(command, cwd=project, check=True, capture_output=True, timeout=60)
    _rewritten(project, "<!-- advisor:end outcome -->", "and a word more\n\n<!-- advisor:end outcome -->")


def _no_status(project: Path) -> None:
    _rewritten(project, 'status: "proposed"', 'status: "banana"')


def _unmerged(project: Path) -> None:
    _rewritten(project, "<!-- advisor:begin outcome", "<<<<<<< HEAD\n<!-- advisor:begin outcome")


def _unknown_card(project: Path) -> None:
    lock = json.loads((project / "advisor.lock").read_text(encoding="utf-8"))
    lock["machine"]["devices"] = [{"index": 0, "name": "Zorg", "slug": "zorg-9000", "memory_bytes": 8e10}]
    (project / "advisor.lock").write_text(json.dumps(lock, indent=1, sort_keys=True))


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda _: None, []),
        (_no_status, [("ADV058", "error", ".md")]),
        (_unmerged, [("ADV058", "error", ".md")]),
        (_accepted_and_edited, [("ADV058", "warning", ".md")]),
        (_unknown_card, [("ADV058", "warning", ".lock")]),
        (_not_text, [("ADV058", "error", ".md")]),
        (_lock_is_a_folder, [("ADV008", "error", ".lock")]),
        (_answers_are_a_folder, [("ADV008", "error", ".yaml")]),
        (_task_lost, [("ADV008", "error", ".yaml")]),
        (_record_lost, [("ADV058", "warning", ".lock")]),
        (_evidence_gone, [("ADV058", "warning", ".md")]),
        (_model_gone, [("ADV058", "note", ".lock")]),
        (_another_lock, [("ADV058", "warning", ".md")]),
    ],
)
def test_what_came_apart(project: Path, spoil: Callable[[Path], object], expected: list[tuple[str, str, str]]) -> None:
    """A record that is unreadable, unmerged, of no status or edited after it was accepted, an accelerator that nobody
    knows, a lock that is a folder, numbers and files that are gone are found, each for itself."""
    spoil(project)
    assert found(project) == expected


def test_answers_without_a_decision(project: Path) -> None:
    """Answers without a lock are no error: nothing is decided yet, and that is said."""
    (project / "advisor.lock").unlink()
    ran = run(project)
    assert ran.returncode == 0
    assert "advisor.yaml: no advisor.lock beside it, so nothing is decided" in ran.stdout


def test_nothing_to_check(tmp_path: Path) -> None:
    """A folder without a record and without a configuration says so in one line on stderr, and passes."""
    (tmp_path / "notes.txt").write_text("nothing")
    ran = run(tmp_path)
    assert ran.returncode == 0
    assert ran.stderr.splitlines() == ["no configuration and no decision record here; advisor plan writes the first"]
    assert run(tmp_path, "--quiet").stderr == ""
