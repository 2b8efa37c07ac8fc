"""Which row of the catalogue a name means: exact for drivers, forgiving about spelling for people.

Never a substring: an A10 is no A10G, and half its speed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from advisor.errors import BadInput
from advisor.figure import Fact
from advisor.values.catalog import Accelerator
from advisor.values.facts import Device, Machine

Accelerators = Mapping[str, Accelerator]

BYTES_PER_GB = 1e9
"""The catalogue's gigabytes are the marketed ones. Drivers report a little more (NVML, bytes: T4 16.1e9 for
"16 GB", L4 24.2e9 for 24, H100 85.5e9 for 80), so this is never more than there is."""

_NOISE = {
    "nvidia", "geforce", "tesla", "quadro", "rtx", "gtx", "amd", "instinct", "radeon", "intel", "r", "tm", "apple",
    "graphics", "gpu", "gpus", "generation", "google", "aws",
}  # fmt: skip
_MEMORY = re.compile(r"\d+gb")
_CLOSE = 0.55


@dataclass(frozen=True, slots=True)
class Named:
    """What a typed name means: the row, the spelling that matched, the memory of one accelerator."""

    row: Accelerator
    spelling: str
    memory_bytes: float


def named(text: str, accelerators: Accelerators) -> Named:
    """The one row that `text` means. Raises BadInput for a name that means none, or several."""
    found = _exactly(text, accelerators) or _loosely(text, accelerators)
    if len(found) == 1:
        row, spelling = found[0]
        return Named(row, spelling, memory_bytes(row, spelling))
    if found:
        choices = sorted({row.id for row, _ in found})
        raise BadInput(f"{text!r} can be {_either(choices)}", where="--hardware", remedy="type one of these names")
    near = close(text, accelerators)
    remedy = f"did you mean {_either(near)}?" if near else "name it as its driver does, for instance NVIDIA A10G"
    raise BadInput(f"no accelerator is called {text!r}", where="--hardware", remedy=remedy)


def is_name(text: str, accelerators: Accelerators) -> bool:
    """Is the whole text the name of exactly one row?"""
    return len(_exactly(text, accelerators)) == 1


def memory_bytes(row: Accelerator, spelling: str) -> float:
    """The row's memory; of the spelling where the row stands for cards of several sizes (V100: 16 and 32 GB)."""
    sizes = [size for name in row.match for size in _sizes(name)]
    own = _sizes(spelling)
    return (own[0] if len(set(sizes)) > 1 and own else row.memory_gb) * BYTES_PER_GB


def close(text: str, accelerators: Accelerators, most: int = 4) -> list[str]:
    """The ids of the rows whose names look most like `text`, best first."""
    wanted = (_joined(text), "".join(word for word in _words(text) if not _MEMORY.fullmatch(word)))

    def likeness(row: Accelerator) -> float:
        names = [_joined(name) for name in _spellings(row)]
        return max(SequenceMatcher(None, want, name).ratio() for want in wanted for name in names)

    scored = sorted(((likeness(row), row.id) for row in accelerators.values()), key=lambda pair: (-pair[0], pair[1]))
    return [id for score, id in scored[:most] if score >= _CLOSE]


def devices_matched(machine: Machine, accelerators: Accelerators) -> Machine:
    """The machine with the slug of each device's row: by the driver's exact name, among several by memory.

    A device whose driver does not tell its memory takes that of its row, and the fact says so.
    """
    devices = tuple(_matched(device, accelerators) for device in machine.devices)
    borrowed = [new for old, new in zip(machine.devices, devices, strict=True) if new.memory_bytes != old.memory_bytes]
    if not borrowed or any(device.memory_bytes == 0 for device in devices):
        return replace(machine, devices=devices)
    size = min(device.memory_bytes for device in devices)
    source = f"catalogue row {borrowed[0].slug}; {machine.facts['machine.gpu_memory'].gap}"
    fact = Fact("machine.gpu_memory", size, "bytes", provenance="datasheet", source=source)
    return replace(machine, devices=devices, facts={**machine.facts, fact.id: fact})


def _matched(device: Device, accelerators: Accelerators) -> Device:
    rows = [row for row in accelerators.values() if device.name in row.match]
    if device.slug or not rows:
        return device
    if device.memory_bytes:
        row = min(rows, key=lambda row: abs(row.memory_gb * BYTES_PER_GB - device.memory_bytes))
        return replace(device, slug=row.id)
    if len(rows) > 1:
        return device  # which of them it is only its memory could tell
    return replace(device, slug=rows[0].id, memory_bytes=memory_bytes(rows[0], device.name))


def _exactly(text: str, accelerators: Accelerators) -> list[tuple[Accelerator, str]]:
    """Rows one of whose spellings is the same words, in any order, or the same letters."""
    words, letters = frozenset(_words(text)), _joined(text)
    if not words:
        return []
    hits = {
        row.id: (row, name)
        for row in accelerators.values()
        for name in reversed(tuple(_spellings(row)))
        if letters == _joined(name) or words == frozenset(_words(name))
    }
    return list(hits.values())


def _loosely(text: str, accelerators: Accelerators) -> list[tuple[Accelerator, str]]:
    """Rows that have every word typed, provided that one of the words names a model rather than a size."""
    words = set(_words(text))
    if not any(re.search(r"\d", word) and not _MEMORY.fullmatch(word) for word in words):
        return []
    return [
        (row, row.id)
        for row in accelerators.values()
        if any(words <= {*_words(name), f"{row.memory_gb:g}gb"} for name in _spellings(row))
    ]


def _spellings(row: Accelerator) -> Iterator[str]:
    yield row.id
    yield from row.aliases
    yield from row.match


def _words(text: str) -> list[str]:
    """`NVIDIA GeForce RTX-4060 Ti 16 GB` -> 4060ti 16gb. The generation of an SXM socket follows from the GPU."""
    text = re.sub(r"\b(rtx|gtx)(?=\d)", r"\1 ", text.lower())
    text = re.sub(r"(?<=\d)[\s_-]+(ti|super)\b", r"\1", text)
    text = re.sub(r"(?<=\d)\s*gi?b\b", "gb", text)
    text = re.sub(r"\bsxm\d\b", "sxm", text)
    return [word for word in re.findall(r"[a-z0-9]+", text) if word not in _NOISE]


def _joined(text: str) -> str:
    return "".join(_words(text))


def _sizes(name: str) -> list[float]:
    return [float(size) for size in re.findall(r"(\d+) ?GB", name)]


def _either(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
