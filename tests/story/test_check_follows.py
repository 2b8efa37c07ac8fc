"""`advisor check` after `advisor plan`: the decision follows, or it says what moved it."""

import json
from pathlib import Path

import pytest
from story.story_world import advisor, copied, plan


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = copied("package-sections", tmp_path)
    assert plan(made).returncode == 0
    return made


def test_a_fresh_decision_is_not_stale(project: Path) -> None:
    """Nothing moved, so the check ends with 0."""
    done = advisor("check", str(project))
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_answer_that_moves_the_decision_makes_it_stale(project: Path) -> None:
    """A changed answer that changes a choice ends with 4, and the report names that answer."""
    answers = project / "advisor.yaml"
    text = answers.read_text().replace('data.may_leave: "yes"', "data.may_leave: no_never_leaves_device")
    answers.write_text(text)
    done = advisor("check", str(project), "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 4
    assert report["stale"] is True
    moved = " ".join(report["records"][0]["moved"])
    assert "data.may_leave" in moved
    assert "serving.latency" not in moved


def test_an_answer_that_moves_nothing_is_no_news(project: Path) -> None:
    """A changed answer that leaves every choice as it was ends with 0."""
    answers = project / "advisor.yaml"
    answers.write_text(answers.read_text().replace("train.runs: 10", "train.runs: 9"))
    assert advisor("check", str(project)).returncode == 0


def test_an_accepted_record_is_superseded_not_touched(project: Path) -> None:
    """After `adr accept`, another decision becomes a second record, and the first keeps every byte but its links."""
    assert advisor("adr", "accept", "1", cwd=project).returncode == 0
    first = next((project / "docs" / "decisions").glob("0001-*.md"))
    accepted = first.read_bytes()
    done = plan(project, "--set", "data.may_leave=no_never_leaves_device")
    assert done.returncode == 0, done.stderr
    second = next((project / "docs" / "decisions").glob("0002-*.md"))
    assert first.read_bytes() == accepted
    assert "proposed" in second.read_text()
    listed = advisor("adr", "list", cwd=project)
    assert "0001" in listed.stdout
    assert "0002" in listed.stdout
