"""Folders that loop, disks that fill up, machines that nobody has, data that lie elsewhere: nothing breaks or leaks."""

import json
import os
import resource
import shutil
from pathlib import Path

import pytest
from story.story_world import MACHINE, advisor, copied, files, plan

LOCK = "advisor.lock"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copied("breast-mass-triage", tmp_path)


def said(done: object, status: int, *words: str) -> None:
    text = done.stderr + done.stdout  # type: ignore[attr-defined]
    assert done.returncode == status, text  # type: ignore[attr-defined]
    assert "bug in advisor" not in text
    assert "Traceback" not in text
    for word in words:
        assert word in text


def test_a_project_that_is_a_loop_of_links(tmp_path: Path) -> None:
    """A link that leads to itself is no folder, and the message names it."""
    (tmp_path / "loop").symlink_to("loop")
    said(plan(tmp_path / "loop"), 2, "loop")


def test_docs_that_are_a_loop_of_links(project: Path) -> None:
    """A loop where the record should go is named, and nothing is written."""
    (project / "docs").symlink_to("docs")
    before = set(os.listdir(project))
    said(plan(project), 3, "docs", "nothing was changed")
    assert set(os.listdir(project)) == before


def test_more_machines_than_anyone_has(project: Path) -> None:
    """`--nodes` with a slip of the finger is refused at once."""
    said(plan(project, "--nodes", "1000000000"), 2, "--nodes", "at most")


def test_a_thousand_machines_are_read_back(project: Path) -> None:
    """The lock of the largest machine that can be asked for is one that can be read again."""
    said(plan(project, "--hardware", "8x H100-SXM-80GB", "--nodes", "1000"), 0)
    said(advisor("check", str(project)), 0)


def test_machines_are_not_counted_twice(project: Path) -> None:
    """`--nodes` does not multiply the machine of the lock, which was multiplied when it was written."""
    said(plan(project, "--nodes", "2"), 0)
    before = files(project)
    said(plan(project, "--nodes", "2"), 0)
    assert files(project) == before
    said(plan(project, "--nodes", "2", "--hardware", ""), 2, "--nodes", "--hardware")


@pytest.mark.parametrize("setting", ["machine.memory=1MB", "machine.cpus=1"])
def test_a_person_corrects_the_machine(project: Path, setting: str) -> None:
    """What a person says about the machine is what is decided from, and what the check decides from again."""
    said(plan(project), 0)
    before = json.loads(advisor("plan", str(project), "--defaults", "--no-bench", "--json", "--dry-run").stdout)
    done = advisor("plan", str(project), "--defaults", "--no-bench", "--json", "--set", setting)
    said(done, 0)
    after = json.loads(done.stdout)
    assert after["estimates"] != before["estimates"] or after["decisions"] != before["decisions"]
    said(advisor("check", str(project)), 0)


def test_a_correction_taken_back(project: Path) -> None:
    """The lock keeps what was found: without the correction, the found machine counts again."""
    said(plan(project), 0)
    found = json.loads((project / LOCK).read_text())["machine"]
    said(plan(project, "--set", "machine.memory=1MB"), 0)
    assert json.loads((project / LOCK).read_text())["machine"] == found


@pytest.mark.parametrize("given", ["folder", "file"])
def test_data_elsewhere_leave_no_trace_of_the_disk(project: Path, tmp_path: Path, given: str) -> None:
    """Records and lock name data outside the project from what was given onwards, never where it is mounted."""
    elsewhere = tmp_path / "mounted" / "measurements"
    shutil.move(project / "data", elsewhere)
    place = elsewhere if given == "folder" else elsewhere / "train.csv"
    said(plan(project, "--data", str(place)), 0)
    text = b"\n".join(files(project).values()).decode(errors="replace")
    assert "train." in (project / LOCK).read_text()
    assert str(tmp_path) not in text


def test_two_people_get_the_same_bytes(tmp_path: Path) -> None:
    """Another folder, home, time zone and language give the same files, byte for byte."""
    first, second = copied("breast-mass-triage", tmp_path / "a"), copied("breast-mass-triage", tmp_path / "b c" / "é")
    said(plan(first), 0)
    said(plan(second, HOME="/nonexistent", TZ="Asia/Tokyo", LC_ALL="C", USER="somebody"), 0)
    assert files(first) == files(second)


def test_a_renamed_folder_changes_nothing(project: Path) -> None:
    """The name in the lock stays when the folder is called something else: a clone may be."""
    said(plan(project), 0)
    before = files(project)
    other = project.rename(project.with_name("clone-7"))
    said(plan(other), 0)
    assert files(other) == before


