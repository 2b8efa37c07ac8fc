"""ADV004: Slurm and a launcher both start one process a GPU."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_LAUNCHERS = ("torchrun", "accelerate", "deepspeed")


def find(material: Material) -> Iterator[Finding]:
    """Each launcher that srun starts more than once on a machine."""
    for launch in material.launches:
        for command in launch.commands:
            if command.under_srun is None or command.program.value not in _LAUNCHERS:
                continue
            tasks = _tasks(launch, command)
            if tasks is not None and tasks[0] > 1 and _fans_out(command):
                yield _finding(command, *tasks)


def _tasks(launch: LaunchFacts, command: Command) -> tuple[int, At] | None:
    """How many tasks srun starts on a machine: by the step's own options, else by those of the job."""
    nodes = launch.nodes.whole if launch.nodes is not None else None
    for at, of_a_node in (
        (command.step_tasks_a_node, True),
        (command.step_tasks, False),
        (launch.tasks_a_node, True),
        (launch.tasks, False),
    ):
        if at is None:
            continue
        if at.whole is None or (nodes is None and not of_a_node):
            return None
        return (at.whole if of_a_node else at.whole // max(nodes or 1, 1)), at
    return None


def _fans_out(command: Command) -> bool:
    """Whether the launcher itself starts several processes: torchrun starts one by default, the others one a GPU."""
    at = command.processes_a_node or command.processes
    return command.program.value != "torchrun" if at is None else at.whole != 1


def _finding(command: Command, tasks: int, at: At) -> Finding:
    each = command.processes_a_node
    count = f" with {each.whole} processes ({tasks * each.whole})" if each is not None and each.whole else ""
    told = f"{written(at)}: srun starts {command.program.value} {tasks} times on a machine, each{count}"
    return finding(RULE.id, "error", told, "use --ntasks-per-node=1", at, command.under_srun, command.program)


RULE = Rule(
    id="ADV004",
    title="srun and the launcher both start a process for each GPU",
    severity="error",
    group="consistency",
    formats=("shell",),
    condition="The srun step that starts torchrun, accelerate launch or deepspeed has more than one task on a machine, "
    "by its own options or by --ntasks-per-node or --ntasks of the job, and the launcher starts several processes. "
    "Programs that srun starts directly, Lightning's among them, need one task a GPU and are left out.",
    remedy="Use --ntasks-per-node=1 where a launcher starts the processes of the machine.",
    why="Every task starts its own launcher: the rendezvous port is taken, or each GPU gets several processes.",
    evidence=(
        "stas00/ml-engineering, orchestration/slurm/launchers/torchrun-launcher.slurm: only 1 task per node, crucial",
        "https://github.com/Lightning-AI/pytorch-lightning/issues/18650",
        "https://slurm.schedmd.com/srun.html (--ntasks-per-node)",
    ),
    bad=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=2\n#SBATCH --ntasks-per-node=8\n#SBATCH --gres=gpu:8\n"
            "#SBATCH --time=10:00:00\n\nsrun torchrun --nnodes 2 --nproc_per_node 8 train.py\n"
        },
        line=3,
    ),
    good=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=2\n#SBATCH --ntasks-per-node=1\n#SBATCH --gres=gpu:8\n"
            "#SBATCH --time=10:00:00\n\nsrun torchrun --nnodes 2 --nproc_per_node 8 train.py\n"
        }
    ),
    find=find,
)
