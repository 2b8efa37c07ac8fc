"""Comments that let a finding stay: `# advisor: ignore[ADV014] the reason`, in YAML."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from advisor.check.rules.adv055_suppression import RULE
from advisor.values.finding import Finding, Place

_COMMENT = re.compile(r"#[ \t]*advisor:[ \t]*ignore\[([^\]\n]{1,200})\][ \t:,-]*(.*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One rule that one comment names: where the comment is, the line it speaks for, the reason."""

    rule: str
    place: Place
    line: int
    reason: str


def suppressions(path: str, text: str) -> Iterator[Suppression]:
    """The suppressions in a file's comments; one alone on its line speaks for the next line."""
    if "advisor:" not in text:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        match = _COMMENT.search(line)
        if match is None:
            continue
        alone = not line[: match.start()].strip()
        for rule in match.group(1).replace(",", " ").split():
            place = Place(path, number, match.start() + 1)
            yield Suppression(rule, place, number + alone, match.group(2).strip())


def suppressed(findings: Iterable[Finding], texts: Mapping[str, str]) -> list[Finding]:
    """The findings that no comment hides, and a finding for each comment that is of no use."""
    comments: dict[tuple[str, int, str], Suppression] = {}
    for path, text in texts.items():
        if not path.lower().endswith(".json"):
            comments |= {(path, each.line, each.rule): each for each in suppressions(path, text)}
    used: set[tuple[str, int, str]] = set()
    left = []
    for finding in findings:
        key = (finding.place.path, finding.place.line, finding.rule)
        used.add(key)
        if key not in comments or not comments[key].reason:
            left.append(finding)
    return left + [
        _useless(comment, hides=key in used)
        for key, comment in comments.items()
        if key not in used or not comment.reason
    ]


def _useless(comment: Suppression, *, hides: bool) -> Finding:
    if hides:
        told = f"ignore[{comment.rule}] gives no reason, so it does not count"
        return Finding(RULE.id, "warning", told, "write the reason after the bracket", comment.place)
    told = f"ignore[{comment.rule}] hides nothing: there is no such finding on line {comment.line}"
    return Finding(RULE.id, "note", told, "remove the comment", comment.place)
