"""Width and height from the first bytes of an image; nothing is decoded."""

import struct
from pathlib import Path

from advisor.answers.detect.reading.bounded import chunk

_HEAD = 65_536
_NO_SIZE = (0xC4, 0xC8, 0xCC)
"""JPEG markers in the range of the frame headers that hold no size (tables, reserved)."""


def size_of(path: Path | str) -> tuple[int, int] | None:
    """(width, height) in pixels, None when the header does not say. Raises Unreadable when it cannot be opened."""
    head = chunk(path, _HEAD)
    try:
        size = _size(head)
    except (struct.error, IndexError):
        return None
    return size if size and 0 < size[0] <= 100_000 and 0 < size[1] <= 100_000 else None


def _size(head: bytes) -> tuple[int, int] | None:
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return struct.unpack_from(">II", head, 16)
    if head[:4] == b"GIF8":
        return struct.unpack_from("<HH", head, 6)
    if head[:2] == b"BM":
        width, height = struct.unpack_from("<ii", head, 18)
        return width, abs(height)
    if head[:2] == b"\xff\xd8":
        return _jpeg(head)
    return _webp(head) if head[8:12] == b"WEBP" else None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        else:
            at += 2 + struct.unpack_from(">H", head, at + 2)[0]
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
