"""The record is accepted by markdownlint, adr-log, log4brains, Backstage and Mermaid."""

import datetime
import html
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from record import samples
from record.test_render import TOPOLOGIES, everywhere, page, with_topology

from advisor.record import accept, index, listed, write
from advisor.record.markdown import plain

DAY = datetime.date(2026, 11, 24)
HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "node_modules"
NASTY = 'a | b\n---\n# c <b>&lt; `d` [e](f) "g" http://h.i 1. *j* _k_ ```mermaid ;end %%{x}%% ~~l~~ m@n.o'
Node = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an accepted record that another supersedes, and a third in each state of the samples."""
    write(samples.text_service(), tmp_path, date=DAY)
    accept(tmp_path, 1)
    write(replace(samples.tabular_library(), digest="second"), tmp_path, date=DAY)
    accept(tmp_path, 2)
    write(everywhere(lambda place: f"{place} {NASTY}"), tmp_path, date=DAY)
    for number, name in enumerate(("infeasible", "bare"), start=4):
        write(samples.ALL[name](), tmp_path / name, date=DAY)
        (made,) = (tmp_path / name / "docs/decisions").iterdir()
        made.rename(tmp_path / f"docs/decisions/000{number}-{name}.md")
    return tmp_path


def test_markdownlint_finds_nothing(project: Path, node: Node) -> None:
    """markdownlint's default rules find nothing in any record."""
    ran = node(MODULES / "markdownlint-cli2/markdownlint-cli2-bin.mjs", "docs/**/*.md", cwd=project)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Linting: 5 file(s)" in ran.stdout


def test_adr_log_lists_every_title(project: Path, node: Node) -> None:
    """adr-log's index names each record with its title."""
    ran = node(MODULES / "adr-log/cli.js", "-d", "docs/decisions", cwd=project)
    entries = dict(re.findall(r"^\* \[ADR-(\d+)\]\([^)]*\) - (.*)$", ran.stdout, flags=re.M))
    headings = {
        f"{record.number:04d}": record.path.read_text(encoding="utf-8").splitlines()[record.lines["title"] - 1][2:]
        for record in listed(project)
    }
    assert entries == headings


def test_adr_log_and_ours_write_the_same_index(project: Path, node: Node) -> None:
    """adr-log changes nothing but the last line ends of our index, ours nothing of adr-log's; markdownlint agrees."""
    place, _ = index(project)
    ours = place.read_bytes()
    linted = node(MODULES / "markdownlint-cli2/markdownlint-cli2-bin.mjs", "docs/decisions/index.md", cwd=project)
    assert (linted.returncode, linted.stderr) == (0, "")
    ran = node(MODULES / "adr-log/cli.js", "-d", "docs/decisions", "-i", "docs/decisions/index.md", cwd=project)
    assert ran.returncode == 0, ran.stderr
    assert place.read_bytes().rstrip() == ours.rstrip()
    assert index(project) == (place, False)


def test_log4brains_reads_status_date_and_links(project: Path, node: Node) -> None:
    """log4brains finds title, status and date, and who superseded whom."""
    (project / ".log4brains.yml").write_text(
        "project:\n  name: x\n  tz: Etc/UTC\n  adrFolder: ./docs/decisions\n", encoding="utf-8"
    )
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments], cwd=project, check=True
        )
    ran = node(HERE / "log4brains_read.cjs", project)
    seen = {each["slug"]: each for each in json.loads(ran.stdout)}
    records = listed(project)
    assert len(records) == 5
    for record in records:
        read = seen[record.path.stem]
        assert (read["title"], read["status"], read["date"]) == (record.title, record.status, "2026-11-24")
    assert seen[records[0].path.stem]["supersededBy"] == records[1].path.stem


def test_backstage_reads_status_and_date(project: Path, node: Node) -> None:
    """Backstage lists each record by its file name, with the status and date of its front matter, and shows the rest.

    The plugin's last release under the name that it had first; the one that took its place is in
    test_python_readers.py. A date is shown in the zone of the machine, so the zone is fixed.
    """
    records = {str(record.path): record for record in listed(project)}
    ran = node(HERE / "backstage_read.cjs", *records, environment={"TZ": "UTC"})
    assert ran.returncode == 0, ran.stderr
    seen = {each["path"]: each for each in json.loads(ran.stdout)}
    assert seen.keys() == records.keys()
    for path, record in records.items():
        read = seen[path]
        status = read["status"].partition(" ")[0]
        assert (read["listed"], status, read["date"]) == (True, record.status, "2026-11-24")
        assert read["content"].startswith("# ")
        assert "x-advisor" not in read["content"]


def test_mermaid_parses_every_picture(tmp_path: Path, node: Node) -> None:
    """Mermaid reads the picture of every topology, and the labels say what was chosen."""
    pages = {option: page(with_topology(option)) for option in TOPOLOGIES}
    nasty = everywhere(lambda place: f"{place} {NASTY}")
    pages["nasty"] = page(nasty)
    for name, text in pages.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    ran = node(HERE / "mermaid_parse.mjs", *sorted(tmp_path.glob("*.md")))
    assert ran.returncode == 0, ran.stderr
    drawn = {Path(each["file"]).stem: each for each in map(json.loads, ran.stdout.splitlines())}
    assert drawn.keys() == pages.keys()
    assert "Trained: LoRA adapter" in drawn["on_device"]["labels"]
    assert any("who" in frame or "weights" in frame for frame in drawn["on_device"]["frames"])
    assert plain(f"chosen 0 {NASTY}") in [said(label) for label in drawn["nasty"]["labels"]]
    assert plain(f"Training: chosen 0 {NASTY}") in [said(frame) for frame in drawn["nasty"]["frames"]]


def said(label: str) -> str:
    """A label as Mermaid draws it: its parser holds entities in a notation of its own until then."""
    return html.unescape(label.replace("ﬂ°°", "&#").replace("ﬂ°", "&").replace("¶ß", ";"))
