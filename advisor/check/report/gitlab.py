"""The outcome as a Code Quality report, which GitLab shows in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
from json import dumps

from advisor.check.outcome import Outcome
from advisor.check.report.words import STALE, fingerprints, printable, stale_line
from advisor.values.finding import Place

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def report(outcome: Outcome, colour: bool = False) -> str:
    """One issue for each finding and each stale record."""
    del colour
    issues = [
        _issue(
            finding.rule,
            f"{finding.message}: {finding.remedy}" if finding.remedy else finding.message,
            _SEVERITIES[finding.severity],
            finding.place,
            mark,
        )
        for finding, mark in zip(outcome.findings, fingerprints(outcome.findings), strict=True)
    ]
    issues += [
        _issue(STALE, stale_line(stale), "major", stale.place, hashlib.sha256(stale.place.path.encode()).hexdigest())
        for stale in outcome.stale
    ]
    return dumps(issues, indent=2) + "\n"


def _issue(rule: str, told: str, severity: str, place: Place, fingerprint: str) -> dict[str, object]:
    return {
        "description": printable(f"{rule}: {told}"),
        "check_name": rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": place.path, "lines": {"begin": place.line}},
    }
