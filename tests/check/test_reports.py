"""The reports: the same findings in the same order, each format by its own rules."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from advisor.check import REPORTS, check
from advisor.check.files import Skipped
from advisor.check.outcome import Outcome
from advisor.values.finding import Finding, Place
from advisor.values.staleness import Staleness

SCHEMA = {
    "type": "object",
    "required": ["schema", "findings", "files", "skipped", "stale"],
    "properties": {
        "schema": {"const": 1},
        "files": {"type": "integer"},
        "stale": {"type": "boolean"},
        "skipped": {"type": "array", "items": {"required": ["path", "why"]}},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    "rule",
                    "severity",
                    "message",
                    "remedy",
                    "path",
                    "line",
                    "column",
                    "yaml_path",
                    "related",
                    "docs",
                ],
                "properties": {
                    "rule": {"pattern": r"^ADV\d{3}$"},
                    "severity": {"enum": ["error", "warning", "note"]},
                    "line": {"type": "integer", "minimum": 1},
                    "column": {"type": "integer", "minimum": 1},
                    "related": {"type": "array", "items": {"required": ["path", "line"]}},
                },
            },
        },
    },
}


@pytest.fixture
def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "ds.json").write_text(
        '{\n\t"train_batch_size": 100,\n "train_micro_batch_size_per_gpu": 8,\n "bf16": {"enabled": true},\n'
        ' "fp16": {"enabled": true}\n}\n'
    )
    (tmp_path / "a.yaml").write_text("num_train_epochs: 1\nsave_strategy: 'no'\nwarmup_steps: 0.1\n")
    (tmp_path / "c.json").write_text('{"zero_optimization": {"stage": 1},}')
    return check((Path("."),), rederive=lambda _: None, expect=lambda _: None)


def test_order_is_that_of_the_places(outcome: Outcome) -> None:
    """Findings are sorted by path, line and column, and every format shows them in that order."""
    order = [(each.rule, each.place.path, each.place.line) for each in outcome.findings]
    assert order == [
        ("ADV034", "a.yaml", 2),
        ("ADV007", "a.yaml", 3),
        ("ADV001", "b/ds.json", 2),
        ("ADV030", "b/ds.json", 4),
        ("ADV008", "c.json", 1),
    ]
    rules = [rule for rule, _, _ in order]
    assert [each["rule"] for each in json.loads(REPORTS["json"](outcome, False))["findings"]] == rules
    assert re.findall(r"^\S+:\d+:\d+: \w+ (ADV\d+)", REPORTS["text"](outcome, False), re.M) == rules
    assert re.findall(r"title=(ADV\d+)", REPORTS["github"](outcome, False)) == rules


def test_json_keeps_the_contract(outcome: Outcome) -> None:
    """The JSON report has the promised shape."""
    document = json.loads(REPORTS["json"](outcome, False))
    jsonschema.validate(document, SCHEMA)
    assert document["files"] == 3
    assert document["stale"] is False
    finding = document["findings"][3]
    assert (finding["yaml_path"], finding["related"]) == ("bf16.enabled", [{"path": "b/ds.json", "line": 5}])
    assert finding["docs"] == "docs/rules/ADV030.md"


def test_text_quotes_the_line(outcome: Outcome) -> None:
    """The text report shows the line with a caret under the value, tabs and all, then what to do, then the counts."""
    lines = REPORTS["text"](outcome, False).splitlines()
    at = next(index for index, line in enumerate(lines) if "ADV001" in line)
    quoted, caret = lines[at + 1], lines[at + 2]
    assert quoted.endswith('    "train_batch_size": 100,')
    assert quoted[caret.index("^") :].startswith("100")
    assert lines[at + 3].startswith("  set train_batch_size to 96 or 104")
    assert lines[-1] == "3 errors, 1 warning, 1 note; 3 files checked"


def test_colour_only_when_asked(outcome: Outcome) -> None:
    """Escape codes appear only with colour, and the words are the same."""
    plain, coloured = REPORTS["text"](outcome, False), REPORTS["text"](outcome, True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_severities(outcome: Outcome) -> None:
    """The lowest severity shown can be chosen, and whether something is that bad can be asked."""
    assert [each.rule for each in outcome.at_least("warning").findings] == ["ADV034", "ADV001", "ADV030", "ADV008"]
    assert outcome.worst_is("error")
    assert not outcome.at_least("note").worst_is("error") or len(outcome.at_least("note").findings) == 5


def test_github_commands_are_escaped() -> None:
    """Percent signs, line ends, colons and commas cannot end a workflow command or its properties."""
    nasty = Finding("ADV007", "note", "50% of\n::error::x", "a\rb", Place("a,b:c\n.yaml", 2, 3))
    first, second = REPORTS["github"](Outcome((nasty,), 1, ()), False).splitlines()
    assert first == (
        "::notice file=a%2Cb%3Ac%0A.yaml,line=2,col=3,title=ADV007 Value of the wrong kind or unit"
        "::50%25 of%0A::error::x%0Aa%0Db"
    )
    assert second == "1 note; 1 file checked"


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_names_cannot_break_a_report(name: str) -> None:
    """Escape codes, line ends and broken bytes in names and texts never reach the terminal as such."""
    path = "bad\x1b[2J\n\udcff.json"
    finding = Finding(
        "ADV008", "error", "is \x1b[31mred\n::error::", "do\x07", Place(path, 1, 2), related=(Place(path, 1),)
    )
    outcome = Outcome((finding,), 1, (Skipped(path, "why\x1b"),), texts={path: "a\x1b[1mb\u202e\n"})
    report = REPORTS[name](outcome, False)
    if name != "github":
        assert "\x1b" not in report
        assert "\u202e" not in report
    else:
        assert len(report.splitlines()) == 2
    report.encode("utf-8", "replace")


def test_long_lines_are_cut_around_the_place() -> None:
    """Of a line of a hundred thousand characters only the part around the place is quoted."""
    text = "x" * 50_000 + "HERE" + "y" * 50_000
    finding = Finding("ADV008", "error", "m", "r", Place("a.json", 1, 50_001))
    report = REPORTS["text"](Outcome((finding,), 1, (), texts={"a.json": text}), False)
    quoted, caret = report.splitlines()[1:3]
    assert len(quoted) < 130
    assert quoted[caret.index("^") :].startswith("HERE")


def test_the_caret_stands_under_wide_letters() -> None:
    """Letters that take two columns move the caret by two."""
    finding = Finding("ADV008", "error", "m", "r", Place("a.yaml", 1, 4))
    report = REPORTS["text"](Outcome((finding,), 1, (), texts={"a.yaml": "学: x"}), False)
    assert report.splitlines()[2].index("^") == len("     1 | ") + 4


def test_stale_records_are_shown_everywhere() -> None:
    """Text, JSON and GitHub each say what was recorded, what follows now, and what moved it."""
    stale = Staleness("One GPU", "Eight GPUs", ("data.rows",), Place("p/advisor.lock", 7))
    outcome = Outcome((), 0, (), (stale,))
    document = json.loads(REPORTS["json"](outcome, False))
    assert document["stale"] is True
    assert document["records"] == [
        {"path": "p/advisor.lock", "line": 7, "recorded": "One GPU", "now": "Eight GPUs", "moved": ["data.rows"]}
    ]
    for name in ("text", "github"):
        report = REPORTS[name](outcome, False)
        assert all(part in report for part in ("One GPU", "Eight GPUs", "data.rows", "p/advisor.lock"))
    assert REPORTS["github"](outcome, False).startswith("::warning file=p/advisor.lock,line=7,")


def test_skipped_paths_are_told() -> None:
    """What was not looked at is told with the reason; a long list is cut in the text, never in JSON."""
    outcome = Outcome((), 0, tuple(Skipped(f"{n}.json", "too large") for n in range(30)))
    text = REPORTS["text"](outcome, False)
    assert "0.json: too large" in text
    assert "20 more" in text
    assert len(json.loads(REPORTS["json"](outcome, False))["skipped"]) == 30
