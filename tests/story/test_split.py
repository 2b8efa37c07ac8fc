"""`advisor plan --split`: a record for each decision, with the same life as the one record."""

import json
import re
from pathlib import Path

import pytest
from story.story_world import advisor, copied, files, plan

DAY = "2026-11-25"
EXAMPLE = "breast-mass-triage"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a record for each decision, all proposed."""
    made = copied(EXAMPLE, tmp_path)
    done = plan(made, "--split")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("wrote") < 6, "files that lie together are told by their folder"
    return made


def records(project: Path) -> dict[str, Path]:
    """The records by the decision that they are of; of several the youngest."""
    found = {}
    for path in sorted((project / "docs" / "decisions").glob("[0-9]*.md")):
        key = re.search(r'^x-advisor-decision: "(\w+)"$', path.read_text(encoding="utf-8"), re.M)
        found[key[1] if key else ""] = path
    return found


def number(path: Path) -> str:
    return str(int(path.name[:4]))


def check(project: Path, *words: str) -> "tuple[int, list[dict[str, object]]]":
    done = advisor("check", "--json", "--severity", "note", "--as-of", DAY, *words, cwd=project)
    return done.returncode, json.loads(done.stdout)["findings"]


def answer(project: Path, line: str) -> None:
    """Another answer in advisor.yaml, as a person would type it."""
    path, key = project / "advisor.yaml", line.partition(":")[0]
    kept = [row for row in path.read_text().splitlines() if not row.startswith(f"{key}:")]
    path.write_text("\n".join([*kept, line, ""]))


def test_each_open_decision_has_a_record(project: Path) -> None:
    """Every decision that is open has one record with its evidence; the list names them all; links lead somewhere."""
    done = plan(project, "--json", "--dry-run")
    open_ones = {each["id"] for each in json.loads(done.stdout)["decisions"] if each["status"] != "not_needed"}
    there = records(project)
    assert set(there) == open_ones
    listed = (project / "docs" / "decisions" / "index.md").read_text(encoding="utf-8")
    for path in there.values():
        text = path.read_text(encoding="utf-8")
        assert f"]({path.name})" in listed
        assert (project / "docs" / "evidence" / f"{path.stem}.json").is_file()
        for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
            assert (path.parent / link).is_file(), (path.name, link)
        assert text.split("Chosen option: ", 1)[1][1:].split('"')[0] in re.findall(r"^\* (.*)$", text, re.M)
        assert "What was not asked" not in text
    assert any("Rests on [" in path.read_text(encoding="utf-8") for path in there.values())


def test_a_second_plan_changes_no_byte(project: Path) -> None:
    """Plain plan goes on with a record for each decision, and the same facts change nothing."""
    before = files(project)
    done = plan(project)
    assert done.returncode == 0, done.stderr
    assert files(project) == before
    assert check(project) == (0, [])


def test_one_record_stays_the_default(tmp_path: Path) -> None:
    """Without --split there is one record, without a key of a decision, and no list."""
    made = copied(EXAMPLE, tmp_path)
    assert plan(made).returncode == 0
    assert list(records(made)) == [""]
    assert not (made / "docs" / "decisions" / "index.md").exists()


def test_accepted_ones_stay_and_only_what_changed_is_proposed(project: Path) -> None:
    """Another answer: accepted records keep every byte; a decision that changed is proposed anew and supersedes."""
    first = records(project)
    for path in first.values():
        assert advisor("adr", "accept", number(path), cwd=project).returncode == 0
    before = files(project)
    answer(project, "serving.latency: 0.05 ms")
    status, _ = check(project)
    assert status == 4
    assert advisor("check", "--update", "--as-of", DAY, cwd=project).returncode == 0
    now = records(project)
    moved = {id for id in now if now[id] != first.get(id)}
    assert moved
    assert set(first) - moved
    for id, path in first.items():
        assert files(project)[str(path.relative_to(project))] == before[str(path.relative_to(project))]
        assert ('x-advisor-supersedes: "' in now[id].read_text(encoding="utf-8")) == (id in moved)
    for id in moved & set(first):
        assert advisor("adr", "accept", number(now[id]), cwd=project).returncode == 0
        assert f'status: "superseded by ADR-{now[id].name[:4]}"' in first[id].read_text(encoding="utf-8")
    assert check(project)[0] == 0


def test_prose_of_people_survives(project: Path) -> None:
    """What was written into a proposal stays when its decision is rewritten in place."""
    path = records(project)["d_topology"]
    with path.open("a", encoding="utf-8") as file:
        file.write("\n## Minutes\n\nWe looked at the edge box.\n")
    answer(project, "serving.latency: 0.05 ms")
    assert plan(project).returncode == 0
    assert records(project)["d_topology"] == path
    assert path.read_text(encoding="utf-8").endswith("## Minutes\n\nWe looked at the edge box.\n")


def test_supersede_renews_one_decision(project: Path) -> None:
    """`adr supersede` of a record writes a new proposal of that decision alone."""
    first = records(project)
    assert advisor("adr", "accept", number(first["d_runtime"]), cwd=project).returncode == 0
    done = advisor("adr", "supersede", number(first["d_runtime"]), "--as-of", DAY, cwd=project)
    assert done.returncode == 0, done.stderr
    now = records(project)
    assert {id for id in now if now[id] != first[id]} == {"d_runtime"}
    assert "superseded by ADR-" in first["d_runtime"].read_text(encoding="utf-8")
    assert len(json.loads(advisor("adr", "list", "--json", cwd=project).stdout)["records"]) == len(first) + 1


def test_triggers_of_every_record_are_read(project: Path) -> None:
    """A person's trigger in any of the records is held against the project, and named with that record."""
    for id in ("d_runtime", "d_metrics"):
        path = records(project)[id]
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("### generated", 'revisit-when: ["machine.cpus >= 8"]\n### generated', 1))
    _, findings = check(project, "--select", "drift")
    named = {Path(str(each["path"])).name for each in findings if each["rule"] == "ADV056"}
    assert named == {records(project)[id].name for id in ("d_runtime", "d_metrics")}


