"""`advisor plan --diff`: what changed since the record, and the fewest answers that change it."""

import json
from pathlib import Path
from typing import Any

import pytest
from story.story_world import advisor, copied, files, plan


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a record."""
    project = copied("package-sections", tmp_path_factory.mktemp("differs"))
    assert plan(project).returncode == 0
    return project


def _settings(*settings: str) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


def _diff(project: Path, *settings: str) -> dict[str, Any]:
    done = advisor("plan", str(project), "--diff", "--json", *_settings(*settings))
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _chosen(project: Path, *settings: str) -> dict[str, list[str]]:
    done = advisor("plan", str(project), "--dry-run", "--no-bench", "--defaults", "--json", *_settings(*settings))
    return {row["id"]: row["chosen"] or [row["status"]] for row in json.loads(done.stdout)["decisions"]}


def test_nothing_changes(planned: Path) -> None:
    """Against its own record a project differs in nothing, which is said in one line; no byte is written."""
    before = files(planned)
    done = advisor("plan", str(planned), "--diff")
    assert done.returncode == 0, done.stderr
    assert "Nothing changes: " in done.stdout
    assert "Nothing was written" not in done.stdout
    document = _diff(planned)
    assert (document["decisions"], document["causes"], document["numbers"]) == ([], [], [])
    assert files(planned) == before


def test_the_answer_that_moved_a_decision_is_named(planned: Path) -> None:
    """Each decision with old, new and why; an answer that moved none stands apart; nothing is written."""
    before = files(planned)
    done = advisor("plan", str(planned), "--diff", *_settings("serving.offline=yes", "serving.fallback=rule"))
    assert done.returncode == 0, done.stderr
    topology = done.stdout.split("Where does the model run at prediction time?\n", 1)[1].splitlines()
    assert topology[0].startswith("  a service that callers ask over the network -> ")
    assert topology[1] == "  because must work offline [serving.offline]: no -> yes"
    apart = done.stdout.split("turns no decision:\n", 1)[1].splitlines()
    assert apart[0].startswith("  when the model does not answer [serving.fallback]: ")
    assert "Nothing was written" in done.stdout
    assert files(planned) == before


def test_what_it_names_is_enough(planned: Path) -> None:
    """Deciding with the named answers alone gives the new choice, and each is needed for it."""
    settings = {
        "serving.offline": "yes", "serving.load.peak": "500", "serving.fallback": "rule", "train.deadline": "30 min",
        "serving.caller": "cpp",
    }  # fmt: skip
    document = _diff(planned, *(f"{id}={value}" for id, value in settings.items()))
    assert document["decisions"]
    for turned in document["decisions"]:
        assert turned["by"]
        alone = _chosen(planned, *(f"{id}={settings[id]}" for id in turned["by"]))
        assert alone[turned["decision"]] == turned["after"]
        if len(turned["by"]) == 1:
            assert turned["before"] != turned["after"]


def test_an_answer_that_was_edited_by_hand(tmp_path: Path) -> None:
    """Without --set, what a person changed in advisor.yaml since the record is what is compared."""
    project = copied("package-sections", tmp_path)
    assert plan(project).returncode == 0
    answers = project / "advisor.yaml"
    answers.write_text(answers.read_text(encoding="utf-8") + "serving.offline: true\n", encoding="utf-8")
    document = _diff(project)
    assert document["against"].startswith("0001-")
    assert [(cause["id"], cause["before"], cause["after"]) for cause in document["causes"]] == [
        ("serving.offline", "no", "yes")
    ]
    assert all(turned["by"] == ["serving.offline"] for turned in document["decisions"])


def test_numbers_that_left_their_range(planned: Path) -> None:
    """A number is told when its new value lies outside the range that the record gave."""
    document = _diff(planned, "serving.load.peak=20000")
    moved = {row["id"]: row for row in document["numbers"]}
    assert "serve.cost.month" in moved
    for row in moved.values():
        assert not row["before"]["low"] <= row["after"]["value"] <= row["before"]["high"]


def test_before_anything_was_decided(tmp_path: Path) -> None:
    """Without a record there is nothing to compare with, unless an answer is set: then with the answers on file."""
    project = copied("package-sections", tmp_path)
    refused = advisor("plan", str(project), "--diff", "--hardware", "16 cpus, 64 GB")
    assert refused.returncode == 2
    assert "nothing to compare with" in refused.stderr
    before = files(project)
    done = advisor("plan", str(project), "--diff", "--set", "serving.offline=yes")
    assert done.returncode == 0, done.stderr
    assert "Compared with advisor.yaml\n" in done.stdout
    assert files(project) == before


def test_a_record_without_evidence_is_still_compared(tmp_path: Path) -> None:
    """Where the evidence is gone or no longer ours, the two files of the project are compared with."""
    project = copied("package-sections", tmp_path)
    assert plan(project).returncode == 0
    for evidence in (project / "docs" / "evidence").iterdir():
        evidence.write_text('{"answers": 3}', encoding="utf-8")
    assert _diff(project, "serving.offline=yes")["against"] == "advisor.yaml, advisor.lock"
