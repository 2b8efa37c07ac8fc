"""YAML of litgpt and of Lightning's command line.

litgpt's keys as in litgpt/args.py of Lightning-AI/litgpt @02f2fca; Lightning's as in the Trainer's signature.
jsonargparse reads both, for which `1e-4` is a number.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.taking import Section, on, take
from advisor.check.tree import Document, Table
from advisor.values.configs import Clash, ConfigFacts

LITGPT = {
    "devices": "devices",
    "num_nodes": "machines",
    "precision": "mixed_precision",
    "checkpoint_dir": "model",
    "train.global_batch_size": "global_batch",
    "train.micro_batch_size": "micro_batch",
    "train.lr_warmup_steps": "warmup_steps",
    "train.lr_warmup_fraction": "warmup_ratio",
    "train.epochs": "epochs",
    "train.max_steps": "max_steps",
    "train.max_seq_length": "sequence_length",
    "train.learning_rate": "learning_rate",
    "optimizer.init_args.lr": "learning_rate",
    "optimizer.class_path": "optimizer",
    "optimizer": "optimizer",
    "train.min_lr": "minimum_rate",
    "model.n_layer": "layers",
    "model.n_head": "attention_heads",
    "model.n_query_groups": "key_value_heads",
    "model.n_embd": "hidden_size",
    "model.head_size": "head_size",
    "seed": "seed",
    "data.init_args.num_workers": "loader_workers",
}
LIGHTNING = {
    "trainer.devices": "devices",
    "trainer.num_nodes": "machines",
    "trainer.precision": "mixed_precision",
    "trainer.accumulate_grad_batches": "gradient_accumulation",
    "trainer.max_steps": "max_steps",
    "trainer.max_epochs": "epochs",
    "trainer.enable_checkpointing": "checkpointing",
    "trainer.strategy.init_args.tensor_parallel_size": "tensor_parallel",
    "trainer.strategy.init_args.data_parallel_size": "data_shards",
    "trainer.strategy.init_args.stage": "zero_stage",
    "optimizer.class_path": "optimizer",
    "optimizer.init_args.lr": "learning_rate",
    "seed_everything": "seed",
}
_TRAINER = ("max_epochs", "accelerator", "strategy", "precision", "max_steps", "accumulate_grad_batches", "num_nodes")
_TRAIN = ("global_batch_size", "lr_warmup_steps", "micro_batch_size", "save_interval", "max_tokens", "max_seq_length")


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is litgpt's (`train:` with its batch) or Lightning's (`trainer:`)."""
    for root in document.roots:
        if not isinstance(root, Table):
            continue
        section = Section(document, root, casts="plain")
        train, trainer = section.below("train"), section.below("trainer")
        if train is not None and train.has(*_TRAIN) >= 2 and section.has("devices", "out_dir", "eval", "data"):
            yield _litgpt(section)
        elif trainer is not None and trainer.has(*_TRAINER) >= 2 and not trainer.has("n_epochs", "stage"):
            yield take(section, ConfigFacts("lightning", document.place(root.at)), LIGHTNING)


def _litgpt(section: Section) -> ConfigFacts:
    config = take(section, ConfigFacts("lightning", section.document.place(section.table.at)), LITGPT)
    dropout = section.at("lora_dropout")
    both = on(section, "train.lr_warmup_steps", "train.lr_warmup_fraction")
    told = "lr_warmup_steps and lr_warmup_fraction exclude each other"
    clash = Clash("options", told, "set one of them to null", both[1], both[:1]) if len(both) == 2 else None
    return replace(
        config,
        minimum_rate=None if section.has("checkpoint_dir") else config.minimum_rate,  # only pretraining goes by it
        rounds_batch=True,
        dropouts=(dropout,) if dropout is not None else (),
        clashes=(clash,) if clash is not None else (),
    )


FORMAT = Format(
    name="lightning",
    words=("\ntrain",),
    telltale=re.compile(r"^(train|trainer)[ \t]*:", re.M),
    name_hint=re.compile(r"(^|[/_.-])(litgpt|lightning)[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
