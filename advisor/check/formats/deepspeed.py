"""DeepSpeed's JSON configuration.

Keys as in deepspeed/runtime/config.py and constants.py of deepspeedai/DeepSpeed @029f12b.
"""

import re
from collections.abc import Iterator

from advisor.check.format import Format
from advisor.check.taking import Section, old_names, take
from advisor.check.tree import Document, Table
from advisor.values.configs import ConfigFacts

SETTINGS = {
    "train_batch_size": "global_batch",
    "train_micro_batch_size_per_gpu": "micro_batch",
    "gradient_accumulation_steps": "gradient_accumulation",
    "elasticity.enabled": "elastic",
    "zero_optimization.stage": "zero_stage",
    "zero_optimization.offload_optimizer.device": "offload_optimizer",
    "zero_optimization.offload_param.device": "offload_parameters",
    "fp16.enabled": "fp16",
    "bf16.enabled": "bf16",
    "bfloat16.enabled": "bf16",
    "optimizer.type": "optimizer",
    "optimizer.params.lr": "learning_rate",
    "scheduler.params.warmup_num_steps": "warmup_steps",
    "pipeline.stages": "pipeline_stages",
    "pipe_parallel_size": "pipeline_stages",
    "pipe-parallel-size": "pipeline_stages",
    "tensor_parallel.autotp_size": "tensor_parallel",
}
_DEPRECATED = "DeepSpeed deprecates the old name"
OLD_NAMES = {
    "zero_optimization.cpu_offload": ('offload_optimizer {"device": "cpu"}', _DEPRECATED),
    "zero_optimization.cpu_offload_params": ('offload_param {"device": "cpu"}', _DEPRECATED),
    "zero_optimization.cpu_offload_param": ('offload_param {"device": "cpu"}', _DEPRECATED),
    "zero_optimization.cpu_offload_use_pin_memory": ("pin_memory in the offload sections", _DEPRECATED),
    "zero_optimization.stage3_gather_fp16_weights_on_model_save": (
        "stage3_gather_16bit_weights_on_model_save",
        _DEPRECATED,
    ),
}
_CERTAIN = ("zero_optimization", "train_micro_batch_size_per_gpu", "zero_allow_untested_optimizer")
_COMPANIONS = ("optimizer", "fp16", "bf16", "steps_per_print", "gradient_accumulation_steps", "gradient_clipping")


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is a DeepSpeed one: JSON with keys that only DeepSpeed has."""
    if document.reader != "json":
        return
    for root in document.roots:
        if isinstance(root, Table) and recognised(section := Section(document, root)):
            yield facts(section)


def recognised(section: Section) -> bool:
    """Whether the section has DeepSpeed's keys."""
    return bool(section.has(*_CERTAIN) or (section.has("train_batch_size") and section.has(*_COMPANIONS)))


def facts(section: Section) -> ConfigFacts:
    """The facts of a DeepSpeed section, wherever it stands."""
    blank = ConfigFacts("deepspeed", section.document.place(section.table.at), renamed=old_names(section, OLD_NAMES))
    return take(section, blank, SETTINGS)


FORMAT = Format(
    name="deepspeed",
    words=("zero_optimization", "train_micro_batch_size_per_gpu", "train_batch_size"),
    telltale=re.compile(r'"(zero_optimization|train_micro_batch_size_per_gpu|train_batch_size)"[ \t\r\n]*:'),
    name_hint=re.compile(r"(^|[/_.-])(deepspeed|ds[_-]?config|ds_|zero[_-]?[0-3])[^/]*\.json$", re.I),
    read=read,
)
