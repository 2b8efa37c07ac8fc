"""llm-foundry's YAML for Composer, alone or as the `parameters` of a run on a cluster.

Keys as in llmfoundry/utils/config_utils.py and llmfoundry/models/mpt/configuration_mpt.py of mosaicml/llm-foundry
@8c8dd48. OmegaConf reads the file, for which `1e-4` is a number. The microbatch need not divide the batch.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.taking import Section, take
from advisor.check.tree import Document, Table
from advisor.values.configs import At, ConfigFacts

SETTINGS = {
    "global_train_batch_size": "global_batch",
    "optimizer.name": "optimizer",
    "optimizer.lr": "learning_rate",
    "precision": "mixed_precision",
    "fsdp_config": "fsdp",
    "fsdp_config.activation_checkpointing": "gradient_checkpointing",
    "max_seq_len": "sequence_length",
    "model.pretrained_model_name_or_path": "model",
    "model.trust_remote_code": "remote_code",
    "model.d_model": "hidden_size",
    "model.n_heads": "attention_heads",
    "model.n_layers": "layers",
    "seed": "seed",
    "train_loader.num_workers": "loader_workers",
    "save_folder": "checkpointing",
    "max_duration": "epochs",
}
_OWN = ("global_train_batch_size", "device_train_microbatch_size", "max_duration", "train_loader")
_SHORT_BATCHES = 1000


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, at the top or under `parameters`, when it has at least two of Composer's own keys."""
    for root in document.roots:
        if not isinstance(root, Table):
            continue
        top = Section(document, root, casts="plain")
        section = top.below("parameters") or top
        if section.has(*_OWN) >= 2 and section.has("model", "models", "optimizer"):
            yield _facts(section, top)


def _facts(section: Section, top: Section) -> ConfigFacts:
    config = take(section, ConfigFacts("composer", section.document.place(section.table.at)), SETTINGS)
    devices = top.at("compute.gpus") or top.at("gpu_num")
    return replace(config, devices=devices, checkpointing=_saving(section, config))


def _saving(section: Section, config: ConfigFacts) -> At | None:
    """Where checkpoints go; where a long run has none, the duration with the value False."""
    saved, duration = config.checkpointing, config.epochs
    if saved is not None and (saved.value is not None or saved.raw.strip() not in ("", "null", "~")):
        return saved
    if section.at("callbacks.hf_checkpointer") is not None or section.at("callbacks.checkpoint_saver") is not None:
        return None
    if duration is None or not section.has("train_loader") or section.has("autoresume"):
        return None
    return replace(duration, value=False) if _is_long(duration) else None


def _is_long(duration: At) -> bool:
    """Whether a duration is worth saving: epochs, tokens, or many batches; not what is decided elsewhere."""
    match = re.fullmatch(r"([\d_.e+]+)(ep|ba|tok|sp|dur)?", str(duration.value or ""))
    if match is None:
        return False
    return match.group(2) != "ba" or float(match.group(1).replace("_", "") or 0) >= _SHORT_BATCHES


FORMAT = Format(
    name="composer",
    words=("global_train_batch_size", "device_train_microbatch_size", "train_loader"),
    telltale=re.compile(r"^[ \t]*(global_train_batch_size|device_train_microbatch_size|train_loader)[ \t]*:", re.M),
    name_hint=re.compile(r"(^|[/_.-])(mcli|composer|mpt)[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
