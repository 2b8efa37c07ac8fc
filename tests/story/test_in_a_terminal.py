"""The real `advisor plan` in a real terminal."""

import os
import re
import sys
from pathlib import Path

import pexpect
import pytest
from story.story_world import ROOT, copied

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = copied("breast-mass-triage", tmp_path)
    (made / "advisor.yaml").unlink()
    return made


def start(project: Path, *words: str, columns: int = 100) -> pexpect.spawn:
    environ = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR")}
    return pexpect.spawn(
        sys.executable,
        ["-m", "advisor", "plan", str(project), "--no-bench", "--as-of", "2026-11-25", *words],
        env={**environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        dimensions=(50, columns),
        encoding="utf-8",
        timeout=60,
    )


def test_the_machine_and_a_recommendation_come_before_the_first_question(project: Path) -> None:
    """Before anything is asked, the machine, the project and where things stand are on the screen."""
    child = start(project)
    child.expect(r"1 of ~\d+")
    before = CONTROL.sub("", child.before)
    assert re.search(r"Machine +\d", before)
    assert "Project" in before
    assert "So far" in before
    child.sendline("quit")
    child.expect(pexpect.EOF)


def test_quit_saves_and_resume_goes_on(project: Path) -> None:
    """An answer is on disk before the next question; `--resume` does not ask it again."""
    child = start(project)
    child.expect(r"1 of ~\d+.*> ?$")
    child.sendline("2")
    child.expect(r"2 of ~\d+")
    answered = (project / "advisor.yaml").read_text()
    first = answered.split("schema: 1", 1)[1].strip().split(":")[0]
    child.sendline("quit")
    child.expect("--resume")
    child.expect(pexpect.EOF)
    again = start(project, "--resume")
    again.expect(r"1 of ~\d+")
    again.sendline("quit")
    again.expect(pexpect.EOF)
    assert first in answered
    assert (project / "advisor.yaml").read_text() == answered


def test_ctrl_c_ends_with_130_and_says_how_to_go_on(project: Path) -> None:
    """Ctrl-C at a prompt loses at most the line being typed."""
    child = start(project)
    child.expect(r"1 of ~\d+.*> ?$")
    child.sendintr()
    child.expect("--resume")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_enter_all_the_way_gives_a_record(project: Path) -> None:
    """Taking every default answers every question and ends with a record on disk."""
    child = start(project, columns=60)
    for _ in range(40):
        found = child.expect([r"\d+ of ~\d+.*> ?$", r"Read it:"])
        if found == 1:
            break
        child.sendline("")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert list((project / "docs" / "decisions").glob("0001-*.md"))
