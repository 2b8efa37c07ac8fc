"""The side of the wall that touches the world: files, devices, earlier findings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from advisor import machine, rates
from advisor.answers import missing, settle
from advisor.answers.detect import look
from advisor.conclude import Grounds
from advisor.errors import BadInput
from advisor.figure import Fact
from advisor.project import answers_file, lock
from advisor.values.facts import Known, Machine
from advisor.values.reading import MACHINE_KEYS

ANSWERS, LOCK = "advisor.yaml", "advisor.lock"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: the project, where our files go, what overrides what is found, the number of a record to
    supersede, and whether each decision is to have its own."""

    project: Path
    home: Path
    answers: Path | None = None
    settings: Mapping[str, Fact] | None = None
    model: Path | None = None
    data: tuple[Path, ...] = ()
    hardware: str = ""
    nodes: int = 1
    reprobe: bool = False
    superseding: int | None = None
    split: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What is known before anybody is asked; `notes` are for the person; `measured` says rates were kept."""

    known: Known
    notes: tuple[str, ...]
    measured: bool
    here: bool


def find_out(wish: Wish, grounds: Grounds) -> Found:
    """Answers on file, the machine (of the lock, unless another is wished for), rates, and a look at the project.

    Raises BadInput for files that cannot be used.
    """
    project = _folder(wish.project)
    answered = _answered(wish, grounds)
    kept = _locked(wish.home / LOCK, grounds) if (wish.home / LOCK).exists() and not wish.reprobe else None
    seen = look(project, model=wish.model, data=wish.data)
    hardware = wish.hardware or _asked_hardware(answered)
    here = not hardware and (kept is None)
    if hardware:
        found = _described(hardware, wish, grounds)
    elif kept is None:
        found = machine.probe(_data_path(project, wish))
    elif wish.nodes == 1:
        found = kept.machine
    else:
        what = "the machine in advisor.lock is counted already"
        raise BadInput(what, where="--nodes", remedy="say which machine to count, with --hardware or --reprobe")
    found = machine.devices_matched(_times(found, wish.nodes), grounds.tables.accelerators)
    same = kept is not None and (not hardware or kept.machine == found)
    measured = kept.rates if kept is not None and same else rates.nothing()
    evidence = {**(kept.evidence if kept is not None else {}), **seen.facts, **_devices(found)}
    name = kept.project if kept is not None else project.name or "project"
    known = Known(name, answered, evidence, found, measured)
    return Found(known, seen.notes, bool(measured.facts), here)


def from_files(folder: Path, grounds: Grounds) -> tuple[Known, lock.Locked] | None:
    """What the project's own two files say, with no look at the world; None where there is no lock.

    Raises BadInput for files that cannot be used, one that lost what must be known among them.
    """
    if not (folder / LOCK).is_file():
        return None
    locked = _locked(folder / LOCK, grounds)
    answered = answers_file.read(folder / ANSWERS, grounds.questions)
    lost = missing(grounds.questions, settle(grounds.questions, answered, locked.evidence, grounds.tables.tasks))
    if lost:
        what = f"{' and '.join(question.id for question in lost)} must be known, and nothing was decided without it"
        raise BadInput(what, where=str(folder / ANSWERS), remedy="restore the file, or answer again: advisor plan")
    return Known(locked.project, answered, locked.evidence, locked.machine, locked.rates), locked


def with_rates(known: Known, measured: rates.Running | None) -> Known:
    """The same with what the benchmark measured; waits for it."""
    return known if measured is None else replace(known, rates=measured.finish())


def _locked(path: Path, grounds: Grounds) -> lock.Locked:
    """The lock, in which what a question asks for is of that question's type; raises BadInput where it is not."""
    locked = lock.read(path)
    types = {question.id: question.type for question in (*MACHINE_KEYS, *grounds.questions)}
    for id, fact in {**locked.evidence, **locked.machine.facts}.items():
        wanted = _TYPES[types[id]] if id in types else object
        if fact.known and (not isinstance(fact.value, wanted) or (wanted is _NUMBER and isinstance(fact.value, bool))):
            what = f"{id} is {fact.value!r}, which is no {types[id].replace('_', ' or ')}"
            raise BadInput(what, where=str(path), remedy=lock.REMEDY)
    _known_choices(locked, path, grounds)
    return locked


def _known_choices(locked: lock.Locked, path: Path, grounds: Grounds) -> None:
    """Raises BadInput for a choice in the lock that its question does not have: another version had it."""
    for question in grounds.questions:
        fact = locked.evidence.get(question.id)
        if question.type == "choice" and fact is not None and fact.known and fact.value not in question.choices:
            what = f"{question.id} is {fact.value!r}, which this version of advisor does not know"
            raise BadInput(what, where=f"{path}:{_line_of(path, question.id)}", remedy=lock.REMEDY)


def _line_of(path: Path, word: str) -> int:
    """The line on which a key stands last, 1 where it is not found."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return max((number for number, line in enumerate(lines, 1) if f'"{word}"' in line), default=1)


_NUMBER = (int, float)
_TYPES: Mapping[str, Any] = {"number": _NUMBER, "yes_no": bool, "choices": tuple, "choice": str, "text": str}


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise BadInput("there is no such folder", where=str(path), remedy="give the folder of the project")
    return Path(os.path.realpath(path))


def _answered(wish: Wish, grounds: Grounds) -> dict[str, Fact]:
    """Answers on file, then those of --answers, then those of --set."""
    own = wish.home / ANSWERS
    home = own if own.exists() else wish.project / ANSWERS
    answered = answers_file.read(home, grounds.questions)
    if wish.answers is not None:
        if not wish.answers.exists():
            raise BadInput("there is no such file", where=str(wish.answers), remedy="give a file of answers")
        answered |= answers_file.read(wish.answers, grounds.questions)
    return answered | dict(wish.settings or {})


def _described(hardware: str, wish: Wish, grounds: Grounds) -> Machine:
    try:
        return machine.described(hardware, grounds.tables.accelerators)
    except BadInput as error:
        where = error.where if wish.hardware else "hardware.accelerator"
        raise BadInput(error.what, where=where, remedy=error.remedy) from None


def _asked_hardware(answered: Mapping[str, Fact]) -> str:
    """`8x H100-SXM-80GB` from the answers about hardware, "" where there are none."""
    kind, count = answered.get("hardware.accelerator"), answered.get("hardware.count")
    if kind is None or not kind.known:
        return ""
    text = str(kind.value)
    return text if "x " in text or count is None or not count.known else f"{count.number:g}x {text}"


def _times(found: Machine, nodes: int) -> Machine:
    """The same machine `nodes` times over: its devices, numbered on. Raises BadInput for more than anyone has."""
    count = len(found.devices) * nodes
    if count > machine.MOST_DEVICES:
        raise BadInput(f"that makes {count} accelerators", where="--nodes", remedy=f"at most {machine.MOST_DEVICES}")
    devices = [replace(device, index=index) for index, device in enumerate(found.devices * nodes)]
    return replace(found, devices=tuple(devices)) if nodes > 1 else found


def _data_path(project: Path, wish: Wish) -> Path:
    """The disk that matters is that of the data."""
    return next((path for path in wish.data if path.exists()), project)


def _devices(found: Machine) -> dict[str, Fact]:
    """The accelerators as evidence for the questions about hardware."""
    if not found.devices:
        return {}
    first, source = found.devices[0], "the machine"
    return {
        "hardware.accelerator": Fact("hardware.accelerator", first.slug or first.name, source=source),
        "hardware.count": Fact("hardware.count", float(len(found.devices)), "devices", source=source),
    }
