"""The check from end to end: files, facts, rules, what may stay."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from advisor.check.files import Found, Skipped, find_files, read_bytes
from advisor.check.flaws import Flaw
from advisor.check.launch.scripts import inherited
from advisor.check.material import Material, absolute
from advisor.check.outcome import Outcome
from advisor.check.projects import Expect, Rederive, Revisits, heard, no_revisits
from advisor.check.reading import Reading, read
from advisor.check.rules import RULES
from advisor.check.rules.adv045_secret import RULE as SECRET
from advisor.check.settings import Settings
from advisor.check.source import Source
from advisor.check.suppression import suppressed
from advisor.values.catalog import Lifecycle
from advisor.values.configs import Short
from advisor.values.expected import Expected
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts, Script

_A_CHUNK = 32
_WORTH_A_PROCESS = 4 * _A_CHUNK


def check(  # noqa: PLR0913 - each is something that only the caller knows
    paths: tuple[Path, ...],
    *,
    rederive: Rederive,
    expect: Expect,
    revisit: Revisits = no_revisits,
    lifecycle: Callable[[], tuple[Lifecycle, ...]] = tuple,
    shortfall: Short | None = None,
    settings: Settings = Settings(),  # noqa: B008 - frozen
) -> Outcome:
    """Checks files and folders. Raises BadInput for a path that does not exist.

    `rederive` decides a project again from its answers and lock; `expect` says what its record decided, `revisit`
    which records call for another look. A BadInput from any of them is a finding at the place it names. `shortfall`
    says which training state does not fit.
    """
    work = _wanted(find_files(paths), settings)
    projects = heard(work.projects, rederive, expect, revisit)
    readings, skipped = _read_all(work, settings.jobs)
    material = gathered(readings.values(), projects.flaws, projects.expected)
    material = replace(material, lifecycle=lifecycle() if material.sources else (), revisits=projects.revisits)
    material = replace(material, shortfall=shortfall)
    texts = {path: reading.text for path, reading in readings.items()}
    found = _told(material, settings)
    findings = _left(found, material, texts, settings)
    places = {finding.place.path for finding in findings}
    quoted = {path: text for path, text in texts.items() if path in places}
    files = sum(not reading.left_alone for reading in readings.values())
    return Outcome(
        tuple(findings),
        files,
        tuple(work.skipped + skipped),
        projects.stale,
        _masked(quoted, found if settings.runs(SECRET.id) else SECRET.find(material)),
        projects=len(work.projects),
    )


def gathered(readings: Iterable[Reading], flaws: tuple[Flaw, ...], expected: Mapping[str, Expected]) -> Material:
    """What all files gave together, as the rules see it."""
    every = tuple(readings)
    material = Material(
        tuple(config for reading in every for config in reading.configs),
        flaws + tuple(flaw for reading in every for flaw in reading.flaws),
        expected,
        tuple(launch for reading in every for launch in reading.launches),
        tuple(model for reading in every for model in reading.models),
        sources=tuple(reading.source for reading in every if reading.source is not None),
    )
    return _handed_on(material)


def _handed_on(material: Material) -> Material:
    """Scripts that another launch runs, on what that one gets."""
    leads: dict[str, list[tuple[LaunchFacts, Script]]] = {}
    own = [absolute(launch.place.path) for launch in material.launches]
    known = set(own)
    for launch in material.launches:
        for script in launch.scripts:
            path = next((path for path in material.paths(launch, script.path) if path in known), "")
            if path:
                leads.setdefault(path, []).append((launch, script))
    return replace(material, launches=inherited(material.launches, leads, own)) if leads else material


def judged(material: Material, texts: Mapping[str, str], settings: Settings = Settings()) -> list[Finding]:  # noqa: B008
    """What the rules find in the material, without what may stay, sorted by place."""
    return _left(_told(material, settings), material, texts, settings)


def _told(material: Material, settings: Settings) -> tuple[Finding, ...]:
    """What the rules find, before anything is let pass."""
    found = (finding for rule in RULES if settings.runs(rule.id) for finding in rule.find(material))
    return tuple(dict.fromkeys(found))


def _left(found: Iterable[Finding], material: Material, texts: Mapping[str, str], settings: Settings) -> list[Finding]:
    located = _with_paths(found, material.sources)
    left = suppressed(located, texts, settings.allowed, settings.runs)
    shown = (each for each in dict.fromkeys(left) if settings.runs(each.rule))
    return sorted(
        shown, key=lambda each: (each.place.path, each.place.line, each.place.column, each.rule, each.message)
    )


def _wanted(found: Found, settings: Settings) -> Found:
    """Without what the project leaves out, even where it was named."""
    found.files = [file for file in found.files if not settings.excludes(file)]
    found.projects = [
        folder for folder in found.projects if not settings.excludes((folder / "advisor.lock").as_posix())
    ]
    return found


def _read_all(found: Found, jobs: int) -> tuple[dict[str, Reading], list[Skipped]]:
    readings: dict[str, Reading] = {}
    skipped: list[Skipped] = []
    work = [(path, path in found.named) for path in found.files]
    for path, reading in zip(found.files, _read_each(work, jobs), strict=True):
        if isinstance(reading, str):
            skipped.append(Skipped(path, reading))
            continue
        if reading.left_alone:
            skipped.append(Skipped(path, reading.left_alone))
        if reading.source is not None or not reading.left_alone:
            readings[path] = reading
    return readings, skipped


def _read_each(work: list[tuple[str, bool]], jobs: int) -> Iterable[Reading | str]:
    if jobs < 2 or len(work) < _WORTH_A_PROCESS:
        return map(_read_one, work)
    from concurrent.futures import ProcessPoolExecutor  # only where there is enough to share out

    with ProcessPoolExecutor(min(jobs, len(work) // _A_CHUNK)) as pool:
        return list(pool.map(_read_one, work, chunksize=_A_CHUNK))


def _read_one(work: tuple[str, bool]) -> Reading | str:
    path, named = work
    data = read_bytes(path)
    return data if isinstance(data, str) else read(path, data, named=named)


def _with_paths(findings: Iterable[Finding], sources: tuple[Source, ...]) -> Iterable[Finding]:
    """Findings at a setting of a file get its path, by which a baseline knows them."""
    by_path = {source.path: source for source in sources}
    for finding in findings:
        source = by_path.get(finding.place.path)
        path = source.setting_at(finding.place) if source is not None and not finding.yaml_path else ""
        yield replace(finding, yaml_path=path) if path else finding


def _masked(texts: dict[str, str], found: Iterable[Finding]) -> dict[str, str]:
    """The texts that reports quote from, with stars where a secret stands."""
    for finding in found:
        if finding.rule != SECRET.id or finding.place.path not in texts:
            continue
        lines = texts[finding.place.path].split("\n")
        number, column = finding.place.line - 1, finding.place.column - 1
        line = lines[number]
        end = next((at for at in range(column, len(line)) if line[at] in " \t\r\"',;"), len(line))
        lines[number] = f"{line[:column]}{'*' * (end - column)}{line[end:]}"
        texts[finding.place.path] = "\n".join(lines)
    return texts
