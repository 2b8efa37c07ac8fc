"""The status of a record: which ones there are, and how it is changed where it stands."""

import re
from pathlib import Path

from advisor.errors import BadInput
from advisor.record.read import Record, text_of
from advisor.record.sections import remarked

OPEN = ("proposed", "draft")
_KEY = re.compile(r"^status:.*$", re.M)
_BULLET = re.compile(r"^(\* Status: ).*$", re.M)


def with_status(record: Record, in_front: str, in_bullet: str) -> bytes:
    """The file with its status changed where it stands in the front matter and in the header list."""
    text = text_of(record.path)
    newline = "\r\n" if "\r\n" in text else "\n"
    front, dashes, body = text.replace("\r\n", "\n").partition("\n---\n")
    front = _KEY.sub(lambda _: f'status: "{in_front}"', front, count=1)
    body = _BULLET.sub(lambda found: f"{found[1]}{in_bullet}", body, count=1)
    return remarked(f"{front}{dashes}{body}", "header").replace("\n", newline).encode()


def superseded(record: Record, number: int, by: Path) -> bytes:
    """The file of a record that the record `number`, in the file `by`, takes the place of."""
    return with_status(record, f"superseded by ADR-{number:04d}", f"superseded by [{by.stem}]({by.stem}.md)")


def must_be(record: Record, states: tuple[str, ...], remedy: str) -> None:
    """Raises BadInput for a record in another state, or that advisor did not write."""
    if not record.ours:
        raise BadInput(
            f"record {record.number} was not written by advisor",
            where=str(record.path),
            remedy="change its status by hand",
        )
    if record.status not in states:
        raise BadInput(
            f"record {record.number} is {record.status or 'without a status'}, not {states[0]}",
            where=f"{record.path}:{record.lines.get('status', 1)}:1",
            remedy=remedy,
        )
