"""Does what a configuration trains fit its devices: its facts as a row, estimated, and what would make it fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from advisor.catalog.models import key_of
from advisor.errors import BadInput
from advisor.estimate.doubt import Doubt, memory_range
from advisor.estimate.holding import Held, held
from advisor.predict.cells import Row
from advisor.predict.devices import accelerator
from advisor.predict.table import Ground
from advisor.predict.training import read
from advisor.values.catalog import Accelerator
from advisor.values.configs import At, ConfigFacts, Devices, Shortfall

_FRAMEWORKS = {
    "accelerate": "transformers", "axolotl": "axolotl", "composer": "llm-foundry", "deepspeed": "deepspeed",
    "lightning": "litgpt", "llamafactory": "llama-factory", "megatron": "megatron", "neox": "deepspeed",
    "python_arguments": "transformers", "torchtitan": "torchtitan", "torchtune": "torchtune",
    "training_arguments": "transformers",
}  # fmt: skip
_ADAPTERS = ("lora", "qlora")
_ENGINES = {"multi_gpu": 0, "no": 0, "fsdp": 3}
_COUNTS = {
    "layers": "layers", "hidden": "hidden_size", "heads": "attention_heads", "kv_heads": "key_value_heads",
    "seq": "sequence_length", "micro_batch": "micro_batch", "tp": "tensor_parallel", "pp": "pipeline_stages",
    "cp": "context_parallel", "ep": "expert_parallel",
}  # fmt: skip
_CARDS = ("nvidia", "amd", "intel")
_USUAL = {"seq": "512", "micro_batch": "1", "act_ckpt": "full"}
"""The least that a run takes, where the configuration leaves it open."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A configuration as a row, on which device, and how many share it; `sharding` is its ZeRO stage."""

    row: Row
    device: Accelerator
    known_device: bool
    count: int | None
    sharding: int


def shortfall(config: ConfigFacts, devices: Devices, ground: Ground) -> Shortfall | None:
    """What is missing, where that is certain: the whole 90% range is above the memory, or the state alone is.

    None where it fits, or where the model, how it is split, or what is offloaded is not known. Without a device it is
    compared with the largest of the catalogue.
    """
    case = _case(config, devices, ground)
    if case is None or (estimated := _held(case, ground)) is None:
        return None
    found, doubt = estimated
    memory = case.device.memory_gb * 1e9
    state = _state(found, case)
    whole = case.known_device and (case.count is not None or case.sharding == 0)
    counted = float(found.weights + found.gradients + found.states)
    low, high = memory_range(counted, float(found.process) - counted, ground.spreads["memory"], doubt)
    if whole and low > memory:
        between = (float(low), float(high))
        return Shortfall(float(found.process), memory, _named(case), between, tuple(_mends(case, memory, ground)))
    return Shortfall(state, memory, _named(case)) if state > memory else None


def _case(config: ConfigFacts, devices: Devices, ground: Ground) -> _Case | None:
    count = devices.count or _processes(config)
    stage = _stage(config, count)
    offloaded = any(_is_set(at) for at in (config.offload_optimizer, config.offload_parameters))
    model = _model(config, ground)
    if stage is None or offloaded or model is None:
        return None
    device = _device(devices.name, ground)
    split = _split(config)
    if split is None or (count is not None and count % split):
        return None
    row = {
        **_USUAL, **model, **_cells(config), "gpu": (device or _largest(ground)).id, "gpus": str(count or split),
        "zero_stage": str(stage),
    }  # fmt: skip
    return _Case(row, device or _largest(ground), device is not None, count, stage)


def _model(config: ConfigFacts, ground: Ground) -> Row | None:
    """The model by its name, else its dimensions."""
    name = config.model.value if config.model is not None else None
    if isinstance(name, str) and (key := key_of(name, ground.models)):
        return {"arch_key": key}
    return {} if config.layers is not None and config.hidden_size is not None else None


def _cells(config: ConfigFacts) -> dict[str, str]:
    counts = {cell: getattr(config, name) for cell, name in _COUNTS.items()}
    cells = {cell: str(at.whole) for cell, at in counts.items() if at is not None and at.whole and at.whole > 0}
    adapter = config.adapter.word if config.adapter is not None else None
    kind = adapter if adapter in _ADAPTERS else "full"
    checkpoints = config.gradient_checkpointing
    if checkpoints is None or checkpoints.value is False:
        cells["act_ckpt"] = "none" if checkpoints is not None or config.format in _NO_CHECKPOINTING else "full"
    optimizer = config.optimizer.word if config.optimizer is not None else None
    return {
        **cells,
        "framework": _FRAMEWORKS.get(config.format, ""),
        "task": f"{kind} finetune",
        "precision": "bf16-true" if kind == "lora" else "bf16-true + nf4" if kind == "qlora" else _precision(config),
        "optimizer": optimizer or "adamw",
    }


