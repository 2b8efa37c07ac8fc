"""axolotl's YAML.

Keys and what excludes what as in src/axolotl/utils/schemas of axolotl 0.19.0 (validation.py, peft.py, config.py,
deprecated.py). Its schema converts text to numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.taking import Section, is_on, old_names, on, take
from advisor.check.tree import Document, Table
from advisor.values.configs import At, Clash, ConfigFacts, Renamed

SETTINGS = {
    "base_model": "model",
    "revision_of_model": "revision",
    "model_revision": "revision",
    "trust_remote_code": "remote_code",
    "adapter": "adapter",
    "micro_batch_size": "micro_batch",
    "gradient_accumulation_steps": "gradient_accumulation",
    "sequence_len": "sequence_length",
    "deepspeed": "deepspeed",
    "fsdp": "fsdp",
    "fsdp_config": "fsdp",
    "dp_shard_size": "data_shards",
    "dp_replicate_size": "data_replicas",
    "tensor_parallel_size": "tensor_parallel",
    "context_parallel_size": "context_parallel",
    "expert_parallel_size": "expert_parallel",
    "fp16": "fp16",
    "bf16": "bf16",
    "gradient_checkpointing": "gradient_checkpointing",
    "optimizer": "optimizer",
    "learning_rate": "learning_rate",
    "warmup_steps": "warmup_steps",
    "warmup_ratio": "warmup_ratio",
    "max_steps": "max_steps",
    "num_epochs": "epochs",
    "save_strategy": "save_strategy",
    "save_steps": "save_steps",
    "eval_strategy": "evaluation_strategy",
    "eval_steps": "evaluation_steps",
    "load_best_model_at_end": "load_best",
}
EXCLUSIVE = (
    ("warmup_steps", "warmup_ratio"),
    ("save_steps", "saves_per_epoch"),
    ("eval_steps", "evals_per_epoch"),
    ("gradient_accumulation_steps", "batch_size"),
    ("test_datasets", "val_set_size"),
    ("noisy_embedding_alpha", "neftune_noise_alpha"),
    ("lr_groups", "loraplus_lr_ratio"),
    ("sample_packing", "s2_attention"),
    ("xformers_attention", "flash_attention"),
    ("sdp_attention", "flash_attention"),
    ("flex_attention", "flash_attention"),
)
_GONE = "axolotl no longer accepts the old name"
OLD_NAMES = {
    "max_packed_sequence_len": ("sample_packing: true", _GONE),
    "rope_scaling": ("a key under overrides_of_model_config", _GONE),
    "noisy_embedding_alpha": ("neftune_noise_alpha", "axolotl deprecates the old name"),
    "evaluation_strategy": ("eval_strategy", "axolotl deprecates the old name"),
    "sequence_parallel_degree": ("context_parallel_size", "axolotl deprecates the old name"),
    "dpo_beta": ("rl_beta", "axolotl deprecates the old name"),
}
_KERNELS = ("lora_mlp_kernel", "lora_qkv_kernel", "lora_o_kernel")
_DROPOUTS = ("lora_dropout",)
_OWN = (
    "micro_batch_size",
    "sequence_len",
    "num_epochs",
    "datasets",
    "lr_scheduler",
    "val_set_size",
    "sample_packing",
    "dataset_prepared_path",
    "adapter",
    "special_tokens",
    "pretraining_dataset",
    "rl",
)


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is one: a base_model and the keys that axolotl trains by."""
    for root in document.roots:
        if isinstance(root, Table):
            section = Section(document, root, casts="quoted")
            if section.has("base_model") and section.has(*_OWN) >= 2:
                yield _facts(section)


def _facts(section: Section) -> ConfigFacts:
    renamed = old_names(section, OLD_NAMES) + tuple(_sharegpt(section))
    config = take(section, ConfigFacts("axolotl", section.document.place(section.table.at)), SETTINGS)
    deepspeed = config.deepspeed
    names_file = deepspeed is not None and isinstance(deepspeed.value, str)
    return replace(
        config,
        renamed=tuple(old for old in renamed if is_on(old.at)),
        deepspeed_file=deepspeed if names_file else None,
        files=(deepspeed,) if names_file and deepspeed is not None else (),
        dropouts=tuple(at for name in _DROPOUTS if (at := section.at(name)) is not None),
        clashes=(*_options(section), *_methods(section, config), *_sequence(section, config)),
    )


