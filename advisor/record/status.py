"""The status of a record: which ones there are, and how it is changed in every place where it stands.

Readers of records look in three places: the front matter (MADR), the list under the title (log4brains) and a section
of its own (adr-tools, adr-viewer). All three say the same.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from advisor.errors import BadInput
from advisor.record.read import Record, text_of
from advisor.record.sections import remarked

OPEN = ("proposed", "draft")
_KEY = re.compile(r"^status:.*$", re.M)
_BULLET = re.compile(r"^(\* Status: ).*$", re.M)
_SECTION = re.compile(r"(?<=^## Status\n\n).*?(?=\n+(?:#|<!-- advisor:end))", re.M | re.S)
_RELATIONS = ("Supersedes [", "Amends [")
"""Paragraphs of the section that hold whatever becomes of the record."""


def with_status(record: Record, state: str, amended_by: Sequence[Path] = ()) -> bytes:
    """The file with another status; `amended_by` are the records that replaced a part of it."""
    return _changed(record, state, state, [state.capitalize(), *(f"Amended by {link(path)}" for path in amended_by)])


def superseded(record: Record, *by: Path) -> bytes:
    """The file of a record whose place those in the files `by` take, one or, where each is of a decision, several."""
    said = f"superseded by {link(by[0])}"
    return _changed(record, f"superseded by ADR-{by[0].name[:4]}", said, [f"Superseded by {', '.join(map(link, by))}"])


def link(path: Path) -> str:
    """A link to another record of the folder, as adr-tools and log4brains follow it."""
    return f"[{path.stem}]({path.stem}.md)"


def _changed(record: Record, in_front: str, in_bullet: str, in_section: list[str]) -> bytes:
    text = text_of(record.path)
    newline = "\r\n" if "\r\n" in text else "\n"
    front, dashes, body = text.replace("\r\n", "\n").partition("\n---\n")
    front = _KEY.sub(lambda _: f'status: "{in_front}"', front, count=1)
    body = _BULLET.sub(lambda found: f"{found[1]}{in_bullet}", body, count=1)
    body = _SECTION.sub(lambda found: "\n\n".join([*in_section, *_relations(found[0])]), body, count=1)
    return remarked(f"{front}{dashes}{body}", "header").replace("\n", newline).encode()


def _relations(section: str) -> list[str]:
    return [part for part in section.split("\n\n") if part.startswith(_RELATIONS)]


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
