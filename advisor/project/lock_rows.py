"""Facts and devices as rows of JSON, and back."""

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_args

from advisor.figure import Fact, Provenance, Scalar, rounded
from advisor.values.facts import Device
from advisor.values.reading import LARGEST

_ALWAYS = ("value", "provenance")


class Odd(Exception):
    """Something in the lock has the wrong shape; the message says where in it."""


def rounded_fact(fact: Fact) -> Fact:
    value = rounded_all(fact.value)
    return replace(fact, value=value, low=rounded_all(fact.low), high=rounded_all(fact.high))


def rounded_device(device: Device) -> Device:
    return replace(device, memory_bytes=rounded_all(device.memory_bytes))


def rounded_all(value: Any) -> Any:
    """Every float in a value to four significant digits; whole numbers stay exact, tuples become tuples again."""
    if isinstance(value, float):
        return rounded(value) if math.isfinite(value) else value
    if isinstance(value, Mapping):
        return {key: rounded_all(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(rounded_all(item) for item in value)
    return value


def facts_out(facts: Mapping[str, Fact]) -> dict[str, dict[str, object]]:
    return {id: columns(fact) for id, fact in facts.items()}


def columns(row: Fact | Device) -> dict[str, object]:
    """The fields that say something; the others have their default again when read."""
    return {
        column.name: getattr(row, column.name)
        for column in fields(row)
        if not (isinstance(row, Fact) and column.name == "id")
        and (column.name in _ALWAYS or getattr(row, column.name) != column.default)
    }


def facts_in(raw: object, where: str) -> dict[str, Fact]:
    return {id: _fact(id, row, f"{where}.{id}") for id, row in mapping(raw, where).items()}


def devices_in(raw: object, where: str) -> tuple[Device, ...]:
    if not isinstance(raw, list):
        raise Odd(f"{where} is not a list")
    return tuple(_device(row, f"{where}[{place}]") for place, row in enumerate(raw))


def mapping(raw: object, where: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise Odd(f"{where} is not a group of keys")
    return raw


def text(raw: object, where: str) -> str:
    if not isinstance(raw, str):
        raise Odd(f"{where} is not text")
    return raw


def _known(raw: object, kind: type, where: str) -> dict[str, Any]:
    row = mapping(raw, where)
    strange = row.keys() - {column.name for column in fields(kind)}
    if strange:
        raise Odd(f"{where} has an unknown key {min(strange)}")
    return row


def _fact(id: str, raw: object, where: str) -> Fact:
    row = _known(raw, Fact, where)
    if "value" not in row:
        raise Odd(f"{where} has no value")
    for name in ("unit", "source", "gap"):
        text(row.get(name, ""), f"{where}.{name}")
    if row.get("provenance", "measured") not in get_args(Provenance):
        raise Odd(f"{where}.provenance is {row['provenance']!r}")
    ends: dict[str, Any] = {name: _end(row[name], f"{where}.{name}") for name in ("low", "high") if name in row}
    cells: dict[str, Any] = {**row, **ends, "id": id, "value": _value(row["value"], where)}
    if row.get("unit") and isinstance(row["value"], bool | str | list):
        raise Odd(f"{where}.value is no number of {row['unit']}")
    return Fact(**cells)


def _end(raw: object, where: str) -> float | None:
    if raw is not None and (isinstance(raw, bool) or not isinstance(raw, int | float)):
        raise Odd(f"{where} is not a number")
    if raw is not None and abs(raw) > LARGEST:
        raise Odd(f"{where} is larger than anything there is")
    return raw


def _value(raw: object, where: str) -> Scalar:
    if isinstance(raw, list):
        return tuple(text(item, f"{where}.value") for item in raw)
    if isinstance(raw, int | float) and abs(raw) > LARGEST:
        raise Odd(f"{where}.value is larger than anything there is")
    if raw is None or isinstance(raw, bool | int | float | str):
        return raw
    raise Odd(f"{where}.value is neither a number, a word nor a list")


def _device(raw: object, where: str) -> Device:
    row = _known(raw, Device, where)
    kinds: dict[str, type | tuple[type, ...]] = {"index": int, "memory_bytes": (int, float), "mig": bool}
    for column in fields(Device):
        if column.name not in row:
            if column.name in ("index", "name", "slug", "memory_bytes"):
                raise Odd(f"{where} has no {column.name}")
            continue
        if not isinstance(row[column.name], kinds.get(column.name, str)):
            raise Odd(f"{where}.{column.name} has the wrong type")
    if not 0 <= row["memory_bytes"] <= LARGEST:
        raise Odd(f"{where}.memory_bytes is no size")
    return Device(**row)
