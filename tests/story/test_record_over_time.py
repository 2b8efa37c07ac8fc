"""The record over time: triggers that are crossed, assumptions that expire, and the record that supersedes."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from story.story_world import advisor, copied, plan

DAY = "2026-11-25"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose record is accepted."""
    return accepted("breast-mass-triage", tmp_path)


def accepted(example: str, to: Path) -> Path:
    made = copied(example, to)
    done = plan(made)
    assert done.returncode == 0, done.stderr
    assert advisor("adr", "accept", "1", cwd=made).returncode == 0
    return made


def check(project: Path, *words: str) -> "tuple[int, list[dict[str, object]]]":
    done = advisor("check", "--json", "--severity", "note", "--select", "drift", *words, cwd=project)
    return done.returncode, json.loads(done.stdout)["findings"]


def record(project: Path, number: int = 1) -> Path:
    (found,) = (project / "docs" / "decisions").glob(f"{number:04d}-*.md")
    return found


def with_triggers(project: Path, *conditions: str) -> None:
    """Puts a person's own triggers into the record."""
    text = record(project).read_text(encoding="utf-8")
    listed = ", ".join(f'"{condition}"' for condition in conditions)
    record(project).write_text(text.replace("### generated", f"revisit-when: [{listed}]\n### generated", 1))


def test_a_fresh_record_has_nothing_to_say(project: Path) -> None:
    """Right after the decision no trigger is crossed and nothing has expired."""
    assert check(project, "--as-of", DAY) == (0, [])


def test_a_crossed_trigger_names_the_record(project: Path) -> None:
    """Answers, the lock and requirements are held against each trigger; the finding is at its line."""
    (project / "requirements.txt").write_text("xgboost==3.1.0\nscikit-learn>=1.5\n")
    with_triggers(
        project, "machine.cpus >= 8", "xgboost >= 3.1", "scikit-learn >= 2", "xgboost < 3.1", "serving.latency > 1e9",
        "unheard.of >= 3",
    )  # fmt: skip
    status, findings = check(project, "--as-of", DAY)
    assert status == 0
    assert [each["rule"] for each in findings] == ["ADV056", "ADV056"]
    told = " ".join(str(each["message"]) for each in findings)
    assert "machine.cpus is 16" in told
    assert "xgboost is 3.1.0" in told
    line = record(project).read_text(encoding="utf-8").split("\n")[int(str(findings[0]["line"])) - 1]
    assert "machine.cpus >= 8" in line


def test_a_tipping_point_of_the_record_itself(tmp_path: Path) -> None:
    """When an answer moves over the number that was found by deciding again, the record is named and stale."""
    project = accepted("package-sections", tmp_path)
    text = record(project).read_text(encoding="utf-8")
    (limit,) = re.findall(r'"serving\.latency <= ([\d.]+)"', text)
    answers = project / "advisor.yaml"
    kept = [line for line in answers.read_text().splitlines() if not line.startswith("serving.latency")]
    answers.write_text("\n".join([*kept, f"serving.latency: {float(limit) * 0.99:g} ms", ""]))
    status, findings = check(project, "--as-of", DAY)
    assert ("ADV056", status) in {(each["rule"], 4) for each in findings}


@pytest.mark.parametrize("condition", ["data.bytes", "data.bytes => 3", "__import__('os') >= 1", "task >= )"])
def test_a_trigger_that_is_none(project: Path, condition: str) -> None:
    """A condition that cannot be read is a finding at its line, never a traceback; nothing in it is executed."""
    with_triggers(project, condition)
    done = advisor("check", "--json", "--as-of", DAY, cwd=project)
    (finding,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["rule"]) == (1, "ADV008")
    assert finding["path"].endswith(record(project).name)
    assert finding["line"] > 1


def test_what_has_expired_is_a_note(project: Path) -> None:
    """Past the review date, and with prices of a catalogue that is too old, the record is to be looked at again."""
    status, findings = check(project, "--as-of", "2031-01-01")
    assert status == 0
    assert {(each["rule"], each["severity"]) for each in findings} == {("ADV057", "note")}
    told = " ".join(str(each["message"]) for each in findings)
    assert "review date" in told
    assert "prices" in told


def test_an_option_that_died_since(project: Path) -> None:
    """An option that the record chose, and that the catalogue now holds for dead, is told."""
    (evidence,) = (project / "docs" / "evidence").glob("0001-*.json")
    document = json.loads(evidence.read_text())
    document["decisions"]["d_artefact"]["chosen"] = ["pickle", "torchscript"]
    evidence.write_text(json.dumps(document))
    from advisor import catalog

    dead = [each for each in catalog.load().options["d_artefact"] if each.lifecycle]
    document["decisions"]["d_artefact"]["chosen"] = [each.id for each in dead]
    evidence.write_text(json.dumps(document))
    _, findings = check(project, "--as-of", DAY)
    assert [each["rule"] for each in findings] == ["ADV057"] * len(dead)
    assert dead


def test_update_opens_the_superseding_proposal(project: Path) -> None:
    """--update writes a proposal where the record is stale, nothing where it is not; accepting it settles both."""
    assert advisor("check", "--update", "--as-of", DAY, cwd=project).returncode == 0
    assert len(list((project / "docs" / "decisions").iterdir())) == 1
    answers = project / "advisor.yaml"
    kept = [line for line in answers.read_text().splitlines() if not line.startswith("serving.latency")]
    answers.write_text("\n".join([*kept, "serving.latency: 0.05 ms", ""]))
    before = advisor("check", cwd=project)
    assert before.returncode == 4, before.stdout + before.stderr
    done = advisor("check", "--update", "--as-of", DAY, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0002-" in done.stderr
    assert 'x-advisor-supersedes: "0001"' in record(project, 2).read_text(encoding="utf-8")
    assert 'status: "accepted"' in record(project).read_text(encoding="utf-8")
    assert advisor("adr", "accept", "2", cwd=project).returncode == 0
    assert 'status: "superseded by ADR-0002"' in record(project).read_text(encoding="utf-8")


def test_supersede_and_index_from_the_command_line(project: Path) -> None:
    """`adr supersede` writes both records at once, `adr index` lists them; what cannot be is refused with 2."""
    done = advisor("adr", "supersede", "1", "--as-of", "2026-12-01", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["written"]) >= 3
    assert 'status: "superseded by ADR-0002"' in record(project).read_text(encoding="utf-8")
    assert 'status: "proposed"' in record(project, 2).read_text(encoding="utf-8")
    assert advisor("adr", "supersede", "1", cwd=project).returncode == 2
    assert advisor("adr", "supersede", "9", cwd=project).returncode == 2
    assert advisor("adr", "index", cwd=project).stdout.strip() == "docs/decisions/index.md"
    assert "up to date" in advisor("adr", "index", cwd=project).stderr
    assert advisor("check", "--as-of", DAY, cwd=project).returncode == 0


def test_a_number_taken_on_the_default_branch_is_skipped(project: Path) -> None:
    """The superseding record does not take a number that a record on the default branch has."""
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    other = project / "docs" / "decisions" / "0002-theirs.md"
    other.write_text("# 2. Theirs\n")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "x"], ["checkout", "-qb", "mine"]):
        subprocess.run([*git, *words], cwd=project, check=True)
    other.unlink()
    assert advisor("adr", "supersede", "1", "--as-of", DAY, cwd=project).returncode == 0
    assert record(project, 3).exists()


def test_without_a_decision_there_is_nothing_to_supersede(tmp_path: Path) -> None:
    """A folder without advisor.lock is refused with what to do first."""
    done = advisor("adr", "supersede", "1", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
