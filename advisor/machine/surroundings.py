"""What this process runs in: a container, a job of a scheduler, and the limits that the job states itself."""

import re
from collections.abc import Iterator

from advisor.figure import Fact
from advisor.machine.cgroup import Limit
from advisor.machine.world import World

_VARIABLES = (
    ("kubernetes", "KUBERNETES_SERVICE_HOST"),
    ("apptainer", "APPTAINER_CONTAINER"),
    ("apptainer", "SINGULARITY_CONTAINER"),
)
_FILES = (("docker", "/.dockerenv"), ("podman", "/run/.containerenv"))
_GROUPS = (("kubernetes", "kubepods"), ("docker", "docker"), ("podman", "libpod"), ("lxc", "lxc"))
_SCHEDULERS = (
    ("slurm", "SLURM_JOB_ID"),
    ("pbs", "PBS_JOBID"),
    ("lsf", "LSB_JOBID"),
    ("kubernetes", "KUBERNETES_SERVICE_HOST"),
)


def facts(world: World) -> tuple[Fact, ...]:
    """machine.container (docker, podman, kubernetes, … or none) and machine.scheduler (slurm, … or none)."""
    return (container(world), scheduler(world))


def container(world: World) -> Fact:
    """The kind of container, with what gives it away."""
    name, source = next(_traces(world), ("none", "no container's file, variable or cgroup is here"))
    return Fact("machine.container", name, source=source)


def scheduler(world: World) -> Fact:
    """The scheduler whose job this process belongs to, with the variable that says so."""
    for name, variable in _SCHEDULERS:
        if value := world.environ.get(variable):
            return Fact("machine.scheduler", name, source=f"{variable}={value}")
    return Fact("machine.scheduler", "none", source="no variable of SLURM, PBS, LSF or Kubernetes is set")


def _traces(world: World) -> Iterator[tuple[str, str]]:
    """(kind of container, what gives it away), the most specific first."""
    for name, variable in _VARIABLES:
        if world.environ.get(variable):
            yield name, f"{variable} is set"
    for name, file in _FILES:
        if world.exists(file):
            yield name, f"{file} exists"
    if name := world.environ.get("container") or world.word("/run/systemd/container"):
        yield name, "the variable `container` or /run/systemd/container"
    groups = world.text("/proc/self/cgroup") or ""
    for name, word in _GROUPS:
        if re.search(rf"[/:]{word}\b", groups):
            yield name, "/proc/self/cgroup"


def slurm_cpus(world: World) -> Iterator[Limit]:
    """The CPUs that the job was given on this node, whether or not the cluster enforces it."""
    count = _count(world, "SLURM_CPUS_ON_NODE")
    if count and world.environ.get("SLURM_JOB_ID"):
        yield Limit(count, f"SLURM job, SLURM_CPUS_ON_NODE={count}")


def slurm_memory(world: World) -> Iterator[Limit]:
    """Bytes. SLURM writes MiB without a unit; 0 means all of the node (man sbatch)."""
    if not world.environ.get("SLURM_JOB_ID"):
        return
    if node := _count(world, "SLURM_MEM_PER_NODE"):
        yield Limit(node * 2**20, f"SLURM job, SLURM_MEM_PER_NODE={node}")
    each, cpus = _count(world, "SLURM_MEM_PER_CPU"), _count(world, "SLURM_CPUS_ON_NODE")
    if each and cpus:
        yield Limit(each * cpus * 2**20, f"SLURM job, SLURM_MEM_PER_CPU={each} on {cpus} CPUs")


def _count(world: World, variable: str) -> int:
    value = world.environ.get(variable, "")
    return int(value) if value.isdigit() else 0
