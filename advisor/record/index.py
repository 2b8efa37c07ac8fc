"""The list of records between the marks of adr-log, in a file that people may write around."""

import os.path
import re
from pathlib import Path

from advisor.atomic import replace_text
from advisor.errors import BadInput
from advisor.record.folder import decisions_folder
from advisor.record.read import Record, records, text_of
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
    after = _listed(before or _NEW, records(decisions), place)
    if after != before:
        replace_text(place, after)
    return place, after != before


def _usual(decisions: Path) -> Path:
    there = [decisions / name for name in _USUAL if (decisions / name).is_file()]
    return next((path for path in there if _BEGIN.search(text_of(path))), decisions / "index.md")


def _listed(text: str, rows: tuple[Record, ...], place: Path) -> str:
    begins, ends = list(_BEGIN.finditer(text)), list(_END.finditer(text))
    if len(begins) != 1 or len(ends) != 1 or ends[0].start() < begins[0].end():
        line = text[: (begins or ends)[0].start()].count("\n") + 1 if begins or ends else 1
        what = "it has more than one list" if len(begins) > 1 else "the marks of the list are not both there"
        remedy = "write <!-- adrlog --> and, below it, <!-- adrlogstop -->, each on a line of its own"
        raise BadInput(what, where=f"{place}:{line}:1", remedy=remedy)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = (f"* [ADR-{each.path.name.partition('-')[0]}]({_link(each, place)}) - {_heading(each)}" for each in rows)
    body = newline.join(lines)
    inner = f"{newline}{newline}{body}{newline}{newline}" if body else f"{newline}{newline}"
    return text[: begins[0].end()] + inner + text[ends[0].start() :]


def _link(record: Record, place: Path) -> str:
    path = Path(os.path.relpath(record.path, place.parent)).as_posix()
    return path.replace(" ", "%20")


def _heading(record: Record) -> str:
    """The title as it stands in the record: it is Markdown there, and it is Markdown here."""
    if "title" not in record.lines:
        return record.path.stem
    line = lines_of(text_of(record.path))[record.lines["title"] - 1]
    return re.sub(r"^\d+\. ", "", line[2:]).strip()
