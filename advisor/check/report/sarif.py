"""The outcome in SARIF 2.1.0, which code scanning services take.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import os.path
from json import dumps
from pathlib import Path
from urllib.parse import quote

from advisor import __version__
from advisor.check.outcome import Outcome
from advisor.check.report.words import STALE, fingerprints, printable, stale_line
from advisor.check.rulebook import Rule
from advisor.check.rules import RULES
from advisor.values.finding import Finding, Place
from advisor.values.staleness import Staleness

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def report(outcome: Outcome, colour: bool = False) -> str:
    """One run: a result for each finding and each stale record, the rules that were broken, what was skipped."""
    del colour
    broken = {finding.rule for finding in outcome.findings}
    rules = [_rule(rule) for rule in RULES if rule.id in broken]
    rules += [{"id": STALE, "shortDescription": {"text": "The record is stale"}}] if outcome.stale else []
    places = {rule["id"]: number for number, rule in enumerate(rules)}
    prints = fingerprints(outcome.findings)
    results = [_result(finding, places, mark) for finding, mark in zip(outcome.findings, prints, strict=True)]
    driver = {"name": "advisor", "version": __version__, "semanticVersion": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _skipped(outcome)}],
        "results": results + [_stale(stale, places[STALE]) for stale in outcome.stale],
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, object]:
    help = f"{rule.condition}\n\n{rule.why}\n\n{rule.remedy}"
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}. {rule.why}"},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [rule.group]},
    }


def _result(finding: Finding, places: dict[object, int], fingerprint: str) -> dict[str, object]:
    text = f"{finding.message}: {finding.remedy}" if finding.remedy else finding.message
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": finding.severity,
        "message": {"text": printable(text)},
        "locations": [_location(finding.place, finding.yaml_path)],
        "partialFingerprints": {"advisor/v1": fingerprint},
    }
    if finding.related:
        related = [_location(place) | {"id": number} for number, place in enumerate(finding.related)]
        result["relatedLocations"] = related
    return result


def _stale(stale: Staleness, index: int) -> dict[str, object]:
    return {
        "ruleId": STALE,
        "ruleIndex": index,
        "level": "warning",
        "message": {"text": printable(stale_line(stale))},
        "locations": [_location(stale.place)],
    }


def _skipped(outcome: Outcome) -> list[dict[str, object]]:
    return [
        {
            "level": "note",
            "message": {"text": f"skipped: {printable(each.why)}"},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(each.path)}}],
        }
        for each in outcome.skipped
    ]


def _location(place: Place, yaml_path: str = "") -> dict[str, object]:
    region = {"startLine": place.line, "startColumn": place.column}
    location: dict[str, object] = {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}
    if yaml_path:
        location["logicalLocations"] = [{"fullyQualifiedName": printable(yaml_path)}]
    return location


def _artifact(path: str) -> dict[str, str]:
    """A relative path is one below the root of the sources; any byte of it survives, percent-encoded."""
    if os.path.isabs(path):
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(path.encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": "%SRCROOT%"}
