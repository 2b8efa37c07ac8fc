"""Writes the record of a conclusion and its evidence, where a person would look for them."""

import datetime
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from advisor.atomic import write_together
from advisor.errors import BadInput
from advisor.record.evidence import evidence
from advisor.record.folder import decisions_folder, evidence_folder, free_number, slug
from advisor.record.markdown import title
from advisor.record.read import Record, records, text_of
from advisor.record.render import Identity, render, same_digest
from advisor.record.sections import kept
from advisor.record.status import OPEN, must_be, superseded
from advisor.values.decision import Conclusion


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it. `paths` are the files written, or that would be: none when nothing changed.

    `record` is the file that states this decision, `text` what it says. `replaced` names generated parts that
    somebody had edited between the marks, and whose edit the new text replaces.
    """

    record: Path
    paths: tuple[Path, ...]
    text: str
    replaced: tuple[str, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Whether every byte is as it was."""
        return not self.paths


def write(  # noqa: PLR0913 - the last four are rare
    conclusion: Conclusion,
    project: Path,
    *,
    out: Path | None = None,
    date: datetime.date,
    dry_run: bool = False,
    superseding: int | None = None,
    beside: Mapping[Path, bytes] | None = None,
) -> Written:
    """Writes the record, its evidence and the files `beside` them, all or none; again, it changes no byte.

    A proposed record of ours is rewritten in place, with the prose that people added. An accepted one is never
    touched: when it states this decision nothing is written, else a proposal that supersedes it. `out` takes the
    place of the project's folder. `superseding` is the number of an accepted record that the proposal replaces at
    once, whether the decision changed or not: both files change, or neither. Raises BadInput for a record whose
    marks are damaged, or that cannot be superseded; Lacking when the disk refuses.
    """
    home = out or project
    decisions = decisions_folder(home)
    there = records(decisions)
    ours = [record for record in there if record.ours]
    replaced_one = None if superseding is None else _to_supersede(there, superseding, decisions)
    if replaced_one is None and (settled := _settled(ours, conclusion)):
        return Written(settled.path, _put(beside or {}, dry_run), text_of(settled.path))
    if replaced_one is not None:
        ours = [each for each in ours if each is replaced_one or each.status in OPEN]
    proposal = next((record for record in reversed(ours) if record.status in OPEN), None)
    folder = evidence_folder(decisions, home)
    if proposal is None:
        record, text, identity = _new(conclusion, decisions, home, date, ours)
        replaced: tuple[str, ...] = ()
    else:
        record, text, identity, replaced = _again(conclusion, proposal, folder, date, ours)
    files = {
        folder / f"{record.stem}.json": evidence(conclusion, identity.number),
        record: text.encode(errors="replace"),
    }
    if replaced_one is not None:
        files[replaced_one.path] = superseded(replaced_one, identity.number, record)
    return Written(record, _put({**dict(sorted(files.items())), **(beside or {})}, dry_run), text, replaced)


def _put(files: Mapping[Path, bytes], dry_run: bool) -> tuple[Path, ...]:
    """Writes those that differ from what is there; returns them, or in a dry run those that would be written."""
    changed = {path: content for path, content in files.items() if _bytes(path) != content}
    if changed and not dry_run:
        write_together(changed)
    return tuple(changed)


def _to_supersede(there: Iterable[Record], number: int, decisions: Path) -> Record:
    """The accepted record of ours with this number. Raises BadInput when there is none."""
    old = next((record for record in there if record.number == number), None)
    if old is None:
        raise BadInput(f"there is no record {number}", where=str(decisions), remedy="advisor adr list shows them")
    must_be(old, ("accepted",), "only an accepted record is superseded; a proposal is rewritten by advisor plan")
    return old


def _settled(ours: Iterable[Record], conclusion: Conclusion) -> Record | None:
    """The record in which somebody has already said yes or no to this very decision."""
    last: Record | None = None
    for record in ours:
        if record.status == "accepted" or (record.status == "rejected" and same_digest(conclusion, record.digest)):
            last = record
    return last if last is not None and same_digest(conclusion, last.digest) else None


def _new(
    conclusion: Conclusion, decisions: Path, home: Path, date: datetime.date, ours: Iterable[Record]
) -> tuple[Path, str, Identity]:
    """A proposal with the next free number; it supersedes the accepted record of ours, if there is one."""
    number = free_number(decisions, home)
    record = decisions / f"{number:04d}-{slug(title(conclusion.title))}.md"
    accepted = [each for each in ours if each.status == "accepted"]
    identity = Identity(
        number=number,
        date=date.isoformat(),
        status="proposed",
        evidence=_link(record, evidence_folder(decisions, home)),
        supersedes=accepted[-1].path.stem if accepted else "",
    )
    return record, render(conclusion, identity), identity


def _again(
    conclusion: Conclusion, old: Record, folder: Path, date: datetime.date, ours: Iterable[Record]
) -> tuple[Path, str, Identity, tuple[str, ...]]:
    """The proposal rewritten: same number, same file; the date stays while the text says the same."""
    before = text_of(old.path)
    prose = kept(before, str(old.path))
    accepted = [each for each in ours if each.status == "accepted"]
    before_it = [each for each in accepted if f"{each.number:04d}" == old.keys.get("supersedes")] or accepted[-1:]
    identity = Identity(
        number=old.number or 0,
        date=_iso(old.date) or date.isoformat(),
        status=old.status,
        evidence=_link(old.path, folder),
        supersedes=before_it[0].path.stem if before_it else "",
    )
    text = render(conclusion, identity, prose)
    if text != before.replace("\r\n", "\n"):
        identity = replace(identity, date=date.isoformat())
        text = render(conclusion, identity, prose)
    changed = text != before.replace("\r\n", "\n")
    if "\r\n" in before:
        text = text.replace("\n", "\r\n")
    return old.path, text, identity, prose.edited if changed else ()


def _link(record: Path, folder: Path) -> str:
    """The evidence of a record as the record links to it."""
    return Path(os.path.relpath(folder / f"{record.stem}.json", record.parent)).as_posix()


def _iso(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
