"""The reports that CI services read: the same findings in the same order, valid by the services' own rules."""

import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from markdown_it import MarkdownIt

from advisor.check import REPORTS, check
from advisor.check.files import Skipped
from advisor.check.outcome import Outcome
from advisor.values.finding import Finding, Place
from advisor.values.staleness import Staleness

MULTITOOL = Path(__file__).parents[2] / "node_modules" / "@microsoft" / "sarif-multitool-linux"
STALE = Staleness("One GPU", "Eight | GPUs", ("data.rows",), Place("p/advisor.lock", 7))
ODD = "a b/ü%?#&<>\"'|`*_\n\x1b[2J\udcff.yaml"
NASTY = Finding(
    "ADV007", "warning", "is `50%` | <b>of</b>\n::x]]> & @you http://e.org", "do\x07 *it*", Place(ODD, 3, 2),
    related=(Place("other file.json", 1),),
)  # fmt: skip


@pytest.fixture
def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "ds.json").write_text(
        '{\n"train_batch_size": 100,\n "train_micro_batch_size_per_gpu": 8,\n "bf16": {"enabled": true},\n'
        ' "fp16": {"enabled": true}\n}\n'
    )
    (tmp_path / "a.yaml").write_text("num_train_epochs: 1\nsave_strategy: 'no'\nwarmup_steps: 0.1\n")
    (tmp_path / "c.json").write_text('{"zero_optimization": {"stage": 1},}')
    found = check((Path("."),), rederive=lambda _: STALE, expect=lambda _: None)
    return Outcome((*found.findings, NASTY), 3, (Skipped(ODD, "why\x1b"),), (STALE,))


@pytest.fixture
def sarif_schema() -> dict[str, object]:
    """The OASIS schema as the package of Microsoft's multitool has it."""
    file = MULTITOOL / "sarif-2.1.0.json"
    if not file.is_file():
        if os.environ.get("CI"):
            pytest.fail("node_modules/ is missing: npm ci --ignore-scripts")
        pytest.skip("node_modules/ is missing: npm ci --ignore-scripts")
    schema: dict[str, object] = json.loads(file.read_text(encoding="utf-8-sig"))
    return schema


def test_every_format_has_the_same_findings_in_the_same_order(outcome: Outcome) -> None:
    """SARIF, GitLab, JUnit and Markdown name the rules in the order of the findings, then the stale record."""
    rules = [each.rule for each in outcome.findings]
    sarif = json.loads(REPORTS["sarif"](outcome, False))["runs"][0]
    assert [each["ruleId"] for each in sarif["results"]] == [*rules, "stale"]
    assert [each["check_name"] for each in json.loads(REPORTS["gitlab"](outcome, False))] == [*rules, "stale"]
    cases = ElementTree.fromstring(REPORTS["junit"](outcome, False)).findall("./testsuite/testcase")
    assert [case.attrib["name"].split()[0] for case in cases[:-1]] == [*rules, "stale"]
    assert re.findall(r"^\| .* \| (ADV\d+) ", REPORTS["markdown"](outcome, False), re.M) == rules


def test_sarif_keeps_the_schema(outcome: Outcome, sarif_schema: dict[str, object]) -> None:
    """The log is valid by the OASIS schema of SARIF 2.1.0, with findings and without."""
    validator = jsonschema.Draft7Validator(sarif_schema)
    for each in (outcome, Outcome((), 0, ())):
        assert [error.message for error in validator.iter_errors(json.loads(REPORTS["sarif"](each, False)))] == []


