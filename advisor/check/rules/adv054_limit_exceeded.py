"""ADV054: what a job may use is more than the decision was limited to."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.expected import Expected
from advisor.values.finding import Finding, Place
from advisor.values.launches import LaunchFacts


def find(material: Material) -> Iterator[Finding]:
    """Each training whose time limit lets it run past the recorded deadline, or cost more than the budget."""
    for launch in material.launches:
        expected = material.expected_of(launch)
        limit = launch.time_limit
        if expected is None or launch.role != "train" or limit is None or limit.number is None:
            continue
        yield from _too_long(limit, limit.number, expected)
        yield from _too_dear(launch, limit, limit.number, expected)


def _too_long(limit: At, seconds: float, expected: Expected) -> Iterator[Finding]:
    if expected.deadline_s is not None and seconds > expected.deadline_s:
        told = f"{written(limit)} is {_hours(seconds)}, a run was to end within {_hours(expected.deadline_s)}"
        yield finding(RULE.id, "note", told, RULE.remedy, limit, _record(expected))


def _too_dear(launch: LaunchFacts, limit: At, seconds: float, expected: Expected) -> Iterator[Finding]:
    gpus = launch.supply.gpus
    if expected.budget_usd is None or expected.price_usd_h is None or not gpus:
        return
    hours = gpus * seconds / 3600
    cost = hours * expected.price_usd_h
    if cost > expected.budget_usd:
        told = f"{gpus} GPUs for {_hours(seconds)} are {hours:,.0f} GPU hours: ${cost:,.0f} at "
        told += f"${expected.price_usd_h:.2f}/h, a run was to cost ${expected.budget_usd:,.0f}"
        yield finding(RULE.id, "warning", told, RULE.remedy, limit, launch.gpus_a_node, _record(expected))


def _record(expected: Expected) -> Place | None:
    return Place(expected.record) if expected.record else None


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.3g} h"


_SCRIPT = (
    "#!/bin/bash\n#SBATCH --nodes=1\n#SBATCH --ntasks-per-node=1\n#SBATCH --gres=gpu:8\n#SBATCH --time={}\n"
    "#SBATCH --requeue\nsrun torchrun --nproc_per_node 8 train.py --output_dir $WORK/out --resume\n"
)
_DECIDED = Expected(
    gpus=8, machines=1, price_usd_h=2.5, budget_usd=1000.0, deadline_s=360_000.0, record="docs/decisions/0002-train.md"
)

RULE = Rule(
    id="ADV054",
    title="Job may use more than the decision allows",
    severity="warning",
    group="drift",
    formats=("kubernetes", "shell"),
    condition="GPUs x the job's time limit x the price that was decided with are more than the recorded budget of a "
    "run. A limit that is longer than the recorded deadline is a note: a limit is a ceiling, and no estimate.",
    remedy="lower the limit, or answer anew and decide again: advisor plan",
    why="The budget ruled options out when it was decided; a run that hangs is billed until the limit.",
    evidence=(
        "https://slurm.schedmd.com/sbatch.html (--time: the job is killed at the limit, and not before)",
        "https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup",
    ),
    bad=Example({"train.sbatch": _SCRIPT.format("72:00:00")}, line=5, expected=_DECIDED),
    good=Example({"train.sbatch": _SCRIPT.format("24:00:00")}, expected=_DECIDED),
    find=find,
)
