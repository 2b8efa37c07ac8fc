"""ADV035: checkpoints go to a disk that goes away with the machine."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts

_TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/scratch/local")


def find(material: Material) -> Iterator[Finding]:
    """Each output folder of a training command that lies in a temporary place, or on a volume of the pod."""
    for launch in material.launches:
        for command in launch.commands:
            at = command.output
            if command.role == "train" and at is not None and isinstance(at.value, str):
                yield from _passing(launch, at, at.value)


def _passing(launch: LaunchFacts, at: At, path: str) -> Iterator[Finding]:
    mount = next((each for each in launch.mounts if _below(path, each.path.raw)), None)
    if mount is not None and mount.kind in ("lasting", "local", "other"):
        return
    if mount is not None:
        kept = "in memory" if mount.kind == "memory" else "as long as the pod"
        yield finding(RULE.id, "note", f"{written(at)} is kept {kept}", RULE.remedy, at, mount.path)
    elif any(_below(path, each) for each in _TEMPORARY):
        spot = f"; {written(launch.preemptible)}" if launch.preemptible is not None else ""
        told = f"{written(at)} is a temporary folder of the machine{spot}"
        yield finding(RULE.id, "note", told, RULE.remedy, at, launch.preemptible)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


RULE = Rule(
    id="ADV035",
    title="Checkpoints go to a disk that goes away with the machine",
    severity="note",
    group="robustness",
    formats=("kubernetes", "shell", "skypilot"),
    condition="The output folder of a training command lies under /tmp or another temporary folder, or on an emptyDir "
    "or ephemeral volume. A note: a later step may copy it.",
    remedy="Write to a mounted bucket, a volume claim or the cluster's file system.",
    why="What is written there is lost with the pod, the node or the instance.",
    evidence=(
        "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir (deleted when the pod is removed)",
        "https://docs.skypilot.co/en/latest/reference/storage.html",
    ),
    bad=Example(
        {
            "task.yaml": "resources:\n  accelerators: A100:1\nrun: |\n"
            "  python train.py --max_steps 5000 --output_dir /tmp/results\n"
        },
        line=4,
    ),
    good=Example(
        {
            "task.yaml": "resources:\n  accelerators: A100:1\nfile_mounts:\n  /results:\n"
            "    name: ml-results\n    mode: MOUNT\nrun: |\n"
            "  python train.py --max_steps 5000 --output_dir /results\n"
        }
    ),
    find=find,
)
