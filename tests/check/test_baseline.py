"""Findings that were there before: hidden by a baseline that knows them by path, not by line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BAD = '{{{}\n"train_batch_size": -1, "zero_optimization": {{"cpu_offload": true}}}}'


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "advisor", "check", *arguments], cwd=folder, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "ds.json").write_text(BAD.format(""))
    assert run(tmp_path, "--baseline", "base.json", "--update-baseline").returncode == 0
    return tmp_path


def test_what_was_there_is_hidden_and_what_is_new_is_not(project: Path) -> None:
    """Lines may move; another finding, or the same in another file, is new."""
    assert run(project).returncode == 1
    assert run(project, "--baseline", "base.json").returncode == 0
    (project / "a" / "ds.json").write_text(BAD.format("\n\n\n"))
    moved = run(project, "--baseline", "base.json")
    assert (moved.returncode, "in the baseline" in moved.stdout) == (0, True)
    (project / "b.json").write_text(BAD.format(""))
    new = json.loads(run(project, "--baseline", "base.json", "--json").stdout)
    assert {each["path"] for each in new["findings"]} == {"b.json"}


def test_it_counts(project: Path) -> None:
    """An entry hides as many findings as there were, from wherever the check is run."""
    assert run(project / "a", "--baseline", "../base.json").returncode == 0
    entries = json.loads((project / "base.json").read_text())["findings"]
    assert {(each["rule"], each["path"], each["at"], each["count"]) for each in entries} == {
        ("ADV007", "a/ds.json", "train_batch_size", 1),
        ("ADV044", "a/ds.json", "zero_optimization.cpu_offload", 1),
    }


def test_what_is_mended_is_told_and_taken_out(project: Path) -> None:
    """An entry that hides nothing any more is told; --update-baseline takes it out."""
    (project / "a" / "ds.json").write_text('{"zero_optimization": {"cpu_offload": true}}')
    assert "1 findings are gone" in run(project, "--baseline", "base.json").stderr
    run(project, "--baseline", "base.json", "--update-baseline")
    assert [each["rule"] for each in json.loads((project / "base.json").read_text())["findings"]] == ["ADV044"]


def test_pyproject_may_name_it(project: Path) -> None:
    """baseline in [tool.advisor] is a path from its folder."""
    (project / "pyproject.toml").write_text('[tool.advisor]\nbaseline = "base.json"\n')
    assert run(project).returncode == 0
    assert run(project / "a", "--update-baseline").returncode == 0


@pytest.mark.parametrize("text", [None, "", "[]", '{"schema": 2, "findings": []}', '{"schema": 1}', "[" * 9999, "\x00"])
def test_a_file_that_is_no_baseline(tmp_path: Path, text: str | None) -> None:
    """A missing or broken baseline is wrong usage, with how to make it; never a traceback."""
    if text is not None:
        (tmp_path / "b.json").write_text(text)
    ran = run(tmp_path, "--baseline", "b.json", str(tmp_path))
    assert ran.returncode == 2
    assert "b.json" in ran.stderr
    assert "bug" not in ran.stderr
    assert run(tmp_path, "--update-baseline").returncode == 2
