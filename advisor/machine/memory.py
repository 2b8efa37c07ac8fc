"""How much memory this process may use: the smallest over the machine, its job and every ancestor cgroup."""

from collections.abc import Iterator

from advisor.figure import Fact, gap
from advisor.machine.cgroup import Limit, memory_limits
from advisor.machine.limits import smallest
from advisor.machine.surroundings import slurm_memory
from advisor.machine.world import World
from advisor.units import say

_SHARED = "/dev/shm"


def facts(world: World) -> tuple[Fact, ...]:
    """machine.memory and machine.shm, in bytes."""
    return (usable(world), shared(world))


def usable(world: World) -> Fact:
    """Bytes that this process may use before something stops it."""
    return smallest("machine.memory", "bytes", _physical(world), _limits(world), lambda value: say(value, "bytes"))


def shared(world: World) -> Fact:
    """The size of /dev/shm, through which the workers of a data loader hand over their batches."""
    if not world.exists(_SHARED):
        return gap("machine.shm", f"this system has no {_SHARED}", "bytes")
    try:
        size = world.space(world.place(_SHARED)).total_bytes
    except OSError as error:
        return gap("machine.shm", f"{_SHARED}: {error.strerror}", "bytes")
    return Fact("machine.shm", size, "bytes", source=f"statvfs {_SHARED}")


def _limits(world: World) -> Iterator[Limit]:
    yield from memory_limits(world)
    yield from slurm_memory(world)


def _physical(world: World) -> Limit | None:
    for line in (world.text("/proc/meminfo") or "").splitlines():
        words = line.split()
        if words[:1] == ["MemTotal:"] and words[1].isdigit():
            return Limit(int(words[1]) * 1024, "all of this machine (/proc/meminfo): nothing limits it")
    if world.system == "linux":
        return None
    import psutil  # only where there is no /proc: it costs more than all the rest of this probe

    return Limit(psutil.virtual_memory().total, "all of this machine (psutil)")
