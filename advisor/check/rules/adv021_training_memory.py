"""ADV021: training state that no device can hold, by the estimates that the check is handed."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each configuration whose state does not fit; nothing where no estimates are at hand."""
    for config in material.configs if material.shortfall is not None else ():
        short = material.shortfall(config) if material.shortfall is not None else None
        places = (config.tensor_parallel, config.pipeline_stages, config.layers, config.model, config.micro_batch)
        at = next((place for place in places if place is not None), None)
        if short is None or at is None:
            continue
        told = f"the training state needs {_gigabytes(short.needs_bytes)} on each device before activations"
        has = f"{short.device} has {_gigabytes(short.has_bytes)}"
        yield finding(RULE.id, "error", f"{told}, {has}", RULE.remedy, at, *places)


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.0f} GB"


RULE = Rule(
    id="ADV021",
    title="Training state does not fit the device",
    severity="error",
    group="memory",
    formats=("neox",),
    condition="The size of the model and how it is split are known, and weights, gradients and optimizer state alone, "
    "without activations, are more than the device has; where the device is not known, more than any device has.",
    remedy="Split the model over more devices, shard or offload the optimizer, or train adapters only.",
    why="The run ends out of memory, after it has waited in the queue and loaded the data.",
    evidence=(
        "https://arxiv.org/abs/1910.02054 (ZeRO: 16 bytes a parameter with Adam in mixed precision)",
        "EleutherAI/gpt-neox, configs/175B.yml: 175 billion parameters with model and pipeline parallel size 1",
    ),
    bad=Example(
        {
            "175B.yml": '{\n  "num_layers": 96,\n  "hidden_size": 12288,\n  "num_attention_heads": 96,\n'
            '  "model_parallel_size": 1,\n  "pipe_parallel_size": 1,\n  "zero_optimization": {"stage": 1}\n}\n'
        },
        line=5,
    ),
    good=Example(
        {
            "175B.yml": '{\n  "num_layers": 96,\n  "hidden_size": 12288,\n  "num_attention_heads": 96,\n'
            '  "model_parallel_size": 8,\n  "pipe_parallel_size": 16,\n  "zero_optimization": {"stage": 1}\n}\n'
        }
    ),
    find=find,
)
