"""Megatron-LM's arguments in YAML: a list of flags (MODEL_ARGS, ARGS), the file of --yaml-cfg, and NeMo's model.

Names as in megatron/training/arguments.py of NVIDIA/Megatron-LM @d98e8a6. Flags go through the command line, where
text becomes a number.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.taking import Section, is_on, old_names, take
from advisor.check.tree import Document, Entry, Table
from advisor.values.configs import At, Clash, ConfigFacts

SETTINGS = {
    "micro_batch_size": "micro_batch",
    "global_batch_size": "global_batch",
    "tensor_model_parallel_size": "tensor_parallel",
    "pipeline_model_parallel_size": "pipeline_stages",
    "context_parallel_size": "context_parallel",
    "expert_model_parallel_size": "expert_parallel",
    "expert_tensor_parallel_size": "expert_tensor_parallel",
    "sequence_parallel": "shards_sequence",
    "num_layers": "layers",
    "hidden_size": "hidden_size",
    "num_attention_heads": "attention_heads",
    "num_query_groups": "key_value_heads",
    "kv_channels": "head_size",
    "num_experts": "experts",
    "num_moe_experts": "experts",
    "num_layers_per_virtual_pipeline_stage": "virtual_stage_layers",
    "seq_length": "sequence_length",
    "encoder_seq_length": "sequence_length",
    "max_position_embeddings": "longest_sequence",
    "lr": "learning_rate",
    "min_lr": "minimum_rate",
    "optimizer": "optimizer",
    "lr_warmup_fraction": "warmup_ratio",
    "lr_warmup_iters": "warmup_steps",
    "train_iters": "max_steps",
    "fp16": "fp16",
    "bf16": "bf16",
    "rampup_batch_size": "elastic",
    "step_batch_size_schedule": "elastic",
    "seed": "seed",
    "num_workers": "loader_workers",
}
_UNEVEN = (
    "decoder_first_pipeline_num_layers",
    "decoder_last_pipeline_num_layers",
    "num_layers_in_first_pipeline_stage",
    "num_layers_in_last_pipeline_stage",
    "pipeline_model_parallel_layout",
    "account_for_embedding_in_pipeline_split",
    "account_for_loss_in_pipeline_split",
    "hybrid_override_pattern",
    "hybrid_layer_pattern",
    "num_virtual_stages_per_pipeline_rank",
    "virtual_pipeline_model_parallel_size",
    "standalone_embedding_stage",
    "encoder_num_layers",
    "decoder_num_layers",
)
_DROPOUTS = ("hidden_dropout", "attention_dropout")
_PARTS = ("language_model", "model_parallel", "model")
_FLAGS = ("MODEL_ARGS", "ARGS")
_OWN = ("tensor_model_parallel_size", "pipeline_model_parallel_size")
_COMPANIONS = (
    "num_layers",
    "hidden_size",
    "num_attention_heads",
    "micro_batch_size",
    "seq_length",
    "global_batch_size",
)


_FATE = "Megatron-LM's parser refuses it since 2022, forks of before want it"
OLD_NAMES = {
    "activations_checkpoint_method": ("recompute_method", _FATE),
    "activations_checkpoint_num_layers": ("recompute_num_layers", _FATE),
    "activations_checkpoint_granularity": ("recompute_granularity", _FATE),
}


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is one: a model parallel size and at least two of its companions."""
    for root in document.roots:
        if not isinstance(root, Table):
            continue
        top = Section(document, root)
        flags = next((part for name in _FLAGS if (part := top.below(name)) is not None), None)
        section = _flat(flags) if flags is not None else _merged(top)
        if section.has(*_OWN) and section.has(*_COMPANIONS) >= 2:
            yield _facts(section, top)


def is_command_line(names: Collection[str]) -> bool:
    """Whether options, by the name that the parser gives them, are Megatron's: its model, and how it is split."""
    return {"num_layers", "num_attention_heads"} <= set(names) and bool({*_OWN, "micro_batch_size"} & set(names))


def of_command_line(section: Section) -> ConfigFacts:
    """The facts of options on a command line, by the name that the parser gives them."""
    return _facts(section, section)


def _flat(flags: Section) -> Section:
    """The flags by the name that the parser gives them: `--num-layers` is `num_layers`."""
    entries = {key.lstrip("-").replace("-", "_"): entry for key, entry in flags.table.entries.items()}
    return replace(flags, table=Table(flags.table.at, entries), casts="quoted")


def _merged(top: Section) -> Section:
    """The parts of a --yaml-cfg file, or NeMo's model, together with what stands at the top."""
    entries: dict[str, Entry] = dict(top.table.entries)
    for name in _PARTS:
        part = top.below(name)
        if part is not None:
            entries.update(part.table.entries)
    return replace(top, table=Table(top.table.at, entries))


def _facts(section: Section, top: Section) -> ConfigFacts:
    config = take(section, ConfigFacts("megatron", section.document.place(section.table.at)), SETTINGS)
    latent, grouped = section.at("multi_latent_attention"), section.at("group_query_attention")
    by_flags = section.casts == "quoted"  # without --group-query-attention the number of groups is not used
    devices, machines = top.at("trainer.devices"), top.at("trainer.num_nodes")
    trainer = top.below("trainer") is not None
    return replace(
        config,
        devices=devices if trainer else None,
        machines=machines if trainer else None,
        head_size=config.head_size if is_on(config.head_size) or not is_on(latent) else latent,
        key_value_heads=config.key_value_heads if is_on(grouped) or not by_flags else None,
        uneven_stages=next((at for name in _UNEVEN if (at := section.at(name)) is not None and _set(at)), None),
        renamed=old_names(section, OLD_NAMES, "note"),
        dropouts=tuple(at for name in _DROPOUTS if (at := section.at(name)) is not None),
        clashes=tuple(_sequence(config)),
    )


def _set(at: At) -> bool:
    """Whether the option is used, or decided elsewhere."""
    return at.value not in (False, None) or at.raw.strip() not in ("", "null", "~", "false", "False")


def _sequence(config: ConfigFacts) -> Iterator[Clash]:
    split, ranks = config.shards_sequence, config.tensor_parallel
    if split is not None and split.value is True and ranks is not None and ranks.whole == 1:
        told = "sequence_parallel with tensor parallel size 1: Megatron turns it off"
        yield Clash("sequence", told, "remove it, or raise the tensor parallel size", split, (ranks,), "note")


FORMAT = Format(
    name="megatron",
    words=("model_parallel_size", "model-parallel-size", "model_parallel-size", "model-parallel_size"),
    telltale=re.compile(r"(tensor|pipeline)[_-]model[_-]parallel[_-]size[\"']?[ \t]*:"),
    name_hint=re.compile(r"(^|[/_.-])megatron[^/]*\.ya?ml$", re.I),
    read=read,
)
