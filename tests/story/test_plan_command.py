"""`advisor plan` from end to end, through the command line."""

import json
from pathlib import Path

import jsonschema
import pytest
from story.story_world import advisor, copied, files, plan

NUMBER = {"type": "number"}
ESTIMATE = {
    "type": "object",
    "required": ["value", "low", "high", "unit", "provenance", "formula"],
    "properties": {"value": NUMBER, "low": NUMBER, "high": NUMBER},
}
CONTRACT = {
    "type": "object",
    "required": [
        "schema", "advisor", "machine", "rates", "workload", "answers", "decisions", "estimates", "statements",
        "assumptions", "written",
    ],
    "properties": {
        "schema": {"const": 1},
        "answers": {
            "additionalProperties": {
                "required": ["value", "unit", "source"],
                "properties": {"source": {"enum": ["answered", "detected", "computed", "assumed"]}},
            }
        },
        "decisions": {
            "minItems": 10,
            "items": {
                "required": [
                    "id", "title", "status", "chosen", "because", "ranking", "removed", "tipping", "cheapest_question",
                ],
                "properties": {
                    "status": {"enum": ["decided", "too_close", "infeasible", "not_needed"]},
                    "ranking": {"items": {"required": ["option", "acceptability"]}},
                    "removed": {"items": {"required": ["option", "by", "limit", "value"]}},
                    "tipping": {"items": {"required": ["answer", "now", "flips_at", "unit", "to"]}},
                },
            },
        },
        "estimates": {"additionalProperties": ESTIMATE},
        "statements": {"items": {"required": ["id", "text", "sources"]}},
        "assumptions": {"items": {"required": ["answer", "value", "matters"]}},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = copied("package-sections", tmp_path_factory.mktemp("planned"))
    done = plan(project)
    assert done.returncode == 0, done.stderr
    return project


def test_a_plan_writes_the_four_files_of_the_contract(planned: Path) -> None:
    """After one command there are a record, its evidence, the answers and the lock, and nothing else."""
    made = {name for name in files(planned) if name.startswith(("docs/", "advisor."))}
    assert {"advisor.yaml", "advisor.lock"} < made
    records = [name for name in made if name.startswith("docs/decisions/0001-") and name.endswith(".md")]
    evidence = [name for name in made if name.startswith("docs/evidence/0001-") and name.endswith(".json")]
    assert len(records) == len(evidence) == 1
    assert len(made) == 4


def test_planning_again_on_the_same_facts_changes_no_byte(planned: Path) -> None:
    """A second run, days later and without naming the machine, leaves every file as it is."""
    before = files(planned)
    again = plan(planned, "--as-of", "2026-12-24", "--hardware", "")
    assert again.returncode == 0, again.stderr
    assert files(planned) == before
    assert "nothing changed" in again.stderr


def test_a_plan_for_this_machine_is_stable_too(tmp_path: Path) -> None:
    """What varies from moment to moment on this very machine, its free disk for one, changes nothing either."""
    project = copied("breast-mass-triage", tmp_path)
    words = ("plan", str(project), "--defaults", "--no-bench", "--as-of", "2026-11-25")
    assert advisor(*words).returncode == 0
    before = files(project)
    assert advisor(*words).returncode == 0
    assert files(project) == before


def test_the_json_document_keeps_its_contract(planned: Path) -> None:
    """`--json` prints one document, in the shape that other programs rely on, and nothing else on stdout."""
    done = plan(planned, "--json", "--dry-run")
    document = json.loads(done.stdout)
    jsonschema.validate(document, CONTRACT)
    assert done.returncode == 0
    for figure in document["estimates"].values():
        assert figure["low"] <= figure["value"] <= figure["high"]


def test_every_decision_of_the_milestone_is_there(planned: Path) -> None:
    """Need, family, protection, training, data, hand-over, serving, its capacity: all nineteen."""
    document = json.loads(plan(planned, "--json", "--dry-run").stdout)
    assert {decided["id"] for decided in document["decisions"]} == {
        "g_need_ml", "g_family", "g_train_mode", "d_placement", "d_parallel", "d_memory", "d_time", "d_data_format",
        "d_storage", "d_preproc", "d_feature_store", "d_federated", "d_tracking", "d_artefact", "d_topology", "d_ip",
        "d_runtime", "d_scale", "d_metrics",
    }  # fmt: skip


def test_the_six_questions_are_answered_in_the_record(planned: Path) -> None:
    """Each of the talk's six questions has a row that says how it is known."""
    record = next((planned / "docs" / "decisions").glob("0001-*.md")).read_text(encoding="utf-8")
    table = record.split("The six questions, answered", 1)[1].split("\n\n", 2)[1]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 6
    for row in rows:
        assert row.rstrip(" |").endswith(("answered", "detected", "computed", "assumed"))


def test_an_answer_given_on_the_command_line_is_kept(tmp_path: Path) -> None:
    """`--set` stands in advisor.yaml afterwards, with the comments of people untouched."""
    project = copied("package-sections", tmp_path)
    comments = [line for line in (project / "advisor.yaml").read_text().splitlines() if "#" in line]
    done = plan(project, "--set", "serving.latency=80 ms")
    assert done.returncode == 0, done.stderr
    text = (project / "advisor.yaml").read_text()
    assert "80" in next(line for line in text.splitlines() if line.startswith("serving.latency"))
    kept = [line for line in comments if not line.startswith("serving.latency")]
    assert all(line in text.splitlines() for line in kept)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """`--dry-run` leaves the project as it was, and says what it would write."""
    project = copied("package-sections", tmp_path)
    before = files(project)
    done = plan(project, "--dry-run", "--set", "serving.latency=80 ms")
    assert done.returncode == 0
    assert files(project) == before
    assert "would write" in done.stderr


def test_out_leaves_the_project_alone(tmp_path: Path) -> None:
    """`--out DIR` writes everything there, and the project is as it was."""
    project = copied("package-sections", tmp_path)
    before = files(project)
    done = plan(project, "--out", str(tmp_path / "elsewhere"))
    assert done.returncode == 0, done.stderr
    assert files(project) == before
    made = files(tmp_path / "elsewhere")
    assert {"advisor.yaml", "advisor.lock"} < set(made)
    assert any(name.startswith("docs/decisions/0001-") for name in made)


def test_another_machine_gives_the_same_decision_from_the_lock(planned: Path) -> None:
    """The lock decides, not the machine that runs it: another environment derives the same document."""
    one = json.loads(plan(planned, "--json", "--dry-run", "--hardware", "").stdout)
    other = json.loads(plan(planned, "--json", "--dry-run", "--hardware", "", PYTHONHASHSEED="7", LC_ALL="C").stdout)
    assert one == other


def test_the_screen_says_which_machine_it_is_about(tmp_path: Path) -> None:
    """A machine kept in the lock is called so, one from --hardware is not mistaken for it; paths are told from here."""
    project = copied("breast-mass-triage", tmp_path)
    first = advisor("plan", str(project), "--defaults", "--no-bench", cwd=tmp_path)
    assert "advisor.lock)" not in " ".join(first.stderr.split())
    assert "wrote breast-mass-triage/docs/decisions/0001-" in " ".join(first.stderr.split())
    again = advisor("plan", str(project), "--defaults", "--no-bench", cwd=tmp_path)
    assert "as in advisor.lock" in " ".join(again.stderr.split())
    other = plan(project)
    assert "not this machine" in " ".join(other.stderr.split())
