"""ADV001: the global batch is not the product of its parts."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Only divisibility is certain: the number of processes is rarely in the file."""
    for config in material.configs:
        total = config.global_batch
        if total is None or (config.elastic is not None and config.elastic.on):
            continue
        parts = [at for at in (config.micro_batch, config.gradient_accumulation) if at is not None and _positive(at)]
        product = _product(parts) * _ranks(config)
        if _positive(total) and product > 1 and (total.whole or 0) % product:
            yield _finding(total, parts, config, product)


def _finding(total: At, parts: list[At], config: ConfigFacts, product: int) -> Finding:
    batch = total.whole or 0
    names = [written(at) for at in parts] + ([written(config.num_processes)] if _ranks(config) > 1 else [])  # type: ignore[arg-type]
    equals = f" (= {product})" if len(names) > 1 else ""
    fitting = [str(each) for each in (batch // product * product, (batch // product + 1) * product) if each]
    return finding(
        RULE.id,
        "error",
        f"{written(total)} is not a multiple of {' x '.join(names)}{equals}",
        f'set {total.key} to {" or ".join(fitting)}, or one of the parts to "auto" where the tool allows it',
        total,
        *parts,
    )


def _positive(at: At) -> bool:
    return at.whole is not None and at.whole > 0


def _product(parts: list[At]) -> int:
    product = 1
    for at in parts:
        product *= at.whole or 1
    return product


def _ranks(config: ConfigFacts) -> int:
    """Data-parallel processes, when the configuration itself states them and nothing else divides them."""
    parallel = (config.tensor_parallel, config.pipeline_stages, config.context_parallel, config.sequence_parallel)
    alone = all(at is None or at.whole == 1 for at in parallel)
    return (config.num_processes.whole or 1) if alone and config.num_processes is not None else 1


RULE = Rule(
    id="ADV001",
    title="Global batch is not a multiple of micro batch and accumulation",
    severity="error",
    group="consistency",
    formats=("deepspeed",),
    condition="The global batch is a number and micro batch x accumulation (x processes, when stated), as far as they "
    "are numbers, does not divide it. Elastic training takes the three over, so it is left out.",
    remedy='Change one of the three numbers, or leave one to the tool with "auto" (Transformers, Accelerate).',
    why="DeepSpeed asserts train_batch_size == micro batch x accumulation x processes at start-up; the job has then "
    "already waited in the queue.",
    evidence=(
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
