"""ADV001: the global batch is not the product of its parts."""

import math
from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding, Severity


def find(material: Material) -> Iterator[Finding]:
    """Divisibility is certain in the file; the product with the processes of the launch that names the file is not."""
    launches = {linked.place.path: config for config in material.configs if (linked := material.linked(config))}
    for config in material.configs:
        total = config.global_batch
        if total is None or not _positive(total) or (config.elastic is not None and config.elastic.on):
            continue
        parts = [at for at in (config.micro_batch, config.gradient_accumulation) if at is not None and _positive(at)]
        parts = [*_devices(config), *parts]
        processes = _processes(launches.get(config.place.path), config)
        if parts and (total.whole or 0) % _product(parts):
            yield _finding("warning" if config.rounds_batch else "error", total, parts)
        elif parts and processes is not None and not _fits(total, parts, processes):
            yield _finding("warning", total, [*parts, processes], exact=len(parts) == 2)


def _fits(total: At, parts: list[At], processes: At) -> bool:
    """Whether the parts and the processes can give the total: exactly when both parts are known."""
    product = _product([*parts, processes])
    return (total.whole == product) if len(parts) == 2 else (total.whole or 0) % product == 0


def _devices(config: ConfigFacts) -> list[At]:
    """The devices that share the batch, when the configuration states them and nothing else divides them."""
    stated = [at for at in (config.machines, config.devices) if at is not None]
    divided = any(not _is_one(at) for at in (config.tensor_parallel, config.pipeline_stages, config.context_parallel))
    known = all(_positive(at) for at in stated)
    return [at for at in stated if at.whole != 1] if known and config.devices is not None and not divided else []


def _is_one(at: At | None) -> bool:
    return at is None or at.whole == 1


def _processes(launch: ConfigFacts | None, config: ConfigFacts) -> At | None:
    """The number of data-parallel processes, when a launch states it and nothing else divides them."""
    if launch is None or launch.num_processes is None or not _positive(launch.num_processes):
        return None
    degrees = ("tensor_parallel", "pipeline_stages", "context_parallel", "sequence_parallel")
    divided = any(getattr(each, name) is not None for each in (launch, config) for name in degrees)
    return None if divided else launch.num_processes


def _finding(severity: Severity, total: At, parts: list[At], *, exact: bool = False) -> Finding:
    """`exact`: all parts are known, so the total must be their product."""
    batch, product = total.whole or 0, _product(parts)
    fitting = [str(each) for each in (batch // product * product, (batch // product + 1) * product) if each]
    told = f"{' x '.join(written(at) for at in parts)}{f' (= {product})' if len(parts) > 1 else ''}"
    relation = "is not" if exact else "is not a multiple of"
    choice = str(product) if exact else " or ".join(fitting)
    return finding(
        RULE.id,
        severity,
        f"{written(total)} {relation} {told}",
        f'set {total.key} to {choice}, or one of the parts to "auto" where the tool allows it',
        total,
        *parts,
    )


def _positive(at: At) -> bool:
    return at.whole is not None and at.whole > 0


def _product(parts: list[At]) -> int:
    return math.prod(at.whole or 1 for at in parts)


RULE = Rule(
    id="ADV001",
    title="Global batch is not a multiple of micro batch and accumulation",
    severity="error",
    group="consistency",
    formats=("composer", "deepspeed", "lightning", "megatron", "neox", "torchtitan"),
    condition="The global batch is a number and micro batch x accumulation, as far as they are numbers, does not "
    "divide it (error); or the product with num_processes of the Accelerate file that names it is another (warning: a "
    "launch line may set num_processes). Where the file states the devices they count too: Composer stops, litgpt "
    "rounds down (warning). Elastic training and batch schedules take the three over, so they are left out.",
    remedy='Change one of the three numbers, or leave one to the tool with "auto" (Transformers, Accelerate).',
    why="DeepSpeed asserts train_batch_size == micro batch x accumulation x processes at start-up; the job has then "
    "already waited in the queue.",
    evidence=(
        "NVIDIA/Megatron-LM, megatron/core/num_microbatches_calculator.py, commit d98e8a6",
        "EleutherAI/gpt-neox, megatron/neox_arguments/arguments.py, check_batch_parameters, commit 0097a39",
        "mosaicml/llm-foundry, llmfoundry/utils/config_utils.py, calculate_batch_size_info, commit 8c8dd48",
        "Lightning-AI/litgpt, litgpt/args.py, gradient_accumulation_iters, commit 02f2fca",
        "deepspeedai/DeepSpeed, deepspeed/runtime/config.py, _batch_assertion, commit 029f12b",
        "https://github.com/deepspeedai/DeepSpeed/issues/6914",
        "https://github.com/hiyouga/LLaMA-Factory/issues/2574",
    ),
    bad=Example(
        {
            "ds_config.json": '{\n  "train_batch_size": 100,\n  "train_micro_batch_size_per_gpu": 8,\n'
            '  "gradient_accumulation_steps": 3\n}\n'
        },
        line=2,
    ),
    good=Example(
        {
            "ds_config.json": '{\n  "train_batch_size": 96,\n  "train_micro_batch_size_per_gpu": 8,\n'
            '  "gradient_accumulation_steps": 3\n}\n'
        }
    ),
    find=find,
)
