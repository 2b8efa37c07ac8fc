"""A record as its parts: generated sections between marks, and the prose that people put around them."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.errors import BadInput

SECTIONS = ("header", "context", "drivers", "options", "outcome", "pros", "more")
OURS = ("status", "date", "number")
_MARK = re.compile(r"<!-- advisor:(begin|end) ([\w-]+)(?: ([0-9a-f]+))? -->\s*$")
_UNSEEN = re.compile(r"<!-- (?:advisor:|markdownlint-|The title, ).*-->\s*$")
_KEY = re.compile(r"([A-Za-z_][\w-]*):")
_TITLE = re.compile(r"# +\S")


@dataclass(frozen=True, slots=True)
class Prose:
    """What people wrote: front-matter keys that are theirs (raw lines), and text after a section ("" is the title).

    `edited` names the generated sections that somebody changed between the marks.
    """

    front: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    edited: tuple[str, ...] = ()


NOTHING = Prose()


def marked(name: str, text: str) -> str:
    """A generated section between its marks; the digest tells later whether somebody edited it."""
    body = text.strip()
    return f"<!-- advisor:begin {name} {_digest(body)} -->\n\n{body}\n\n<!-- advisor:end {name} -->"


def body(text: str) -> str:
    """The document as people see it: without front matter and without our marks and settings."""
    _, length = front_matter(text)
    return "\n".join(line for line in text.splitlines()[length:] if not _UNSEEN.match(line)).strip() + "\n"


def remarked(text: str, name: str) -> str:
    """`text` with the digest of one generated section brought up to date, after advisor itself changed it."""
    pattern = rf"<!-- advisor:begin {name}[^\n]*-->\n(.*?)\n<!-- advisor:end {name} -->"
    return re.sub(pattern, lambda found: marked(name, found[1]), text, count=1, flags=re.S)


def _digest(body: str) -> str:
    return hashlib.sha256(body.strip().encode()).hexdigest()[:8]


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """The top-level keys of the front matter with their raw lines, and how many lines it takes (0: there is none)."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != "---":
        return {}, 0
    blocks: dict[str, str] = {}
    current = ""
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return blocks, number + 1
        if found := _KEY.match(line):
            current = found[1]
            blocks[current] = line
        elif current and not line.startswith("#"):
            blocks[current] += f"\n{line}"
    return {}, 0


def kept(text: str, path: str = "") -> Prose:
    """What people wrote in a record of ours. Raises BadInput for a section whose end mark is gone."""
    text = text.replace("\r\n", "\n")
    front, length = front_matter(text)
    after: dict[str, list[str]] = {"": []}
    edited: list[str] = []
    place, digest = "", ""
    inside: list[str] | None = None
    titled = False
    for number, line in enumerate(text.split("\n")[length:], start=length + 1):
        mark = _MARK.match(line)
        if mark and mark[1] == "begin":
            if inside is not None:
                raise _unclosed(place, path, number)
            place, inside, digest = mark[2], [], mark[3] or ""
        elif mark and inside is not None and mark[2] == place:
            if digest and _digest("\n".join(inside)) != digest:
                edited.append(place)
            inside = None
        elif mark:
            continue
        elif inside is not None:
            inside.append(line)
        elif not titled and _TITLE.match(line):
            titled = True
        else:
            after.setdefault(place, []).append(line)
    if inside is not None:
        raise _unclosed(place, path, len(text.split("\n")))
    theirs = {key: lines for key, lines in front.items() if key not in OURS and not key.startswith("x-advisor-")}
    written = {name: "\n".join(lines).strip("\n") for name, lines in after.items()}
    return Prose(theirs, {name: lines for name, lines in written.items() if lines.strip()}, tuple(edited))


def _unclosed(name: str, path: str, line: int) -> BadInput:
    return BadInput(
        f"the generated part {name!r} has lost its end mark, so your own text cannot be told from it",
        where=f"{path}:{line}:1",
        remedy=f"put <!-- advisor:end {name} --> back on a line of its own, before what you wrote",
    )
