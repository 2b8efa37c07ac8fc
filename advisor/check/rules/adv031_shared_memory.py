"""ADV031: shared memory is left at 64 MB."""

from collections.abc import Iterator

from advisor.check.launch.quantities import said_bytes
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts

_ENOUGH_BYTES = 2.0**30
_CONTAINERS = ("compose", "kubernetes", "shell")


def find(material: Material) -> Iterator[Finding]:
    """Each container with several GPUs, or one whose shared memory is set, and set too small."""
    for launch in material.launches:
        gpus, shared = launch.gpus_a_node, launch.shared_memory
        if launch.format not in _CONTAINERS or launch.shared_memory_elsewhere or gpus is None:
            continue
        if shared is not None:
            yield from _small(launch)
        elif (gpus.whole or 0) > 1:
            told = f"{written(gpus)} and nothing gives the container more than 64 MB of shared memory"
            yield finding(RULE.id, "warning", told, RULE.remedy, gpus)


def _small(launch: LaunchFacts) -> Iterator[Finding]:
    shared, gpus = launch.shared_memory, launch.gpus_a_node
    if shared is None or shared.number is None or shared.number >= _ENOUGH_BYTES:
        return
    told = f"{written(shared)}: {said_bytes(shared.number)} of shared memory"
    yield finding(RULE.id, "warning", told, "give the container 1 GiB at least", shared, gpus)


RULE = Rule(
    id="ADV031",
    title="Shared memory left at 64 MB, or too small",
    severity="warning",
    group="data loading",
    formats=("compose", "kubernetes", "shell"),
    condition="A container with two or more GPUs mounts no memory (emptyDir with medium Memory, or the host's) at "
    "/dev/shm and has neither shm_size nor the host's IPC; or a container with GPUs gets less than 1 GiB. KubeRay and "
    "charts that mount it themselves are left out.",
    remedy="Mount an emptyDir with medium: Memory at /dev/shm, or set shm_size.",
    why="NCCL and DataLoader workers exchange data through /dev/shm: bus error, or No space left on device.",
    evidence=(
        "https://github.com/NVIDIA/nccl/issues/525",
        "https://github.com/pytorch/pytorch/issues/5040",
        "https://github.com/vllm-project/vllm/issues/1710",
    ),
    bad=Example(
        {
            "compose.yaml": "services:\n  train:\n    image: registry.example/train:1.4.0\n"
            "    command: torchrun --nproc_per_node 2 train.py\n    shm_size: 64m\n    deploy:\n      resources:\n"
            "        reservations:\n          devices:\n            - driver: nvidia\n              count: 2\n"
            "              capabilities: [gpu]\n"
        },
        line=5,
    ),
    good=Example(
        {
            "compose.yaml": "services:\n  train:\n    image: registry.example/train:1.4.0\n"
            "    command: torchrun --nproc_per_node 2 train.py\n    shm_size: 8g\n    deploy:\n      resources:\n"
            "        reservations:\n          devices:\n            - driver: nvidia\n              count: 2\n"
            "              capabilities: [gpu]\n"
        }
    ),
    find=find,
)