def test_a_record_without_its_numbers_is_told(project: Path) -> None:
    """Evidence that is gone, and a record that states another decision than the lock, are told of any record."""
    gone, other = records(project)["d_metrics"], records(project)["d_runtime"]
    (project / "docs" / "evidence" / f"{gone.stem}.json").unlink()
    text = other.read_text(encoding="utf-8")
    other.write_text(re.sub(r'x-advisor-digest: "\w+"', 'x-advisor-digest: "0123456789abcdef"', text))
    _, findings = check(project, "--select", "drift")
    assert {Path(str(each["path"])).name for each in findings} == {gone.name, other.name}


def test_an_accepted_whole_record_is_superseded(tmp_path: Path) -> None:
    """--split over an accepted record: each proposal that is accepted takes the place of its own decision, and the
    record of all of them holds for the rest until every decision has another."""
    made = copied(EXAMPLE, tmp_path)
    assert plan(made).returncode == 0
    assert advisor("adr", "accept", "1", cwd=made).returncode == 0
    one = records(made)[""]
    before = one.read_bytes()
    assert plan(made, "--split").returncode == 0
    assert one.read_bytes() == before
    parts = [path for id, path in records(made).items() if id]
    assert all('x-advisor-supersedes: "0001"' in path.read_text(encoding="utf-8") for path in parts)
    assert f"Amends [{one.stem}]({one.name})" in parts[0].read_text(encoding="utf-8")
    for done, path in enumerate(parts):
        assert advisor("adr", "accept", number(path), cwd=made).returncode == 0
        text = one.read_text(encoding="utf-8")
        links = [f"[{each.stem}]({each.name})" for each in parts[: done + 1]]
        if path is not parts[-1]:
            assert 'status: "accepted"\n' in text
            assert "## Status\n\nAccepted\n\n" + "\n\n".join(f"Amended by {link}" for link in links) in text
    assert f'status: "superseded by ADR-{parts[0].name[:4]}"' in text
    assert f"## Status\n\nSuperseded by {', '.join(links)}\n" in text
    assert plan(made).returncode == 0
    assert check(made) == (0, [])


def test_a_proposed_whole_record_gives_way(tmp_path: Path) -> None:
    """--split over a proposal: it is marked as superseded at once, and what people wrote into it stays there."""
    made = copied(EXAMPLE, tmp_path)
    assert plan(made).returncode == 0
    one = records(made)[""]
    with one.open("a", encoding="utf-8") as file:
        file.write("\nMy own words.\n")
    assert plan(made, "--split").returncode == 0
    text = one.read_text(encoding="utf-8")
    assert 'status: "superseded by ADR-0002"' in text
    assert text.endswith("My own words.\n")
    assert check(made) == (0, [])


def test_what_changed_is_compared_with_all_of_them(project: Path) -> None:
    """`plan --diff` holds what would be decided against every record."""
    done = plan(project, "--diff", "--json", "--set", "serving.latency=0.05ms")
    assert done.returncode == 0, done.stderr
    assert {each["decision"] for each in json.loads(done.stdout)["decisions"]} >= {"d_topology"}
    same = plan(project, "--diff", "--json")
    assert json.loads(same.stdout)["decisions"] == []