_SHARDS = {"axolotl": 0, "composer": 3, "lightning": 3, "megatron": 1, "torchtitan": 3, "torchtune": 3}
_NO_CHECKPOINTING = ("training_arguments", "python_arguments")
"""Formats in which saying nothing means that nothing is computed again."""


def _precision(config: ConfigFacts) -> str:
    if config.fp16 is not None and config.fp16.value is True:
        return "fp16"
    return "bf16"


def _stage(config: ConfigFacts, count: int | None) -> int | None:
    """0 to 3, by ZeRO's stage or the engine; None where it is not known."""
    if config.zero_stage is not None:
        return config.zero_stage.whole if config.zero_stage.whole in (0, 1, 2, 3) else None
    if config.deepspeed is not None or config.deepspeed_file is not None:
        return None  # its file says it, and was not read
    if _is_set(config.fsdp) or (config.data_shards is not None and config.data_shards.whole != 1):
        return 3
    word = config.engine.word if config.engine is not None else None
    return _ENGINES[word] if word in _ENGINES else _unsaid(config, count)


def _unsaid(config: ConfigFacts, count: int | None) -> int | None:
    """How the tool shards when the configuration does not say; of what another file may say, the most that it can."""
    if config.format == "neox":  # its files are merged, and a pipeline takes stage 1 at most
        stages = 0 if config.pipeline_stages is None else config.pipeline_stages.whole
        return 1 if stages else None
    if count == 1:
        return 0
    return _SHARDS.get(config.format)


def _processes(config: ConfigFacts) -> int | None:
    """The GPUs of the whole run, where the configuration says them."""
    if config.num_processes is not None:
        return config.num_processes.whole or None
    machines = 1 if config.machines is None else config.machines.whole
    devices = config.devices.whole if config.devices is not None else None
    return devices * machines if devices and machines else None


def _split(config: ConfigFacts) -> int | None:
    """The ranks that hold one copy of the model together; None where a degree is decided elsewhere."""
    product = 1
    for at in (config.tensor_parallel, config.pipeline_stages, config.context_parallel):
        size = 1 if at is None else at.whole
        if size is None:
            return None
        product *= max(size, 1)
    return product


def _is_set(at: At | None) -> bool:
    return at is not None and at.value not in (False, None) and at.word not in ("none", "no")


def _device(name: str, ground: Ground) -> Accelerator | None:
    try:
        return accelerator(name, ground.accelerators) if name else None
    except BadInput:
        return None


def _largest(ground: Ground) -> Accelerator:
    cards = (row for row in ground.accelerators.values() if not row.unified and row.vendor in _CARDS)
    return max(cards, key=lambda row: row.memory_gb)


def _held(case: _Case, ground: Ground) -> tuple[Held, Doubt] | None:
    """What a device holds, and how far what was assumed may move it."""
    found = read(case.row, ground.models, ground.accelerators)
    if found.run is None:
        return None
    software = replace(found.run.software, flash=1.0)  # what every framework can do, and most do unasked
    return held(replace(found.run, software=software), ground.constants), found.doubt


def _state(found: Held, case: _Case) -> float:
    """What a device must hold beside activations; of states that are shared out among an unknown number, nothing."""
    parts = (found.states, found.gradients, found.weights)
    kept = parts if case.count is not None else parts[case.sharding :]
    return float(sum(kept))


def _mends(case: _Case, memory: float, ground: Ground) -> Iterator[tuple[str, float]]:
    """What would bring it down to what is there, each alone, with what it then needs [bytes]."""
    changes: Mapping[str, Row] = {
        "activation checkpointing": {"act_ckpt": "full"},
        "a micro batch of 1": {"micro_batch": "1"},
        "states sharded over all GPUs": {"zero_stage": "3"},
        "LoRA": {"task": "lora finetune", "precision": "bf16-true"},
        "QLoRA": {"task": "qlora finetune", "precision": "bf16-true + nf4"},
    }
    for what, change in changes.items():
        if all(case.row.get(name) == cell for name, cell in change.items()):
            continue
        found = _held(replace(case, row={**case.row, **change}), ground)
        if found is not None and float(found[0].process) <= memory:
            yield what, float(found[0].process)


def _named(case: _Case) -> str:
    return case.device.id if case.known_device else f"the largest there is, {case.device.id},"
