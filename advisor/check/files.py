"""Which files are looked at: everything under the paths that may be a configuration, within bounds.

Symbolic links are not followed out of the walk, ignored and generated folders are left out, and what could
not be looked at is told with the reason.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from advisor.check.ignored import Pattern, is_ignored, patterns_above, patterns_in
from advisor.check.readers import NAMES, SUFFIXES
from advisor.errors import BadInput

LARGEST_BYTES = 256 * 1024  # a second of reading at worst; configurations have a few kilobytes
MOST_ENTRIES = 200_000
_LEFT_OUT = frozenset(
    {".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "site-packages", "__pycache__"}
    | {".mypy_cache", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints", ".terraform", "wandb", "mlruns"}
)


_UNDECIDED = "no advisor.lock beside it, so nothing is decided: advisor plan writes it"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A path that was not looked at, and why."""

    path: str
    why: str


@dataclass(slots=True)
class Found:
    """Files to look at, in a stable order; `named` are those that the user gave one by one."""

    files: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    projects: list[Path] = field(default_factory=list)


def find_files(paths: tuple[Path, ...]) -> Found:
    """Everything to look at under `paths`. Raises BadInput for a path that does not exist."""
    found = Found()
    seen: set[str] = set()
    for path in paths:
        if path.is_dir():
            _walk(path, found)
        elif path.exists():
            found.files.append(shown(path))
            found.named.add(shown(path))
        else:
            raise BadInput("no such file or folder", where=str(path), remedy="give files or folders that exist")
        above = _project_above(path)
        if above is not None:
            found.projects.append(above)
    found.files = [file for file in found.files if not (file in seen or seen.add(file))]  # type: ignore[func-returns-value]
    found.projects = list(dict.fromkeys(Path(shown(project)) for project in found.projects))
    return found


def read_bytes(path: str) -> bytes | str:
    """The bytes of a file, or why it is not read."""
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            return "not a regular file"
        if status.st_size > LARGEST_BYTES:
            return f"{status.st_size / 1e6:.1f} MB: larger than a configuration ({LARGEST_BYTES // 1024} KiB)"
        with Path(path).open("rb") as file:
            return file.read(LARGEST_BYTES + 1)[:LARGEST_BYTES]
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def shown(path: Path) -> str:
    """The path as people see it: as they typed it, with forward slashes."""
    return Path(os.path.normpath(path)).as_posix()


def _walk(top: Path, found: Found) -> None:
    entries = 0
    waiting: list[tuple[Path, tuple[Pattern, ...]]] = [(top, patterns_above(_absolute(top)))]
    while waiting:
        folder, patterns = waiting.pop()
        patterns += patterns_in(_absolute(folder))
        children = _children(folder, found)
        entries += len(children)
        if entries > MOST_ENTRIES:
            found.skipped.append(Skipped(shown(folder), f"the walk stopped after {MOST_ENTRIES:,} entries"))
            return
        names = {child.name for child in children}
        if "advisor.lock" in names:
            found.projects.append(folder)
        elif "advisor.yaml" in names:
            found.skipped.append(Skipped(shown(folder / "advisor.yaml"), _UNDECIDED))
        kept = [child for child in children if _kept(child, folder, patterns)]
        found.files.extend(_files(kept, folder, found))
        deeper = [folder / child.name for child in kept if child.is_dir(follow_symlinks=False)]
        waiting.extend((child, patterns) for child in reversed(deeper))


def _children(folder: Path, found: Found) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as scan:
            children = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        found.skipped.append(Skipped(shown(folder), f"cannot be opened: {error.strerror or error}"))
        return []
    return [] if any(child.name == "pyvenv.cfg" for child in children) else children


def _kept(child: "os.DirEntry[str]", folder: Path, patterns: tuple[Pattern, ...]) -> bool:
    is_folder = child.is_dir(follow_symlinks=False)
    if is_folder and child.name in _LEFT_OUT:
        return False
    if not is_folder and not child.name.lower().endswith(SUFFIXES) and not NAMES.match(child.name):
        return False
    if not patterns:
        return True
    return not is_ignored(patterns, f"{_absolute(folder).as_posix().rstrip('/')}/{child.name}", folder=is_folder)


def _files(children: list["os.DirEntry[str]"], folder: Path, found: Found) -> Iterator[str]:
    for child in children:
        path = shown(folder / child.name)
        if child.is_symlink():
            found.skipped.append(Skipped(path, "a symbolic link: checked where it leads, if that is here"))
        elif child.is_file(follow_symlinks=False):
            yield path


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _project_above(path: Path) -> Path | None:
    """The nearest folder at or above `path` that is an advisor project, as a path like the one given."""
    start = path if path.is_dir() else path.parent
    if (start / "advisor.lock").exists():
        return start
    folder = _absolute(start)
    while folder.parent != folder and not (folder / ".git").exists():
        folder = folder.parent
        if (folder / "advisor.lock").exists():
            return folder if path.is_absolute() else Path(os.path.relpath(folder))
    return None
