"""Tar files: the members are walked by their headers, nothing is unpacked."""

from dataclasses import dataclass
from pathlib import Path

from advisor.answers.detect.reading.bounded import Unreadable, chunk

_BLOCK = 512
_MEMBERS = 2_000


@dataclass(frozen=True, slots=True)
class Members:
    """The first members of a tar: `keys` distinct base names of `files` files, up to byte `end`."""

    files: int
    keys: int
    end: int
    suffixes: frozenset[str]


def members(path: Path | str, most: int = _MEMBERS) -> Members:
    """Raises Unreadable when a header is no tar header."""
    offset = files = 0
    keys: set[str] = set()
    suffixes: set[str] = set()
    while files < most:
        header = chunk(path, _BLOCK, offset)
        if len(header) < _BLOCK or not header.strip(b"\0"):
            break
        size = _octal(header[124:136])
        if header[156:157] in (b"0", b"\0"):
            name = header[345:500].rstrip(b"\0") + b"/" + header[:100].rstrip(b"\0")
            folder, _, base = name.decode("utf-8", "replace").rpartition("/")
            stem, _, suffix = base.partition(".")
            keys.add(f"{folder}/{stem}")
            suffixes.add(suffix.lower())
            files += 1
        offset += _BLOCK + -(-size // _BLOCK) * _BLOCK
    return Members(files, len(keys), offset, frozenset(suffixes))


def _octal(field: bytes) -> int:
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    try:
        return int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise Unreadable("has a member with a broken header") from None


def kind_of(path: Path | str) -> str:
    """`webdataset` when several members share a base name (0001.jpg, 0001.cls), else `tar`."""
    try:
        found = members(path, 64)
    except Unreadable:
        return "tar"
    return "webdataset" if found.files > found.keys >= 1 and len(found.suffixes) > 1 else "tar"
