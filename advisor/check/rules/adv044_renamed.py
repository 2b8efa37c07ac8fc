"""ADV044: a setting under a name that its tool has given up."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each setting that stands under an old name."""
    for config in material.configs:
        for old in config.renamed:
            told = f"{old.at.key} is now {old.now}: {old.fate}"
            yield finding(RULE.id, old.severity, told, f"write {old.now}", old.at)


RULE = Rule(
    id="ADV044",
    title="Setting under an old name",
    severity="warning",
    group="lifecycle",
    formats=("axolotl", "deepspeed", "llamafactory", "python_arguments", "training_arguments"),
    condition="The setting is in its format's list of renamed settings, and is not false. What only the newest "
    "version refuses (warmup_ratio in Transformers 5) is a note. An old version that is "
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
        "deepspeedai/DeepSpeed, deepspeed/runtime/zero/config.py, DeepSpeedZeroConfig, commit 1b88ac3",
    ),
    bad=Example(
        {"train.yaml": "per_device_train_batch_size: 8\nnum_train_epochs: 3\nevaluation_strategy: epoch\n"}, line=3
    ),
    good=Example({"train.yaml": "per_device_train_batch_size: 8\nnum_train_epochs: 3\neval_strategy: epoch\n"}),
    find=find,
)
