"""ADV011: parallel degrees that do not multiply to the number of processes."""

import math
from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each configuration whose degrees are all known and do not multiply to its processes."""
    for config in material.configs:
        yield from _divided(config)
        processes, shards = config.num_processes, config.data_shards
        degrees = [at for at in _degrees(config) if at is not None]
        if shards is None or processes is None or not processes.whole or processes.whole < 1:
            continue
        if any(at.whole is None or at.whole < 1 for at in degrees):
            continue  # a degree decided elsewhere; -1 takes what is left
        if config.sequence_parallel is not None and config.sequence_parallel.whole != 1:
            continue  # DeepSpeed makes the groups then, and Accelerate does not compare
        product = 1
        for at in degrees:
            product *= at.whole or 1
        if product != processes.whole:
            yield _finding(degrees, processes, product)


def _divided(config: ConfigFacts) -> Iterator[Finding]:
    """Degrees of a model whose devices are known: what is left over is for the data, so they must divide."""
    stated = [at for at in (config.devices, config.machines) if at is not None]
    model = (config.tensor_parallel, config.pipeline_stages, config.context_parallel, config.data_shards)
    degrees = [at for at in model if at is not None and at.whole != 1]
    if config.devices is None or not degrees or any((at.whole or 0) < 1 for at in (*stated, *degrees)):
        return
    world, product = math.prod(at.whole or 1 for at in stated), math.prod(at.whole or 1 for at in degrees)
    if world % product:
        told = " x ".join(written(at) for at in degrees)
        devices = " x ".join(written(at) for at in stated)
        remedy = f"use a multiple of {product} devices, or smaller degrees"
        message = f"{told} = {product} does not divide the {world} devices of {devices}"
        yield finding(RULE.id, "error", message, remedy, degrees[0], *degrees[1:], *stated)


def _degrees(config: ConfigFacts) -> tuple[At | None, ...]:
    return (
        config.tensor_parallel,
        config.context_parallel,
        config.sequence_parallel,
        config.data_replicas,
        config.data_shards,
    )


def _finding(degrees: list[At], processes: At, product: int) -> Finding:
    over_one = [at for at in degrees if at.whole != 1] or degrees
    told = " x ".join(f"{at.key.removeprefix('parallelism_config_')} {at.raw}" for at in over_one)
    first = min(over_one, key=lambda at: (at.place.line, at.place.column))
    return finding(
        RULE.id,
        "error",
        f"{told} = {product}, but {written(processes)}",
        f"make the degrees multiply to {processes.raw}, or start {product} processes",
        first,
        *(at for at in over_one if at is not first),
        processes,
    )


RULE = Rule(
    id="ADV011",
    title="Parallel degrees do not multiply to the number of processes",
    severity="error",
    group="parallelism",
    formats=("accelerate", "lightning", "megatron"),
    condition="parallelism_config gives a number for data shards, every degree in it is a number, and their product "
    "is not num_processes (DeepSpeed's sequence parallelism is left out: Accelerate does not compare then); or the "
    "configuration states its devices (NeMo, Lightning) and the degrees of the model do not divide them.",
    remedy="Change a degree or the number of processes.",
    why="The tools compare the product with the world size and stop at start-up.",
    evidence=("huggingface/accelerate, src/accelerate/parallelism_config.py, _validate_accelerator, version 1.15.0",),
    bad=Example(
        {
            "nd.yaml": "distributed_type: FSDP\nnum_processes: 8\nparallelism_config:\n"
            "  parallelism_config_cp_size: 3\n  parallelism_config_dp_shard_size: 2\n"
        },
        line=4,
    ),
    good=Example(
        {
            "nd.yaml": "distributed_type: FSDP\nnum_processes: 8\nparallelism_config:\n"
            "  parallelism_config_cp_size: 4\n  parallelism_config_dp_shard_size: 2\n"
        }
    ),
    find=find,
)
