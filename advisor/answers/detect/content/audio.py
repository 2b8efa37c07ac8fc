"""Seconds and samples a second from the header of an audio file; nothing is decoded."""

import struct
from dataclasses import dataclass

from advisor.answers.detect.reading.bounded import chunk
from advisor.answers.detect.reading.listing import Entry

_HEAD = 65_536
_MP3_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_MP3_LOW_KBPS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_MP3_RATES = (44_100, 48_000, 32_000, 0)


@dataclass(frozen=True, slots=True)
class Sound:
    """`exact` is false where the seconds follow from a bit rate."""

    seconds: float
    rate: int
    channels: int
    exact: bool


def sound_of(entry: Entry) -> Sound | None:
    """The length of a WAV, FLAC or MP3 file; None where its header does not say. Raises Unreadable."""
    head = chunk(entry.path, _HEAD)
    try:
        if head[:4] == b"RIFF":
            return _wav(head, entry.size)
        if head[:4] == b"fLaC":
            return _flac(head)
        return _mp3(head, entry.size)
    except (struct.error, IndexError, ZeroDivisionError):
        return None


def _wav(head: bytes, size: int) -> Sound | None:
    at, rate, channels, bytes_s = 12, 0, 0, 0
    while at + 8 <= len(head):
        name, length = head[at : at + 4], struct.unpack_from("<I", head, at + 4)[0]
        if name == b"fmt ":
            channels, rate, bytes_s = struct.unpack_from("<HII", head, at + 10)
        elif name == b"data":
            return Sound(min(length, max(size - at - 8, 0)) / bytes_s, rate, channels, True)
        at += 8 + length + length % 2
    return None


def _flac(head: bytes) -> Sound | None:
    bits = int.from_bytes(head[18:26], "big")  # 20 bits rate, 3 channels - 1, 5 depth - 1, 36 samples
    rate, samples = bits >> 44, bits & (1 << 36) - 1
    return Sound(samples / rate, rate, (bits >> 41 & 7) + 1, True) if samples else None


def _mp3(head: bytes, size: int) -> Sound | None:
    at = 0
    if head[:3] == b"ID3":
        at = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    while at + 4 <= len(head) and not (head[at] == 0xFF and head[at + 1] & 0xE6 == 0xE2):
        at += 1
    if at + 4 > len(head):
        return None
    version = head[at + 1] >> 3 & 3  # 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5
    kbps = (_MP3_KBPS if version == 3 else _MP3_LOW_KBPS)[head[at + 2] >> 4]
    rate = _MP3_RATES[head[at + 2] >> 2 & 3] >> (0 if version == 3 else 1 if version == 2 else 2)
    channels = 1 if head[at + 3] >> 6 == 3 else 2
    return Sound((size - at) * 8 / (kbps * 1000), rate, channels, False)
