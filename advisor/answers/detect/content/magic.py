"""What a file is, by its first and last bytes; its name only breaks ties."""

import struct
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from advisor.answers.detect.content import prose, tarred
from advisor.answers.detect.reading.bounded import Unreadable, chunk

FORMAT: Mapping[str, str] = {
    "csv": "csv", "tsv": "csv", "jsonl": "jsonl", "json": "text", "text": "text", "parquet": "parquet",
    "arrow": "arrow", "feather": "feather", "tfrecord": "tfrecord", "arrayrecord": "arrayrecord",
    "webdataset": "tar_webdataset", "mds": "mds", "lmdb": "lmdb", "hdf5": "hdf5", "zarr": "zarr", "npy": "npy",
    "npz": "npy", "sqlite": "sqlite", "jpeg": "images", "png": "images", "webp": "images", "gif": "images",
    "bmp": "images", "tiff": "images", "wav": "audio", "flac": "audio", "mp3": "audio", "ogg": "audio",
    "video": "video", "dicom": "dicom", "nifti": "nifti",
}  # fmt: skip
"""What a file is, in the words of the question `data.formats`."""

HEAD_BYTES = 65_536
_TAIL_BYTES = 8

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"ARROW1\0\0", "arrow"),
    (b"FEA1", "feather"),
    (b"\xff\xff\xff\xff", "arrow"),
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"GGUF", "gguf"),
    (b"\x83\xaf\x70\xd1\x0d\x88\x4a\x3f", "arrayrecord"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x7fELF", "program"),
    (b"%PDF", "pdf"),
)
_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "video"}


def kind_of(path: Path | str) -> str:
    """One word for what the file is: a key of FORMAT, `pickle`, `safetensors`, `zip`, `cut parquet`, `unknown`…

    Reads the first 64 KiB and the last 8 bytes; raises Unreadable when even that fails.
    """
    head = chunk(path, HEAD_BYTES)
    if not head:
        return "empty"
    name = str(path).lower()
    kind = _by_start(head, name) or _by_place(head) or _binary(head, name)
    if kind == "parquet" and chunk(path, 4, -4) not in (b"PAR1", b"PARE"):
        return "cut parquet"
    if kind == "tar":
        return tarred.kind_of(path)
    return kind or prose.kind_of(head, name, cut=len(head) == HEAD_BYTES)


def unzipped(head: bytes, limit: int = 1_000_000) -> bytes:
    """The beginning of what a gzip file holds, at most `limit` bytes; empty when it is broken."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, limit)
    except zlib.error:
        return b""


def _by_start(head: bytes, name: str) -> str:
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "unknown")
    if head[:2] == b"\x1f\x8b":
        return _gzip(head, name)
    if head[:4] == b"PK\x03\x04":
        return _zip(head)
    for start, kind in _STARTS:
        if head.startswith(start):
            return "feather" if kind == "arrow" and name.endswith(".feather") else kind
    if head[:2] == b"BM" and len(head) > 30 and struct.unpack_from("<I", head, 14)[0] in (12, 40, 52, 56, 108, 124):
        return "bmp"
    return ""


def _by_place(head: bytes) -> str:
    if head[128:132] == b"DICM":
        return "dicom"
    if head[257:262] == b"ustar":
        return "tar"
    if head[4:8] == b"ftyp":
        return "video"
    if head[344:347] in (b"n+1", b"ni1"):
        return "nifti"
    if head[16:20] == b"\xde\xc0\xef\xbe":
        return "lmdb"
    return "tfrecord" if is_tfrecord(head) else ""


def _binary(head: bytes, name: str) -> str:
    """What has no mark of its own."""
    if head[0] == 0x80 and len(head) > 1 and 2 <= head[1] <= 5:
        return "pickle"
    if head[8:9] == b"{" and name.endswith(".safetensors"):
        return "safetensors"
    if name.endswith(".mds"):
        return "mds"
    if head[0] == 0xFF and len(head) > 2 and head[1] & 0xE6 == 0xE2 and name.endswith((".mp3", ".mpga")):
        return "mp3"
    return "pickle" if name.endswith((".pkl", ".pickle", ".joblib")) else ""


def _zip(head: bytes) -> str:
    """What a zip holds, by the name of its first member; the archive is not unpacked."""
    length = int.from_bytes(head[26:28], "little")
    member = head[30 : 30 + length].decode("utf-8", "replace").lower()
    if member.endswith(".npy"):
        return "npz"
    if member.endswith(("data.pkl", "/version", "/byteorder", ".pkl")):
        return "pickle"
    return "spreadsheet" if member.startswith(("[content_types]", "_rels/", "xl/", "mimetype")) else "zip"


def _gzip(head: bytes, name: str) -> str:
    inner = unzipped(head, 2 * HEAD_BYTES)
    if not inner:
        return "unknown"
    if inner[344:347] in (b"n+1", b"ni1"):
        return "nifti"
    if inner[257:262] == b"ustar":
        return "tar.gz"
    kind = prose.kind_of(inner, name.removesuffix(".gz"), cut=True)
    return kind if kind != "unknown" else "gzip"


def is_tfrecord(head: bytes) -> bool:
    """The first 12 bytes of a TFRecord are a length and the masked CRC-32C of that length."""
    if len(head) < 16:
        return False
    crc = _crc32c(head[:8])
    masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    return bool(masked == struct.unpack_from("<I", head, 8)[0])


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _table()[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def sniffed(path: Path | str) -> str:
    """`kind_of`, with "" for a file that cannot be opened."""
    try:
        return kind_of(path)
    except Unreadable:
        return ""
