"""Reading a little of a file, and reading JSON and YAML that may have been written to hurt."""

import json
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_DEEPEST = 40
_ALIASES = 12
_EVENTS = 40_000


class Unreadable(Exception):
    """A file that cannot be used; the text says why. Detectors turn it into a note, or into a BadInput."""


def chunk(path: Path | str, size: int, offset: int = 0) -> bytes:
    """At most `size` bytes from `offset` (from the end where negative). Raises Unreadable, never blocks on a pipe."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is not a regular file")
            if offset:
                file.seek(max(offset + status.st_size, 0) if offset < 0 else offset)
            return _all_of(file.read, size)
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror or type(error).__name__})") from None


def _all_of(read: Any, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def text(path: Path | str, limit: int) -> str:
    """The whole file as text; raises Unreadable when it is larger than `limit` bytes or is not text."""
    raw = chunk(path, limit + 1)
    if len(raw) > limit:
        raise Unreadable(f"is larger than {limit:,} bytes")
    return decoded(raw)


def decoded(raw: bytes, cut: bool = False) -> str:
    """Bytes as text: UTF-8, or UTF-16 with its mark; raises Unreadable for anything else.

    `cut` says that the bytes may end within a character.
    """
    coding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if coding == "utf-16" and cut and len(raw) % 2:
        raw = raw[:-1]
    try:
        return raw.decode(coding)
    except UnicodeDecodeError as error:
        if cut and error.start > len(raw) - 5:
            return raw[: error.start].decode(coding)
        raise Unreadable(f"is not UTF-8 text (byte {error.start})") from None


def _pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable(f"has the key {key!r} twice")
        found[key] = value
    return found


def json_of(raw: str) -> Any:
    """A JSON document; raises Unreadable with line and column, for duplicate keys and endless nesting too."""
    try:
        return json.loads(raw, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON (line {error.lineno}, column {error.colno}: {error.msg})") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"is not JSON ({error})") from None


def yaml_of(raw: str) -> Any:
    """A YAML document; raises Unreadable for broken YAML, and for aliases, nesting or length that would not end."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = aliases = 0
    try:
        for number, event in enumerate(yaml.parse(raw, Loader=loader)):
            aliases += isinstance(event, yaml.AliasEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if aliases > _ALIASES or depth > _DEEPEST or number > _EVENTS:
                raise Unreadable("has more aliases, nesting or entries than a configuration needs: not read")
        return yaml.load(raw, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise Unreadable(f"is not YAML{place}") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not YAML ({type(error).__name__})") from None


def mapping_of(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping with text keys, else an empty one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def evenly(items: list[Any], count: int) -> list[Any]:
    """At most `count` of the items, spread evenly, the first among them."""
    if len(items) <= count:
        return items
    return [items[index * len(items) // count] for index in range(count)]
