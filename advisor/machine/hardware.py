"""A machine that is not this one, in the words of a person: `8x H100-SXM-80GB, 64 cpus, 512 GB`."""

import re
from dataclasses import dataclass

from advisor.errors import AdvisorError, BadInput
from advisor.figure import Fact, gap
from advisor.machine.facts import UNITS
from advisor.machine.naming import Accelerators, Named, is_name, named
from advisor.units import parse
from advisor.values.facts import Device, Machine

_NO_ACCELERATOR = re.compile(r"none|(cpu|cpus)( only)?|no (gpu|gpus|accelerator|accelerators)", re.I)
_CPUS = re.compile(r"([\d.]+)\s*(v?cpus?|cores?|threads?)", re.I)
_MEMORY = re.compile(r"([\d.,_]+\s*[kmgtp]i?b)(\s*(of\s+)?(ram|memory))?", re.I)
_COUNT_FIRST = re.compile(r"(\d+)\s*(?:[x×*]\s*|\s)(\S.*)", re.I)
_COUNT_LAST = re.compile(r"(.*\S)\s*[(\s][x×*]\s*(\d+)\)?", re.I)
MOST_DEVICES = 100_000
_EXAMPLE = 'for instance --hardware "8x H100-SXM-80GB, 64 cpus, 512 GB" or --hardware "16 cpus, 64 GB"'


@dataclass(slots=True)
class _Stated:
    """What the parts of the text have said so far."""

    count: int | None = None
    accelerator: Named | None = None
    cpus: float | None = None
    memory_bytes: float | None = None


def described(text: str, accelerators: Accelerators) -> Machine:
    """The machine that `text` describes; what it does not say is a gap.

    Parts stand between commas: accelerators (`8x NAME`, `NAME`, `NAME x8`), CPUs (`64 cpus`), memory
    (`512 GB`), or `cpu only`. Raises BadInput, with the names that come close, for what means nothing,
    several things, or the same thing twice.
    """
    stated = _Stated()
    parts = [part.strip() for part in re.split(r",|;|\+|\swith\s|\sand\s", text) if part.strip()]
    if not parts:
        raise BadInput("no hardware is named", where="--hardware", remedy=_EXAMPLE)
    for part in parts:
        _read(part, stated, accelerators)
    typed = f'--hardware "{" ".join(text.split())}"'
    facts = {id: gap(id, f"{typed} does not say", unit) for id, unit in UNITS.items() if id not in _GPU_DETAILS}
    facts |= {fact.id: fact for fact in _facts(stated, typed)}
    return Machine(facts, _devices(stated))


_GPU_DETAILS = ("machine.gpu_name", "machine.gpu_memory", "machine.gpu_compute_capability", "machine.gpu_mig")


def _read(part: str, stated: _Stated, accelerators: Accelerators) -> None:
    if _NO_ACCELERATOR.fullmatch(part):
        _once(stated.count, part)
        stated.count = 0
    elif found := _CPUS.fullmatch(part):
        _once(stated.cpus, part)
        stated.cpus = _positive(found[1], "", part)
    elif found := _MEMORY.fullmatch(part):
        _once(stated.memory_bytes, part)
        stated.memory_bytes = _positive(found[1], "bytes", part)
    else:
        _once(stated.count, part)
        stated.count, name = _counted(part, accelerators)
        stated.accelerator = named(name, accelerators)


def _once(before: object, part: str) -> None:
    if before is not None:
        raise BadInput(
            f"{part!r} comes on top of a part of the same kind", where="--hardware", remedy=f"say each once, {_EXAMPLE}"
        )


def _positive(number: str, unit: str, part: str) -> float:
    try:
        value = parse(number, unit)
    except AdvisorError as error:
        raise BadInput(error.what, where="--hardware", remedy=error.remedy) from None
    if value <= 0:
        raise BadInput(f"{part!r} must be more than nothing", where="--hardware", remedy=_EXAMPLE)
    return value


def _counted(part: str, accelerators: Accelerators) -> tuple[int, str]:
    """(how many, name). `3090 Ti` is one GPU, not 3090 of them."""
    if is_name(part, accelerators):
        return 1, part
    first, last = _COUNT_FIRST.fullmatch(part), _COUNT_LAST.fullmatch(part)
    if not first and not last:
        return 1, part
    digits, name = (first[1], first[2]) if first else (last[2], last[1])  # type: ignore[index]
    if len(digits) > 6 or not 1 <= int(digits) <= MOST_DEVICES:
        raise BadInput(f"{part!r} asks for {digits} accelerators", where="--hardware", remedy=_EXAMPLE)
    return int(digits), name


def _facts(stated: _Stated, typed: str) -> list[Fact]:
    facts = []
    if stated.cpus is not None:
        cpus = int(stated.cpus) if stated.cpus.is_integer() else stated.cpus
        facts.append(Fact("machine.cpus", cpus, provenance="answered", source=typed))
    if stated.memory_bytes is not None:
        size = int(stated.memory_bytes)
        facts.append(Fact("machine.memory", size, "bytes", provenance="answered", source=typed))
    if stated.accelerator is None:
        # Whoever lists CPUs and memory and no accelerator describes a machine without one.
        facts.append(Fact("machine.gpus", 0, provenance="answered", source=f"{typed} names no accelerator"))
        facts.append(gap("machine.gpu_driver", "there is no accelerator"))
        return facts
    row = stated.accelerator.row
    source = f"{typed}: catalogue row {row.id}"
    facts.append(Fact("machine.gpus", stated.count, provenance="answered", source=source))
    facts.append(Fact("machine.gpu_name", _name(stated.accelerator), provenance="answered", source=source))
    size = int(stated.accelerator.memory_bytes)
    facts.append(Fact("machine.gpu_memory", size, "bytes", provenance="datasheet", source=source))
    return facts


def _devices(stated: _Stated) -> tuple[Device, ...]:
    if stated.accelerator is None:
        return ()
    name, slug, size = _name(stated.accelerator), stated.accelerator.row.id, stated.accelerator.memory_bytes
    return tuple(Device(index, name, slug, size) for index in range(stated.count or 0))


def _name(accelerator: Named) -> str:
    """The driver's name for it; the id of a row that no driver names."""
    names = accelerator.row.match
    return accelerator.spelling if accelerator.spelling in names else (names[0] if names else accelerator.row.id)
