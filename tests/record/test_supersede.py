"""An accepted record is superseded: the new one and the old one change together."""

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from record import samples

from advisor import atomic
from advisor.errors import BadInput
from advisor.record import Written, accept, listed, write

DAY = datetime.date(2026, 11, 24)
LATER = datetime.date(2026, 12, 1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one accepted record."""
    write(samples.text_service(), tmp_path, date=DAY)
    accept(tmp_path, 1)
    return tmp_path


def supersede(project: Path, number: int = 1, digest: str = "") -> Written:
    conclusion = samples.text_service()
    conclusion = replace(conclusion, digest=digest) if digest else conclusion
    return write(conclusion, project, date=LATER, superseding=number)


@pytest.mark.parametrize("digest", ["", "other"])
def test_both_records_change(project: Path, digest: str) -> None:
    """Whether the decision changed or not, a proposal is written, the old one names it, and it names the old one."""
    written = supersede(project, digest=digest)
    old, new = listed(project)
    assert (old.status, new.status, new.number, new.date) == ("superseded", "proposed", 2, "2026-12-01")
    assert new.keys["supersedes"] == "0001"
    assert 'status: "superseded by ADR-0002"' in old.path.read_text()
    assert f"* Status: superseded by [{new.path.stem}]({new.path.name})" in old.path.read_text()
    assert f"* Supersedes: [{old.path.stem}]({old.path.name})" in new.path.read_text()
    assert {old.path, new.path} < set(written.paths)
    accept(project, 2)
    assert [each.status for each in listed(project)] == ["superseded", "accepted"]


def test_an_open_proposal_is_the_successor(project: Path) -> None:
    """A proposal that is open already takes the place; no third record appears."""
    write(replace(samples.text_service(), digest="other"), project, date=DAY)
    supersede(project, digest="other")
    assert [each.status for each in listed(project)] == ["superseded", "proposed"]


def test_the_plan_goes_on_with_the_proposal(project: Path) -> None:
    """The next plan rewrites the proposal in place, and it still names what it supersedes."""
    supersede(project, digest="other")
    write(replace(samples.text_service(), digest="third"), project, date=LATER)
    old, new = listed(project)
    assert (old.status, new.status, new.digest) == ("superseded", "proposed", "third")


@pytest.mark.parametrize(("number", "word"), [(7, "no record 7"), (1, "proposed"), (2, "not written by advisor")])
def test_what_cannot_be_superseded(tmp_path: Path, number: int, word: str) -> None:
    """A record that is not there, a proposal, and another tool's record are refused, and nothing changes."""
    write(samples.text_service(), tmp_path, date=DAY)
    (tmp_path / "docs/decisions/0002-other.md").write_text("# 2. Other\n\n* Status: accepted\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(BadInput, match=word):
        supersede(tmp_path, number)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_both_or_neither(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses one of the files, all are as they were."""
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    real = atomic.os.replace
    calls = []

    def failing(source: object, target: object) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(atomic.os, "replace", failing)
    with pytest.raises(Exception, match="nothing was changed"):
        supersede(project)
    monkeypatch.undo()
    assert before == {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
