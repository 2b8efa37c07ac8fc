"""ADV013: layers that cannot be split evenly over pipeline stages."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import ConfigFacts
from advisor.values.finding import Finding

_EVEN = ("megatron",)  # DeepSpeed's pipeline, and so GPT-NeoX, balances by parameters instead


def find(material: Material) -> Iterator[Finding]:
    """Each configuration of a tool that splits evenly, unless an option makes the stages uneven."""
    for config in material.configs:
        if config.format in _EVEN and config.uneven_stages is None:
            yield from _split(config)


def _split(config: ConfigFacts) -> Iterator[Finding]:
    layers, stages, inner = config.layers, config.pipeline_stages, config.virtual_stage_layers
    if layers is None or stages is None or not layers.whole or (stages.whole or 0) < 2:
        return
    each, left = divmod(layers.whole, stages.whole or 1)
    if left:
        told = f"{written(layers)} cannot be split evenly over {written(stages)}"
        remedy = f"use {each * (stages.whole or 1)} or {(each + 1) * (stages.whole or 1)} layers, another size, or a "
        yield finding(RULE.id, "error", told, f"{remedy}pipeline_model_parallel_layout", stages, layers)
    elif inner is not None and (inner.whole or 0) > 0 and each % (inner.whole or 1):
        told = f"{each} layers a stage are not a multiple of {written(inner)}"
        yield finding(RULE.id, "error", told, "choose a divisor of the layers a stage", inner, layers, stages)


RULE = Rule(
    id="ADV013",
    title="Layers cannot be split evenly over pipeline stages",
    severity="error",
    group="parallelism",
    formats=_EVEN,
    condition="The layers are not a multiple of the pipeline stages, or the layers of a stage not of those of a "
    "virtual stage, and no option makes the stages uneven (a layout, layers of the first or last stage, counting the "
    "embedding).",
    remedy="Change the layers or the pipeline size, or lay the stages out by hand.",
    why="Megatron-LM asserts it at start-up.",
    evidence=("NVIDIA/Megatron-LM, megatron/training/arguments.py, validate_args, commit d98e8a6",),
    bad=Example(
        {
            "model.yaml": "MODEL_ARGS:\n  --num-layers: 30\n  --hidden-size: 4096\n  --num-attention-heads: 32\n"
            "  --tensor-model-parallel-size: 2\n  --pipeline-model-parallel-size: 4\n"
        },
        line=6,
    ),
    good=Example(
        {
            "model.yaml": "MODEL_ARGS:\n  --num-layers: 32\n  --hidden-size: 4096\n  --num-attention-heads: 32\n"
            "  --tensor-model-parallel-size: 2\n  --pipeline-model-parallel-size: 4\n"
        }
    ),
    find=find,
)
