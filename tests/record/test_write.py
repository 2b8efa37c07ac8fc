"""Records on disk: proposed ones are rewritten, accepted ones are never touched, nothing is half-written."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from record import samples

from advisor.atomic import write_together
from advisor.errors import BadInput, Lacking
from advisor.record import accept, index, listed, read, write
from advisor.record.write import Written
from advisor.values.decision import Conclusion

DAY = date(2026, 11, 24)
LATER = date(2026, 12, 24)
STEM = "0001-fine-tune-with-lora-on-the-one-a100-in-house-serve-as-an-internal-service"
OTHER = replace(samples.text_service(), title="Rent an H100", digest="other-decision")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def planned(project: Path, conclusion: Conclusion | None = None, day: date = DAY) -> Written:
    return write(conclusion or samples.text_service(), project, date=day)


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_first_record_and_its_evidence(tmp_path: Path) -> None:
    """The first run writes docs/decisions/0001-title.md and, beside it, the evidence that it links to."""
    done = planned(tmp_path)
    assert list(tree(tmp_path)) == [f"docs/decisions/{STEM}.md", f"docs/evidence/{STEM}.json"]
    assert done.paths == (tmp_path / f"docs/decisions/{STEM}.md", tmp_path / f"docs/evidence/{STEM}.json")
    assert f"](../evidence/{STEM}.json)" in done.text
    assert json.loads(done.paths[1].read_text(encoding="utf-8"))["digest"] == samples.text_service().digest


def test_same_facts_change_no_byte(tmp_path: Path) -> None:
    """A month later, the same conclusion leaves every byte as it was, the date included."""
    planned(tmp_path)
    before = tree(tmp_path)
    assert planned(tmp_path, day=LATER).unchanged
    assert tree(tmp_path) == before


def test_proposal_is_rewritten_in_place(tmp_path: Path) -> None:
    """A changed decision takes the place of the proposal: same file, same number, new date."""
    planned(tmp_path)
    done = planned(tmp_path, OTHER, LATER)
    again = read(done.record)
    assert done.record.stem == STEM
    assert (again.number, again.title, again.date, again.digest) == (1, "Rent an H100", "2026-12-24", "other-decision")
    assert len(tree(tmp_path)) == 2


def test_prose_of_people_survives(tmp_path: Path) -> None:
    """Text between the generated parts and front-matter keys of their own survive any number of rewrites."""
    record = planned(tmp_path).record
    edited(record, "decision-makers: []", "decision-makers:\n  - Ana\n  - Rui")
    edited(
        record, "<!-- advisor:begin drivers", "We tried *this* before.\n\n    code | here\n\n<!-- advisor:begin drivers"
    )
    with record.open("a", encoding="utf-8") as file:
        file.write("\n## Minutes\n\n* Rui: yes\n")
    for conclusion in (OTHER, samples.text_service(), OTHER):
        text = planned(tmp_path, conclusion, LATER).text
        assert "decision-makers:\n  - Ana\n  - Rui\n" in text
        assert text.index("advisor:end context") < text.index("We tried *this*") < text.index("advisor:begin drivers")
        assert "\n\n    code | here\n\n" in text
        assert text.endswith("advisor:end more -->\n\n## Minutes\n\n* Rui: yes\n")
    before = tree(tmp_path)
    planned(tmp_path, OTHER, date(2027, 1, 1))
    assert tree(tmp_path) == before


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    """A record checked out with CRLF is not turned over by a run that changes nothing."""
    record = planned(tmp_path).record
    record.write_bytes(record.read_bytes().replace(b"\n", b"\r\n"))
    before = tree(tmp_path)
    assert planned(tmp_path, day=LATER).unchanged
    assert tree(tmp_path) == before
    planned(tmp_path, OTHER, LATER)
    assert b"\n" not in record.read_bytes().replace(b"\r\n", b"")


def test_edit_between_the_marks_is_reported(tmp_path: Path) -> None:
    """Somebody's edit of a generated part is replaced, and the caller is told which part it was."""
    edited(planned(tmp_path).record, "* must: the data stay", "* must: MY EDIT, the data stay")
    done = planned(tmp_path, day=LATER)
    assert done.replaced == ("drivers",)
    assert "MY EDIT" not in done.text


