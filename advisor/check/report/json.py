"""The outcome as one JSON document."""

from dataclasses import asdict
from json import dumps

from advisor.check.outcome import Outcome
from advisor.values.finding import Finding


def report(outcome: Outcome, colour: bool = False) -> str:
    """`{"schema": 1, "findings": […], "files": …, "skipped": […], "stale": …, "records": […]}`."""
    del colour
    document = {
        "schema": 1,
        "findings": [_finding(finding) for finding in outcome.findings],
        "files": outcome.files,
        "skipped": [asdict(skipped) for skipped in outcome.skipped],
        "stale": bool(outcome.stale),
        "records": [
            {
                "path": stale.place.path,
                "line": stale.place.line,
                "recorded": stale.recorded,
                "now": stale.now,
                "moved": list(stale.moved),
            }
            for stale in outcome.stale
        ],
    }
    return dumps(document, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "remedy": finding.remedy,
        "path": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "yaml_path": finding.yaml_path,
        "related": [{"path": place.path, "line": place.line} for place in finding.related],
        "docs": f"docs/rules/{finding.rule}.md",
    }
