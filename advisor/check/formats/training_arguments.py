"""Hugging Face TrainingArguments kept in YAML or JSON, for HfArgumentParser, TRL or a script of one's own.

Names as in src/transformers/training_args.py of huggingface/transformers @00349ae. TRL gives the values to argparse,
which turns text into numbers (trl/scripts/utils.py of TRL 1.16.0).
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.formats import deepspeed
from advisor.check.taking import Section, old_names, take
from advisor.check.tree import Document, Table
from advisor.values.configs import ConfigFacts

SETTINGS = {
    "model_name_or_path": "model",
    "model_revision": "revision",
    "trust_remote_code": "remote_code",
    "seed": "seed",
    "dataloader_num_workers": "loader_workers",
    "max_length": "sequence_length",
    "max_seq_length": "sequence_length",
    "per_device_train_batch_size": "micro_batch",
    "gradient_accumulation_steps": "gradient_accumulation",
    "deepspeed": "deepspeed",
    "fsdp": "fsdp",
    "fp16": "fp16",
    "bf16": "bf16",
    "gradient_checkpointing": "gradient_checkpointing",
    "optim": "optimizer",
    "learning_rate": "learning_rate",
    "warmup_steps": "warmup_steps",
    "warmup_ratio": "warmup_ratio",
    "max_steps": "max_steps",
    "num_train_epochs": "epochs",
    "do_train": "trains",
    "save_strategy": "save_strategy",
    "save_steps": "save_steps",
    "eval_strategy": "evaluation_strategy",
    "evaluation_strategy": "evaluation_strategy",
    "eval_steps": "evaluation_steps",
    "load_best_model_at_end": "load_best",
}
OLD_NAMES = {
    "evaluation_strategy": (
        "eval_strategy",
        "Transformers renamed it in 4.41, and later refuses the old name",
    ),
    "per_gpu_train_batch_size": ("per_device_train_batch_size", "Transformers 5 no longer has it"),
    "per_gpu_eval_batch_size": ("per_device_eval_batch_size", "Transformers 5 no longer has it"),
}
NEWLY_OLD = {
    "warmup_ratio": ("warmup_steps, which takes a share too", "Transformers 5 no longer has it"),
    "no_cuda": ("use_cpu", "Transformers 5 no longer has it"),
}
"""Names that version 4 still wants, and version 5 refuses."""
_OWN = (
    "per_device_train_batch_size",
    "per_device_eval_batch_size",
    "num_train_epochs",
    "lr_scheduler_type",
    "load_best_model_at_end",
    "metric_for_best_model",
    "save_total_limit",
    "save_strategy",
    "report_to",
    "eval_strategy",
    "evaluation_strategy",
    "logging_strategy",
    "dataloader_num_workers",
    "do_train",
    "ddp_find_unused_parameters",
    "push_to_hub",
    "warmup_ratio",
    "max_grad_norm",
    "gradient_checkpointing",
)
_OTHERS = (
    "base_model",
    "sequence_len",
    "micro_batch_size",
    "_component_",
    "distributed_type",
    "finetuning_type",
    "cutoff_len",
    "template",
)
"""Keys of axolotl, torchtune, Accelerate and LLaMA-Factory files, which share names with TrainingArguments."""
_BY_OMEGACONF = ("trainer_type", "_target_")
"""Keys of tools that load the file with OmegaConf, which reads 1e-4 as a number: Oumi, Hydra."""
_TRL = ("model_name_or_path", "dataset_name", "dataset_mixer", "dataset_mixture", "use_peft", "attn_implementation")


def read(document: Document) -> Iterator[ConfigFacts]:
    """Each section, at the top or one level below, that has at least two names which TrainingArguments has."""
    for root in document.roots:
        if not isinstance(root, Table):
            continue
        top = Section(document, root)
        for section in [top] if recognised(top) else list(_below(top)):
            yield from _facts(section)


def _below(top: Section) -> Iterator[Section]:
    for key, entry in top.table.entries.items():
        if isinstance(entry.node, Table) and recognised(section := Section(top.document, entry.node, key)):
            yield section


def recognised(section: Section) -> bool:
    """Whether the section has at least two names that TrainingArguments has, and none of its neighbours."""
    return section.has(*_OWN) >= 2 and not section.has(*_OTHERS)


def _facts(section: Section) -> Iterator[ConfigFacts]:
    if section.has(*_TRL) and section.document.reader == "yaml":
        section = replace(section, casts="quoted")
    elif section.has(*_BY_OMEGACONF) and section.document.reader == "yaml":
        section = replace(section, casts="plain")
    yield from arguments(section, "training_arguments")


def arguments(section: Section, name: str) -> Iterator[ConfigFacts]:
    """The facts of TrainingArguments wherever they stand, and of the DeepSpeed section inside."""
    place = section.document.place(section.table.at)
    newly = (replace(old, severity="note") for old in old_names(section, NEWLY_OLD))
    blank = ConfigFacts(name, place, renamed=(*old_names(section, OLD_NAMES), *newly))
    config = take(section, blank, SETTINGS)
    written = section.table.entries.get("deepspeed")
    if written is not None and isinstance(written.node, Table):
        inner = Section(section.document, written.node, f"{section.path}.deepspeed".lstrip("."))
        if deepspeed.recognised(inner):
            yield deepspeed.facts(inner)
    elif config.deepspeed is not None and isinstance(config.deepspeed.value, str):
        config = replace(config, deepspeed_file=config.deepspeed, files=(config.deepspeed,))
    yield config


FORMAT = Format(
    name="training_arguments",
    words=(
        "per_device_train_batch_size",
        "per_device_eval_batch_size",
        "num_train_epochs",
        "lr_scheduler_type",
        "load_best_model_at_end",
        "save_strategy",
        "eval_strategy",
        "evaluation_strategy",
    ),
    telltale=re.compile(
        r"(?<![\w-])(per_device_train_batch_size|per_device_eval_batch_size|num_train_epochs|lr_scheduler_type"
        r"|load_best_model_at_end|save_strategy|eval_strategy|evaluation_strategy)[\"']?[ \t]*:"
    ),
    name_hint=re.compile(r"(^|[/_.-])(train(ing|er)?[_-]?(args|arguments|config))[^/]*\.(ya?ml|json)$", re.I),
    read=read,
)
