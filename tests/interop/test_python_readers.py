"""The record is accepted by the Python tools that read decision records."""

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from record import samples

from advisor.record import accept, index, listed, write

DAY = datetime.date(2026, 11, 24)


@pytest.fixture(params=list(samples.ALL))
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A project with one record."""
    write(samples.ALL[request.param](), tmp_path, date=DAY)
    return tmp_path


def run(program: str, *arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Runs a console program that is installed beside this Python."""
    command = [str(Path(sys.executable).parent / program), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_yamllint_on_the_front_matter(project: Path) -> None:
    """yamllint's default rules find nothing in the front matter."""
    text = listed(project)[0].path.read_text(encoding="utf-8")
    (project / "front.yaml").write_text(text.split("\n---\n", 1)[0] + "\n", encoding="utf-8")
    ran = run("yamllint", "--strict", "front.yaml", cwd=project)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_pyadr_checks_the_folder(project: Path) -> None:
    """`pyadr check-adr-repo` finds title, status, date and file name in order; once accepted, no proposal either."""
    (project / ".adr").write_text("[adr]\nrecords-dir = docs/decisions\n", encoding="utf-8")
    ran = run("pyadr", "check-adr-repo", cwd=project)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert run("pyadr", "check-adr-repo", "--no-proposed", cwd=project).returncode == 1
    accept(project, 1)
    assert run("pyadr", "check-adr-repo", "--no-proposed", cwd=project).returncode == 0


def test_pyadr_takes_an_index_and_a_superseded_record(tmp_path: Path) -> None:
    """The check of the folder still passes beside an index, with a record that another superseded."""
    write(samples.text_service(), tmp_path, date=DAY)
    accept(tmp_path, 1)
    write(samples.text_service(), tmp_path, date=DAY, superseding=1)
    accept(tmp_path, 2)
    index(tmp_path)
    (tmp_path / ".adr").write_text("[adr]\nrecords-dir = docs/decisions\n", encoding="utf-8")
    ran = run("pyadr", "check-adr-repo", "--no-proposed", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_mkdocs_summary_reads_madr_4(project: Path) -> None:
    """The parser of mkdocs-macros-adr-summary finds number, title, status and date."""
    from mkdocs_macros_adr_summary.parser.madr4 import MADR4Parser

    record = listed(project)[0]
    seen = MADR4Parser.parse(record.path, project)
    assert (seen.document_id, seen.title, seen.status) == (1, record.title, "Proposed")
    assert seen.date == DAY
