"""The outcome as Markdown, for a comment on a pull request or the summary of a job."""

import re

from advisor.check.outcome import Outcome
from advisor.check.report.words import TITLES, printable, stale_line, summary
from advisor.values.finding import Finding

_SHOWN_SKIPPED = 10
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&])")


def report(outcome: Outcome, colour: bool = False) -> str:
    """A heading with the counts, a table of findings, then stale records and what was skipped."""
    del colour
    parts = [f"### advisor check: {_text(summary(outcome))}"]
    if outcome.findings:
        head = ["| where | severity | rule | what | do |", "| --- | --- | --- | --- | --- |"]
        parts.append("\n".join([*head, *(_row(finding) for finding in outcome.findings)]))
    if outcome.stale:
        lines = (
            f"* {_code(f'{each.place.path}:{each.place.line}')}: {_text(stale_line(each))}" for each in outcome.stale
        )
        parts.append("\n".join(lines))
    if outcome.skipped:
        shown = [f"* {_code(each.path)}: {_text(each.why)}" for each in outcome.skipped[:_SHOWN_SKIPPED]]
        more = len(outcome.skipped) - _SHOWN_SKIPPED
        shown += [f"* and {more} more"] if more > 0 else []
        parts.append("\n".join(["<details>", "<summary>Skipped</summary>", "", *shown, "", "</details>"]))
    return "\n\n".join(parts) + "\n"


def _row(finding: Finding) -> str:
    place = finding.place
    cells = (
        _code(f"{place.path}:{place.line}"),
        finding.severity,
        f"{finding.rule} {_text(TITLES[finding.rule])}",
        _text(finding.message),
        _text(finding.remedy),
    )
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(text)).replace("@", "&#64;").replace("://", ":&#47;/")


def _code(text: str) -> str:
    """A code span in a table: a pipe ends a cell even there, and backticks would end the span."""
    shown = printable(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
