"""What the probe reads from: files below a root, the environment, and the few calls that are no file.

Tests hand in a folder that looks like another machine; everything else takes `World()`, this one.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Space:
    """Size of a file system and what an ordinary user may still write, in bytes."""

    total_bytes: int
    free_bytes: int


def _affinity() -> int | None:
    """CPUs that this process may be scheduled on; None where the system has no such call."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return None


def _space(path: Path) -> Space:
    """Raises OSError."""
    import shutil

    usage = shutil.disk_usage(path)
    return Space(usage.total, usage.free)


def _sysctl() -> str:
    """What macOS says about its processor and memory, as `name: value` lines; "" when it does not answer."""
    import subprocess

    try:
        done = subprocess.run(
            ["/usr/sbin/sysctl", "machdep.cpu", "hw.optional", "hw.memsize", "hw.cpufrequency_max"],
            capture_output=True,
            text=True,
            timeout=1,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


@dataclass(frozen=True, slots=True)
class World:
    """The machine under the probe. Paths are absolute, as they stand on that machine."""

    root: Path = Path("/")
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    cpu_count: Callable[[], int | None] = os.cpu_count
    affinity: Callable[[], int | None] = _affinity
    space: Callable[[Path], Space] = _space
    sysctl: Callable[[], str] = _sysctl
    system: str = sys.platform

    def place(self, path: str) -> Path:
        """Where the file really is."""
        return self.root / path.lstrip("/")

    def exists(self, path: str) -> bool:
        return os.path.exists(self.place(path))

    def text(self, path: str, limit_bytes: int = 1 << 22) -> str | None:
        """The text of a file, at most `limit_bytes` of it; None when it cannot be read."""
        try:
            with open(self.place(path), "rb") as file:
                return file.read(limit_bytes).decode(errors="replace")
        except OSError:
            return None

    def word(self, path: str) -> str:
        """The one word that files in /sys hold; "" when it cannot be read."""
        return (self.text(path, 4096) or "").strip()
