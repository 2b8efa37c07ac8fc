"""Mends what can be mended without asking anybody: shows the change, then writes every file whole."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from advisor.atomic import write_together
from advisor.check.report.words import printable
from advisor.values.finding import Edit, Finding


def mended(findings: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    """(text before, text after) of each file that has a safe fix; an edit whose text has moved is left out."""
    edits: dict[str, set[Edit]] = {}
    for finding in findings:
        for edit in finding.fix:
            edits.setdefault(edit.place.path, set()).add(edit)
    found: dict[str, tuple[str, str]] = {}
    for path, wanted in sorted(edits.items()):
        before = Path(path).read_bytes().decode("utf-8")
        after = _edited(before, wanted)
        if after != before:
            found[path] = (before, after)
    return found


def diff(changes: Mapping[str, tuple[str, str]]) -> str:
    """The changes as a unified diff without context."""
    lines: list[str] = []
    for path, (before, after) in changes.items():
        name = printable(path)
        pairs = difflib.unified_diff(before.split("\n"), after.split("\n"), name, name, n=0, lineterm="")
        lines += [printable(line) for line in pairs]
    return "".join(f"{line}\n" for line in lines)


def write(changes: Mapping[str, tuple[str, str]]) -> None:
    """Writes all the files or none; raises Lacking when the disk refuses."""
    write_together({Path(path): after.encode("utf-8") for path, (_, after) in changes.items()})


def _edited(text: str, edits: Iterable[Edit]) -> str:
    rows: list[str | None] = list(text.split("\n"))
    for edit in sorted(edits, key=lambda each: (each.place.line, each.place.column), reverse=True):
        row = rows[edit.place.line - 1] if edit.place.line <= len(rows) else None
        start = edit.place.column - 1
        if row is None or row[start : start + len(edit.old)] != edit.old:
            continue
        ending = "\r" if row.endswith("\r") else ""
        changed = row[:start] + edit.new + row[start + len(edit.old) :]
        if not edit.new:
            changed = changed.rstrip()
            rows[edit.place.line - 1] = f"{changed}{ending}" if changed else None
        else:
            rows[edit.place.line - 1] = changed
    return "\n".join(row for row in rows if row is not None)