def test_lost_mark_stops_before_anything_is_lost(tmp_path: Path) -> None:
    """Without its end mark a generated part cannot be told from prose: nothing is written, the line is named."""
    record = planned(tmp_path).record
    edited(record, "<!-- advisor:end drivers -->", "my own thoughts")
    before = tree(tmp_path)
    with pytest.raises(BadInput, match="drivers") as raised:
        planned(tmp_path, OTHER)
    assert raised.value.where.startswith(f"{record}:")
    assert "advisor:end drivers" in raised.value.remedy
    assert tree(tmp_path) == before


def test_accepted_record_is_never_touched(tmp_path: Path) -> None:
    """The same decision leaves an accepted record alone; another becomes a proposal that supersedes it."""
    first = planned(tmp_path).record
    accept(tmp_path, 1)
    before = tree(tmp_path)
    assert planned(tmp_path, day=LATER).unchanged
    assert tree(tmp_path) == before
    second = planned(tmp_path, OTHER, LATER)
    assert second.record.name == "0002-rent-an-h100.md"
    assert f"* Supersedes: [{STEM}]({STEM}.md)" in second.text
    assert before.items() <= tree(tmp_path).items()
    assert planned(tmp_path, OTHER, date(2027, 1, 1)).unchanged
    accept(tmp_path, 2)
    assert [(record.number, record.status) for record in listed(tmp_path)] == [(1, "superseded"), (2, "accepted")]
    assert "* Status: superseded by [0002-rent-an-h100](0002-rent-an-h100.md)" in first.read_text(encoding="utf-8")


def test_an_accepted_record_is_called_by_its_title(tmp_path: Path) -> None:
    """A proposal keeps its name while it is rewritten; accepted, file and evidence take that of the title, and the
    list, the record before it and people's own links follow."""
    planned(tmp_path)
    accept(tmp_path, 1)
    planned(tmp_path, OTHER)
    write(OTHER, tmp_path, date=LATER, superseding=1)
    third = replace(OTHER, title="Buy an H100", digest="third")
    proposal = planned(tmp_path, third, LATER).record
    assert proposal.name == "0002-rent-an-h100.md"
    index(tmp_path)
    (tmp_path / "docs/decisions/notes.md").write_text(f"See [it]({proposal.name}).\n", encoding="utf-8")
    changed = accept(tmp_path, 2)
    name = "0002-buy-an-h100"
    assert {path.name for path in changed} == {f"{name}.md", f"{name}.json", f"{STEM}.md", "index.md", "notes.md"}
    there = tree(tmp_path)
    assert not [path for path in there if "rent" in path]
    assert not [path for path, content in there.items() if b"0002-rent" in content]
    old, new = listed(tmp_path)
    assert f"superseded by [{name}]({name}.md)" in old.path.read_text(encoding="utf-8")
    assert f"](../evidence/{name}.json)" in new.path.read_text(encoding="utf-8")
    assert planned(tmp_path, third, date(2027, 1, 1)).unchanged
    assert index(tmp_path)[1] is False


