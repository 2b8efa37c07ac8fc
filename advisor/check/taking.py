"""How a format turns settings of its tree into facts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from advisor.check.tree import Document, Entry, Leaf, Sequence, Table
from advisor.values.configs import At, ConfigFacts, Renamed

UNRESOLVED = re.compile(
    r"^\s*$|^auto$|\$\{|\$\(|\$[A-Za-z_]|\{\{|\{%|<%|^<.*>$|^%\w|^@\w"
    r"|^_*(your|placeholder|todo|tbd|fixme|change_?me|replace|insert|null|none yet)",
    re.I,
)
"""Text that stands for a value decided elsewhere."""


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping inside a document, with its dotted path (`""` for the whole document)."""

    document: Document
    table: Table
    path: str = ""

    def at(self, path: str) -> At | None:
        """The setting at a dotted path below this section; None when the file does not have it."""
        entry = self.table.entry(path)
        return None if entry is None else _setting(self.document, entry, f"{self.path}.{path}".lstrip("."))

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


def old_names(section: Section, names: Mapping[str, tuple[str, str]]) -> tuple[Renamed, ...]:
    """The settings that stand under an old name (path: new name, fate of the old), unless they are off."""
    found = ((section.at(path), now, fate) for path, (now, fate) in names.items())
    return tuple(Renamed(at, now, fate) for at, now, fate in found if at is not None and at.value is not False)


def _setting(document: Document, entry: Entry, path: str) -> At:
    node = entry.node
    if isinstance(node, Leaf):
        text = node.value if isinstance(node.value, str) else ""
        known = node.value is not None and not (text and UNRESOLVED.search(text)) and node.raw != ""
        place = document.place(node.at if known else entry.at)
        return At(node.value if known else None, node.raw, place, path, node.quoted, document.reader)
    filled = bool(node.items if isinstance(node, Sequence) else node.entries)
    return At(filled, "", document.place(entry.at), path, False, document.reader)
