"""What happens to a record after it is written: it is found by its number, and accepted."""

from collections.abc import Iterable
from pathlib import Path

from advisor.atomic import write_together
from advisor.errors import BadInput
from advisor.record.evidence import chosen_in
from advisor.record.folder import decisions_folder, evidence_folder
from advisor.record.read import Record, records
from advisor.record.status import OPEN, must_be, superseded, with_status


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

    Both or neither. Raises BadInput for a record that is not proposed, or that advisor did not write.
    """
    record = found(project, number)
    must_be(record, OPEN, "only a proposal can be accepted; `advisor plan` proposes anew when the decision changes")
    files = {record.path: with_status(record, "accepted", "accepted")}
    if old := _superseded(project, record):
        files[old.path] = superseded(old, number, record.path)
    write_together(files)
    return tuple(files)


def _superseded(project: Path, record: Record) -> Record | None:
    number = record.keys.get("supersedes", "")
    same = (old for old in listed(project) if old.ours and f"{old.number:04d}" == number)
    return next((old for old in same if old.status == "accepted"), None)
