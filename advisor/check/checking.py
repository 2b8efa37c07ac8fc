"""The check from end to end: files, facts, rules, suppressions."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from advisor.check.files import Found, Skipped, find_files, read_bytes
from advisor.check.flaws import Flaw
from advisor.check.material import Material, absolute
from advisor.check.outcome import Outcome
from advisor.check.reading import Reading, read
from advisor.check.rules import RULES
from advisor.check.suppression import suppressed
from advisor.errors import BadInput
from advisor.values.expected import Expected
from advisor.values.finding import Finding, Place
from advisor.values.staleness import Staleness

Rederive = Callable[[Path], Staleness | None]
Expect = Callable[[Path], Expected | None]


def check(paths: tuple[Path, ...], *, rederive: Rederive, expect: Expect) -> Outcome:
    """Checks files and folders. Raises BadInput for a path that does not exist.

    `rederive` decides a project again from its answers and lock; `expect` says what its record decided. A
    BadInput from either is a finding at the place it names.
    """
    found = find_files(paths)
    stale, expected, flaws = _projects(found, rederive, expect)
    readings, skipped = _read_all(found)
    material = gathered(readings.values(), tuple(flaws), expected)
    findings = judged(material, {path: reading.text for path, reading in readings.items()})
    places = {finding.place.path for finding in findings}
    texts = {path: reading.text for path, reading in readings.items() if path in places}
    return Outcome(tuple(findings), len(readings), tuple(found.skipped + skipped), tuple(stale), texts)


def gathered(readings: Iterable[Reading], flaws: tuple[Flaw, ...], expected: Mapping[str, Expected]) -> Material:
    """What all files gave together, as the rules see it."""
    every = tuple(readings)
    return Material(
        tuple(config for reading in every for config in reading.configs),
        flaws + tuple(flaw for reading in every for flaw in reading.flaws),
        expected,
        tuple(launch for reading in every for launch in reading.launches),
        tuple(model for reading in every for model in reading.models),
    )


def judged(material: Material, texts: dict[str, str]) -> list[Finding]:
    """What the rules find in the material, without what comments hide, sorted by place."""
    findings = suppressed((finding for rule in RULES for finding in rule.find(material)), texts)
    unique = dict.fromkeys(findings)
    return sorted(
        unique, key=lambda each: (each.place.path, each.place.line, each.place.column, each.rule, each.message)
    )


def _read_all(found: Found) -> tuple[dict[str, Reading], list[Skipped]]:
    readings: dict[str, Reading] = {}
    skipped: list[Skipped] = []
    for path in found.files:
        data = read_bytes(path)
        if isinstance(data, str):
            skipped.append(Skipped(path, data))
            continue
        reading = read(path, data, named=path in found.named)
        if reading.left_alone:
            skipped.append(Skipped(path, reading.left_alone))
        else:
            readings[path] = reading
    return readings, skipped


def _projects(
    found: Found, rederive: Rederive, expect: Expect
) -> tuple[list[Staleness], dict[str, Expected], list[Flaw]]:
    stale: list[Staleness] = []
    expected: dict[str, Expected] = {}
    flaws: list[Flaw] = []
    for folder in found.projects:
        try:
            moved = rederive(folder)
            decided = expect(folder)
        except BadInput as error:
            flaws.append(_flaw(error, folder))
            continue
        if moved is not None:
            stale.append(moved)
        if decided is not None:
            expected[absolute(folder.as_posix())] = decided
    return stale, expected, flaws


def _flaw(error: BadInput, folder: Path) -> Flaw:
    match = re.fullmatch(r"(.*?)(?::(\d+))?(?::(\d+))?", error.where, re.S)
    path, line, column = match.groups() if match else (error.where, None, None)
    place = Place(path or (folder / "advisor.yaml").as_posix(), int(line or 1), int(column or 1))
    return Flaw(error.what, error.remedy, place)
