"""The file of a record that is accepted: it is called by its title from then on, and what links to it follows."""

from collections.abc import Mapping
from pathlib import Path

from advisor.errors import BadInput
from advisor.record.folder import slug
from advisor.record.markdown import title
from advisor.record.read import Record, text_of
from advisor.record.sections import swapped


def renamed(record: Record, files: Mapping[Path, bytes | None], evidence: Path) -> dict[Path, bytes | None]:
    """`files` with the record and its evidence under the name that its title gives; None for what is to go.

    A proposal is rewritten in place and keeps the name it began with, so that links hold while it is discussed. The
    links to it in the other files of the folder, the list among them, are written anew.
    """
    place = record.path.with_name(f"{record.path.name[:4]}-{slug(title(record.title))}.md")
    proof = evidence.with_name(f"{place.stem}.json")
    if not record.title or place == record.path or place.exists() or proof.exists():
        return dict(files)
    moved: dict[Path, bytes | None] = {record.path: None, place: files[record.path]}
    if evidence.is_file():
        moved |= {evidence: None, proof: evidence.read_bytes()}
    said = dict(files) | moved
    for path in sorted({*record.path.parent.glob("*.md"), place} - {record.path}):
        before = _text(path, said.get(path))
        if record.path.stem in before:
            said[path] = swapped(before, record.path.stem, place.stem).encode()
    return said


def _text(path: Path, content: bytes | None) -> str:
    """What a file says, or is about to; "" for one that is no text."""
    if content is not None:
        return content.decode()
    try:
        return text_of(path)
    except BadInput:
        return ""
