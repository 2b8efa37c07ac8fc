"""ADV036: no time limit, or one failure ends a run of several machines."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts


def find(material: Material) -> Iterator[Finding]:
    """Each batch script without --time, and each job over several pods that gives up at the first failure."""
    for launch in material.launches:
        if launch.format == "slurm":
            yield from _no_limit(launch)
        elif launch.format == "kubernetes" and launch.role == "train":
            yield from _gives_up(launch)


def _no_limit(launch: LaunchFacts) -> Iterator[Finding]:
    if launch.time_limit is None and launch.role == "train":
        at = launch.nodes or launch.gpus_a_node or At(True, "", launch.place, "#SBATCH")
        yield finding(RULE.id, "note", "no --time: the partition's default limit applies", RULE.remedy, at)


def _gives_up(launch: LaunchFacts) -> Iterator[Finding]:
    nodes = launch.nodes.whole if launch.nodes is not None else None
    if nodes is None or nodes < 2:
        return
    retries, policy = launch.retries, launch.restart_policy
    if retries is not None and retries.whole == 0:
        told = f"{written(retries)} over {nodes} pods: the first failure of one ends the run"
        yield finding(RULE.id, "note", told, "allow some retries, and resume from checkpoints", retries)
    elif policy is not None and policy.word == "never" and retries is None:
        told = f"{written(policy)} over {nodes} pods: one that fails does not come back"
        yield finding(RULE.id, "note", told, "use OnFailure or ExitCode, and resume from checkpoints", policy)


RULE = Rule(
    id="ADV036",
    title="No time limit, or no restart after a failure",
    severity="note",
    group="robustness",
    formats=("kubernetes", "shell"),
    condition="A Slurm script that trains has no --time; or a Job, or a job of the training operator, over several "
    "pods has backoffLimit 0 or restartPolicy Never. Notes: a site may have its own defaults.",
    remedy="State the time that the run may take, and how it goes on afterwards (--requeue, --signal, retries).",
    why="The default of the partition kills the run at a moment that nobody chose, or one failed pod wastes the rest.",
    evidence=(
        "https://slurm.schedmd.com/sbatch.html (--time: the default is the partition's default time limit)",
        "https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy",
    ),
    bad=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=4\n#SBATCH --gres=gpu:8\n\n"
            "srun torchrun --nnodes 4 --nproc_per_node 8 train.py\n"
        },
        line=2,
    ),
    good=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=4\n#SBATCH --gres=gpu:8\n#SBATCH --time=20:00:00\n"
            "#SBATCH --requeue\n\nsrun torchrun --nnodes 4 --nproc_per_node 8 train.py\n"
        }
    ),
    find=find,
)
