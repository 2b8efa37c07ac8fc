"""What happens to a record after it is written: it is found by its number, accepted, rejected or deprecated."""

from collections.abc import Iterable
from pathlib import Path

from advisor.atomic import write_together
from advisor.errors import BadInput
from advisor.record.evidence import chosen_in
from advisor.record.folder import decisions_folder, evidence_folder
from advisor.record.read import Record, records
from advisor.record.renamed import renamed
from advisor.record.status import OPEN, must_be, superseded, with_status
from advisor.record.troubles import troubles

_TOOK_PLACE = ("accepted", "superseded", "deprecated")
"""What has been accepted, whatever became of it since."""


def listed(project: Path) -> tuple[Record, ...]:
    """Every decision record of the project, other tools' as well, by number."""
    return records(decisions_folder(project))


def lasting(there: Iterable[Record]) -> tuple[Record, ...]:
    """The records of ours that count: of each decision the last, or the last of the whole where none is of one."""
    last = {record.decision: record for record in there if record.ours}
    return tuple(record for decision, record in last.items() if decision or len(last) == 1)


def found(project: Path, number: int) -> Record:
    """The record with this number. Raises BadInput when there is none, or more than one."""
    folder = decisions_folder(project)
    there = records(folder)
    matching = [record for record in there if record.number == number]
    if not matching:
        known = ", ".join(str(record.number) for record in there)
        remedy = f"records there: {known}" if known else "`advisor plan` writes the first"
        raise BadInput(f"there is no record {number}", where=str(folder), remedy=remedy)
    if len(matching) > 1:
        both = " and ".join(record.path.name for record in matching)
        raise BadInput(f"{both} have the same number", where=str(folder), remedy="rename one of them")
    return matching[0]


def evidence_of(record: Record, project: Path) -> Path:
    """Where the numbers behind a record are kept."""
    return evidence_folder(decisions_folder(project), project) / f"{record.path.stem}.json"


def chosen(record: Record, project: Path) -> dict[str, tuple[str, ...]]:
    """What each decision of a record chose, by its evidence; nothing where that is gone or not ours."""
    path = evidence_of(record, project)
    return chosen_in(path.read_bytes()) if path.is_file() else {}


def accept(project: Path, number: int) -> tuple[Path, ...]:
    """Makes a proposal of ours accepted, and what it supersedes superseded; returns the files changed.

    Its file is called by its title from then on, and whatever links to it follows. A record of one decision takes the
    place of that decision alone: the record of all of them goes on to hold for the others, and says which were
    replaced, until every one has an accepted record. All files change, or none. Raises BadInput for a record that is
    not proposed, that is damaged, or that advisor did not write.
    """
    record = _sound(project, number)
    must_be(record, OPEN, "only a proposal can be accepted; `advisor plan` proposes anew when the decision changes")
    files: dict[Path, bytes | None] = {record.path: with_status(record, "accepted")}
    if old := _superseded(project, record):
        files[old.path] = _replaced(old, record, listed(project))
    files = renamed(record, files, evidence_of(record, project))
    write_together(files)
    return tuple(path for path, content in files.items() if content is not None)


def reject(project: Path, number: int) -> tuple[Path, ...]:
    """Makes a proposal of ours rejected: the same decision is not proposed again. Raises BadInput as `accept` does."""
    record = _sound(project, number)
    must_be(record, OPEN, "only a proposal can be rejected; an accepted record is deprecated or superseded")
    write_together({record.path: with_status(record, "rejected")})
    return (record.path,)


def deprecate(project: Path, number: int) -> tuple[Path, ...]:
    """Makes an accepted record of ours deprecated: it no longer holds, and nothing takes its place yet.

    Raises BadInput for a record that is not accepted, that is damaged, or that advisor did not write.
    """
    record = _sound(project, number)
    must_be(record, ("accepted",), "only an accepted record can be deprecated; a proposal is rejected")
    write_together({record.path: with_status(record, "deprecated")})
    return (record.path,)


def _sound(project: Path, number: int) -> Record:
    """The record with this number. Raises BadInput for one that is damaged: changing it would hide the damage."""
    record = found(project, number)
    for trouble in troubles(record):
        raise trouble
    return record


def _superseded(project: Path, record: Record) -> Record | None:
    number = record.keys.get("supersedes", "")
    same = (old for old in listed(project) if old.ours and f"{old.number:04d}" == number)
    return next((old for old in same if old.status == "accepted"), None)


def _replaced(old: Record, record: Record, there: Iterable[Record]) -> bytes:
    """The file of `old` once `record` is accepted: superseded, or amended while a decision has no other record."""
    if old.decision or not record.decision:
        return superseded(old, record.path)
    parts = [each for each in there if each.ours and each.keys.get("supersedes") == record.keys["supersedes"]]
    accepted = [each for each in parts if each.path == record.path or each.status in _TOOK_PLACE]
    by = [each.path for each in accepted]
    left = {each.decision for each in parts} - {each.decision for each in accepted}
    return with_status(old, "accepted", by) if left else superseded(old, *by)
