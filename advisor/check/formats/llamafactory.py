"""LLaMA-Factory's YAML: TrainingArguments with a method, and the names of its version 1.

Keys and what excludes what as in src/llamafactory/hparams/parser.py of LLaMA-Factory 0.9.5, and in
src/llamafactory/v1/config of the same version. OmegaConf reads the file, for which `1e-4` is a number.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.formats import training_arguments
from advisor.check.taking import Section, is_on, old_names, on, take
from advisor.check.tree import Document, Table
from advisor.values.configs import At, Clash, ConfigFacts

SETTINGS = {
    **training_arguments.SETTINGS,
    "model_revision": "revision",
    "finetuning_type": "adapter",
    "cutoff_len": "sequence_length",
}
_OWN = ("finetuning_type", "stage", "template", "cutoff_len", "lora_target", "dataset_dir", "freeze_trainable_layers")
_DROPOUTS = ("lora_dropout",)
V1 = {
    "model": "model",
    "trust_remote_code": "remote_code",
    "micro_batch_size": "micro_batch",
    "global_batch_size": "global_batch",
    "cutoff_len": "sequence_length",
    "learning_rate": "learning_rate",
    "num_train_epochs": "epochs",
    "max_steps": "max_steps",
    "save_steps": "save_steps",
    "seed": "seed",
    "enable_activation_checkpointing": "gradient_checkpointing",
    "peft_config.name": "adapter",
    "dist_config.config_file": "deepspeed",
}
_OF_V1 = ("train_dataset", "dist_config", "kernel_config", "quant_config", "peft_config", "model_class")


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is one: at least two of the method's keys, and something to train."""
    for root in document.roots:
        if isinstance(root, Table):
            section = Section(document, root, casts="plain")
            if recognised(section):
                yield _facts(section)
            elif section.has(*_OF_V1) >= 2 and section.has("micro_batch_size", "cutoff_len", "max_steps"):
                yield _facts_of_v1(section)


def recognised(section: Section) -> bool:
    """Whether the section has the keys that LLaMA-Factory adds to TrainingArguments."""
    trains = section.has("do_train", "per_device_train_batch_size", "learning_rate", "num_train_epochs")
    return section.has(*_OWN) >= 2 and bool(section.has("finetuning_type", "stage")) and bool(trains)


def _facts(section: Section) -> ConfigFacts:
    place = section.document.place(section.table.at)
    blank = ConfigFacts("llamafactory", place, renamed=old_names(section, training_arguments.OLD_NAMES))
    config = _linked(take(section, blank, SETTINGS))
    return replace(
        config,
        dropouts=tuple(at for name in _DROPOUTS if (at := section.at(name)) is not None),
        clashes=(*_options(section), *_methods(section, config)),
    )


def _facts_of_v1(section: Section) -> ConfigFacts:
    blank = ConfigFacts("llamafactory", section.document.place(section.table.at))
    engine = section.at("dist_config.name")
    shards = engine is not None and (engine.word or "").startswith("fsdp")
    return replace(_linked(take(section, blank, V1)), fsdp=engine if shards else None)


def _linked(config: ConfigFacts) -> ConfigFacts:
    """With the DeepSpeed file that the configuration names."""
    file = config.deepspeed
    if file is None or not isinstance(file.value, str):
        return config
    return replace(config, deepspeed_file=file, files=(file,))


def _options(section: Section) -> Iterator[Clash]:
    stage = section.at("stage")
    best, predict = section.at("load_best_model_at_end"), section.at("predict_with_generate")
    if stage is not None and stage.word in ("rm", "ppo") and best is not None and is_on(best):
        told = f"load_best_model_at_end does not work in stage {stage.raw}"
        yield Clash("options", told, "remove load_best_model_at_end", best, (stage,))
    if stage is not None and stage.word not in (None, "sft") and predict is not None and is_on(predict):
        told = f"predict_with_generate works in stage sft only, not in {stage.raw}"
        yield Clash("options", told, "remove predict_with_generate", predict, (stage,))


def _methods(section: Section, config: ConfigFacts) -> Iterator[Clash]:
    bits, method = section.at("quantization_bit"), config.adapter
    if bits is not None and is_on(bits):
        word = "lora" if method is None else method.word  # the default of finetuning_type
        if word not in ("lora", "oft", None):
            told = f"quantization_bit {bits.raw} with finetuning_type {word}: a quantised model is tuned only by LoRA"
            yield _method(f"{told} or OFT", "set finetuning_type: lora, or remove quantization_bit", bits, method)
        for other in on(section, "fp8", "pissa_init", "resize_vocab"):
            told = f"{other.key} does not work with quantization_bit {bits.raw}"
            yield _method(told, "turn one of them off", other, bits)
    if is_on(config.deepspeed):
        for other in on(section, "use_galore", "use_apollo"):
            yield _method(f"{other.key} does not work with DeepSpeed", "turn one of them off", other, config.deepspeed)
    adapter = section.at("adapter_name_or_path")
    if adapter is not None and is_on(adapter) and method is not None and method.word in ("full", "freeze"):
        told = f"adapter_name_or_path with finetuning_type {method.raw}: only LoRA has adapters"
        yield _method(told, "set finetuning_type: lora, or remove the adapter", adapter, method)
    yield from _zero3(section, config.deepspeed)


def _zero3(section: Section, deepspeed: At | None) -> Iterator[Clash]:
    """What the tool refuses under ZeRO-3; the file's name says the stage by LLaMA-Factory's own custom."""
    if deepspeed is None or not re.search(r"(z|zero[_-]?)3", deepspeed.word or ""):
        return
    for other in on(section, "pure_bf16", "use_unsloth", "predict_with_generate"):
        yield replace(
            _method(f"{other.key} does not work with ZeRO-3", "use stage 2, or turn it off", other, deepspeed),
            severity="warning",
        )


def _method(told: str, remedy: str, at: At, *others: At | None) -> Clash:
    return Clash("method", told, remedy, at, tuple(other for other in others if other is not None))


FORMAT = Format(
    name="llamafactory",
    words=("finetuning_type", "stage", "train_dataset"),
    telltale=re.compile(
        r"^[\"']?(finetuning_type|stage|train_dataset)[\"']?[ \t]*:|\"(finetuning_type|stage|train_dataset)\"[ \t]*:",
        re.M,
    ),
    name_hint=re.compile(r"(^|[/_.-])llama_?factory[^/]*\.(ya?ml|json)$", re.I),
    read=read,
)
