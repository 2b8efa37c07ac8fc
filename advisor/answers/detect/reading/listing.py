"""Walking folders with a limit on entries and seconds, past loops, locked folders and a million files."""

import os
import stat
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

SKIPPED = frozenset(
    [
        "node_modules",
        "venv",
        "env",
        "site-packages",
        "__pycache__",
        "dist",
        "build",
        "target",
        "vendor",
        "third_party",
        "wandb",
        "mlruns",
        "lightning_logs",
        "runs",
        "bower_components",
        "Pods",
        "advisor-demo",
    ]
)
"""Folders that hold other people's code, or what a tool left behind."""

_STORE_MARKS = (".zgroup", ".zarray", ".zmetadata")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file whose size is known."""

    path: str
    size: int

    @property
    def name(self) -> str:
        return os.path.basename(self.path)

    @property
    def suffix(self) -> str:
        return os.path.splitext(self.path)[1].lower()

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a walk ends: entries, seconds, depth; sizes are asked of the first `sized`, then every `every`-th."""

    entries: int
    seconds: float
    depth: int = 64
    sized: int = 1_000_000
    every: int = 1
    follow: bool = True
    clock: Callable[[], float] = monotonic


@dataclass(slots=True)
class Scan:
    """What a walk saw. `files` have sizes; `count` counts all; `folders` counts files a folder."""

    files: list[Entry] = field(default_factory=list)
    count: int = 0
    folders: Counter[str] = field(default_factory=Counter)
    stores: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    broken: int = 0
    unseen_folders: int = 0
    cut: bool = False

    @property
    def sampled(self) -> bool:
        return self.cut or len(self.files) + self.broken < self.count

    def total(self) -> tuple[float, float, float]:
        """(files, low, high): exact, or with the folders that were not reached put at the mean of those that were."""
        if not self.cut:
            return self.count, self.count, self.count
        each = self.count / max(len(self.folders), 1)
        most = max(self.folders.values(), default=0)
        unseen = max(self.unseen_folders, 1)
        return self.count + unseen * each, self.count, self.count + 3 * unseen * max(each, most)


class _Walk:
    def __init__(self, bounds: Bounds, skip: Callable[[str, str], bool]) -> None:
        self.bounds = bounds
        self.skip = skip
        self.scan = Scan()
        self.entries = 0
        self.ends = bounds.clock() + bounds.seconds
        self.seen: set[tuple[int, int]] = set()
        self.queue: deque[tuple[str, int]] = deque()

    def run(self, root: str) -> Scan:
        self.queue.append((root, 0))
        while self.queue and not self.scan.cut:
            folder, depth = self.queue.popleft()
            if self._entered(folder):
                self._list(folder, depth)
        self.scan.unseen_folders = len(self.queue)
        self.scan.files.sort(key=lambda file: (file.path.count(os.sep), file.path))
        return self.scan

    def _entered(self, folder: str) -> bool:
        """Whether the folder is met for the first time: a symlink loop comes back to one that was met."""
        try:
            status = os.stat(folder)
        except OSError as error:
            self.scan.refused.append((folder, error.strerror or type(error).__name__))
            return False
        key = (status.st_dev, status.st_ino)
        new = key not in self.seen
        self.seen.add(key)
        return new

    def _list(self, folder: str, depth: int) -> None:
        try:
            with os.scandir(folder) as entries:
                for entry in self._bounded(entries):
                    self._meet(entry, folder, depth)
        except OSError as error:
            self.scan.refused.append((folder, error.strerror or type(error).__name__))

    def _bounded(self, entries: Iterator[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
        for entry in entries:
            self.entries += 1
            late = self.entries % 256 == 0 and self.bounds.clock() > self.ends
            if late or self.entries > self.bounds.entries:
                self.scan.cut = True
                return
            yield entry

    def _meet(self, entry: os.DirEntry[str], folder: str, depth: int) -> None:
        name = entry.name
        if name[0] == ".":
            if name in _STORE_MARKS:
                self.scan.stores.append(folder)
            return
        if entry.is_dir(follow_symlinks=self.bounds.follow):
            if name not in SKIPPED and depth < self.bounds.depth and not self.skip(entry.path, name):
                self.queue.append((entry.path, depth + 1))
            return
        if name == "zarr.json":
            self.scan.stores.append(folder)
        self._count(entry, folder)

    def _count(self, entry: os.DirEntry[str], folder: str) -> None:
        scan = self.scan
        if scan.count >= self.bounds.sized and scan.count % self.bounds.every:
            scan.count += 1
            scan.folders[folder] += 1
            return
        try:
            status = entry.stat()
        except OSError:
            scan.broken += 1
            return
        if stat.S_ISREG(status.st_mode):
            scan.count += 1
            scan.folders[folder] += 1
            scan.files.append(Entry(entry.path, status.st_size))


def walk(root: str, bounds: Bounds, skip: Callable[[str, str], bool] = lambda _path, _name: False) -> Scan:
    """The files under `root`, shallowest first; `skip(path, name)` keeps it out of a folder. Never raises."""
    try:
        status = os.stat(root)
    except OSError as error:
        return Scan(refused=[(root, error.strerror or type(error).__name__)])
    if stat.S_ISREG(status.st_mode):
        folder = os.path.dirname(root)
        return Scan([Entry(root, status.st_size)], 1, Counter({folder: 1}))
    return _Walk(bounds, skip).run(root)
