"""The outcome as JUnit XML, which nearly every CI shows: one test a finding, and one that passes for the rest."""

from xml.sax.saxutils import escape, quoteattr

from advisor.check.outcome import Outcome
from advisor.check.report.words import STALE, TITLES, printable, stale_line, summary
from advisor.values.finding import Place


def report(outcome: Outcome, colour: bool = False) -> str:
    """One suite; its name of a test is rule and place, its class the file."""
    del colour
    cases = [
        _case(
            f"{finding.rule} {TITLES[finding.rule]}",
            finding.place,
            finding.severity,
            f"{finding.message}\n{finding.remedy}",
        )
        for finding in outcome.findings
    ]
    cases += [_case(f"{STALE} The record is stale", each.place, "warning", stale_line(each)) for each in outcome.stale]
    count = f'tests="{len(cases) + 1}" failures="{len(cases)}" errors="0" skipped="0"'
    cases.append(f'    <testcase classname="advisor" name={_attribute(summary(outcome))}/>')
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="advisor check" {count}>',
        f'  <testsuite name="advisor check" {count}>',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(name: str, place: Place, severity: str, told: str) -> str:
    path = _attribute(place.path)
    where = f"{printable(place.path)}:{place.line}:{place.column}"
    message, _, remedy = told.partition("\n")
    body = "\n".join(escape(printable(line)) for line in (f"{where}: {severity}: {message}", remedy) if line)
    return (
        f'    <testcase classname={path} name={_attribute(f"{name} ({where})")} file={path} line="{place.line}">\n'
        f"      <failure type={_attribute(severity)} message={_attribute(message)}>{body}</failure>\n"
        "    </testcase>"
    )


def _attribute(text: str) -> str:
    """XML has no way to write most control characters, so they are written out."""
    return quoteattr(printable(text))
