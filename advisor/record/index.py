"""The list of records between the marks of adr-log, in a file that people may write around."""

import os.path
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from advisor.atomic import replace_text
from advisor.errors import BadInput
from advisor.record.folder import decisions_folder
from advisor.record.read import Record, parsed, records, text_of
from advisor.record.sections import lines_of

_USUAL = ("index.md", "README.md", "readme.md")
_BEGIN = re.compile(r"<!-- adrlog(?: .*)?-->")
_END = re.compile(r"<!-- adrlogstop(?: .*)?-->")
_NEW = "<!-- markdownlint-disable-file MD013 -->\n\n# Decision records\n\n<!-- adrlog -->\n\n<!-- adrlogstop -->\n"


def index(project: Path, file: Path | None = None) -> tuple[Path, bool]:
    """Brings the list in `file` up to date; returns the file and whether it changed.

    Without `file` it is the one in the folder of records that has the marks, else a new index.md there. Raises
    BadInput for a file with one mark but not the other, or with several lists; Lacking when the disk refuses.
    """
    decisions = decisions_folder(project)
    place = file or _usual(decisions)
    before = text_of(place) if place.is_file() else ""
    after = _listed(before or _NEW, _rows(decisions, {}), place)
    if after != before:
        replace_text(place, after)
    return place, after != before


def index_of(decisions: Path, texts: Mapping[Path, str]) -> tuple[Path, str]:
    """The usual file of the list and its text, once records in the folder have these `texts`."""
    place = _usual(decisions)
    return place, _listed(text_of(place) if place.is_file() else _NEW, _rows(decisions, texts), place)


def _rows(decisions: Path, texts: Mapping[Path, str]) -> list[tuple[Path, str]]:
    """(file, title) of each record, by number; a new text takes the place of what is there."""
    there = {each.path: each for each in records(decisions)} | {
        path: parsed(path, text) for path, text in texts.items()
    }
    ordered = sorted(there.values(), key=lambda each: (each.number or 0, each.path.name))
    return [(each.path, _heading(each, texts.get(each.path))) for each in ordered]


def _usual(decisions: Path) -> Path:
    there = [decisions / name for name in _USUAL if (decisions / name).is_file()]
    return next((path for path in there if _BEGIN.search(text_of(path))), decisions / "index.md")


def _listed(text: str, rows: Iterable[tuple[Path, str]], place: Path) -> str:
    begins, ends = list(_BEGIN.finditer(text)), list(_END.finditer(text))
    if len(begins) != 1 or len(ends) != 1 or ends[0].start() < begins[0].end():
        line = text[: (begins or ends)[0].start()].count("\n") + 1 if begins or ends else 1
        what = "it has more than one list" if len(begins) > 1 else "the marks of the list are not both there"
        remedy = "write <!-- adrlog --> and, below it, <!-- adrlogstop -->, each on a line of its own"
        raise BadInput(what, where=f"{place}:{line}:1", remedy=remedy)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = (f"* [ADR-{path.name.partition('-')[0]}]({_link(path, place)}) - {title}" for path, title in rows)
    body = newline.join(lines)
    inner = f"{newline}{newline}{body}{newline}{newline}" if body else f"{newline}{newline}"
    return text[: begins[0].end()] + inner + text[ends[0].start() :]


def _link(record: Path, place: Path) -> str:
    return Path(os.path.relpath(record, place.parent)).as_posix().replace(" ", "%20")


def _heading(record: Record, text: str | None) -> str:
    """The title as it stands in the record: it is Markdown there, and it is Markdown here."""
    if "title" not in record.lines:
        return record.path.stem
    line = lines_of(text_of(record.path) if text is None else text)[record.lines["title"] - 1]
    return re.sub(r"^\d+\. ", "", line[2:]).strip()
