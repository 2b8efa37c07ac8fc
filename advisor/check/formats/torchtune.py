"""torchtune's YAML.

Keys and checks as in recipes/*.py of torchtune 0.6.1. OmegaConf reads the file, for which `1e-4` is a number.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.taking import Section, is_on, take
from advisor.check.tree import Document, Table
from advisor.values.configs import Clash, ConfigFacts

SETTINGS = {
    "batch_size": "micro_batch",
    "gradient_accumulation_steps": "gradient_accumulation",
    "tokenizer.max_seq_len": "sequence_length",
    "tensor_parallel_dim": "tensor_parallel",
    "dtype": "mixed_precision",
    "enable_activation_checkpointing": "gradient_checkpointing",
    "optimizer._component_": "optimizer",
    "optimizer.lr": "learning_rate",
    "lr_scheduler.num_warmup_steps": "warmup_steps",
    "epochs": "epochs",
    "seed": "seed",
}
_OWN = ("model", "tokenizer", "checkpointer", "dataset", "optimizer", "loss")


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is one: an optimizer and another part, each with its `_component_`."""
    for root in document.roots:
        if isinstance(root, Table):
            section = Section(document, root, casts="plain")
            parts = [name for name in _OWN if root.entry(f"{name}._component_") is not None]
            if len(parts) >= 2 and "optimizer" in parts:
                yield _facts(section)


def _facts(section: Section) -> ConfigFacts:
    config = take(section, ConfigFacts("torchtune", section.document.place(section.table.at)), SETTINGS)
    dropout = section.at("model.lora_dropout")
    return replace(
        config,
        dropouts=(dropout,) if dropout is not None else (),
        clashes=(*_options(section, config), *_methods(section, config)),
    )


def _options(section: Section, config: ConfigFacts) -> Iterator[Clash]:
    inside, clipping = section.at("optimizer_in_bwd"), section.at("clip_grad_norm")
    steps = config.gradient_accumulation
    if inside is not None and inside.value is True:
        if steps is not None and (steps.whole or 0) > 1:
            told = f"optimizer_in_bwd steps in every backward pass, gradient_accumulation_steps is {steps.raw}"
            yield Clash("options", told, "set gradient_accumulation_steps to 1", inside, (steps,))
        if clipping is not None and is_on(clipping):
            told = "optimizer_in_bwd leaves no gradients for clip_grad_norm to clip"
            yield Clash("options", told, "set one of them to its default", inside, (clipping,))
    offloading, checkpointing = section.at("enable_activation_offloading"), config.gradient_checkpointing
    off = checkpointing is None or checkpointing.value is False
    if offloading is not None and offloading.value is True and off:
        told = "enable_activation_offloading needs enable_activation_checkpointing: true"
        others = (checkpointing,) if checkpointing is not None else ()
        yield Clash("options", told, "turn checkpointing on", offloading, others)


def _methods(section: Section, config: ConfigFacts) -> Iterator[Clash]:
    if config.mixed_precision is not None and config.mixed_precision.word == "fp16":
        told = "dtype fp16: torchtune's training recipes take bf16 or fp32"
        yield Clash("method", told, "set dtype: bf16", config.mixed_precision)
    fused, ranks = section.at("optimizer.fused"), config.tensor_parallel
    if fused is not None and fused.value is True and ranks is not None and (ranks.whole or 0) > 1:
        told = f"a fused optimizer does not work with tensor_parallel_dim {ranks.raw}"
        yield Clash("method", told, "set fused: False", fused, (ranks,))


FORMAT = Format(
    name="torchtune",
    words=("_component_",),
    telltale=re.compile(r"_component_[\"']?[ \t]*:"),
    name_hint=re.compile(r"(^|[/_.-])torchtune[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
