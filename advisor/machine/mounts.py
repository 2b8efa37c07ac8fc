"""What is mounted where, from /proc/self/mountinfo (proc(5): man proc_pid_mountinfo)."""

import re
from dataclasses import dataclass

from advisor.machine.world import World

MOUNTINFO = "/proc/self/mountinfo"


@dataclass(frozen=True, slots=True)
class Mount:
    """`root` is the part of the file system that appears at `point`; `device` is major:minor."""

    root: str
    point: str
    kind: str
    device: str
    source: str
    options: tuple[str, ...]


def mounts(world: World) -> tuple[Mount, ...]:
    """Every mount, in the order of mounting; empty where the system has no such file."""
    lines = (world.text(MOUNTINFO) or "").splitlines()
    return tuple(mount for line in lines if (mount := _mount(line)))


def _mount(line: str) -> Mount | None:
    before, dash, after = line.partition(" - ")
    fields, kind = before.split(" "), after.split(" ")
    if not dash or len(fields) < 5 or len(kind) < 2:
        return None
    options = tuple(kind[2].split(",")) if len(kind) > 2 else ()
    return Mount(_unescaped(fields[3]), _unescaped(fields[4]), kind[0], fields[2], _unescaped(kind[1]), options)


def _unescaped(word: str) -> str:
    r"""The kernel writes a space as \040."""
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), word)


def above(path: str, everything: tuple[Mount, ...]) -> Mount | None:
    """The mount that holds `path`: the longest mount point that is a whole-component prefix, the last of equals."""
    holders = [mount for mount in everything if f"{path.rstrip('/')}/".startswith(f"{mount.point.rstrip('/')}/")]
    if not holders:
        return None
    longest = max(len(mount.point.rstrip("/")) for mount in holders)
    return [mount for mount in holders if len(mount.point.rstrip("/")) == longest][-1]
