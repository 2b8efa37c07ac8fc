"""Writes the record of a conclusion and its evidence, where a person would look for them."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from advisor.atomic import write_together
from advisor.errors import BadInput
from advisor.record.drafts import Draft, Shelf, drafted, settled, written
from advisor.record.evidence import evidence
from advisor.record.folder import decisions_folder, evidence_folder, free_numbers
from advisor.record.index import index_of
from advisor.record.parts import Related, parts, relations
from advisor.record.read import Record, records, text_of
from advisor.record.status import OPEN, must_be, superseded
from advisor.values.decision import Conclusion


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it. `paths` are the files written, or that would be: none when nothing changed.

    `record` is the file that states this decision, or the list of records where each decision has its own; `text`
    what it says. `replaced` names generated parts that somebody had edited between the marks, and whose edit the new
    text replaces.
    """

    record: Path
    paths: tuple[Path, ...]
    text: str
    replaced: tuple[str, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Whether every byte is as it was."""
        return not self.paths


def is_split(project: Path) -> bool:
    """Whether the records that stand in the project are of a decision each."""
    return _split(record for record in records(decisions_folder(project)) if record.ours)


def write(  # noqa: PLR0913 - the last five are rare
    conclusion: Conclusion,
    project: Path,
    *,
    out: Path | None = None,
    date: datetime.date,
    dry_run: bool = False,
    superseding: int | None = None,
    beside: Mapping[Path, bytes] | None = None,
    split: bool = False,
) -> Written:
    """Writes the record, its evidence and the files `beside` them, all or none; again, it changes no byte.

    A proposed record of ours is rewritten in place, with the prose that people added. An accepted one is never
    touched: when it states this decision nothing is written, else a proposal that supersedes it. `out` takes the
    place of the project's folder. `superseding` is the number of an accepted record that the proposal replaces at
    once, whether the decision changed or not: both files change, or neither. With `split`, or where the records
    there are so already, each decision has a record of its own that lives so, and a list names them all. Raises
    BadInput for a record whose marks are damaged, or that cannot be superseded; Lacking when the disk refuses.
    """
    home = out or project
    decisions = decisions_folder(home)
    there = records(decisions)
    ours = [record for record in there if record.ours]
    at_once = None if superseding is None else _to_supersede(there, superseding, decisions)
    on = Shelf(decisions, evidence_folder(decisions, home), free_numbers(decisions, home), date)
    make = _each if split or _split(ours) else _one
    made = make(conclusion, ours, at_once, on)
    files = {**dict(sorted(made.files.items())), **(beside or {})}
    return Written(made.record, _put(files, dry_run), made.text, made.replaced)


@dataclass(frozen=True, slots=True)
class _Made:
    """The files of the records, by path, and what `Written` tells of them."""

    files: Mapping[Path, bytes]
    record: Path
    text: str
    replaced: tuple[str, ...] = ()


def _one(whole: Conclusion, ours: list[Record], at_once: Record | None, on: Shelf) -> _Made:
    """One record of the whole architecture."""
    if at_once is None and (before := settled(ours, whole)):
        return _Made({}, before.path, text_of(before.path))
    draft = drafted(whole, _open(ours, at_once), on)
    text, replaced = written(draft, whole, (), on)
    files = _files(draft, text, on)
    if at_once is not None:
        files[at_once.path] = superseded(at_once, draft.path)
    return _Made(files, draft.path, text, replaced)


def _each(whole: Conclusion, ours: list[Record], at_once: Record | None, on: Shelf) -> _Made:
    """A record for each decision, and the list of them; a proposal of the whole gives way to the first of them."""
    one = next((record for record in reversed(ours) if not record.decision), None)
    drafts: dict[str, Draft] = {}
    places: dict[str, tuple[str, str]] = {}
    for part in parts(whole, {record.decision for record in ours}):
        id = part.decisions[0].id
        mine = [record for record in ours if record.decision == id]
        again = at_once if at_once in mine else None
        before = None if again else settled(mine, part)
        if before is None:
            drafts[id] = drafted(part, _open(mine, again), on, id, one)
        path = before.path if before else drafts[id].path
        places[id] = (part.title, path.stem)
    files, texts, replaced = _texts(drafts, whole, places, on)
    files |= dict(_retired(drafts, one, at_once))
    place, text = index_of(on.decisions, texts)
    return _Made({**files, place: text.encode(errors="replace")}, place, text, replaced)


def _texts(
    drafts: Mapping[str, Draft], whole: Conclusion, places: Mapping[str, tuple[str, str]], on: Shelf
) -> tuple[dict[Path, bytes], dict[Path, str], tuple[str, ...]]:
    """(files of records and evidence, the texts of the records, the edits that were replaced)."""
    files: dict[Path, bytes] = {}
    texts: dict[Path, str] = {}
    edited: list[str] = []
    for id, draft in drafts.items():
        texts[draft.path], replaced = written(draft, whole, _related(whole, id, places), on)
        files |= _files(draft, texts[draft.path], on)
        edited += [f"{draft.path.stem}: {name}" for name in replaced]
    return files, texts, tuple(edited)


def _related(whole: Conclusion, id: str, places: Mapping[str, tuple[str, str]]) -> tuple[Related, ...]:
    before, after = relations(whole, id)
    told = [(each, True) for each in before] + [(each, False) for each in after if each not in before]
    return tuple(Related(*places[each], before=rests) for each, rests in told if each in places)


def _retired(drafts: Mapping[str, Draft], one: Record | None, at_once: Record | None) -> Iterator[tuple[Path, bytes]]:
    """The record that is superseded at once, and a proposal of the whole: by whose drafts they are replaced."""
    for old in (one, at_once):
        if old is None or not (old is at_once or old.status in OPEN):
            continue
        by = [drafts[id].path for id in drafts if old.decision in ("", id)]
        if by:
            yield old.path, superseded(old, *by)


def _open(ours: Iterable[Record], at_once: Record | None) -> list[Record]:
    """What a draft begins from: all of ours, or the one that is superseded at once and the proposals."""
    return [each for each in ours if at_once is None or each is at_once or each.status in OPEN]


def _split(ours: Iterable[Record]) -> bool:
    return any(record.decision for record in ours if record.status in ("accepted", *OPEN))


def _files(draft: Draft, text: str, on: Shelf) -> dict[Path, bytes]:
    """Record and evidence."""
    return {
        on.evidence / f"{draft.path.stem}.json": evidence(draft.conclusion, draft.identity.number),
        draft.path: text.encode(errors="replace"),
    }


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


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
