"""What happens to a record after it is written: it is found by its number, and accepted."""

import re
from pathlib import Path

from advisor.atomic import write_together
from advisor.errors import BadInput
from advisor.record.folder import decisions_folder
from advisor.record.read import Record, records, text_of
from advisor.record.sections import remarked
from advisor.record.write import OPEN

_STATUS_KEY = re.compile(r"^status:.*$", re.M)
_STATUS_BULLET = re.compile(r"^(\* Status: ).*$", re.M)


def listed(project: Path) -> tuple[Record, ...]:
    """Every decision record of the project, other tools' as well, by number."""
    return records(decisions_folder(project))


def found(project: Path, number: int) -> Record:
    """The record with this number. Raises BadInput when there is none, or more than one."""
    folder = decisions_folder(project)
    there = records(folder)
    matching = [record for record in there if record.number == number]
    if not matching:
        known = ", ".join(str(record.number) for record in there) or "none: `advisor plan` writes the first"
        raise BadInput(f"there is no record {number}", where=str(folder), remedy=f"records there: {known}")
    if len(matching) > 1:
        both = " and ".join(record.path.name for record in matching)
        raise BadInput(f"{both} have the same number", where=str(folder), remedy="rename one of them")
    return matching[0]


def accept(project: Path, number: int) -> tuple[Path, ...]:
    """Makes a proposal of ours accepted, and what it supersedes superseded; returns the files changed.

    Both or neither. Raises BadInput for a record that is not proposed, or that advisor did not write.
    """
    record = found(project, number)
    if not record.ours:
        raise BadInput(
            f"record {number} was not written by advisor", where=str(record.path), remedy="change its status by hand"
        )
    if record.status not in OPEN:
        raise BadInput(
            f"record {number} is {record.status or 'without a status'}, not proposed",
            where=f"{record.path}:{record.lines.get('status', 1)}:1",
            remedy="only a proposal can be accepted; `advisor plan` proposes anew when the decision changes",
        )
    files = {record.path: _with_status(record, "accepted", "accepted")}
    if old := _superseded(project, record):
        new = record.path.stem
        files[old.path] = _with_status(old, f"superseded by ADR-{number:04d}", f"superseded by [{new}]({new}.md)")
    write_together(files)
    return tuple(files)


def _superseded(project: Path, record: Record) -> Record | None:
    number = record.keys.get("supersedes", "")
    same = (old for old in listed(project) if old.ours and f"{old.number:04d}" == number)
    return next((old for old in same if old.status == "accepted"), None)


def _with_status(record: Record, in_front: str, in_bullet: str) -> bytes:
    """The file with its status changed where it stands in the front matter and in the header list."""
    text = text_of(record.path)
    newline = "\r\n" if "\r\n" in text else "\n"
    front, dashes, body = text.replace("\r\n", "\n").partition("\n---\n")
    front = _STATUS_KEY.sub(lambda _: f'status: "{in_front}"', front, count=1)
    body = _STATUS_BULLET.sub(lambda found: f"{found[1]}{in_bullet}", body, count=1)
    return remarked(f"{front}{dashes}{body}", "header").replace("\n", newline).encode()
