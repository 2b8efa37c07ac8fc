"""ADV018: a sequence that cannot be split as asked, or a split without effect."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding

_BALANCED = ("megatron", "torchtitan")  # each rank takes a piece from both ends, so pieces are 2 a rank


def find(material: Material) -> Iterator[Finding]:
    """The sequence over its ranks, and what a tool says about splitting it."""
    for config in material.configs:
        if config.format in _BALANCED:
            yield from _length(config)
        for clash in config.clashes:
            if clash.kind == "sequence":
                yield finding(RULE.id, clash.severity, clash.told, clash.remedy, clash.at, *clash.others)


def _length(config: ConfigFacts) -> Iterator[Finding]:
    length, context, tensor = config.sequence_length, config.context_parallel, config.tensor_parallel
    if length is None or not length.whole or length.whole < 1:
        return
    parts: list[At] = []
    pieces = 1
    if context is not None and (context.whole or 0) > 1:
        pieces, parts = 2 * (context.whole or 1), [context]
    split = config.shards_sequence
    if split is not None and split.value is True and tensor is not None and (tensor.whole or 0) > 1:
        pieces, parts = pieces * (tensor.whole or 1), [*parts, tensor]
    if length.whole % pieces:
        told = " and ".join(written(at) for at in parts)
        fitting = length.whole // pieces * pieces or pieces
        yield finding(
            RULE.id,
            "error",
            f"{written(length)} cannot be split into {pieces} equal pieces for {told}",
            f"use {fitting} or {fitting + pieces}",
            length,
            *parts,
        )


RULE = Rule(
    id="ADV018",
    title="Sequence cannot be split over its ranks, or the split has no effect",
    severity="error",
    group="parallelism",
    formats=("axolotl", "megatron", "torchtitan"),
    condition="The sequence length is not a multiple of twice the context parallel size times the tensor parallel size "
    "where that splits the sequence too; axolotl packs samples under context parallelism with a micro batch above 1; "
    "Megatron's sequence_parallel with a tensor parallel size of 1 is a note.",
    remedy="Choose a length that is a multiple of the pieces.",
    why="Context parallelism gives each rank a piece from both ends of the sequence, so that all have the same work. "
    "The tools assert that the pieces are equal.",
    evidence=(
        "pytorch/torchtitan, torchtitan/distributed/parallel_dims.py, seq_len_divisor, commit 0119de1",
        "NVIDIA/Megatron-LM, megatron/training/arguments.py, validate_args, commit d98e8a6",
        "axolotl-ai-cloud/axolotl, src/axolotl/utils/schemas, check_context_parallel_size, version 0.19.0",
    ),
    bad=Example(
        {
            "model.toml": '[training]\nseq_len = 4095\nsteps = 500\n\n[job]\ndump_folder = "out"\n\n[parallelism]\n'
            "context_parallel_degree = 2\n"
        },
        line=2,
    ),
    good=Example(
        {
            "model.toml": '[training]\nseq_len = 4096\nsteps = 500\n\n[job]\ndump_folder = "out"\n\n[parallelism]\n'
            "context_parallel_degree = 2\n"
        }
    ),
    find=find,
)
