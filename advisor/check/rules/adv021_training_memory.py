"""ADV021: training state that no device can hold, by the estimates that the check is handed."""

from collections.abc import Iterator

from advisor.check.launch.models import model
from advisor.check.launch.serving import served_gpu
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_SMALLEST_WEIGHT_BYTES = 0.5  # 4 bits; nobody trains with less


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
    for launch in material.launches:
        for command in launch.commands:
            yield from _launched(launch, command)


def _launched(launch: LaunchFacts, command: Command) -> Iterator[Finding]:
    """A command whose model is too large for its GPUs however it is trained: the weights alone, in 4 bits."""
    known = model(command.model.value) if command.model is not None else None
    gpu, gpus = served_gpu(launch), launch.supply.gpus
    if command.role != "train" or command.model is None or known is None or gpu is None or not gpus:
        return
    if gpu.memory_bytes is None or launch.shares_gpus or any("offload" in word.raw for word in command.words):
        return
    needed, held = known.parameters * _SMALLEST_WEIGHT_BYTES, gpu.memory_bytes * gpus
    if needed > held:
        told = f"{command.model.value}: the weights alone are {_gigabytes(needed)} in 4 bits, {gpus} x {gpu.name} hold "
        yield finding(RULE.id, "error", f"{told}{_gigabytes(held)}", RULE.remedy, command.model, launch.accelerator)


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.0f} GB"


RULE = Rule(
    id="ADV021",
    title="Training state does not fit the device",
    severity="error",
    group="memory",
    formats=("kubernetes", "neox", "shell", "skypilot"),
    condition="The size of the model and how it is split are known, and weights, gradients and optimizer state alone, "
    "without activations, are more than the device has; where the device is not known, more than any device has. Of a "
    "launch line: the weights of the named model in 4 bits are more than all its GPUs have, and nothing is offloaded.",
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
