"""What lets a finding stay: a comment `# advisor: ignore[ADV014] the reason`, or a row of pyproject.toml."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from advisor.check.rules.adv055_suppression import RULE
from advisor.check.settings import Allowed
from advisor.values.finding import Edit, Finding, Place

_COMMENT = re.compile(r"#[ \t]*advisor:[ \t]*ignore\[([^\]\n]{1,200})\][ \t:,-]*(.*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One rule that one comment names: where the comment is, the lines it speaks for, the reason, its text."""

    rule: str
    place: Place
    lines: range
    reason: str
    comment: str = ""


def suppressions(path: str, text: str) -> Iterator[Suppression]:
    """The suppressions in a file's comments; one alone on its line speaks for what follows it.

    What follows may go over several lines that end in a backslash, and other such comments may stand between.
    """
    if "advisor:" not in text:
        return
    rows = text.split("\n")
    for number, row in enumerate(rows, start=1):
        match = _COMMENT.search(row)
        if match is None:
            continue
        alone = not row[: match.start()].strip()
        lines = _following(rows, number) if alone else range(number, number + 1)
        for rule in match.group(1).replace(",", " ").split():
            place = Place(path, number, match.start() + 1)
            yield Suppression(rule, place, lines, match.group(2).strip(), match.group().rstrip("\r"))


def _following(rows: list[str], number: int) -> range:
    first = number + 1
    while first <= len(rows) and rows[first - 1].strip() and (found := _COMMENT.search(rows[first - 1])):
        if rows[first - 1][: found.start()].strip():
            break
        first += 1
    last = first
    while last <= len(rows) and rows[last - 1].rstrip().endswith("\\"):
        last += 1
    return range(first, last + 1)


def suppressed(
    findings: Iterable[Finding],
    texts: Mapping[str, str],
    rows: Iterable[Allowed] = (),
    runs: Callable[[str], bool] = lambda _: True,
) -> list[Finding]:
    """The findings that nothing hides, and a finding for each comment or row that is of no use.

    A comment about a rule that does not run (`runs`) is neither.
    """
    comments = [
        each
        for path, text in texts.items()
        if not path.lower().endswith(".json")
        for each in suppressions(path, text)
        if runs(each.rule)
    ]
    at = {(each.place.path, line, each.rule): each for each in comments for line in each.lines}
    table = [row for row in rows if runs(row.rule)]
    used: set[Suppression | Allowed] = set()
    left = []
    for finding in findings:
        comment = at.get((finding.place.path, finding.place.line, finding.rule))
        hiding = [row for row in table if row.hides(finding)]
        used.update(hiding)
        if comment is not None:
            used.add(comment)
        if not hiding and (comment is None or not comment.reason):
            left.append(finding)
    left += [_useless(each, hides=each in used) for each in comments if each not in used or not each.reason]
    return left + [_idle(row) for row in table if row not in used]


def _useless(comment: Suppression, *, hides: bool) -> Finding:
    if hides:
        told = f"ignore[{comment.rule}] gives no reason, so it does not count"
        return Finding(RULE.id, "warning", told, "write the reason after the bracket", comment.place)
    told = f"ignore[{comment.rule}] hides nothing: there is no such finding on line {comment.lines.start}"
    lone = "," not in comment.comment.partition("]")[0]
    fix = (Edit(comment.place, comment.comment, ""),) if lone else ()
    return Finding(RULE.id, "note", told, "remove the comment", comment.place, fix=fix)


def _idle(row: Allowed) -> Finding:
    where = f"{row.path} {row.yaml_path}".strip()
    return Finding(RULE.id, "note", f"nothing of {row.rule} is found in {where}", "remove the entry", row.place)
