"""ADV033: training on a machine that may be taken away, with nothing to go on from."""

import re
from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import ConfigFacts
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts

_REMOTE = re.compile(r"(s3|gs|gcs|az|abfss?|r2|oci|hdfs)://|push_to_hub|hub_model_id|upload", re.I)
_LOCAL_DISK = ("skypilot", "kubernetes")  # a Slurm cluster has a file system that outlives the node


def find(material: Material) -> Iterator[Finding]:
    """Each training run on preemptible capacity that keeps nothing, or keeps it only once it has ended."""
    for launch in material.launches:
        if launch.preemptible is None or launch.role != "train" or launch.format not in _LOCAL_DISK:
            continue
        configs = [each for command in launch.commands for each in material.configs_of(launch, command)]
        if _resumes(launch) or _keeps(launch, configs):
            continue
        yield from _finding(launch)


def _resumes(launch: LaunchFacts) -> bool:
    return any(command.resume is not None for command in launch.commands)


def _keeps(launch: LaunchFacts, configs: list[ConfigFacts]) -> bool:
    """Whether something may be kept while it runs: a mount that lasts, or an address to write to."""
    words = [word.raw for command in launch.commands for word in command.words]
    if any(_REMOTE.search(word) for word in words):
        return True
    lasting = any(each.kind == "lasting" for each in launch.mounts)
    return lasting and (launch.copied_at_end is None or bool(configs))


def _finding(launch: LaunchFacts) -> Iterator[Finding]:
    spot, copied = launch.preemptible, launch.copied_at_end
    if spot is None:
        return
    if copied is not None and any(each.kind == "lasting" for each in launch.mounts):
        told = f"{written(spot)}, but what the run makes is copied to lasting storage ({copied.raw}) only after its end"
        yield finding(RULE.id, "warning", told, RULE.remedy, spot, copied)
    else:
        told = f"{written(spot)}, but no mount outlives the machine, and nothing resumes"
        yield finding(RULE.id, "warning", told, RULE.remedy, spot)


RULE = Rule(
    id="ADV033",
    title="Training on a preemptible machine keeps no checkpoint to resume from",
    severity="warning",
    group="robustness",
    formats=("kubernetes", "skypilot"),
    condition="The task trains on spot capacity, no option resumes, and either no mount outlives the machine and no "
    "command names remote storage, or results are copied there only after the run. A script may resume by itself, "
    "so where a lasting mount is written to, nothing is said.",
    remedy="Mount a bucket or a volume, write checkpoints there, and resume from the last one.",
    why="A preemption takes the disk with it: the run starts again from its first step.",
    evidence=(
        "https://docs.skypilot.co/en/latest/examples/managed-jobs.html#checkpointing-and-recovery",
        "skypilot-org/skypilot, llm/axolotl/axolotl-spot.yaml and its qlora-checkpoint.yaml show the right pair",
    ),
    bad=Example(
        {
            "task.yaml": "resources:\n  accelerators: A100:1\n  use_spot: true\nrun: |\n"
            "  python train.py --max_steps 5000 --output_dir results\n"
        },
        line=3,
    ),
    good=Example(
        {
            "task.yaml": "resources:\n  accelerators: A100:1\n  use_spot: true\nfile_mounts:\n  /results:\n"
            "    name: ml-results\n    mode: MOUNT\nrun: |\n"
            "  python train.py --max_steps 5000 --output_dir /results --resume_from_checkpoint true\n"
        }
    ),
    find=find,
)
