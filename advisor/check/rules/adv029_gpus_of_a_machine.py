"""ADV029: more GPUs than such a machine has."""

from collections.abc import Iterator

from advisor.check.launch.hardware import gpu, gpus_of, most_rented
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts

_ON_CLOUDS = ("skypilot",)


def find(material: Material) -> Iterator[Finding]:
    """Each launch that asks one machine for more GPUs than its type, or any machine with that GPU, has."""
    for launch in material.launches:
        if not launch.shares_gpus:
            yield from _compared(launch)


def _compared(launch: LaunchFacts) -> Iterator[Finding]:
    asked, machine, named = launch.gpus_a_node, launch.machine_type, launch.accelerator
    if asked is None or asked.whole is None:
        return
    of_machine = gpus_of(machine.value) if machine is not None else None
    if of_machine is not None and machine is not None:
        if asked.whole > of_machine:
            told = f"{written(asked)} on a {machine.value}, which has {of_machine} GPUs"
            yield finding(RULE.id, "error", told, RULE.remedy, asked, machine)
        return
    known = gpu(named.value) if named is not None else None
    most = 0 if known is None else most_rented(known) if launch.format in _ON_CLOUDS else known.most
    if most and named is not None and asked.whole > most:
        told = f"{asked.whole} x {named.value} in one machine ({written(asked)}): {most} is the most there is"
        yield finding(RULE.id, "error", told, "use more nodes with fewer GPUs each", asked, named)


RULE = Rule(
    id="ADV029",
    title="More GPUs than such a machine has",
    severity="error",
    group="hardware",
    formats=("helm_values", "kubernetes", "ray", "shell", "skypilot"),
    condition="The GPUs asked of one node or pod are more than its machine type has, or, where only the GPU is named, "
    "more than any machine with that GPU has. GPUs that are shared or sliced, and types that are not known, are left "
    "out.",
    remedy="Ask for a larger machine type, or for more nodes.",
    why="No machine can ever satisfy it: the pod stays Pending, the task is never provisioned.",
    evidence=(
        "https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html",
        "https://cloud.google.com/compute/docs/gpus",
    ),
    bad=Example({"task.yaml": "resources:\n  accelerators: H100:16\nrun: |\n  torchrun train.py\n"}, line=2),
    good=Example(
        {"task.yaml": "resources:\n  accelerators: H100:8\nnum_nodes: 2\nrun: |\n  torchrun --nnodes 2 train.py\n"}
    ),
    find=find,
)
