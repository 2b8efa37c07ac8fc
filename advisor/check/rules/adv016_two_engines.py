"""ADV016: two sharding engines, or settings of the one that is not used."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Two engines at once, or the settings of the one that the launcher does not use."""
    for config in material.configs:
        for clash in config.clashes:
            if clash.kind == "engine":
                yield finding(RULE.id, clash.severity, clash.told, clash.remedy, clash.at, *clash.others)
        if config.engine is not None:
            yield from _unused(config, config.engine)
        elif _on(config.deepspeed) and _on(config.fsdp):
            yield finding(
                RULE.id,
                "error",
                f"{config.deepspeed.key} and {config.fsdp.key} are both set",  # type: ignore[union-attr]
                "keep one of the two",
                config.fsdp,  # type: ignore[arg-type]
                config.deepspeed,
            )


def _unused(config: ConfigFacts, engine: At) -> Iterator[Finding]:
    other = {"fsdp": config.deepspeed, "deepspeed": config.fsdp}.get(engine.word or "")
    if other is not None and _on(other):
        yield finding(
            RULE.id,
            "warning",
            f"{written(engine)} leaves {other.key} without effect",
            f"remove {other.key}, or change {engine.key}",
            other,
            engine,
        )


def _on(at: At | None) -> bool:
    return at is not None and at.on and at.word not in ("no", "none", "false")


RULE = Rule(
    id="ADV016",
    title="Two sharding engines at once, or settings of the one that is not used",
    severity="error",
    group="parallelism",
    formats=("accelerate", "axolotl", "llamafactory", "python_arguments", "training_arguments"),
    condition="TrainingArguments sets deepspeed and fsdp (error); or Accelerate's distributed_type is FSDP with a "
    "non-empty deepspeed_config, or DEEPSPEED with a non-empty fsdp_config (warning). Empty sections do not "
    "count. Settings of FSDP 1 beside fsdp_version 2 are a note.",
    remedy="Keep the engine that was decided and remove the other's settings.",
    why="The Trainer raises ValueError for the two flags together. accelerate launch goes by distributed_type alone, "
    "so the other section does nothing, and the memory one counted on is not saved.",
    evidence=(
        "huggingface/transformers, src/transformers/trainer.py: Using --fsdp xxx together with --deepspeed is not "
        "possible",
        "https://github.com/huggingface/accelerate/pull/3394 (what FSDP2 no longer takes)",
        "huggingface/accelerate, src/accelerate/commands/launch.py, _validate_launch_command, commit 00785cd",
    ),
    bad=Example(
        {
            "train.yaml": "per_device_train_batch_size: 1\nnum_train_epochs: 1\ndeepspeed: /cfg/zero3.json\n"
            "fsdp: full_shard auto_wrap\n"
        },
        line=4,
    ),
    good=Example(
        {"train.yaml": "per_device_train_batch_size: 1\nnum_train_epochs: 1\ndeepspeed: /cfg/zero3.json\nfsdp: ''\n"}
    ),
    find=find,
)
