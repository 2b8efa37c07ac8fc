"""Reads records back: ours with their keys and positions, other tools' with what can be made out."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from advisor.errors import BadInput
from advisor.record.folder import NUMBERED
from advisor.record.markdown import unescaped
from advisor.record.sections import front_matter, lines_of
from advisor.record.triggers import written_triggers

_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_BULLET = re.compile(r"[*+-] +\**(status|date)\**:\** *(.+)$", re.I)
_LINE = re.compile(r"(date): *(\S.*)$", re.I)
STATES = ("proposed", "accepted", "rejected", "deprecated", "superseded", "draft")


@dataclass(frozen=True, slots=True)
class Record:
    """One decision record. `number` is None for a file without one; `keys` are its x-advisor keys, none for others'.

    `lines` gives the line (from 1) of `title`, `status`, `date` and of each front-matter key. `status` is one
    word in lower case, "" when the file does not say. `triggers` are the conditions under which to look at it
    again, each with its line.
    """

    path: Path
    number: int | None
    title: str
    status: str
    date: str
    keys: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    triggers: tuple[tuple[str, int], ...] = ()

    @property
    def ours(self) -> bool:
        """Whether advisor wrote it."""
        return "digest" in self.keys

    @property
    def digest(self) -> str:
        """The digest of the decision that the record states; "" for a record that is not ours."""
        return self.keys.get("digest", "")

    @property
    def decision(self) -> str:
        """The id of the decision that the record is of; "" for one of the whole architecture, or of another tool."""
        return self.keys.get("decision", "") if self.ours else ""


def records(decisions: Path) -> tuple[Record, ...]:
    """Every record in the folder, by number; a folder that is not there holds none."""
    if not decisions.is_dir():
        return ()
    paths = sorted(decisions / name for name in os.listdir(decisions) if name.endswith(".md"))  # glob hides refusals
    found = (_read_or_named(path) for path in paths if path.is_file())
    return tuple(sorted((r for r in found if r.number is not None), key=lambda r: (r.number or 0, r.path.name)))


def _read_or_named(path: Path) -> Record:
    """What the name alone says of a file that is no text: it has a number, and is not ours."""
    try:
        return read(path)
    except BadInput:
        numbered = NUMBERED.match(path.name)
        return Record(path, int(numbered[1]) if numbered else None, "", "", "")


def read(path: Path) -> Record:
    """One record. Raises BadInput for a file that is no text."""
    return parsed(path, text_of(path))


def parsed(path: Path, text: str) -> Record:
    """The record that a file of this name and text is."""
    front, length = front_matter(text)
    lines = {key: number for key, number in _key_lines(text, length) if key in front}
    said = {key: _scalar(raw) for key, raw in front.items()}
    title = ""
    for number, line in _outside_fences(text, length):
        if not title and line.startswith("# "):
            title, lines["title"] = unescaped(line[2:]), number
        for key, value in _said_in(line, number, text):
            if key not in said:
                said[key], lines[key] = value, number
    numbered = NUMBERED.match(path.name)
    return Record(
        path=path,
        number=int(numbered[1]) if numbered else None,
        title=re.sub(r"^(?:ADR[- ]?)?\d+[.:] +", "", title),
        status=_state(said.get("status", "")),
        date=said.get("date", ""),
        keys={key.removeprefix("x-advisor-"): value for key, value in said.items() if key.startswith("x-advisor-")},
        lines=lines,
        triggers=tuple(written_triggers(front, lines)),
    )


def said_of(text: str, key: str) -> Iterator[tuple[str, int]]:
    """(value as one word in lower case, line) of `status` wherever the body of a record says it."""
    _, length = front_matter(text)
    for number, line in _outside_fences(text, length):
        yield from ((_state(value), number) for name, value in _said_in(line, number, text) if name == key)


def text_of(path: Path) -> str:
    """The text of a record with its line ends as they are. Raises BadInput for one that is no text or not readable."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"it is no UTF-8 text (byte {error.start})", where=f"{path}:1:1", remedy="save it as UTF-8"
        ) from None
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}", where=str(path), remedy="make it readable") from None


def _said_in(line: str, number: int, text: str) -> Iterator[tuple[str, str]]:
    """(`status` or `date`, value) where a line of the body says one: a bullet, `Date: …`, or Nygard's section."""
    if found := _BULLET.match(line) or _LINE.match(line):
        yield found[1].lower(), unescaped(found[2])
    elif line.strip().lower() == "## status":
        below = next((lower for lower in lines_of(text)[number:] if lower.strip()), "")
        if not below.startswith("#"):
            yield "status", below.strip()


def _key_lines(text: str, length: int) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(lines_of(text)[:length], start=1):
        key, colon, _ = line.partition(":")
        if colon and key and not key[0].isspace():
            yield key, number


def _outside_fences(text: str, after: int) -> Iterator[tuple[int, str]]:
    """(number, line) of the body, without the lines of fenced blocks."""
    fence = ""
    for number, line in enumerate(lines_of(text)[after:], start=after + 1):
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence):
            fence = ""
        elif not fence:
            yield number, line


def _scalar(raw: str) -> str:
    """The value of one front-matter block as text; a list as it stands."""
    value = raw.partition(":")[2].strip()
    quoted = re.match(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'", value)
    if quoted:
        return (quoted[1] or "").replace('\\"', '"') if quoted[2] is None else quoted[2].replace("''", "'")
    return value.partition(" #")[0].strip()


def _state(status: str) -> str:
    words = re.findall(r"[a-z]+", status.lower())
    return next((word for word in words if word in STATES), words[0] if words else "")
