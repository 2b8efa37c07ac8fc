"""ADV014: ZeRO 2 or 3 under pipeline parallelism."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each configuration that asks for both."""
    for config in material.configs:
        for clash in config.clashes:
            if clash.kind == "zero":
                yield finding(RULE.id, clash.severity, clash.told, clash.remedy, clash.at, *clash.others)
        stage, stages = config.zero_stage, config.pipeline_stages
        fewest = 1 if config.format == "neox" else 2  # there one stage is a pipeline too, and 0 turns it off
        if stage is None or stages is None or (stage.whole or 0) < 2 or (stages.whole or 0) < fewest:
            continue
        yield finding(
            RULE.id,
            "error",
            f"{written(stage)} with {written(stages)}: DeepSpeed's pipeline engine takes ZeRO stage 0 or 1",
            f"set the stage to 1, or turn the pipeline off{' with 0' if config.format == 'neox' else ''}",
            stage,
            stages,
        )


RULE = Rule(
    id="ADV014",
    title="ZeRO stage 2 or 3 together with pipeline parallelism",
    severity="error",
    group="parallelism",
    formats=("accelerate", "deepspeed", "neox"),
    condition="The ZeRO stage is 2 or 3 and the same configuration asks for two or more pipeline stages (in "
    "GPT-NeoX one or more: 0 turns the pipeline off), or, in GPT-NeoX, for experts.",
    remedy="ZeRO stage 1 with the pipeline, or stage 2 or 3 without it.",
    why="The pipeline engine asserts: ZeRO-2 and ZeRO-3 are incompatible with pipeline parallelism. Sharded gradients "
    "would have to be reduced for each micro batch.",
    evidence=(
        "deepspeedai/DeepSpeed, deepspeed/runtime/pipe/engine.py, PipelineEngine.__init__",
        "https://github.com/deepspeedai/DeepSpeed/issues/823 (a pipeline accumulates gradients, and stage 2 has "
        "already split them)",
        "https://github.com/EleutherAI/gpt-neox/pull/1275",
        "https://github.com/EleutherAI/gpt-neox/pull/327 (README: stage 2 requires pipeline parallelism be set to 0)",
        "https://github.com/deepspeedai/Megatron-DeepSpeed/issues/474 (one stage is refused as well)",
    ),
    bad=Example(
        {"ds_config.json": '{\n  "zero_optimization": {"stage": 2},\n  "pipeline": {"stages": 4}\n}\n'}, line=2
    ),
    good=Example({"ds_config.json": '{\n  "zero_optimization": {"stage": 1},\n  "pipeline": {"stages": 4}\n}\n'}),
    find=find,
)
