"""Why a recorded decision no longer follows: what was recorded, what follows now, what moved it."""

from collections.abc import Mapping
from pathlib import Path

from advisor import __version__
from advisor.conclude import Grounds, Thought
from advisor.decide.screen import shown
from advisor.decide.titles import title
from advisor.machine import overridden
from advisor.project.lock import Locked
from advisor.values.facts import Answer, Known
from advisor.values.finding import Place
from advisor.values.staleness import Staleness


def snapshot(settled: Mapping[str, Answer], known: Known) -> dict[str, str]:
    """Every answer and every fact of the machine a decision was made from, as people read them."""
    answers = {id: shown(answer.fact.value, answer.fact.unit) for id, answer in settled.items() if answer.fact.known}
    machine = overridden(known.machine, known.answered)
    facts = {id: shown(fact.value, fact.unit) for id, fact in machine.facts.items() if fact.known}
    return {**answers, **facts}


def staleness(thought: Thought, known: Known, locked: Locked, on: Grounds, path: Path) -> Staleness:
    """The finding: old title, new title, and every answer or fact that differs from what was decided from."""
    recorded = locked.extra.get("decision")
    decision = recorded if isinstance(recorded, dict) else {}
    said = decision.get("from")
    before = {str(id): str(value) for id, value in said.items()} if isinstance(said, dict) else {}
    after = snapshot(thought.answers, known)
    moved = [
        f"{id}: {before.get(id, 'unknown')} -> {after.get(id, 'unknown')}"
        for id in sorted({*before, *after})
        if before.get(id) != after.get(id) and not id.startswith("machine.disk_free")
    ]
    versions = {"advisor": __version__, "catalog": on.tables.as_of}
    moved += [
        f"{name}: {locked.versions.get(name, 'unknown')} -> {version}"
        for name, version in versions.items()
        if locked.versions.get(name) != version
    ]
    return Staleness(
        recorded=str(decision.get("title", "unknown")),
        now=title(thought.architecture, on.tables),
        moved=tuple(moved) or ("facts in the lock itself",),
        place=Place(str(path), line_of(path, '"digest"')),
    )


def line_of(path: Path, word: str) -> int:
    """The first line of a file that says `word`; 1 where none does."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if word in line), 1)
