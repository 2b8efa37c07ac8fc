"""What the reports that people read have in common."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from advisor.check.outcome import Outcome
from advisor.check.rules import RULES
from advisor.values.finding import Finding
from advisor.values.staleness import Staleness

TITLES = {rule.id: rule.title for rule in RULES}
STALE = "stale"
"""What stands for a rule where the record itself is stale."""


def printable(text: str) -> str:
    """Text without anything that could move a cursor or end a line: what names and files hold is not trusted."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def stale_line(stale: Staleness) -> str:
    """What was recorded, what follows now, and why."""
    moved = f", because {', '.join(stale.moved)} changed" if stale.moved else ""
    return f'recorded "{stale.recorded}", now "{stale.now}"{moved}; run advisor plan'


def summary(outcome: Outcome) -> str:
    """The counts in one line."""
    counts = []
    for severity in ("error", "warning", "note"):
        count = sum(finding.severity == severity for finding in outcome.findings)
        if count:
            counts.append(f"{count} {severity}{'s' if count != 1 else ''}")
    files = f"{outcome.files} file{'s' if outcome.files != 1 else ''} checked"
    if outcome.hidden:
        files += f", {outcome.hidden} in the baseline"
    if outcome.skipped:
        files += f", {len(outcome.skipped)} skipped"
    if outcome.stale:
        counts.append("the record is stale" if len(outcome.stale) == 1 else f"{len(outcome.stale)} records are stale")
    return f"{', '.join(counts) or 'nothing found'}; {files}"


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """A name for each finding that stays when lines move: from rule, file and path in it; a number for its likes."""
    seen: Counter[tuple[str, str, str]] = Counter()
    marks = []
    for finding in findings:
        key = (finding.rule, finding.place.path, finding.yaml_path or finding.message)
        text = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        marks.append(hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest())
    return marks
