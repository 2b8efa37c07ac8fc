"""How a format turns settings of its tree into facts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from advisor.check.tree import Document, Entry, Leaf, Sequence, Table
from advisor.values.configs import At, ConfigFacts, Renamed
from advisor.values.finding import Severity

_STANDS_FOR = re.compile(
    r"\s*$|auto$|<.*>$|%\w|@\w|_*(your|placeholder|todo|tbd|fixme|change_?me|replace|insert|null|none yet)", re.I
)
_VARIABLE = re.compile(r"\$[{(A-Za-z_]")
_ACTIONS = ("{{", "{%", "<%")

_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.I)
_LONGEST_NUMBER = 40

Casts = Literal["nothing", "plain", "quoted"]
"""What the owning tool turns into a number itself: text without quotation marks (`1e-4`), or all text."""


def is_unresolved(text: str) -> bool:
    """Whether a text stands for a value that is decided elsewhere."""
    if _STANDS_FOR.match(text) or ("$" in text and _VARIABLE.search(text)):
        return True
    return any(action in text for action in _ACTIONS)


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping inside a document, with its dotted path (`""` for the whole document)."""

    document: Document
    table: Table
    path: str = ""
    casts: Casts = "nothing"

    def at(self, path: str) -> At | None:
        """The setting at a dotted path below this section; None when the file does not have it."""
        entry = self.table.entry(path)
        if entry is None:
            return None
        at = setting(self.document, entry, f"{self.path}.{path}".lstrip("."))
        return _cast(at, self.casts) if self.casts != "nothing" and isinstance(at.value, str) else at

    def below(self, path: str) -> "Section | None":
        """The mapping at a dotted path below this section."""
        entry = self.table.entry(path)
        if entry is None or not isinstance(entry.node, Table):
            return None
        return replace(self, table=entry.node, path=f"{self.path}.{path}".lstrip("."))

    def items(self, path: str) -> Iterator["Section"]:
        """The mappings in the list at a dotted path below this section."""
        entry = self.table.entry(path)
        if entry is not None and isinstance(entry.node, Sequence):
            for number, node in enumerate(entry.node.items):
                if isinstance(node, Table):
                    yield replace(self, table=node, path=f"{self.path}.{path}[{number}]".lstrip("."))

    def has(self, *keys: str) -> int:
        """How many of the keys the section has."""
        return sum(key in self.table.entries for key in keys)


def take(section: Section, facts: ConfigFacts, names: Mapping[str, str]) -> ConfigFacts:
    """`facts` with each setting of `names` (path: name of the fact) that the section has; the first path wins."""
    taken: dict[str, At] = {}
    for path, name in names.items():
        at = section.at(path) if name not in taken else None
        if at is not None:
            taken[name] = at
    return replace(facts, **taken)  # type: ignore[arg-type]


def old_names(
    section: Section, names: Mapping[str, tuple[str, str]], severity: Severity = "warning"
) -> tuple[Renamed, ...]:
    """The settings that stand under an old name (path: new name, fate of the old), unless they are off."""
    found = ((section.at(path), now, fate) for path, (now, fate) in names.items())
    return tuple(
        Renamed(at, now, fate, severity) for at, now, fate in found if at is not None and at.value is not False
    )


def on(section: Section, *paths: str) -> tuple[At, ...]:
    """The settings of these paths that the section turns on: true, not zero, not empty, and known."""
    found = (section.at(path) for path in paths)
    return tuple(at for at in found if at is not None and is_on(at))


def is_on(at: At | None) -> bool:
    """Whether a setting is known and true, a number other than zero, or text or a section that is not empty."""
    return at is not None and (at.on or bool(at.number)) and at.word not in ("no", "none")


def whole(at: At | None, default: int = 1) -> int | None:
    """A count that has a default: the default where it is not stated, None where it is decided elsewhere."""
    return default if at is None else at.whole


def _cast(at: At, casts: Casts) -> At:
    if (at.quoted and casts != "quoted") or len(at.raw) > _LONGEST_NUMBER or not _NUMBER.fullmatch(at.raw.strip()):
        return at
    digits = at.raw.strip().replace("_", "")
    return replace(at, value=int(digits) if digits.lstrip("+-").isdecimal() else float(digits))


def setting(document: Document, entry: Entry, path: str) -> At:
    """The value at an entry, unknown where it stands for one that is decided elsewhere."""
    node = entry.node
    if isinstance(node, Leaf):
        value = node.value
        known = value is not None and node.raw != "" and not (isinstance(value, str) and value and is_unresolved(value))
        place = document.place(node.at if known else entry.at)
        return At(node.value if known else None, node.raw, place, path, node.quoted, document.reader)
    filled = bool(node.items if isinstance(node, Sequence) else node.entries)
    return At(filled, "", document.place(entry.at), path, False, document.reader)
