"""torchtitan's TOML, in the schema of today's job_config and in the older one.

Keys as in torchtitan/config/job_config.py and torchtitan/distributed/parallel_dims.py of pytorch/torchtitan
@0119de1; heads of the models as in torchtitan/models/*/__init__.py of the same commit.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from advisor.check.format import Format
from advisor.check.taking import Section, take, whole
from advisor.check.tree import Document, Table
from advisor.values.configs import At, Clash, ConfigFacts

_T = TypeVar("_T")
SETTINGS = {
    "training.local_batch_size": "micro_batch",
    "training.batch_size": "micro_batch",
    "training.global_batch_size": "global_batch",
    "training.seq_len": "sequence_length",
    "training.steps": "max_steps",
    "training.seed": "seed",
    "debug.seed": "seed",
    "training.mixed_precision_param": "mixed_precision",
    "optimizer.name": "optimizer",
    "optimizer.lr": "learning_rate",
    "lr_scheduler.warmup_steps": "warmup_steps",
    "training.warmup_steps": "warmup_steps",
    "parallelism.data_parallel_replicate_degree": "data_replicas",
    "training.data_parallel_replicate_degree": "data_replicas",
    "parallelism.data_parallel_shard_degree": "data_shards",
    "training.data_parallel_shard_degree": "data_shards",
    "parallelism.tensor_parallel_degree": "tensor_parallel",
    "training.tensor_parallel_degree": "tensor_parallel",
    "parallelism.pipeline_parallel_degree": "pipeline_stages",
    "experimental.pipeline_parallel_degree": "pipeline_stages",
    "parallelism.context_parallel_degree": "context_parallel",
    "experimental.context_parallel_degree": "context_parallel",
    "parallelism.expert_parallel_degree": "expert_parallel",
    "parallelism.expert_tensor_parallel_degree": "expert_tensor_parallel",
    "checkpoint.enable": "checkpointing",
    "checkpoint.enable_checkpoint": "checkpointing",
    "checkpoint.interval": "save_steps",
}
HEADS = {
    ("llama3", "debugmodel"): (16, 16),
    ("llama4", "debugmodel"): (16, 16),
    ("qwen3", "debugmodel"): (16, 8),
    ("deepseek_v3", "debugmodel"): (16, 16),
    ("llama3", "1b"): (32, 8),
    ("llama3", "3b"): (24, 8),
    ("llama3", "8b"): (32, 8),
    ("llama3", "70b"): (64, 8),
    ("llama3", "405b"): (128, 8),
    ("llama4", "17bx16e"): (40, 8),
    ("llama4", "17bx128e"): (40, 8),
    ("qwen3", "0.6b"): (16, 8),
    ("qwen3", "1.7b"): (16, 8),
    ("qwen3", "4b"): (32, 8),
    ("qwen3", "8b"): (32, 8),
    ("qwen3", "14b"): (40, 8),
    ("qwen3", "32b"): (64, 8),
    ("qwen3", "30b-a3b"): (32, 4),
    ("qwen3", "235b-a22b"): (64, 4),
    ("deepseek_v3", "16b"): (16, 16),
    ("deepseek_v3", "236b"): (128, 128),
    ("deepseek_v3", "671b"): (128, 128),
}
"""Attention heads and key-value heads by model and flavor."""
EXPERTS = {
    ("llama4", "17bx16e"): 16,
    ("llama4", "17bx128e"): 128,
    ("qwen3", "30b-a3b"): 128,
    ("qwen3", "235b-a22b"): 128,
    ("deepseek_v3", "16b"): 64,
    ("deepseek_v3", "236b"): 160,
    ("deepseek_v3", "671b"): 256,
}
"""Routed experts a layer by model and flavor."""
_TABLES = ("parallelism", "job", "metrics", "activation_checkpoint", "checkpoint", "experimental", "model", "optimizer")


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is one: [training] with seq_len or steps, and another of its tables."""
    for root in document.roots:
        if not isinstance(root, Table):
            continue
        section = Section(document, root)
        others = section.has(*_TABLES)
        if others >= 2 and (section.at("training.seq_len") or section.at("training.steps")):
            yield _facts(section)


def _facts(section: Section) -> ConfigFacts:
    config = take(section, ConfigFacts("torchtitan", section.document.place(section.table.at)), SETTINGS)
    if config.global_batch is not None and config.global_batch.whole == -1:  # the default: what follows from the rest
        config = replace(config, global_batch=None)
    flavor, name = section.at("model.flavor"), section.at("model.name")
    heads, experts = _of(HEADS, name, flavor), _of(EXPERTS, name, flavor)
    if flavor is not None and experts is not None:
        config = replace(config, experts=replace(flavor, value=experts))
    if flavor is not None and heads is not None:
        config = replace(
            config,
            attention_heads=replace(flavor, value=heads[0]),
            key_value_heads=replace(flavor, value=heads[1]),
        )
    ranks = config.tensor_parallel
    return replace(
        config,
        shards_sequence=replace(ranks, value=True) if ranks is not None and (ranks.whole or 0) > 1 else None,
        clashes=tuple(_experts(config)),
    )


def _of(known: Mapping[tuple[str, str], _T], name: At | None, flavor: At | None) -> _T | None:
    """What is known of a model of the list, or of an experiment that has its name in its own (llama3_simple_fsdp)."""
    if name is None or flavor is None:
        return None
    families = {family for family, _ in HEADS if family in (name.word or "")}
    return known.get((families.pop(), flavor.word or "")) if len(families) == 1 else None


def _experts(config: ConfigFacts) -> Iterator[Clash]:
    """How expert parallelism borrows the other ranks; with degree 1 nothing of it is used."""
    experts, inner = config.expert_parallel, config.expert_tensor_parallel
    tensor, context = whole(config.tensor_parallel), whole(config.context_parallel)
    if experts is None or (experts.whole or 0) <= 1 or tensor is None or context is None:
        return
    split = whole(inner)
    if inner is not None and split is not None and split not in (1, tensor):
        told = f"{inner.key} {inner.raw}: with {experts.key} {experts.raw} it must be 1 or the tensor parallel {tensor}"
        yield Clash("experts", told, f"set it to 1 or {tensor}", inner, _known(experts, config.tensor_parallel))
        return
    borrowed = context if split == tensor and split != 1 else context * tensor
    if split is not None and borrowed > 0 and (experts.whole or 0) % borrowed:
        told = f"{experts.key} {experts.raw} is not a multiple of the {borrowed} ranks of context and tensor parallel"
        others = _known(config.context_parallel, config.tensor_parallel)
        yield Clash("experts", told, f"set it to a multiple of {borrowed}", experts, others)


def _known(*ats: At | None) -> tuple[At, ...]:
    return tuple(at for at in ats if at is not None)


FORMAT = Format(
    name="torchtitan",
    words=("[training]", "[parallelism]", "[activation_checkpoint]"),
    telltale=re.compile(r"^[ \t]*\[(training|parallelism|activation_checkpoint)\][ \t]*(#.*)?\r?$", re.M),
    name_hint=re.compile(r"(^|[/_.-])torchtitan[^/]*\.toml$", re.I),
    read=read,
    readers=("toml",),
)
