"""A record that is about to be written: the next of its number, or a proposal again, and what it takes the place of."""

import datetime
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from advisor.record.folder import slug
from advisor.record.markdown import title
from advisor.record.parts import Related
from advisor.record.read import Record, text_of
from advisor.record.render import Identity, render, same_digest
from advisor.record.sections import NOTHING, Prose, kept
from advisor.record.status import OPEN
from advisor.values.decision import Conclusion


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where records and their evidence lie, the numbers that are free, and today."""

    decisions: Path
    evidence: Path
    free: Iterator[int]
    date: datetime.date


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to write: the file, what it is to say and to be called, what people wrote in the one before (its text
    is `before`, "" for a new one)."""

    path: Path
    conclusion: Conclusion
    identity: Identity
    prose: Prose = NOTHING
    before: str = ""


def settled(ours: Iterable[Record], conclusion: Conclusion) -> Record | None:
    """The record in which somebody has already said yes or no to this very decision."""
    last: Record | None = None
    for record in ours:
        if record.status == "accepted" or (record.status == "rejected" and same_digest(conclusion, record.digest)):
            last = record
    return last if last is not None and same_digest(conclusion, last.digest) else None


def drafted(conclusion: Conclusion, ours: list[Record], on: Shelf, part: str = "", one: Record | None = None) -> Draft:
    """The proposal among `ours` rewritten, else a new one; it supersedes the accepted one of ours.

    `part` is the decision that the record is of; `one` the record of the whole architecture that its first replaces.
    """
    proposal = next((record for record in reversed(ours) if record.status in OPEN), None)
    accepted = [each for each in ours if each.status == "accepted"]
    if proposal is not None:
        return _again(conclusion, proposal, (*ours, one), on)
    standing = one if one is not None and one.status == "accepted" else None
    return _new(conclusion, part, accepted[-1] if accepted else standing, on)


def written(draft: Draft, whole: Conclusion, related: tuple[Related, ...], on: Shelf) -> tuple[str, tuple[str, ...]]:
    """The text of a draft, and the generated parts in it that somebody had edited; the date stays while it says the
    same."""
    identity = replace(draft.identity, related=related)
    text = render(draft.conclusion, identity, draft.prose, whole)
    if not draft.before:
        return text, ()
    before = draft.before.replace("\r\n", "\n")
    if text != before:
        identity = replace(identity, date=on.date.isoformat())
        text = render(draft.conclusion, identity, draft.prose, whole)
    changed = text != before
    if "\r\n" in draft.before:
        text = text.replace("\n", "\r\n")
    return text, draft.prose.edited if changed else ()


def _new(conclusion: Conclusion, part: str, before: Record | None, on: Shelf) -> Draft:
    number = next(on.free)
    path = on.decisions / f"{number:04d}-{slug(title(conclusion.title))}.md"
    identity = Identity(number, on.date.isoformat(), "proposed", _evidence(path, on), part=part)
    return Draft(path, conclusion, _after(identity, before))


def _again(conclusion: Conclusion, old: Record, known: Iterable[Record | None], on: Shelf) -> Draft:
    before = text_of(old.path)
    there = [each for each in known if each is not None]
    named = [each for each in there if f"{each.number:04d}" == old.keys.get("supersedes")]
    accepted = [each for each in reversed(there) if each.status == "accepted"]
    own = [each for each in accepted if each.decision == old.decision]
    date = _iso(old.date) or on.date.isoformat()
    identity = Identity(old.number or 0, date, old.status, _evidence(old.path, on), part=old.decision)
    identity = _after(identity, next(iter((*named, *own, *accepted)), None))
    return Draft(old.path, conclusion, identity, kept(before, str(old.path)), before)


def _after(identity: Identity, before: Record | None) -> Identity:
    """What takes the place of another record, whole or, where that one is of every decision, for its own."""
    if before is None:
        return identity
    return replace(identity, supersedes=before.path.stem, amends=bool(identity.part) and not before.decision)


def _evidence(path: Path, on: Shelf) -> str:
    """How a record links to its evidence."""
    return Path(os.path.relpath(on.evidence / f"{path.stem}.json", path.parent)).as_posix()


def _iso(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
