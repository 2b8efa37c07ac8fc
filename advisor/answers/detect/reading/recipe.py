"""What a training recipe says, under the names of DeepSpeed, Accelerate and the Hugging Face Trainer."""

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["deepspeed", "accelerate", "training_arguments"]

_DEEPSPEED = {
    "zero_optimization",
    "train_micro_batch_size_per_gpu",
    "train_batch_size",
    "zero_allow_untested_optimizer",
}
_DEEPSPEED_SIDE = {
    "optimizer",
    "scheduler",
    "fp16",
    "bf16",
    "gradient_clipping",
    "steps_per_print",
    "wall_clock_breakdown",
}
_ARGUMENTS = {
    "output_dir", "per_device_train_batch_size", "per_device_eval_batch_size", "num_train_epochs", "learning_rate",
    "gradient_accumulation_steps", "warmup_steps", "warmup_ratio", "weight_decay", "lr_scheduler_type", "save_steps",
    "logging_steps", "fp16", "bf16", "gradient_checkpointing", "optim", "max_steps", "eval_strategy", "max_seq_length",
    "model_name_or_path", "save_strategy",
}  # fmt: skip

OPTIMIZERS: Mapping[str, str] = {
    "sgd": "sgd", "adamw8bit": "adamw8bit", "adam8bit": "adamw8bit", "adamw_bnb_8bit": "adamw8bit",
    "adamw_8bit": "adamw8bit", "paged_adamw_8bit": "paged8bit", "pagedadamw8bit": "paged8bit",
    "pagedadam8bit": "paged8bit", "paged_adamw_32bit": "paged8bit", "adafactor": "adafactor", "muon": "muon_hybrid",
}  # fmt: skip
"""Optimisers that name a memory policy by themselves; AdamW needs to know the precision too."""


def kind_of(keys: Mapping[str, Any]) -> Kind | None:
    """Which tool a configuration is for, by its top-level keys alone."""
    names = set(keys)
    if names & _DEEPSPEED and (isinstance(keys.get("zero_optimization"), dict) or names & _DEEPSPEED_SIDE):
        return "deepspeed"
    if "distributed_type" in names and names & {"compute_environment", "num_processes", "mixed_precision"}:
        return "accelerate"
    if {"per_device_train_batch_size", "num_train_epochs"} & names and len(names & _ARGUMENTS) >= 3:
        return "training_arguments"
    return None


def whole(value: Any) -> float | None:
    """A literal positive number; None for "auto", for text and for truth values."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        return None
    return float(value)


def batch(keys: Mapping[str, Any]) -> tuple[float, bool] | None:
    """(samples a step, whether that is the global batch): micro-batch times accumulation where only those are given."""
    if total := whole(keys.get("train_batch_size")):
        return total, True
    each = whole(keys.get("per_device_train_batch_size")) or whole(keys.get("train_micro_batch_size_per_gpu"))
    steps = keys.get("gradient_accumulation_steps", 1)
    accumulated = whole(steps)
    return (each * accumulated, False) if each and accumulated else None


def optimizer(keys: Mapping[str, Any]) -> str:
    """The memory policy that the recipe's optimiser names, "" where it names none."""
    named = keys.get("optim")
    inner = keys.get("optimizer")
    if isinstance(inner, dict):
        named = inner.get("type")
    elif isinstance(inner, str):
        named = inner
    if not isinstance(named, str):
        return ""
    known = OPTIMIZERS.get(named.lower(), "")
    mixed = keys.get("bf16") is True or keys.get("fp16") is True or _enabled(keys, "bf16") or _enabled(keys, "fp16")
    return known or ("adamw_mixed" if "adam" in named.lower() and mixed else "")


def _enabled(keys: Mapping[str, Any], name: str) -> bool:
    inner = keys.get(name)
    return isinstance(inner, dict) and inner.get("enabled") is True
