"""What keeps a file from being read as it was meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from advisor.check.tree import Document, Unreadable
from advisor.values.finding import Place

_SHOWN_REPEATED = 20  # of one file; whoever repairs these sees the rest
_CONFLICT = re.compile(r"^(<{7}|>{7}) \S", re.M)
_POINTER = "version https://git-lfs.github.com/spec/v1"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with the text itself, where, and what to do."""

    what: str
    remedy: str
    place: Place
    related: tuple[Place, ...] = ()


def text_flaw(path: str, data: bytes) -> tuple[str, Flaw | None]:
    """The text of a file, and the flaw that makes it useless to read on: not text, a pointer, a conflict."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _undecodable(path, data, error.start)
    document = Document(path, text)
    if "\x00" in text:
        return text, Flaw(
            "binary, not text: it contains a NUL byte", "name the right file", document.place(text.index("\x00"))
        )
    if text.startswith(_POINTER):
        size = re.search(r"^size (\d+)$", text, re.M)
        elsewhere = f": {size.group(1)} bytes are elsewhere" if size else ""
        what = f"a Git LFS pointer, not a configuration{elsewhere}"
        return text, Flaw(what, "run git lfs pull, or do not keep configurations in LFS", Place(path))
    conflict = _conflict(text)
    if conflict is not None:
        what = "the markers of a merge conflict"
        return text, Flaw(what, "resolve the conflict and remove the markers", document.place(conflict))
    return text, None


def _conflict(text: str) -> int | None:
    """Where the first marker of a merge conflict stands, at the start of a line; one that was left over is enough."""
    match = _CONFLICT.search(text) if "<<<<<<<" in text or ">>>>>>>" in text else None
    return None if match is None else match.start()


def _undecodable(path: str, data: bytes, at: int) -> tuple[str, Flaw]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
        return text, Flaw("UTF-16, but the tools read UTF-8", "save the file as UTF-8", Place(path))
    text = data.decode("latin-1")
    place = Document(path, text).place(at)
    if b"\x00" in data:
        return text, Flaw("binary, not text", "name the right file", place)
    return text, Flaw(f"byte 0x{data[at]:02x} is not UTF-8", "save the file as UTF-8", place)


def flaw_of(document: Document, error: Unreadable) -> Flaw:
    """The flaw that stopped the reader."""
    kind = {"json": "JSON", "pbtxt": "a protocol buffer's text"}.get(document.reader, document.reader.upper())
    last = max(len(document.text.rstrip()) - 1, 0)  # what is missing at the end is shown where the text ends
    return Flaw(f"not {kind}: {error.what}", error.remedy, document.place(min(error.at, last)))


def repeated_flaws(document: Document) -> Iterator[Flaw]:
    """A flaw for each key that stands twice in one mapping."""
    for repeated in document.repeated[:_SHOWN_REPEATED]:
        first = document.place(repeated.first_at)
        what = f'"{repeated.key[:80]}" stands twice: the value of line {first.line} is lost'
        yield Flaw(what, "keep one of them", document.place(repeated.at), (first,))
