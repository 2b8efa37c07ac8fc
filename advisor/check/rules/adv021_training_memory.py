"""ADV021: training state that no device can hold, by the estimates that the check is handed."""

from collections.abc import Iterator
from dataclasses import replace

from advisor.check.launch.models import model
from advisor.check.launch.serving import served_gpu
from advisor.check.material import Material
from advisor.check.rulebook import TRAINERS, Example, Rule, finding
from advisor.values.configs import ConfigFacts, Devices, Short, Shortfall
from advisor.values.finding import Finding, Place
from advisor.values.launches import Command, LaunchFacts

_SMALLEST_WEIGHT_BYTES = 0.5  # 4 bits; nobody trains with less
_MOST_MENDS = 2
_HUGE = 1.2e10


def find(material: Material) -> Iterator[Finding]:
    """Each configuration whose training does not fit; nothing where no estimates are at hand."""
    if material.shortfall is not None:
        yield from _estimated(material, material.shortfall)
    for launch in material.launches:
        for command in launch.commands:
            yield from _launched(launch, command)


def _estimated(material: Material, shortfall: Short) -> Iterator[Finding]:
    placed = _placed(material)
    for config in material.configs:
        devices, launcher = placed.get(config.place) or (_decided(material, config), None)
        if not (devices.name or _is_huge(config)):
            continue
        short = shortfall(_whole(config, launcher, material.linked(launcher or config)), devices)
        places = (config.tensor_parallel, config.pipeline_stages, config.layers, config.model, config.micro_batch)
        at = next((place for place in places if place is not None), None)
        if short is not None and at is not None:
            others = {each.place.line: each for each in places if each is not None and each.place.line != at.place.line}
            yield finding(RULE.id, "error", _told(short), RULE.remedy, at, *others.values())


def _is_huge(config: ConfigFacts) -> bool:
    """Whether whole states (16 bytes a weight) could be more than any device has: a look before anything is loaded."""
    named = model(config.model.value) if config.model is not None else None
    layers, width = (at.number if at is not None else None for at in (config.layers, config.hidden_size))
    weights = 12 * layers * width**2 if layers and width else named.parameters if named is not None else 0
    return weights > _HUGE


def _placed(material: Material) -> dict[Place, tuple[Devices, ConfigFacts | None]]:
    """What the launches that start a configuration give it, and the launcher's own, by the configuration's place."""
    found: dict[Place, tuple[Devices, ConfigFacts | None]] = {}
    for launch in material.launches:
        card = served_gpu(launch)
        devices = Devices(card.name.partition(" (")[0] if card is not None else "", launch.supply.gpus)
        own = material.written_in(launch.place.path)
        for command in launch.commands if card is not None and not launch.shares_gpus else ():
            named = material.configs_of(launch, command)
            launcher = next((config for config in named if config.format == "accelerate"), None)
            found |= {config.place: (devices, launcher) for config in (*named, *own) if config is not launcher}
    return found


def _decided(material: Material, config: ConfigFacts) -> Devices:
    """The GPUs of the recorded decision, for a configuration that no launch starts."""
    expected = material.expected_of(config)
    return Devices(expected.accelerator or "", expected.gpus) if expected is not None else Devices()


def _whole(config: ConfigFacts, launcher: ConfigFacts | None, deepspeed: ConfigFacts | None) -> ConfigFacts:
    """The configuration with what its launcher's and its DeepSpeed file say about sharding."""
    for other in (launcher, deepspeed):
        if other is not None:
            config = replace(
                config,
                engine=other.engine or config.engine,
                zero_stage=other.zero_stage or config.zero_stage,
                offload_optimizer=other.offload_optimizer or config.offload_optimizer,
                offload_parameters=other.offload_parameters or config.offload_parameters,
            )
    return config


def _told(short: Shortfall) -> str:
    has = f"{short.device} has {_gigabytes(short.has_bytes)}"
    if short.between is None:
        return f"the training state needs {_gigabytes(short.needs_bytes)} on each device before activations, {has}"
    low, high = (f"{size / 1e9:,.0f}" for size in short.between)
    instead = " or ".join(f"with {what} {_gigabytes(size)}" for what, size in short.instead[:_MOST_MENDS])
    return f"needs {_gigabytes(short.needs_bytes)} ({low}\u2013{high}) a GPU, {has}{'; ' if instead else ''}{instead}"


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
    formats=(*TRAINERS, "kubernetes", "shell", "skypilot"),
    condition="The model and how it is split are known, and the whole 90% range of the estimate is above what the GPU "
    "of the launch, or of the recorded decision, has; or weights, gradients and optimizer state alone, without "
    "activations, are more; where the GPU is not known, more than any has. What is offloaded is left out. Of a launch "
    "line: the weights of the named model in 4 bits are more than all its GPUs have, and nothing is offloaded.",
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
