"""ADV030: fp16 and bf16 both on, in one file or over two that are used together."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Two precisions in one configuration, or one here and the other in the DeepSpeed file it names."""
    for config in material.configs:
        here = _precisions(config)
        linked = material.linked(config)
        if "fp16" in here and "bf16" in here:
            yield _finding(*sorted(here.values(), key=_order))
        elif linked is not None:
            there = _precisions(linked)
            for mine, other in (("fp16", "bf16"), ("bf16", "fp16")):
                if mine in here and other in there and mine not in there:
                    yield _finding(here[mine], there[other])


def _precisions(config: ConfigFacts) -> dict[str, At]:
    """The half precisions that a configuration turns on, and where."""
    found = {
        name: at for name, at in (("fp16", config.fp16), ("bf16", config.bf16)) if at is not None and at.value is True
    }
    mixed = config.mixed_precision
    if mixed is not None and mixed.word in ("fp16", "bf16"):
        found[mixed.word] = mixed
    return found


def _finding(first: At, second: At) -> Finding:
    where = "" if first.place.path == second.place.path else f" ({second.place.path}:{second.place.line})"
    return finding(
        RULE.id,
        "error",
        f"{_told(first)} and {_told(second)}{where}: only one half precision can be used",
        "turn one off; bf16 where the GPU has it (Ampere and later), else fp16",
        first,
        second,
    )


def _told(at: At) -> str:
    return f"{at.yaml_path} is {at.raw}"


def _order(at: At) -> tuple[bool, int, int]:
    """By place; but of two flags of one kind fp16 first, for it is the one to turn off."""
    return (at.key in ("bf16", "--bf16"), at.place.line, at.place.column)


RULE = Rule(
    id="ADV030",
    title="fp16 and bf16 both on",
    severity="error",
    group="hardware",
    formats=(
        "accelerate",
        "axolotl",
        "deepspeed",
        "llamafactory",
        "megatron",
        "neox",
        "python_arguments",
        "training_arguments",
    ),
    condition="Both are true in one configuration; or TrainingArguments or Accelerate turn on one and the "
    "DeepSpeed file "
    'that they name turns on the other. Both "auto" is the normal pattern.',
    remedy="Turn one of them off.",
    why="DeepSpeed asserts that fp16 and bf16 are not both enabled, Transformers raises ValueError, and both they and "
    "Accelerate refuse a DeepSpeed file of the other precision.",
    evidence=(
        "deepspeedai/DeepSpeed, deepspeed/runtime/config.py, _initialize_params, commit 029f12b",
        "huggingface/transformers, src/transformers/training_args.py, TrainingArguments._validate_args, commit 00349ae",
        "huggingface/accelerate, src/accelerate/utils/dataclasses.py, DeepSpeedPlugin.set_mixed_precision",
    ),
    bad=Example(
        {
            "ds_config.json": '{\n  "train_micro_batch_size_per_gpu": 4,\n  "fp16": {"enabled": true},\n'
            '  "bf16": {"enabled": true}\n}\n'
        },
        line=3,
    ),
    good=Example(
        {
            "ds_config.json": '{\n  "train_micro_batch_size_per_gpu": 4,\n  "fp16": {"enabled": "auto"},\n'
            '  "bf16": {"enabled": "auto"}\n}\n'
        }
    ),
    find=find,
)
