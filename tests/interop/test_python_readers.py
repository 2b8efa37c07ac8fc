"""The record is accepted by the Python tools that read decision records."""

import datetime
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from record import samples

from advisor.record import accept, deprecate, index, listed, reject, write

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


def viewed(folder: Path) -> dict[str, str]:
    """The status that adr-viewer gives each record of a folder, by title."""
    from adr_viewer.parse import parse_adr_files

    return {each.title: each.status for each in parse_adr_files(f"{folder}/[0-9]*.md")}


@pytest.mark.filterwarnings("ignore:Access to deprecated property:DeprecationWarning")  # of the reader itself
def test_adr_viewer_shows_every_state(tmp_path: Path) -> None:
    """adr-viewer shows a proposal as pending, then accepted, then superseded; states it has not are unknown to it."""
    first, second = samples.text_service(), replace(samples.text_service(), digest="other", title="Rent an H100")
    folder = tmp_path / "docs/decisions"
    write(first, tmp_path, date=DAY)
    assert viewed(folder) == {first.title: "pending"}
    accept(tmp_path, 1)
    assert viewed(folder) == {first.title: "accepted"}
    write(second, tmp_path, date=DAY)
    accept(tmp_path, 2)
    assert viewed(folder) == {first.title: "superseded", second.title: "accepted"}
    deprecate(tmp_path, 2)
    assert viewed(folder)[second.title] == "unknown"
    write(replace(second, digest="third", title="Buy one"), tmp_path, date=DAY)
    reject(tmp_path, 3)
    assert viewed(folder)["Buy one"] == "unknown"


@pytest.mark.filterwarnings("ignore:Access to deprecated property:DeprecationWarning")
def test_adr_viewer_shows_what_is_replaced_in_part(tmp_path: Path) -> None:
    """A record of the whole is amended while some of its decisions have records of their own, superseded when all do;
    pyadr finds each of the files in order."""
    whole = samples.tabular_library()
    write(whole, tmp_path, date=DAY)
    accept(tmp_path, 1)
    write(whole, tmp_path, date=DAY, split=True)
    parts = [each.number for each in listed(tmp_path) if each.number != 1]
    for number in parts:
        assert number is not None
        accept(tmp_path, number)
        state = viewed(tmp_path / "docs/decisions")[whole.title]
        assert state == ("superseded" if number == parts[-1] else "amended")
    (tmp_path / ".adr").write_text("[adr]\nrecords-dir = docs/decisions\n", encoding="utf-8")
    ran = run("pyadr", "check-adr-repo", "--no-proposed", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_adr_viewer_draws_the_page(project: Path) -> None:
    """Its command writes a page with the record under its title, the picture and the status among the rest."""
    (record,) = listed(project)
    ran = run("adr-viewer", "--adr-path", "docs/decisions", "--output", "page.html", cwd=project)
    assert (ran.returncode, ran.stdout) == (0, "")
    page = (project / "page.html").read_text(encoding="utf-8")
    assert "adr-pending" in page
    assert "<h2>Decision Outcome</h2>" in page
    assert record.title.replace("&", "&amp;") in page


def test_backstage_community_plugin_reads_madr(project: Path) -> None:
    """What @backstage-community/plugin-adr-common makes of a record, by the rules of its source.

    The package cannot be had here, so its rules (src/search.ts, 2026) are said again: front matter between dashes at
    the very start, YAML in which only an ISO date is more than JSON knows, the first heading of the first level as the
    title, `NNNN-` names. The package that it grew from is run for real in test_node_readers.py.
    """
    record = listed(project)[0]
    text = record.path.read_text(encoding="utf-8")
    matched = re.match(r"---\r?\n((?:.*\r?\n)*?)---\r?\n?([\s\S]*)$", text)
    assert matched is not None
    front = yaml.safe_load(matched[1])
    assert (front["status"], front["date"]) == ("proposed", DAY)
    tokens = MarkdownIt().parse(matched[2])
    assert [token.tag for token in tokens[:1]] == ["h1"]
    assert "".join(child.content for child in tokens[1].children or []) == record.title
    assert re.match(r"^(?:.*/)?\d{4}-.+\.md$", record.path.as_posix())
