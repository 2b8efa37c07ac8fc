"""`advisor adr` as a person and a program use it: processes and a real terminal."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from record import samples

from advisor.record import read, write

ADVISOR = str(Path(sys.executable).parent / "advisor")


def advisor(*arguments: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    command = [ADVISOR, "adr", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a proposed record of ours and an accepted one of another tool."""
    decisions = tmp_path / "docs/decisions"
    decisions.mkdir(parents=True)
    (decisions / "0003-use-postgres.md").write_text("# 3. Use Postgres\n\n## Status\n\nAccepted\n", encoding="utf-8")
    write(samples.tabular_library(), tmp_path, date=datetime.date(2026, 11, 24))
    return tmp_path


def test_list_names_every_record(project: Path) -> None:
    """One line a record: number, status, date, title; other tools' records are there too."""
    ran = advisor("list", cwd=project)
    assert ran.returncode == 0
    assert [line.split() for line in ran.stdout.splitlines()] == [
        ["0003", "accepted", "Use", "Postgres"],
        ["0004", "proposed", "2026-11-24", *samples.tabular_library().title.split()],
    ]


def test_list_for_programs(project: Path) -> None:
    """`--json` is one document on stdout, with the digest of the decision."""
    records = json.loads(advisor("list", project, "--json", cwd=project.parent).stdout)["records"]
    assert [(each["number"], each["ours"]) for each in records] == [(3, False), (4, True)]
    assert records[1]["digest"] == samples.tabular_library().digest


def test_nothing_to_list(tmp_path: Path) -> None:
    """A project without records: nothing on stdout, and how to get the first."""
    ran = advisor("list", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "advisor plan" in ran.stderr
    assert advisor("list", "--json", cwd=tmp_path).stdout == '{\n  "records": [],\n  "schema": 1\n}\n'


def test_show_gives_the_file_to_a_pipe(project: Path) -> None:
    """Where no terminal is, `show` prints the very bytes of the record."""
    ran = advisor("show", "4", cwd=project)
    assert ran.stdout == next(project.rglob("0004-*.md")).read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", [40, 100])
def test_show_draws_a_page_on_a_terminal(project: Path, columns: int) -> None:
    """On a terminal the record is a page without front matter or marks; `--plain` gives the text."""
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": str(columns)}
    child = pexpect.spawn(
        ADVISOR, ["adr", "show", "4"], cwd=str(project), env=environment, dimensions=(50, columns), encoding="utf-8"
    )
    page = child.read()
    child.close()
    assert child.exitstatus == 0
    assert "advisor:begin" not in page
    assert "x-advisor" not in page
    assert "flowchart" not in page
    assert "Decision Outcome" in page
    plain = pexpect.run(f"{ADVISOR} adr show 4 --plain", cwd=str(project), encoding="utf-8")
    assert "## Decision Outcome" in plain


def test_accept_changes_the_status_everywhere(project: Path) -> None:
    """An accepted record says so in its front matter and in its header list, and cannot be accepted twice."""
    ran = advisor("accept", "4", cwd=project)
    path = next(project.rglob("0004-*.md"))
    assert (ran.returncode, ran.stderr) == (0, "Record 4 is accepted.\n")
    assert ran.stdout.strip().endswith(path.name)
    text = path.read_text(encoding="utf-8")
    assert 'status: "accepted"\n' in text
    assert "* Status: accepted\n" in text
    assert "proposed" not in text
    again = advisor("accept", "4", cwd=project)
    assert again.returncode == 2
    assert "record 4 is accepted, not proposed" in again.stderr
    assert read(path).status == "accepted"


@pytest.mark.parametrize(
    ("arguments", "says", "advises"),
    [
        (["accept", "3"], "record 3 was not written by advisor", "by hand"),
        (["accept", "9"], "there is no record 9", "records there: 3, 4"),
        (["show", "9"], "there is no record 9", "records there: 3, 4"),
        (["list", "nowhere"], "there is no such folder", "name the folder"),
        (["show", "four"], "valid integer", "number"),
    ],
)
def test_wrong_use_is_told(project: Path, arguments: list[str], says: str, advises: str) -> None:
    """What cannot be done ends with status 2, one message and a remedy; no file changes."""
    before = {path: path.read_bytes() for path in project.rglob("*.md")}
    ran = advisor(*arguments, cwd=project)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert advises in ran.stderr
    assert "Traceback" not in ran.stderr
    assert {path: path.read_bytes() for path in project.rglob("*.md")} == before


def test_a_project_without_records_is_told_how_to_begin(tmp_path: Path) -> None:
    """Asked for a record where there is none at all, the remedy is the command that writes the first."""
    ran = advisor("show", "1", cwd=tmp_path)
    assert ran.returncode == 2
    assert "there is no record 1\n  `advisor plan` writes the first" in ran.stderr
