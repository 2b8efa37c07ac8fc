"""The header of a safetensors file: exact parameters, bytes and types, without a byte of the tensors.

Layout: 8 bytes little-endian length, that many bytes of JSON, the tensors (https://github.com/huggingface/safetensors).
"""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, TypeGuard

from advisor.answers.detect.reading.bounded import Unreadable, chunk, json_of, mapping_of

_LARGEST = 100_000_000
"""The format's own limit on the header."""

DTYPE_BYTES: Mapping[str, float] = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "F4": 0.5, "I64": 8, "U64": 8,
    "I32": 4, "U32": 4, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1, "C64": 8,
}  # fmt: skip
_WEIGHTS = ("F", "BF", "C", "I8")
_PACKED = (".qweight", ".absmax", ".quant_state", "quant_state.bitsandbytes__nf4", ".weight_packed", "_blocks")


@dataclass(frozen=True, slots=True)
class Header:
    """`parameters` a type; whole numbers (positions, masks) are buffers and not counted. `shapes` by tensor name."""

    parameters: Counter[str]
    size: int
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def total(self) -> int:
        return sum(self.parameters.values())

    @property
    def packed(self) -> bool:
        """Whether several parameters share a number, as in 4-bit weights: then they cannot be counted."""
        return any(name.endswith(_PACKED) for name in self.shapes)


def header_of(path: Path | str) -> Header:
    """Raises Unreadable when the header is truncated, too large, has a key twice, or points beyond the file."""
    start = chunk(path, 9)
    if len(start) < 9:
        raise Unreadable("is cut off before its safetensors header")
    length, size = int.from_bytes(start[:8], "little"), os.path.getsize(path)
    if start[8:9] != b"{":
        raise Unreadable("is no safetensors file: its header does not begin with a brace")
    if length > _LARGEST:
        raise Unreadable(f"declares a header of {length:,} bytes, more than the format's 100 MB")
    if length > size - 8:
        raise Unreadable(f"is cut off: its header should have {length:,} bytes and {size - 8:,} are there")
    try:
        text = chunk(path, length, 8).decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("has a header that is not UTF-8") from None
    return _parsed(json_of(text), size - 8 - length)


def _parsed(raw: Any, room: int) -> Header:
    if not isinstance(raw, dict):
        raise Unreadable("has a header that is no table of tensors")
    parameters: Counter[str] = Counter()
    shapes: dict[str, tuple[int, ...]] = {}
    size = 0
    for name, tensor in raw.items():
        if name == "__metadata__":
            continue
        dtype, shape, bytes_here = _tensor(name, mapping_of(tensor), room)
        shapes[name] = shape
        size += bytes_here
        if dtype.startswith(_WEIGHTS):
            parameters[dtype] += prod(shape)
    if not shapes:
        raise Unreadable("has a header without tensors")
    return Header(parameters, size, shapes)


def _tensor(name: str, tensor: Mapping[str, Any], room: int) -> tuple[str, tuple[int, ...], int]:
    """(type, shape, bytes) of one tensor; raises Unreadable when they do not agree with each other or the file."""
    dtype, shape, offsets = tensor.get("dtype"), tensor.get("shape"), tensor.get("data_offsets")
    if not isinstance(dtype, str) or not _whole(shape) or not _whole(offsets) or len(offsets) != 2:
        raise Unreadable(f"describes the tensor {name!r} without type, shape and offsets")
    begin, end = offsets
    if not begin <= end:
        raise Unreadable(f"has the tensor {name!r} end before it begins")
    if end > room:
        raise Unreadable(f"is cut off: the tensor {name!r} ends at byte {end:,} of {room:,}")
    each = DTYPE_BYTES.get(dtype)
    if each is not None and len(shape) <= 64 and prod(shape) * each != end - begin:
        raise Unreadable(f"gives the tensor {name!r} {end - begin:,} bytes, its shape needs {prod(shape) * each:,.0f}")
    return dtype, tuple(shape), end - begin


def _whole(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)
