"""What a detector is given, how far it may go, and what it hands back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from advisor.answers.detect.reading.listing import Entry
from advisor.figure import Fact, Scalar, gap


@dataclass(frozen=True, slots=True)
class Limits:
    """How far looking may go. Every read of a detector stays inside one of these.

    `entries` and `scan_s` bound the walk of a data folder; of its files the first `sized_files` are asked for
    their size, then every `size_every`-th. `peeked_files` are opened to see what they are, `tables` are read
    for their rows. A text table up to `exact_bytes` is read whole; of a larger one `head_bytes` and `windows`
    windows of `window_bytes`.
    """

    entries: int = 1_000_000
    scan_s: float = 1.5
    sized_files: int = 5_000
    size_every: int = 20
    peeked_files: int = 200
    tables: int = 64
    exact_bytes: int = 8_000_000
    head_bytes: int = 2_000_000
    windows: int = 20
    window_bytes: int = 65_536
    project_entries: int = 20_000
    code_files: int = 400
    code_bytes: int = 4_000_000
    small_file_bytes: int = 400_000
    clock: Callable[[], float] = monotonic


@dataclass(frozen=True, slots=True)
class Hint:
    """One sign of what the task is. `strength` 1 (a dependency) to 5 (a trained head); `kind` data, config, code…"""

    task: str
    strength: int
    kind: str
    source: str


@dataclass(slots=True)
class Found:
    """What a detector gathers, in the order found; the first fact of an id stands."""

    facts: dict[str, Fact] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)

    def say(self, id: str, value: Scalar, source: str, unit: str = "", span: tuple[float, float] | None = None) -> None:
        """A fact read from the files."""
        low, high = span or (None, None)
        self.facts.setdefault(id, Fact(id, value, unit, low, high, "measured", source))

    def suppose(self, id: str, value: Scalar, source: str, unit: str, span: tuple[float, float]) -> None:
        """A fact by a rule of thumb, which `source` names."""
        self.facts.setdefault(id, Fact(id, value, unit, *span, "assumed", source))

    def lack(self, id: str, why: str, unit: str = "") -> None:
        """A fact that could not be had."""
        self.facts.setdefault(id, gap(id, why, unit))

    def hint(self, task: str, strength: int, kind: str, source: str) -> None:
        self.hints.append(Hint(task, strength, kind, source))

    def add(self, other: "Found") -> None:
        for id, fact in other.facts.items():
            if not (id in self.facts and self.facts[id].known):
                self.facts[id] = fact
        self.notes.extend(other.notes)
        self.hints.extend(other.hints)


@dataclass(frozen=True, slots=True)
class Sight:
    """The project as every detector sees it. `files` are its own files (no data folder, nothing hidden)."""

    project: Path
    files: tuple[Entry, ...]
    model: Path | None
    data: tuple[Path, ...]
    limits: Limits

    def name(self, path: Path | str) -> str:
        """How a person would say the path: relative to the project; outside of it, from what was given onwards.

        The rest of a path outside says where this person's disk is mounted: nobody else's business.
        """
        path = Path(path)
        if path.is_relative_to(self.project):
            return path.relative_to(self.project).as_posix()
        given = (*self.data, *([self.model] if self.model else ()))
        base = next((root.parent for root in given if path.is_relative_to(root)), path.parent)
        return f"…/{path.relative_to(base).as_posix()}"

    def named(self, *names: str) -> tuple[Path, ...]:
        """The project's files with one of these names, shallowest first."""
        wanted = {name.lower() for name in names}
        return tuple(Path(file.path) for file in self.files if file.name.lower() in wanted)

    def suffixed(self, *suffixes: str) -> tuple[Entry, ...]:
        return tuple(file for file in self.files if file.suffix in suffixes)
