"""The configuration of `accelerate launch`, in YAML or JSON.

Keys as in src/accelerate/commands/config/config_args.py of huggingface/accelerate @002dd35.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.taking import Section, on, take
from advisor.check.tree import Document, Table
from advisor.values.configs import Clash, ConfigFacts

SETTINGS = {
    "distributed_type": "engine",
    "num_processes": "num_processes",
    "num_machines": "machines",
    "machine_rank": "machine_rank",
    "main_process_ip": "main_address",
    "rdzv_backend": "rendezvous",
    "mixed_precision": "mixed_precision",
    "gradient_accumulation_steps": "gradient_accumulation",
    "deepspeed_config": "deepspeed",
    "deepspeed_config.deepspeed_config_file": "deepspeed_file",
    "deepspeed_config.zero_stage": "zero_stage",
    "deepspeed_config.gradient_accumulation_steps": "gradient_accumulation",
    "deepspeed_config.offload_optimizer_device": "offload_optimizer",
    "deepspeed_config.offload_param_device": "offload_parameters",
    "fsdp_config": "fsdp",
    "fsdp_config.fsdp_activation_checkpointing": "gradient_checkpointing",
    "megatron_lm_config.megatron_lm_pp_degree": "pipeline_stages",
    "megatron_lm_config.megatron_lm_tp_degree": "tensor_parallel",
    "parallelism_config.parallelism_config_tp_size": "tensor_parallel",
    "parallelism_config.parallelism_config_cp_size": "context_parallel",
    "parallelism_config.parallelism_config_sp_size": "sequence_parallel",
    "parallelism_config.parallelism_config_dp_replicate_size": "data_replicas",
    "parallelism_config.parallelism_config_dp_shard_size": "data_shards",
}
_FSDP1 = ("fsdp_sharding_strategy", "fsdp_backward_prefetch", "fsdp_use_orig_params", "fsdp_sync_module_states")
_COMPANIONS = (
    "num_processes",
    "num_machines",
    "machine_rank",
    "mixed_precision",
    "compute_environment",
    "rdzv_backend",
    "deepspeed_config",
    "fsdp_config",
    "megatron_lm_config",
    "main_training_function",
    "same_network",
    "use_cpu",
)


def read(document: Document) -> Iterator[ConfigFacts]:
    """The configuration, when the document is one: it names its distributed_type, as Accelerate demands."""
    for root in document.roots:
        if not isinstance(root, Table):
            continue
        section = Section(document, root)
        if section.has("distributed_type") and section.has(*_COMPANIONS):
            config = take(section, ConfigFacts("accelerate", document.place(root.at)), SETTINGS)
            files = (config.deepspeed_file,) if config.deepspeed_file is not None else ()
            yield replace(config, files=files, clashes=tuple(_fsdp2(section)))


def _fsdp2(section: Section) -> Iterator[Clash]:
    """FSDP 2 together with settings that only FSDP 1 has."""
    version = section.at("fsdp_config.fsdp_version")
    if version is None or version.whole != 2:
        return
    for at in on(section, *(f"fsdp_config.{name}" for name in _FSDP1)):
        told = f"{at.key} belongs to FSDP 1, {version.key} is 2: it has no effect"
        yield Clash("engine", told, "remove it", at, (version,), "note")
        return


FORMAT = Format(
    name="accelerate",
    words=("distributed_type", "deepspeed_config", "fsdp_config"),
    telltale=re.compile(r"(?<![\w-])(distributed_type|deepspeed_config|fsdp_config)[\"']?[ \t]*:"),
    name_hint=re.compile(r"(^|[/_.-])(accelerate|fsdp)[^/]*\.(ya?ml|json)$", re.I),
    read=read,
)
