"""What the recorded decisions of the projects that were found say about themselves."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from advisor.check.flaws import Flaw
from advisor.check.material import absolute
from advisor.errors import BadInput
from advisor.values.expected import Expected
from advisor.values.finding import Place
from advisor.values.revisit import Revisit
from advisor.values.staleness import Staleness

_LOCK = "advisor.lock"
Rederive = Callable[[Path], Staleness | None]
Expect = Callable[[Path], Expected | None]
Revisits = Callable[[Path], tuple[Revisit, ...]]


@dataclass(frozen=True, slots=True)
class Heard:
    """Which records are stale, what each project decided (by its folder's absolute path), which records call for
    another look, and what could not be read."""

    stale: tuple[Staleness, ...]
    expected: Mapping[str, Expected]
    revisits: tuple[Revisit, ...]
    flaws: tuple[Flaw, ...]


def no_revisits(folder: Path) -> tuple[Revisit, ...]:
    """Nothing to look at again."""
    del folder
    return ()


def heard(folders: Iterable[Path], rederive: Rederive, expect: Expect, revisit: Revisits) -> Heard:
    """Asks each project; what cannot be read is a flaw at its place, and the others are asked all the same."""
    stale: list[Staleness] = []
    expected: dict[str, Expected] = {}
    revisits: list[Revisit] = []
    flaws: list[Flaw] = []
    for folder in folders:
        if not (folder / _LOCK).is_file():
            flaws.append(Flaw("is no file", "restore it from version control", Place((folder / _LOCK).as_posix())))
            continue
        try:
            moved = rederive(folder)
            decided = expect(folder)
            revisits += revisit(folder)
        except BadInput as error:
            flaws.append(_flaw(error, folder))
            continue
        if moved is not None:
            stale.append(moved)
        if decided is not None:
            expected[absolute(folder.as_posix())] = decided
    return Heard(tuple(stale), expected, tuple(revisits), tuple(flaws))


def _flaw(error: BadInput, folder: Path) -> Flaw:
    match = re.fullmatch(r"(.*?)(?::(\d+))?(?::(\d+))?", error.where, re.S)
    path, line, column = match.groups() if match else (error.where, None, None)
    place = Place(path or (folder / "advisor.yaml").as_posix(), int(line or 1), int(column or 1))
    return Flaw(error.what, error.remedy, place)
