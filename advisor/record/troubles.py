"""What is wrong with a record as it stands in its file: a merge left in it, or a status that nobody can tell."""

import re
from collections.abc import Iterable, Iterator

from advisor.errors import BadInput
from advisor.record.read import STATES, Record, said_of, text_of
from advisor.record.sections import lines_of

_CONFLICT = re.compile(r"(?:<<<<<<<|>>>>>>>)(?: |$)")


def troubles(record: Record) -> tuple[BadInput, ...]:
    """Each thing wrong with it, with line and remedy; of another tool's record only what git left in it."""
    try:
        text = text_of(record.path)
    except BadInput as error:
        return (error,)
    return tuple([*_conflicts(record, text)] or [*_status(record, text)])


def same_numbers(there: Iterable[Record]) -> Iterator[BadInput]:
    """Two records with one number, as two branches leave them."""
    by_number: dict[int | None, Record] = {}
    for each in there:
        first = by_number.setdefault(each.number, each)
        if first is not each:
            yield BadInput(
                f"{first.path.name} and {each.path.name} have the same number",
                where=str(each.path.parent),
                remedy="rename one of them, and its evidence with it",
            )


def _conflicts(record: Record, text: str) -> Iterator[BadInput]:
    for number, line in enumerate(lines_of(text), start=1):
        if _CONFLICT.match(line):
            yield BadInput(
                "a merge left conflict markers",
                where=f"{record.path}:{number}:1",
                remedy="take either side; where both changed a proposal, `advisor plan` writes it again",
            )
            return


def _status(record: Record, text: str) -> Iterator[BadInput]:
    if not record.ours:
        return
    line = record.lines.get("status", 1)
    if record.status not in STATES:
        yield BadInput(
            f"its status is {record.status!r}" if record.status else "it has no status",
            where=f"{record.path}:{line}:1",
            remedy=f"write one of {', '.join(STATES)}",
        )
        return
    for other, at in said_of(text, "status"):
        if other != record.status:
            yield BadInput(
                f"its status is {record.status} in line {line} and {other} here",
                where=f"{record.path}:{at}:1",
                remedy="write the same in both, or set it with advisor adr accept, reject or deprecate",
            )