@pytest.mark.parametrize("limit", [0, 400, 4_000, 7_000, 12_000, 25_000, 39_000])
def test_a_disk_that_fills_up_anywhere(project: Path, limit: int) -> None:
    """Wherever the room ends, record, evidence and lock are all there or none is, and the message says which file."""
    before = files(project)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        done = plan(project, PYTHONDONTWRITEBYTECODE="1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said(done, 3, "nothing was changed", "ulimit")
    assert files(project) == before


def test_a_lock_that_cannot_be_written(project: Path) -> None:
    """When only the lock is refused, record and evidence are not written either."""
    (project / LOCK).symlink_to("nowhere/advisor.lock/x")
    (project / "nowhere").write_text("a file in the way")
    said(plan(project), 3, "nothing was changed")
    assert not (project / "docs").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("evidence", "data.samples", "value"), "no number"),
        (("machine", "facts", "machine.memory", "value"), "no number"),
        (("evidence", "data.formats", "value"), "data.formats"),
    ],
)
def test_a_lock_edited_by_hand(project: Path, change: tuple[str, ...], words: str) -> None:
    """Text where a number or a list belongs is refused with the fact's name, by plan and by check."""
    said(plan(project), 0)
    content = json.loads((project / LOCK).read_text())
    inner = content
    for key in change[:-1]:
        inner = inner[key]
    inner[change[-1]] = "many"
    (project / LOCK).write_text(json.dumps(content))
    said(advisor("plan", str(project), "--defaults", "--no-bench"), 2, LOCK, words, "--reprobe")
    said(advisor("check", str(project)), 1, LOCK, words)


@pytest.mark.parametrize("value", ["1e300", "9" * 400])
def test_a_number_that_nothing_has(project: Path, value: str) -> None:
    """A number beyond everything there is would overflow in the formulas: it is refused where it stands."""
    said(plan(project), 0)
    text = (project / LOCK).read_text()
    (project / LOCK).write_text(text.replace('"value": 455', f'"value": {value}'))
    said(advisor("check", str(project)), 1, LOCK, "larger than anything")


@pytest.mark.parametrize("decision", [None, [], {"from": [1, 2], "title": 5}, {"from": {"task": [1]}}])
def test_a_strange_account_of_the_decision(project: Path, decision: object) -> None:
    """The part that only explains may be gone or odd: the check still says that the record is stale."""
    said(plan(project), 0)
    content = json.loads((project / LOCK).read_text())
    (project / LOCK).write_text(json.dumps({**content, "decision": decision, "digest": "0" * 16}))
    said(advisor("check", str(project)), 4, "stale")


def test_a_lock_without_its_digest(project: Path) -> None:
    """Taking the digest out does not silence the check."""
    said(plan(project), 0)
    content = json.loads((project / LOCK).read_text())
    del content["digest"]
    (project / LOCK).write_text(json.dumps(content))
    said(advisor("check", str(project)), 1, LOCK, "what was decided")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hardware.accelerator: H10\nhardware.count: 3\n", ("hardware.accelerator", "did you mean")),
        ("hardware.accelerator: H100-SXM-80GB\nhardware.count: 2.5\n", ("advisor.yaml:3", "whole number")),
    ],
)
def test_hardware_named_in_the_answers(project: Path, text: str, words: tuple[str, ...]) -> None:
    """A mistake in the answers about hardware is blamed on them, not on an option nobody typed."""
    (project / "advisor.yaml").write_text(f"schema: 1\n{text}")
    done = advisor("plan", str(project), "--defaults", "--no-bench")
    said(done, 2, *words)
    assert "--hardware:" not in done.stderr


def test_no_data_is_not_the_folder_where_one_stands(project: Path) -> None:
    """`--data ""`, as an unset variable gives it, is refused."""
    said(plan(project, "--data", ""), 2, "--data", "empty")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_write_whole_files(project: Path, closed: str) -> None:
    """Whatever streams are closed, the files are those of any other run."""
    twin = Path(shutil.copytree(project, project.parent / "twin" / project.name))
    said(plan(twin), 0)
    command = f'exec "$@" {closed}'
    words = ("plan", str(project), "--defaults", "--no-bench", "--as-of", "2026-11-25", "--hardware", MACHINE)
    assert shelled(command, *words) == 0
    assert files(project) == files(twin)


def shelled(command: str, *words: str) -> int:
    import subprocess
    import sys

    return subprocess.run(["sh", "-c", command, "sh", sys.executable, "-m", "advisor", *words], check=False).returncode
