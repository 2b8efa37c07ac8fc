"""The header of a GGUF file: the dimensions of its model. Only the header is read; the format is GGUF's specification,
versions 2 and 3 (little endian)."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from advisor.errors import BadInput

MAGIC = b"GGUF"
_PLAIN = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9
_MOST_KEYS, _LONGEST, _MOST_ITEMS = 10_000, 1 << 20, 1 << 22
CELLS = {
    "block_count": "layers", "embedding_length": "hidden", "attention.head_count": "heads",
    "attention.head_count_kv": "kv_heads", "attention.key_length": "head_dim", "feed_forward_length": "ffn",
    "vocab_size": "vocab", "expert_count": "experts", "expert_used_count": "topk",
}  # fmt: skip


def cells(path: Path) -> dict[str, str]:
    """The cells of the model. Raises BadInput for a file that is no GGUF, or whose header is cut or absurd."""
    try:
        with path.open("rb") as file:
            said = dict(_pairs(file))
    except (struct.error, UnicodeDecodeError, ValueError, RecursionError):
        raise BadInput("its GGUF header cannot be read", where=str(path), remedy="download or copy it again") from None
    family = said.get("general.architecture", "")
    found = {cell: _number(said.get(f"{family}.{key}")) for key, cell in CELLS.items()}
    found["vocab"] = found["vocab"] or _number(said.get("tokenizer.ggml.tokens"))
    return {cell: value for cell, value in found.items() if value}


def _number(value: Any) -> str:
    """A positive number as a cell; of a list with one a layer its largest."""
    if isinstance(value, list):
        value = max((one for one in value if isinstance(one, int)), default=0)
    return f"{value:g}" if isinstance(value, int | float) and value > 0 else ""


def _pairs(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Keys and values; of a list of texts only how many there are."""
    if file.read(4) != MAGIC:
        raise ValueError("no GGUF")
    version, _, keys = struct.unpack("<IQQ", file.read(20))
    if version not in (2, 3) or keys > _MOST_KEYS:
        raise ValueError("another version, or too many keys")
    for _ in range(keys):
        yield _text(file), _value(file, struct.unpack("<I", file.read(4))[0])


def _text(file: IO[bytes]) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _LONGEST:
        raise ValueError("a text that is too long")
    content = file.read(length)
    if len(content) < length:
        raise ValueError("cut")
    return content.decode("utf-8", errors="replace")


def _value(file: IO[bytes], kind: int) -> Any:
    if kind in _PLAIN:
        return struct.unpack(f"<{_PLAIN[kind]}", file.read(struct.calcsize(_PLAIN[kind])))[0]
    if kind == _TEXT:
        return _text(file)
    if kind != _LIST:
        raise ValueError("a kind of value that is not known")
    inner, count = struct.unpack("<IQ", file.read(12))
    if count > _MOST_ITEMS or inner == _LIST:
        raise ValueError("a list that is too long, or of lists")
    if inner == _TEXT:
        for _ in range(count):
            _text(file)
        return count
    return [_value(file, inner) for _ in range(count)]
