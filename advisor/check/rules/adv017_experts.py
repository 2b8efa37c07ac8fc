"""ADV017: experts that cannot be split over expert parallel ranks."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Experts over ranks, and what a tool says about ranks of experts beside the other ones."""
    for config in material.configs:
        experts, ranks = config.experts, config.expert_parallel
        if experts is not None and ranks is not None and (experts.whole or 0) % max(ranks.whole or 1, 1):
            told = f"{written(experts)} cannot be split over {written(ranks)}"
            yield finding(RULE.id, "error", told, "choose a divisor of the experts", ranks, experts)
        for clash in config.clashes:
            if clash.kind == "experts":
                yield finding(RULE.id, clash.severity, clash.told, clash.remedy, clash.at, *clash.others)


RULE = Rule(
    id="ADV017",
    title="Expert parallel size is not possible",
    severity="error",
    group="parallelism",
    formats=("megatron", "torchtitan"),
    condition="The experts are not a multiple of the expert parallel size; or, in torchtitan with expert parallelism "
    "on, the tensor parallel size of the experts is neither 1 nor that of the rest, or the expert parallel size is not "
    "a multiple of the ranks that it borrows.",
    remedy="Choose an expert parallel size that divides the experts.",
    why="The tools assert it at start-up.",
    evidence=(
        "NVIDIA/Megatron-LM, megatron/training/arguments.py, validate_args, commit d98e8a6",
        "pytorch/torchtitan, torchtitan/distributed/parallel_dims.py, ParallelDims._validate, commit 0119de1",
    ),
    bad=Example(
        {
            "model.yaml": "MODEL_ARGS:\n  --num-layers: 32\n  --hidden-size: 4096\n  --num-attention-heads: 32\n"
            "  --num-experts: 8\n  --tensor-model-parallel-size: 2\n  --expert-model-parallel-size: 3\n"
        },
        line=7,
    ),
    good=Example(
        {
            "model.yaml": "MODEL_ARGS:\n  --num-layers: 32\n  --hidden-size: 4096\n  --num-attention-heads: 32\n"
            "  --num-experts: 8\n  --tensor-model-parallel-size: 2\n  --expert-model-parallel-size: 4\n"
        }
    ),
    find=find,
)
