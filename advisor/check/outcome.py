"""What a check found."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from advisor.check.files import Skipped
from advisor.values.finding import Finding, Severity
from advisor.values.staleness import Staleness

SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")
"""Mildest first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Findings in a stable order, how many files were looked at, what was not, and which records are stale.

    `texts` holds the text of the files that findings are in, so that a report can quote the lines; `hidden` counts
    the findings that a baseline holds, `projects` the folders with a recorded decision.
    """

    findings: tuple[Finding, ...]
    files: int
    skipped: tuple[Skipped, ...]
    stale: tuple[Staleness, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    hidden: int = 0
    projects: int = 0

    def at_least(self, severity: Severity) -> "Outcome":
        """The same with only the findings of that severity or worse."""
        return replace(self, findings=tuple(each for each in self.findings if _rank(each.severity) >= _rank(severity)))

    def worst_is(self, severity: Severity) -> bool:
        """Whether something of that severity or worse was found."""
        return any(_rank(each.severity) >= _rank(severity) for each in self.findings)


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)
