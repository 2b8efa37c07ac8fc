"""ADV003: more processes on a machine than it has GPUs."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_WITHOUT_GPUS = ("gloo", "cpu")


def find(material: Material) -> Iterator[Finding]:
    """Each launcher that starts more processes a machine than GPUs are there, or fewer (a note)."""
    for launch in material.launches:
        for command in launch.commands:
            at = command.processes_a_node
            if at is None or at.whole is None or at.whole < 1 or _on_cpu(command):
                continue
            yield from _compared(launch, command, at, at.whole)


def _compared(launch: LaunchFacts, command: Command, at: At, processes: int) -> Iterator[Finding]:
    visible = _visible(command)
    gpus = launch.gpus_a_node
    for count, source in ((visible, command.visible_devices), (gpus.whole if gpus is not None else None, gpus)):
        if count is None or source is None or count < 1:
            continue
        told = f"{written(at)} starts {processes} processes on a machine, {written(source)} gives {count} GPUs"
        if processes > count:
            yield finding(RULE.id, "error", told, f"start {count}, or ask for {processes} GPUs", at, source)
        elif processes < count and len(launch.commands) == 1:
            yield finding(RULE.id, "note", f"{told}: the others are idle", f"start {count}", at, source)
        return


def _visible(command: Command) -> int | None:
    at = command.visible_devices
    if at is None or at.value is None or isinstance(at.value, bool):
        return None
    return len([each for each in at.raw.split(",") if each.strip()])


def _on_cpu(command: Command) -> bool:
    return any(word.word in _WITHOUT_GPUS for word in command.words)


RULE = Rule(
    id="ADV003",
    title="More processes on a machine than it has GPUs",
    severity="error",
    group="consistency",
    formats=("compose", "kubernetes", "shell", "skypilot", "torchserve"),
    condition="The processes a node (a number, or a variable that is assigned one number) are more than the GPUs that "
    "the node, the pod, deviceIds or CUDA_VISIBLE_DEVICES give. Fewer are a note. Runs on CPUs are left out.",
    remedy="Start as many processes as there are GPUs.",
    why="Each process takes the GPU of its local rank; above the count CUDA answers: invalid device ordinal.",
    evidence=(
        "https://github.com/HRNet/HRNet-Semantic-Segmentation/issues/171",
        "https://github.com/wenwenyu/PICK-pytorch/issues/14 (two visible GPUs, four processes)",
        "pytorch/serve, docs/large_model_inference.md: deviceIds and torchrun.nproc-per-node",
    ),
    bad=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=1\n#SBATCH --gres=gpu:4\n#SBATCH --time=10:00:00\n\n"
            "GPUS=8\nsrun torchrun --nproc_per_node $GPUS train.py\n"
        },
        line=6,
    ),
    good=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=1\n#SBATCH --gres=gpu:4\n#SBATCH --time=10:00:00\n\n"
            "GPUS=4\nsrun torchrun --nproc_per_node $GPUS train.py\n"
        }
    ),
    find=find,
)