def _sharegpt(section: Section) -> Iterator[Renamed]:
    for part in ("datasets", "test_datasets"):
        for dataset in section.items(part):
            kind = dataset.at("type")
            if kind is not None and (kind.word or "").startswith("sharegpt"):
                yield Renamed(kind, "chat_template", "axolotl refuses type: sharegpt since 0.6")


def _options(section: Section) -> Iterator[Clash]:
    for pair in EXCLUSIVE:
        both = on(section, *pair)
        if len(both) == 2:
            later, earlier = sorted(both, key=lambda at: -at.place.line)
            yield Clash("options", f"{pair[0]} and {pair[1]} exclude each other", "keep one of them", later, (earlier,))
    for strategy, steps in (("save_strategy", "save_steps"), ("eval_strategy", "eval_steps")):
        at, every = section.at(strategy), section.at(steps)
        if at is not None and every is not None and is_on(every) and at.word not in (None, "", "steps"):
            told = f"{strategy} {at.raw} with {steps} {every.raw}: axolotl takes {steps} only with steps"
            yield Clash("options", told, f"set {strategy} to steps, or remove {steps}", at, (every,))


def _methods(section: Section, config: ConfigFacts) -> Iterator[Clash]:
    four, eight, adapter = section.at("load_in_4bit"), section.at("load_in_8bit"), config.adapter
    kind = adapter.word if adapter is not None else None
    unknown = adapter is not None and adapter.value is None and bool(adapter.raw.strip("~ ")) and kind != "null"
    if adapter is not None and kind == "qlora" and not on(section, "merge_lora"):
        if is_on(eight):
            yield _method("adapter qlora cannot load the model in 8 bit", "use load_in_4bit", eight, adapter)
        elif not is_on(four) and (four is None or four.value is not None):
            told = f"adapter qlora needs load_in_4bit: true, it is {four.raw if four is not None else 'not set'}"
            yield _method(told, "set load_in_4bit: true, or adapter: lora", four or adapter, adapter)
    quantised = [at for at in (four, eight) if at is not None and is_on(at)]
    if quantised and not kind and not unknown and not on(section, "inference", "merge_lora"):
        told = f"{quantised[0].key} without an adapter: a quantised model is trained only through one"
        place = adapter if adapter is not None else quantised[0]
        yield _method(told, f"set adapter: qlora, or {quantised[0].key}: false", place, *quantised)
    yield from _optimizers(config)
    yield from _kernels(section, config)


def _optimizers(config: ConfigFacts) -> Iterator[Clash]:
    optimizer, deepspeed = config.optimizer, config.deepspeed
    if optimizer is not None and optimizer.word == "muon" and is_on(deepspeed):
        yield _method("the Muon optimizer does not work with DeepSpeed", "use FSDP2, or AdamW", optimizer, deepspeed)


def _kernels(section: Section, config: ConfigFacts) -> Iterator[Clash]:
    kernels = on(section, *_KERNELS)
    if kernels and is_on(config.remote_code):
        told = f"{kernels[0].key} does not work with trust_remote_code"
        yield _method(told, "turn one of them off", kernels[0], config.remote_code)
    eight = section.at("load_in_8bit")
    if kernels and is_on(eight) and config.adapter is not None and config.adapter.word == "lora":
        told = f"{kernels[0].key} does not work with 8-bit LoRA"
        yield _method(told, "turn the kernels off, or load in 4 bit", kernels[0], eight)
    packing, preference = section.at("sample_packing"), section.at("rl")
    if packing is not None and is_on(packing) and is_on(preference):
        yield _method(f"sample_packing does not work with rl: {preference.raw}", "turn it off", packing, preference)  # type: ignore[union-attr]


def _sequence(section: Section, config: ConfigFacts) -> Iterator[Clash]:
    ranks, micro = config.context_parallel, config.micro_batch
    packing = on(section, "sample_packing")
    if ranks is not None and (ranks.whole or 0) > 1 and packing and micro is not None and (micro.whole or 0) > 1:
        told = f"context_parallel_size {ranks.raw} with sample_packing needs micro_batch_size 1, it is {micro.raw}"
        yield Clash("sequence", told, "set micro_batch_size to 1", micro, (ranks, *packing))


def _method(told: str, remedy: str, at: At | None, *others: At | None) -> Clash:
    rest = tuple(other for other in others if other is not None and other is not at)
    return Clash("method", told, remedy, at, rest)  # type: ignore[arg-type]


FORMAT = Format(
    name="axolotl",
    words=("\nbase_model",),
    telltale=re.compile(r"^base_model[ \t]*:", re.M),
    name_hint=re.compile(r"(^|[/_.-])axolotl[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
