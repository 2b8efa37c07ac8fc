"""The rules: their examples are their tests, their list is the folder, their pages are up to date."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.catalog import lifecycle
from advisor.check import docs
from advisor.check.checking import gathered, judged
from advisor.check.formats import FORMATS
from advisor.check.material import absolute
from advisor.check.reading import read
from advisor.check.report import REPORTS
from advisor.check.rulebook import ANY, RECORD, Example, Rule
from advisor.check.rules import RULES
from advisor.check.taking import whole
from advisor.values.configs import ConfigFacts, Devices, Shortfall
from advisor.values.finding import Finding

ROOT = Path(__file__).parents[2]


def found(example: Example) -> list[Finding]:
    """What the rules find in an example's files."""
    readings = {path: read(path, text.encode(), named=True) for path, text in example.files.items()}
    expected = {absolute("."): example.expected} if example.expected else {}
    material = gathered(readings.values(), (), expected)
    material = replace(material, lifecycle=lifecycle(), revisits=example.revisits, shortfall=shortfall)
    return judged(material, dict(example.files))


def shortfall(config: ConfigFacts, devices: Devices) -> Shortfall | None:
    """Weights of half precision alone, of a transformer of that shape, against the largest device."""
    del devices
    counts = [at.number for at in (config.layers, config.hidden_size) if at is not None and at.number]
    if len(counts) < 2:
        return None
    split = whole(config.tensor_parallel) or 1
    needs = 2 * 12 * counts[0] * counts[1] ** 2 / (split * (whole(config.pipeline_stages) or 1))
    return Shortfall(needs, 288e9, "the largest device") if needs > 288e9 else None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_bad_example_is_found(rule: Rule) -> None:
    """A rule finds its bad example on the line it names, with the usual severity, and no other rule does."""
    findings = found(rule.bad)
    assert [(each.rule, each.severity, each.place.line) for each in findings] == [
        (rule.id, rule.severity, rule.bad.line)
    ]
    assert findings[0].message
    assert findings[0].remedy


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_good_example_is_clean(rule: Rule) -> None:
    """No rule has anything to say about a rule's good example."""
    assert found(rule.good) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_knows(rule: Rule) -> None:
    """Each rule has an id, a group, evidence, and names only formats that exist."""
    assert re.fullmatch(r"ADV\d{3}", rule.id)
    assert all((rule.title, rule.condition, rule.why, rule.remedy, rule.evidence))
    assert set(rule.formats) <= {each.name for each in FORMATS} | {*ANY, *RECORD}


@pytest.mark.parametrize(
    ("folder", "listed"),
    [
        ("rules", {rule.find.__module__.rpartition(".")[2] for rule in RULES}),
        ("formats", {each.read.__module__.rpartition(".")[2] for each in FORMATS}),
        ("report", set(REPORTS)),
    ],
)
def test_lists_hold_what_the_folders_hold(folder: str, listed: set[str]) -> None:
    """Every rule, format and report in its folder is in the list, and the list has nothing else."""
    files = {path.stem for path in (ROOT / "advisor" / "check" / folder).glob("*.py")}
    assert files - {"__init__", "words"} == listed


def test_the_page_about_ci_names_every_format() -> None:
    """docs/ci.md says of each format that it is read."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert [each.name for each in FORMATS if f"`{each.name}`" not in text] == []


def test_ids_are_unique_and_name_the_file() -> None:
    """One id, one rule, one file whose name starts with the id."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.find.__module__.rpartition(".")[2].startswith(rule.id.lower()) for rule in RULES)


def test_pages_are_up_to_date() -> None:
    """docs/rules is what `python -m advisor.check.docs` makes of the rules."""
    folder = ROOT / "docs" / "rules"
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert kept == docs.pages(), "run python -m advisor.check.docs"


def test_old_pages_go(tmp_path: Path) -> None:
    """Writing the pages removes the page of a rule that is gone, and touches nothing else."""
    (tmp_path / "ADV999.md").write_text("old")
    (tmp_path / "mine.md").write_text("mine")
    docs.write(tmp_path)
    assert not (tmp_path / "ADV999.md").exists()
    assert {path.name for path in tmp_path.iterdir()} == set(docs.pages()) | {"mine.md"}
