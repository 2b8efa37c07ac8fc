"""`advisor explain` and `advisor catalog`, as a person and a program use them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from story.story_world import ROOT, advisor, copied, plan


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which everything is decided."""
    project = copied("package-sections", tmp_path_factory.mktemp("explained"))
    assert plan(project).returncode == 0
    return project


def test_a_decision_is_told_as_this_project_took_it(planned: Path) -> None:
    """Chosen, why, the ranking as bars, what was removed with its limit, what would change it, what it rests on."""
    said = advisor("explain", "d_topology", cwd=planned).stdout
    record = json.loads(advisor("plan", "--no-input", "--no-bench", "--dry-run", "--json", cwd=planned).stdout)
    topology = next(decided for decided in record["decisions"] if decided["id"] == "d_topology")
    for label in ("Here", "Because", "Ranking", "Removed", "Changes", "Rests on", "Asks", "Options"):
        assert f"\n{label} " in said
    for why in topology["because"]:
        assert why in said
    share = f"{topology['ranking'][0]['acceptability']:.0%}"
    assert share in said.split("Ranking", 1)[1].splitlines()[0]
    assert "█" in said
    assert "200 ms (answered)" in said


def test_the_same_for_programs(planned: Path) -> None:
    """One document: the decision of the project beside what the decision means."""
    document = json.loads(advisor("explain", "d_topology", "--json", cwd=planned).stdout)
    (entry,) = document["entries"]
    assert (document["schema"], document["asked"], entry["kind"]) == (1, "d_topology", "decision")
    assert entry["here"]["chosen"]
    assert entry["here"]["rests_on"]["serving.latency"] == {"value": 200.0, "how": "answered"}
    assert set(entry["here"]["chosen"]) <= set(entry["options"])


def test_pairs_of_answers_and_more_accelerators(tmp_path: Path) -> None:
    """What only two answers together change, and what more accelerators would buy, has a line each."""
    cards = ("--hardware", "2x H100-SXM-80GB")
    words = ("--set", "task=text_gen", "--set", "model.parameters=8e9", "--set", "train.mode=lora")
    assert plan(tmp_path, *cards, *words).returncode == 0
    document = json.loads(plan(tmp_path, *cards, "--json", "--dry-run").stdout)
    pairs = [(each["id"], way["say"]) for each in document["decisions"] for way in each["together"]]
    assert pairs
    for id, say in pairs[:2]:
        assert say in advisor("explain", id, "--plain", cwd=tmp_path).stdout
    more = document["scaling"]
    said = advisor("explain", "d_parallel", "--plain", cwd=tmp_path).stdout
    assert more
    assert f"with {more['count']} accelerators instead of {more['now']} a run would end" in said


def test_without_a_lock_the_meaning_is_told(tmp_path: Path) -> None:
    """Outside a project a decision is what it asks and what may be chosen; nothing is written."""
    done = advisor("explain", "d_topology", "--project", str(tmp_path))
    assert done.returncode == 0
    assert "In this project" not in done.stdout
    assert "on_device  the whole model on the user's device" in done.stdout
    assert not list(tmp_path.iterdir())


def test_an_option_and_an_answer_of_this_project(planned: Path) -> None:
    """An option says whether it was chosen or why not, an answer what it is and what another would change."""
    option = advisor("explain", "on_device", cwd=planned).stdout
    assert "Here        ruled out: " in option
    answer = advisor("explain", "serving.latency", cwd=planned).stdout
    assert "Here        200 ms (answered)" in answer
    assert "latency [serving.latency] 200 ms -> " in answer
    number = advisor("explain", "train.step", cwd=planned).stdout
    assert "Here        train.step: " in number


def test_plain_output_draws_with_letters_alone(planned: Path) -> None:
    """`--plain` has bars that any reader speaks, and no colour."""
    said = advisor("explain", "d_topology", "--plain", cwd=planned).stdout
    assert "###" in said
    assert "█" not in said
    assert "\x1b" not in said


def test_an_unknown_id_names_what_was_meant() -> None:
    """A slip ends with status 2 and what was perhaps meant; so does an unknown kind."""
    done = advisor("explain", "d_topolgy")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean d_topology" in done.stderr
    kind = advisor("catalog", "optoins")
    assert kind.returncode == 2
    assert "did you mean options" in kind.stderr


def test_without_an_id_it_says_what_there_is() -> None:
    """Alone, explain and catalog count the rows of each kind."""
    for command in ("explain", "catalog"):
        said = advisor(command).stdout
        assert "questions" in said
        assert "lifecycle" in said
        counted = json.loads(advisor(command, "--json").stdout)["kinds"]
        assert all(count > 0 for count in counted.values())


def test_a_rule_is_told_with_its_examples() -> None:
    """A rule says how bad it is, what it finds, why, and shows both ways to write it."""
    said = advisor("explain", "ADV014").stdout
    assert "Severity    error" in said
    assert said.count("ds_config.json") == 2
    assert '"zero_optimization": {"stage": 2}' in said


def test_the_catalogue_is_filtered_by_a_word() -> None:
    """A kind and a word leave the rows that hold it; a word that nothing holds is said on standard error."""
    said = advisor("catalog", "options", "gguf")
    assert [line.split()[0] for line in said.stdout.splitlines()] == ["gguf", "llama_cpp"]
    assert all("\n" not in row["name"] for row in json.loads(advisor("catalog", "option", "--json").stdout)["rows"])
    none = advisor("catalog", "terms", "qqqq")
    assert (none.returncode, none.stdout) == (0, "")
    assert "qqqq" in none.stderr


def test_a_reader_that_stops_early_is_no_error() -> None:
    """`advisor catalog options | head -1` ends quietly."""
    command = f"{sys.executable} -m advisor catalog options | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert len(done.stdout.splitlines()) == 1
    assert "Error" not in done.stderr


def test_shells_complete_ids() -> None:
    """Completion offers the ids that begin as typed, and kinds for the catalogue."""
    environ = {**os.environ, "_ADVISOR_COMPLETE": "complete_bash", "COMP_CWORD": "2"}
    for words, offered in (("advisor explain d_top", "d_topology"), ("advisor catalog acc", "accelerators")):
        done = subprocess.run(
            [sys.executable, "-m", "advisor"], env={**environ, "COMP_WORDS": words}, cwd=ROOT, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert offered in done.stdout.split()
