"""GPT-NeoX's YAML (or JSON): Megatron's model with DeepSpeed's engine in one file, keys with `_` or `-`.

Keys and checks as in megatron/neox_arguments/arguments.py of EleutherAI/gpt-neox @0097a39. A run merges several
such files, so what is missing here may stand in another one.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.taking import Section, take
from advisor.check.tree import Document, Table
from advisor.values.configs import At, Clash, ConfigFacts

SETTINGS = {
    "train_batch_size": "global_batch",
    "train_micro_batch_size_per_gpu": "micro_batch",
    "gradient_accumulation_steps": "gradient_accumulation",
    "pipe_parallel_size": "pipeline_stages",
    "model_parallel_size": "tensor_parallel",
    "context_parallel_size": "context_parallel",
    "sequence_parallel": "shards_sequence",
    "num_layers": "layers",
    "hidden_size": "hidden_size",
    "num_attention_heads": "attention_heads",
    "num_kv_heads": "key_value_heads",
    "seq_length": "sequence_length",
    "max_position_embeddings": "longest_sequence",
    "min_lr": "minimum_rate",
    "warmup": "warmup_ratio",
    "train_iters": "max_steps",
    "checkpoint_activations": "gradient_checkpointing",
    "zero_optimization.stage": "zero_stage",
    "zero_stage": "zero_stage",
    "fp16.enabled": "fp16",
    "bf16.enabled": "bf16",
    "optimizer.type": "optimizer",
    "optimizer.params.lr": "learning_rate",
    "autotuning.enabled": "elastic",
    "seed": "seed",
}
_ALL = {spelt: fact for key, fact in SETTINGS.items() for spelt in (key, key.replace("_", "-"))}
_EXPERTS = ("moe_num_experts", "num_experts", "moe-num-experts", "num-experts")
_DROPOUTS = ("hidden_dropout", "attention_dropout", "hidden-dropout", "attention-dropout")
_OWN = (
    "pipe_parallel_size",
    "model_parallel_size",
    "num_layers",
    "hidden_size",
    "num_attention_heads",
    "seq_length",
    "max_position_embeddings",
    "pos_emb",
    "no_weight_tying",
    "attention_config",
    "train_iters",
    "lr_decay_iters",
)
_NAMES = _OWN + tuple(name.replace("_", "-") for name in _OWN)


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is one: at the top, at least three keys of the model or its training."""
    for root in document.roots:
        if isinstance(root, Table):
            section = Section(document, root)
            own = section.has("pipe_parallel_size", "model_parallel_size", "pipe-parallel-size", "model-parallel-size")
            if section.has(*_NAMES) >= 3 and (own or section.has("train_micro_batch_size_per_gpu", "pos_emb")):
                yield _facts(section)


def _facts(section: Section) -> ConfigFacts:
    config = take(section, ConfigFacts("neox", section.document.place(section.table.at)), _ALL)
    experts = next((at for name in _EXPERTS if (at := section.at(name)) is not None), None)
    return replace(
        config,
        experts=experts,
        dropouts=tuple(at for name in _DROPOUTS if (at := section.at(name)) is not None),
        clashes=tuple(_zero(config, experts)),
    )


def _zero(config: ConfigFacts, experts: At | None) -> Iterator[Clash]:
    stage = config.zero_stage
    if stage is not None and (stage.whole or 0) >= 2 and experts is not None and (experts.whole or 0) > 1:
        told = f"ZeRO stage {stage.raw} with {experts.raw} experts: GPT-NeoX shards experts only with stage 0 or 1"
        yield Clash("zero", told, "set the stage to 1", stage, (experts,))


FORMAT = Format(
    name="neox",
    words=("parallel_size", "parallel-size", "pos_emb", "pos-emb"),
    telltale=re.compile(r"\b(pipe|model)[_-]parallel[_-]size[\"']?[ \t]*:|[\"']pos[_-]emb[\"'][ \t]*:"),
    name_hint=re.compile(r"(^|[/_.-])(gpt-?)?neox[^/]*\.ya?ml$", re.I),
    read=read,
)
