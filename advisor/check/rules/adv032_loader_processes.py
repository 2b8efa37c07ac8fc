"""ADV032: more loader processes than the CPUs can feed."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_CROWDED = 2.0  # processes a CPU: loaders wait for disks and the network in between


def find(material: Material) -> Iterator[Finding]:
    """Each training whose loaders, over all processes of a machine, are more than twice its CPUs."""
    for launch in material.launches:
        cpus = launch.cpus.number if launch.cpus is not None else None
        for command in launch.commands if cpus else ():
            workers = _workers(material, launch, command)
            if cpus is not None and workers is not None and command.role == "train":
                yield from _compared(launch, command, workers, cpus)


def _workers(material: Material, launch: LaunchFacts, command: Command) -> At | None:
    """What the command line says, else the configuration that it names."""
    if command.loader_workers is not None:
        return command.loader_workers
    configs = material.configs_of(launch, command)
    return next((each.loader_workers for each in configs if each.loader_workers is not None), None)


def _compared(launch: LaunchFacts, command: Command, workers: At, cpus: float) -> Iterator[Finding]:
    started = command.processes_a_node or launch.gpus_a_node
    processes = 1 if started is None else started.whole
    each = workers.whole
    if not processes or each is None or launch.cpus is None or processes * each <= _CROWDED * cpus:
        return
    told = f"{processes} process{'es' if processes != 1 else ''} x {each} loaders = {processes * each} on {cpus:g} CPUs"
    fitting = max(int(cpus // processes) - 1, 1)
    yield finding(RULE.id, "note", f"{told}: {written(workers)}", f"use {fitting}", workers, launch.cpus, started)


_SCRIPT = (
    "#!/bin/bash\n#SBATCH --gres=gpu:4\n#SBATCH --ntasks-per-node=1\n#SBATCH --cpus-per-task={cpus}\n"
    "#SBATCH --time=10:00:00\n\nsrun torchrun --nproc_per_node 4 train.py --dataloader_num_workers {workers}\n"
)

RULE = Rule(
    id="ADV032",
    title="More loader processes than the CPUs can run",
    severity="note",
    group="data loading",
    formats=("compose", "kubernetes", "shell"),
    condition="The CPUs of the pod, the service or the Slurm task are stated, and processes a machine x loader "
    "processes each (on the command line, or in the configuration that it names) are more than twice as many. Without "
    "a number of CPUs nothing is said.",
    remedy="Use about as many loaders as there are CPUs for each training process.",
    why="Loaders that share a CPU take turns: each batch comes later, and memory is paid for every one of them. "
    "PyTorch warns about it in the log.",
    evidence=(
        "pytorch/pytorch, torch/utils/data/dataloader.py, check_worker_number_rationality: warns above the CPUs that "
        "the process may use",
        "https://docs.pytorch.org/docs/stable/data.html#multi-process-data-loading",
    ),
    bad=Example({"train.sbatch": _SCRIPT.format(cpus=16, workers=16)}, line=7),
    good=Example({"train.sbatch": _SCRIPT.format(cpus=64, workers=15)}),
    find=find,
)
