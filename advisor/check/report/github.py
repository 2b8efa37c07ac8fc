"""The outcome as workflow commands, which GitHub shows beside the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from advisor.check.outcome import Outcome
from advisor.check.report.words import TITLES, printable, stale_line, summary
from advisor.values.finding import Finding

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def report(outcome: Outcome, colour: bool = False) -> str:
    """One command a finding and a stale record, then a line for the log."""
    del colour
    lines = [_command(finding) for finding in outcome.findings]
    lines += [
        f"::warning file={_property(stale.place.path)},line={stale.place.line},title=The record is stale"
        f"::{_message(stale_line(stale))}"
        for stale in outcome.stale
    ]
    return "".join(f"{line}\n" for line in [*lines, summary(outcome)])


def _command(finding: Finding) -> str:
    place = finding.place
    title = _property(f"{finding.rule} {TITLES[finding.rule]}")
    message = f"{finding.message}\n{finding.remedy}" if finding.remedy else finding.message
    properties = f"file={_property(place.path)},line={place.line},col={place.column},title={title}"
    return f"::{_COMMANDS[finding.severity]} {properties}::{_message(message)}"


def _message(text: str) -> str:
    lines = text.replace("%", "%25").replace("\r", "%0D").split("\n")
    return "%0A".join(map(printable, lines))


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
