"""ADV044: a setting under a name that its tool has given up."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.configs import Renamed
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each setting that stands under an old name."""
    for config in material.configs:
        yield from map(_told, config.renamed)
    for launch in material.launches:
        for command in launch.commands:
            yield from map(_told, command.renamed)
    for source in material.sources:
        for started in source.commands(("sky",)) if "sky spot" in source.text else ():
            if [word.text for word in started[:2]] == ["sky", "spot"]:
                place = started[1].place
                yield Finding(RULE.id, "warning", "sky spot is now sky jobs", "write sky jobs", place)


def _told(old: Renamed) -> Finding:
    name = old.at.yaml_path if old.at.yaml_path.startswith("torch.") else old.at.key
    return finding(RULE.id, old.severity, f"{name} is now {old.now}: {old.fate}", f"write {old.now}", old.at)


RULE = Rule(
    id="ADV044",
    title="Setting under an old name",
    severity="warning",
    group="lifecycle",
    formats=("axolotl", "deepspeed", "llamafactory", "megatron", "python_arguments", "shell", "training_arguments"),
    condition="The setting is in its format's list of renamed settings, and is not false; or a command starts what has "
    "another name by now (torch.distributed.launch, sky spot). What only the newest "
    "version refuses (warmup_ratio since Transformers 5.2) is a note. An old version that is "
    "pinned on purpose may still want the old name: say so in a suppression.",
    remedy="Use the new name.",
    why="TrainingArguments raises TypeError for a name that it does not know. DeepSpeed still converts its old names, "
    "with a warning in the log.",
    evidence=(
        "axolotl-ai-cloud/axolotl, src/axolotl/utils/schemas/deprecated.py and validation.py, version 0.19.0",
        "https://github.com/huggingface/transformers/pull/30190",
        "https://github.com/huggingface/transformers/pull/41326",
        "https://github.com/huggingface/trl/pull/3912",
        "https://github.com/huggingface/sentence-transformers/pull/2673",
        "https://docs.pytorch.org/docs/stable/distributed.html#launch-utility (deprecated in favour of torchrun)",
        "deepspeedai/DeepSpeed, deepspeed/runtime/zero/config.py, DeepSpeedZeroConfig, commit 1b88ac3",
    ),
    bad=Example(
        {"train.yaml": "per_device_train_batch_size: 8\nnum_train_epochs: 3\nevaluation_strategy: epoch\n"}, line=3
    ),
    good=Example({"train.yaml": "per_device_train_batch_size: 8\nnum_train_epochs: 3\neval_strategy: epoch\n"}),
    find=find,
)
