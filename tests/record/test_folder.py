"""Where records go and which number is free."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import BadInput
from advisor.record.folder import decisions_folder, evidence_folder, free_numbers, slug

SETTINGS = {
    ".adr-dir": "architecture/a\n",
    "adrs.toml": 'adr_dir = "architecture/b"\n',
    ".log4brains.yml": "project:\n  name: x\n  adrFolder: ./architecture/c\n",
}
FOLDERS = ("docs/decisions", "docs/adr", "doc/adr")


def test_order_of_detection(tmp_path: Path) -> None:
    """Settings of other tools come first, then the usual folders, each in its order; else docs/decisions."""
    for name, text in SETTINGS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
    for name, place in zip(SETTINGS, "abc", strict=True):
        assert decisions_folder(tmp_path) == tmp_path / "architecture" / place
        (tmp_path / name).unlink()
    for folder in FOLDERS:
        assert decisions_folder(tmp_path) == tmp_path / folder
        (tmp_path / folder).rmdir()
    assert decisions_folder(tmp_path) == tmp_path / "docs/decisions"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".adr-dir", b"a\0b"),
        (".adr-dir", b"\xff"),
        ("adrs.toml", b"[["),
        (".log4brains.yml", b"[["),
        (".log4brains.yml", b"project: 3"),
        (".log4brains.yml", b"name: x"),
    ],
)
def test_broken_setting_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    """A setting that cannot be read is an error with its place, not a reason to write elsewhere."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read") as raised:
        decisions_folder(tmp_path)
    assert raised.value.where == f"{tmp_path / name}:1:1"


@pytest.mark.parametrize(("name", "text"), [(".adr-dir", "\n"), ("adrs.toml", "other = 1\n")])
def test_setting_that_says_nothing(tmp_path: Path, name: str, text: str) -> None:
    """A setting that names no folder leaves the usual order."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert decisions_folder(tmp_path) == tmp_path / "docs/decisions"


@pytest.mark.parametrize("outside", ["../elsewhere", "/tmp"])
def test_a_folder_outside_the_project_is_refused(tmp_path: Path, outside: str) -> None:
    """A setting cannot send records out of the project."""
    (tmp_path / ".adr-dir").write_text(outside, encoding="utf-8")
    with pytest.raises(BadInput, match="outside the project"):
        decisions_folder(tmp_path)


def test_evidence_is_beside_the_records(tmp_path: Path) -> None:
    """Evidence is never in the folder of records, nor outside the project."""
    assert evidence_folder(tmp_path / "docs/decisions", tmp_path) == tmp_path / "docs/evidence"
    assert evidence_folder(tmp_path, tmp_path) == tmp_path / "evidence"


def _git(project: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(project), *who, *arguments], check=True, capture_output=True)


def test_numbers_taken_on_the_default_branch_are_skipped(tmp_path: Path) -> None:
    """A branch that lacks the newest records does not take their numbers a second time."""
    project = tmp_path / "repository" / "service"
    decisions = project / "docs/decisions"
    decisions.mkdir(parents=True)
    (decisions / "0001-a.md").touch()
    _git(project.parent, "init", "-q", "-b", "main")
    _git(project.parent, "add", ".")
    _git(project.parent, "commit", "-qm", "one")
    _git(project.parent, "branch", "feature")
    for number in (2, 3):
        (decisions / f"000{number}-ü.md").touch()
    _git(project.parent, "add", ".")
    _git(project.parent, "commit", "-qm", "two and three")
    _git(project.parent, "checkout", "-q", "feature")
    assert next(free_numbers(decisions, project)) == 4


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_numbers_taken_at_the_remote_are_skipped(tmp_path: Path, branch: str) -> None:
    """What others have merged and this clone has fetched counts, whatever the default branch is called."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    _git(origin, "init", "-q", "-b", branch)
    _committed(origin, "0001-a.md")
    subprocess.run(["git", "clone", "-q", str(origin), str(clone)], check=True, capture_output=True)
    _git(clone, "checkout", "-q", "-b", "feature")
    _committed(origin, "0002-b.md")
    decisions = clone / "docs/decisions"
    assert next(free_numbers(decisions, clone)) == 2, "not fetched yet"
    _git(clone, "fetch", "-q")
    assert next(free_numbers(decisions, clone)) == 3
    _git(clone, "checkout", "-q", branch)
    _committed(clone, "0003-c.md")
    _git(clone, "checkout", "-q", "feature")
    assert next(free_numbers(decisions, clone)) == 4, "merged here, not pushed yet"


def _committed(repository: Path, name: str) -> None:
    (repository / "docs/decisions").mkdir(parents=True, exist_ok=True)
    (repository / "docs/decisions" / name).touch()
    _git(repository, "add", ".")
    _git(repository, "commit", "-qm", name)


def test_numbers_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git is not installed the folder alone counts; gaps are not filled."""
    monkeypatch.setenv("PATH", "")
    assert next(free_numbers(tmp_path, tmp_path)) == 1
    for name in ("0002-b.md", "0007-c.md", "README.md", "0009-no-record.txt"):
        (tmp_path / name).touch()
    assert next(free_numbers(tmp_path, tmp_path)) == 8


@given(st.text())
def test_slug_is_a_file_name_everywhere(title: str) -> None:
    """Any title gives lower-case letters, digits and single dashes, never nothing, never too long."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(title))
    assert len(slug(title)) <= 120