def test_sarif_passes_the_multitool(outcome: Outcome, sarif_schema: dict[str, object], tmp_path: Path) -> None:
    """Microsoft's validator finds no error in the log."""
    del sarif_schema
    program = MULTITOOL / "Sarif.Multitool"
    if os.name != "posix" or not program.is_file():
        pytest.skip("the multitool for this system is not installed")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "log.sarif").write_text(REPORTS["sarif"](outcome, False), encoding="utf-8")
    ran = subprocess.run(
        [str(program), "validate", "log.sarif"],
        cwd=tmp_path,
        env={
            **os.environ,
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
            "DOTNET_BUNDLE_EXTRACT_BASE_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Analysis completed successfully" in ran.stdout, ran.stdout + ran.stderr
    assert re.findall(r"^.*: error .*$", ran.stdout, re.M) == []


def test_sarif_says_what_a_viewer_shows(outcome: Outcome) -> None:
    """Places, rules with their help, a fingerprint that stays when lines move, and what was skipped."""
    run = json.loads(REPORTS["sarif"](outcome, False))["runs"][0]
    first = run["results"][0]
    region = first["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (
        outcome.findings[0].place.line,
        outcome.findings[0].place.column,
    )
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert rule["id"] == first["ruleId"]
    assert rule["help"]["text"]
    assert run["invocations"][0]["toolExecutionNotifications"]
    moved = Outcome(tuple(_moved(each) for each in outcome.findings), 3, ())
    again = json.loads(REPORTS["sarif"](moved, False))["runs"][0]["results"]
    assert [each["partialFingerprints"] for each in again] == [
        each["partialFingerprints"] for each in run["results"][:-1]
    ]


def _moved(finding: Finding) -> Finding:
    place = Place(finding.place.path, finding.place.line + 5, finding.place.column)
    return Finding(finding.rule, finding.severity, finding.message, finding.remedy, place, finding.yaml_path)


def test_gitlab_issues_have_what_gitlab_needs(outcome: Outcome) -> None:
    """Description, check, path, line, a known severity, and a fingerprint of its own for each issue."""
    issues = json.loads(REPORTS["gitlab"](Outcome((*outcome.findings, outcome.findings[0]), 3, (), (STALE,)), False))
    assert len({each["fingerprint"] for each in issues}) == len(issues)
    for each in issues:
        assert each["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert each["location"]["lines"]["begin"] >= 1
        assert each["description"].isprintable()
    assert json.loads(REPORTS["gitlab"](Outcome((), 0, ()), False)) == []


def test_junit_counts_and_escapes(outcome: Outcome) -> None:
    """The XML parses whatever names and messages hold; counts are those of the cases; nothing found passes."""
    suites = ElementTree.fromstring(REPORTS["junit"](outcome, False))
    cases = suites.findall("./testsuite/testcase")
    failures = suites.findall("./testsuite/testcase/failure")
    assert (suites.attrib["tests"], suites.attrib["failures"]) == (str(len(cases)), str(len(failures)))
    assert len(failures) == len(outcome.findings) + 1
    nasty = next(case for case in cases if "\\x1b" in case.attrib["classname"])
    assert nasty.find("failure").attrib["message"].startswith("is `50%` | <b>of</b>")  # type: ignore[union-attr]
    clean = ElementTree.fromstring(REPORTS["junit"](Outcome((), 4, ()), False))
    assert (clean.attrib["tests"], clean.attrib["failures"]) == ("1", "0")


def test_markdown_keeps_its_shape(outcome: Outcome) -> None:
    """One row of five cells a finding, whatever they hold; no HTML, link or mention comes out of a message."""
    text = REPORTS["markdown"](outcome, False)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    rows = sum(token.type == "tr_open" for token in tokens)
    cells = sum(token.type == "td_open" for token in tokens)
    assert (rows, cells) == (len(outcome.findings) + 1, 5 * len(outcome.findings))
    inline = [child for token in tokens for child in token.children or ()]
    assert not any(child.type in ("html_inline", "link_open", "em_open") for child in inline)
    assert "@you" not in text
    assert "\x1b" not in text
    assert REPORTS["markdown"](Outcome((), 2, ()), False) == "### advisor check: nothing found; 2 files checked\n"


def test_odd_names_survive_in_sarif(tmp_path: Path) -> None:
    """A relative path is percent-encoded below the root of the sources, an absolute one is an address of a file."""
    findings = tuple(Finding("ADV007", "note", "m", "", Place(path)) for path in (ODD, str(tmp_path / "x y.json")))
    run = json.loads(REPORTS["sarif"](Outcome(findings, 2, ()), False))["runs"][0]
    first, second = (each["locations"][0]["physicalLocation"]["artifactLocation"] for each in run["results"])
    assert first["uri"].startswith("a%20b/%C3%BC%25%3F%23%26%3C%3E")
    assert first["uriBaseId"] == "%SRCROOT%"
    assert second["uri"].startswith("file:///")
    assert " " not in second["uri"]


def test_check_jsonschema_agrees(outcome: Outcome, sarif_schema: dict[str, object], tmp_path: Path) -> None:
    """check-jsonschema, as a CI would run it, accepts the log and, by its own schema, the hook's workflow."""
    del sarif_schema
    program = shutil.which("check-jsonschema", path=str(Path(os.sys.executable).parent))  # type: ignore[attr-defined]
    if program is None:
        pytest.skip("check-jsonschema is not installed")
    (tmp_path / "log.sarif").write_text(REPORTS["sarif"](outcome, False), encoding="utf-8")
    schema = str(MULTITOOL / "sarif-2.1.0.json")
    ran = subprocess.run([program, "--schemafile", schema, "log.sarif"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
