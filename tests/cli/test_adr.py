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
    """An accepted record says so in front matter, header list and section, and cannot be accepted twice."""
    ran = advisor("accept", "4", cwd=project)
    path = next(project.rglob("0004-*.md"))
    assert ran.returncode == 0
    assert ran.stderr.endswith("Record 4 is accepted.\n")
    assert ran.stdout.strip().endswith(path.name)
    text = path.read_text(encoding="utf-8")
    assert 'status: "accepted"\n' in text
    assert "* Status: accepted\n" in text
    assert "## Status\n\nAccepted\n" in text
    assert "proposed" not in text
    again = advisor("accept", "4", cwd=project)
    assert again.returncode == 2
    assert "record 4 is accepted, not proposed" in again.stderr
    assert read(path).status == "accepted"


def test_reject_and_deprecate(project: Path) -> None:
    """A proposal is rejected, an accepted record deprecated, each in every place; the other way round is refused."""
    path = next(project.rglob("0004-*.md"))
    proposed = path.read_text(encoding="utf-8")
    refused = advisor("deprecate", "4", cwd=project)
    assert refused.returncode == 2
    assert "record 4 is proposed, not accepted" in refused.stderr
    assert advisor("reject", "4", cwd=project).stderr == "Record 4 is rejected.\n"
    text = path.read_text(encoding="utf-8")
    assert 'status: "rejected"\n' in text
    assert "* Status: rejected\n" in text
    assert "## Status\n\nRejected\n" in text
    path.write_text(proposed, encoding="utf-8")
    advisor("accept", "4", cwd=project)
    assert advisor("deprecate", "4", cwd=project).stderr == "Record 4 is deprecated.\n"
    assert "## Status\n\nDeprecated\n" in path.read_text(encoding="utf-8")
    assert "only a proposal can be rejected" in advisor("reject", "4", cwd=project).stderr


def test_accept_says_what_is_gone(project: Path) -> None:
    """Without its evidence or the lock a record can be accepted, and what that costs is said with a remedy."""
    next(project.rglob("0004-*.json")).unlink()
    ran = advisor("accept", "4", cwd=project)
    assert ran.returncode == 0
    assert "docs/evidence/0004-train-boosted-trees" in ran.stderr
    assert ".json: the evidence of this record is gone\n  advisor plan writes it again" in ran.stderr
    assert "advisor.lock: without it advisor check cannot derive the decision again" in ran.stderr


DAMAGES = [
    ("status: banana", "its status is 'banana'", ":2:1"),
    ('status: "accepted"', "its status is accepted in line 2 and proposed here", ":26:1"),
    ('<<<<<<< HEAD\nstatus: "proposed"\n=======\nstatus: "accepted"\n>>>>>>> x', "conflict markers", ":2:1"),
]


@pytest.mark.parametrize(("line", "says", "at"), DAMAGES)
def test_a_damaged_record_is_named(project: Path, line: str, says: str, at: str) -> None:
    """A status that is none, two that disagree and what a merge left: told by each command, and nothing is changed."""
    path = next(project.rglob("0004-*.md"))
    path.write_text(path.read_text(encoding="utf-8").replace('status: "proposed"', line, 1), encoding="utf-8")
    before = path.read_bytes()
    for command in (["list"], ["index"], ["show", "4"]):
        ran = advisor(*command, cwd=project)
        assert ran.returncode == 0
        assert says in ran.stderr
        assert f"{path.relative_to(project)}{at}: " in ran.stderr
    for command in (["accept", "4"], ["reject", "4"], ["deprecate", "4"], ["supersede", "4"]):
        ran = advisor(*command, cwd=project)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert says in ran.stderr
        assert "Traceback" not in ran.stderr
    assert path.read_bytes() == before


def test_two_records_with_one_number(project: Path) -> None:
    """What two branches leave is named by the list and by the index."""
    (project / "docs/decisions/0004-other.md").write_text("# 4. Other\n", encoding="utf-8")
    for command in ("list", "index"):
        ran = advisor(command, cwd=project)
        assert ran.returncode == 0
        assert "have the same number\n  rename one of them" in ran.stderr


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
