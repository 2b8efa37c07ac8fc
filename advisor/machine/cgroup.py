"""Limits that control groups set on this process: its own group's and every ancestor's, v1 and v2.

A limit may sit on any ancestor (a systemd slice, a pod, a job), and the kernel enforces all of them,
so reading the leaf alone is not enough (kernel.org: admin-guide/cgroup-v2.rst, cgroup-v1/).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from advisor.machine.mounts import Mount, mounts
from advisor.machine.world import World

_FOLDER = "/sys/fs/cgroup"
_NO_LIMIT_BYTES = 2**60
"""cgroup v1 writes "no limit" as 2^63 rounded down to a page."""


@dataclass(frozen=True, slots=True)
class Limit:
    """An upper bound (CPUs or bytes) and where it stands, in words."""

    value: float
    source: str


def cpu_limits(world: World) -> Iterator[Limit]:
    """Quotas (CPU time a second, so 1.5 is possible) and CPU sets."""
    for folder in folders(world, ""):
        yield from _quota(f"{folder}/cpu.max", *world.word(f"{folder}/cpu.max").split())
        yield from _set(world, f"{folder}/cpuset.cpus.effective")
    for folder in folders(world, "cpu"):
        quota, period = world.word(f"{folder}/cpu.cfs_quota_us"), world.word(f"{folder}/cpu.cfs_period_us")
        yield from _quota(f"{folder}/cpu.cfs_quota_us", quota, period)
    for folder in folders(world, "cpuset"):
        yield from _set(world, f"{folder}/cpuset.effective_cpus")
        yield from _set(world, f"{folder}/cpuset.cpus")


def memory_limits(world: World) -> Iterator[Limit]:
    """Bytes. `memory.high` counts too: beyond it the kernel slows a process down to a crawl."""
    for folder in folders(world, ""):
        yield from _bytes(f"{folder}/memory.max", world.word(f"{folder}/memory.max"))
        yield from _bytes(f"{folder}/memory.high", world.word(f"{folder}/memory.high"))
    for folder in folders(world, "memory"):
        yield from _bytes(f"{folder}/memory.limit_in_bytes", world.word(f"{folder}/memory.limit_in_bytes"))
        # Inside a container the ancestors cannot be seen; the kernel sums them up here.
        found = re.search(r"^hierarchical_memory_limit (\d+)$", world.text(f"{folder}/memory.stat") or "", re.M)
        yield from _bytes(f"{folder}/memory.stat", found[1] if found else "")


def folders(world: World, controller: str) -> tuple[str, ...]:
    """The folder of this process's group, then of each ancestor. `controller` "" is the unified hierarchy (v2)."""
    path = _path(world, controller)
    if path is None:
        return ()
    mount = next((mount for mount in mounts(world) if _carries(mount, controller)), None)
    point = mount.point if mount else f"{_FOLDER}/{controller}".rstrip("/")
    parts = _relative(path, mount.root if mount else "/").parts
    return tuple("/".join((point.rstrip("/"), *parts[:depth])) for depth in range(len(parts), -1, -1))


def _path(world: World, controller: str) -> str | None:
    for line in (world.text("/proc/self/cgroup") or "").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            return path
    return None


def _carries(mount: Mount, controller: str) -> bool:
    if controller:
        return mount.kind == "cgroup" and controller in mount.options
    return mount.kind == "cgroup2"


def _relative(path: str, root: str) -> PurePosixPath:
    """`path` as seen below the mount; the mount itself for a group that lies outside what is mounted here."""
    try:
        relative = PurePosixPath(path).relative_to(root)
    except ValueError:
        return PurePosixPath()
    return PurePosixPath() if ".." in relative.parts else relative


def _quota(file: str, quota: str = "", period: str = "") -> Iterator[Limit]:
    if quota.isdigit() and period.isdigit() and int(quota) > 0 and int(period) > 0:
        yield Limit(int(quota) / int(period), f"cgroup quota {file}")


def _set(world: World, file: str) -> Iterator[Limit]:
    if count := _counted(world.word(file)):
        yield Limit(count, f"cpuset {file}")


def _bytes(file: str, word: str) -> Iterator[Limit]:
    if word.isdigit() and 0 < int(word) < _NO_LIMIT_BYTES:
        yield Limit(int(word), f"cgroup limit {file}")


def _counted(ranges: str) -> int:
    """How many CPUs `0-3,8,10-11` names; 0 for what is no such list."""
    if not re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", ranges):
        return 0
    pairs = (part.split("-") for part in ranges.split(","))
    return sum(int(pair[-1]) - int(pair[0]) + 1 for pair in pairs)