def test_a_rename_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a file cannot go, the record keeps its name and its status."""
    planned(tmp_path)
    planned(tmp_path, OTHER)
    before = tree(tmp_path)

    real = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if not missing_ok:
            raise PermissionError(13, "Permission denied")
        real(path, missing_ok=True)

    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(Lacking, match="nothing was changed"):
        accept(tmp_path, 1)
    monkeypatch.undo()
    assert tree(tmp_path) == before


def test_rejected_decision_is_not_proposed_again(tmp_path: Path) -> None:
    """Whoever rejected a decision is not asked the same again; another decision is proposed anew."""
    record = planned(tmp_path).record
    edited(record, 'status: "proposed"', 'status: "rejected"')
    assert planned(tmp_path, day=LATER).unchanged
    assert planned(tmp_path, OTHER, LATER).record.name == "0002-rent-an-h100.md"


def test_records_of_others_are_left_alone(tmp_path: Path) -> None:
    """Numbering goes on after records that other tools wrote, and those keep every byte."""
    decisions = tmp_path / "docs/decisions"
    decisions.mkdir(parents=True)
    foreign = decisions / "0041-use-postgres.md"
    foreign.write_text("# 41. Use Postgres\n\nDate: 2020-01-02\n\n## Status\n\nProposed\n", encoding="utf-8")
    (decisions / "0007-no-text.md").write_bytes(b"\xff\x00")
    before = tree(tmp_path)
    assert planned(tmp_path).record.name.startswith("0042-")
    assert before.items() <= tree(tmp_path).items()
    assert [(each.number, each.ours) for each in listed(tmp_path)] == [(7, False), (41, False), (42, True)]


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    """A dry run tells what would be written, and writes none of it."""
    done = write(samples.text_service(), tmp_path, date=DAY, dry_run=True)
    assert len(done.paths) == 2
    assert done.text.startswith("---\n")
    assert not list(tmp_path.iterdir())


def test_out_takes_the_place_of_the_project(tmp_path: Path) -> None:
    """With `out` everything lands there, and the project keeps as it was."""
    (tmp_path / "project").mkdir()
    write(samples.text_service(), tmp_path / "project", out=tmp_path / "elsewhere", date=DAY)
    assert not list((tmp_path / "project").iterdir())
    assert len(tree(tmp_path / "elsewhere")) == 2


@pytest.mark.parametrize("blocked", ["docs", "docs/evidence", "docs/decisions"])
def test_a_file_in_the_way(tmp_path: Path, blocked: str) -> None:
    """A file where a folder has to be: one message with the place, and nothing is left behind."""
    (tmp_path / blocked).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / blocked).write_text("mine", encoding="utf-8")
    before = tree(tmp_path)
    with pytest.raises(Lacking) as raised:
        planned(tmp_path)
    assert blocked in raised.value.where
    assert "move it away" in raised.value.remedy
    assert tree(tmp_path) == before


def test_both_or_neither(tmp_path: Path) -> None:
    """When the second file cannot take its place, the first gets its old content back, or goes again."""
    (tmp_path / "old").write_text("before", encoding="utf-8")
    (tmp_path / "blocked" / "inside").mkdir(parents=True)
    before = tree(tmp_path)
    with pytest.raises(Lacking, match="nothing was changed"):
        write_together({tmp_path / "old": b"after", tmp_path / "new": b"new", tmp_path / "blocked": b"x"})
    assert tree(tmp_path) == before


def test_a_link_and_its_rights_stay(tmp_path: Path) -> None:
    """A file reached through a link is rewritten where it is, with the rights that it had."""
    (tmp_path / "real").write_text("before", encoding="utf-8")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    write_together({tmp_path / "link": b"after"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"after"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640


def _few_bytes_allowed() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """When the system takes no more bytes: a message, status of a lacking environment, and the old files whole."""
    done = planned(tmp_path)
    before = tree(tmp_path)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from record.test_write import *\n"
        "try: planned(Path(sys.argv[2]), OTHER)\n"
        "except Lacking as error: print(error); sys.exit(error.exit_status)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parents[1]), str(tmp_path)],
        capture_output=True,
        text=True,
        preexec_fn=_few_bytes_allowed,
        check=False,
    )
    assert ran.returncode == 3, ran.stderr
    assert "nothing was changed" in ran.stdout
    assert done.record.exists()
    assert tree(tmp_path) == before


def test_stopped_in_the_middle(tmp_path: Path) -> None:
    """SIGTERM at any moment leaves a whole record with the evidence that belongs to it, and no drafts."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from record.test_write import *\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    planned(Path(sys.argv[2]), OTHER); planned(Path(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parents[1]), str(tmp_path)]
    for wait_s in (0.05, 0.11, 0.23):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(wait_s)
            os.kill(child.pid, signal.SIGTERM)
            assert child.wait(timeout=30) == -signal.SIGTERM
        files = tree(tmp_path)
        if not files:
            continue
        assert len(files) == 2
        evidence, record = (files[name] for name in sorted(files, reverse=True))
        assert json.loads(evidence)["digest"] == read(next(tmp_path.rglob("*.md"))).digest
        assert record.endswith(b"<!-- advisor:end more -->\n")
