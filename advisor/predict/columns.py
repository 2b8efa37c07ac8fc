"""The names under which tables of others have our columns: `mbs`, `num_gpus`, `hidden_size`; each becomes ours."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from advisor.predict.cells import Row

Renamed = Callable[[Row], Row]

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "gpu": ("gpu_raw", "gpu_name", "gpu_type", "accelerator", "device"),
    "gpus": ("num_gpus", "n_gpus", "gpu_count", "world_size", "devices", "accelerators"),
    "nodes": ("num_nodes", "n_nodes", "nnodes"),
    "interconnect": ("network", "fabric"),
    "framework": ("library", "stack"),
    "tp": ("tensor_parallel", "tensor_parallel_size", "tensor_model_parallel_size", "tp_size"),
    "pp": ("pipeline_parallel", "pipeline_parallel_size", "pipeline_model_parallel_size", "pp_size"),
    "vp": ("vpp", "virtual_pipeline", "virtual_pipeline_model_parallel_size"),
    "cp": ("context_parallel", "context_parallel_size", "cp_size"),
    "ep": ("expert_parallel", "expert_parallel_size", "expert_model_parallel_size", "ep_size"),
    "dp": ("data_parallel", "data_parallel_size", "dp_size"),
    "zero_stage": ("zero_raw", "zero", "sharding", "sharding_strategy"),
    "micro_batch": ("mbs", "micro_batch_size", "per_device_batch_size", "per_device_train_batch_size"),
    "grad_accum": ("accum", "gradient_accumulation", "gradient_accumulation_steps", "grad_accum_steps"),
    "global_batch": ("gbs", "global_batch_size", "train_batch_size", "global_train_batch_size"),
    "act_ckpt": (
        "ckpt_raw", "ckpt", "recompute", "activation_checkpointing", "gradient_checkpointing",
        "activation_checkpoint", "recompute_granularity",
    ),
    "precision": ("prec_raw", "prec", "dtype", "bits"),
    "optimizer": ("optim",),
    "seq": ("seq_len", "seq_length", "sequence_length", "max_seq_len", "block_size", "context_length"),
    "layers": ("num_layers", "n_layers", "num_hidden_layers", "n_layer"),
    "hidden": ("hidden_size", "d_model", "n_embd", "dim"),
    "heads": ("num_heads", "n_heads", "num_attention_heads", "n_head"),
    "kv_heads": ("num_kv_heads", "n_kv_heads", "num_key_value_heads", "num_query_groups"),
    "ffn": ("ffn_size", "ffn_hidden_size", "intermediate_size", "d_ff"),
    "vocab": ("vocab_size", "vocabulary"),
    "head_dim": ("kv_channels",),
    "input_len": ("isl", "prompt_len", "input_tokens", "prompt_tokens"),
    "output_len": ("osl", "gen_len", "output_tokens", "answer_tokens"),
}  # fmt: skip
"""The first of them that has something in it is used where our own column is missing or empty."""
AS_WRITTEN = ("_raw",)
"""Beside a column of what a source wrote, the one of the same name without it is somebody's digest of it."""
OF_BITS = {32.0: "fp32", 16.0: "bf16", 8.0: "fp8", 4.5: "nf4"}
"""Precisions that are told by their number of bits; 4.5 are those of 4 with their scales, other
fractions are written as EXL2 has them."""
BARE = re.compile(r"\s*\d+(\.\d+)?\s*")
NOTHING = re.compile(r"\s*(unknown|unstated|not stated|n/?a|nan|none stated|null|\?|-)?\s*", re.I)
"""What tables write where nothing is known."""


def renamed(columns: Iterable[str]) -> Renamed:
    """What makes a row with these columns one with ours."""
    return _renamed(tuple(columns))


@lru_cache(maxsize=64)
def _renamed(columns: tuple[str, ...]) -> Renamed:
    there = {_plain(column): column for column in columns}
    sources = {ours: _sources(ours, others, there) for ours, others in OTHER_NAMES.items()}
    moved = {ours: places for ours, places in sources.items() if places not in ((), (ours,))}

    def rename(row: Row) -> Row:
        found = {name: "" if NOTHING.fullmatch(cell) else cell for name, cell in row.items()}
        first = {ours: next((found[at] for at in places if found.get(at)), "") for ours, places in moved.items()}
        return _in_words({**found, **first})

    return rename


def _in_words(row: Row) -> Row:
    """The row with a precision that was a bare number of bits in words."""
    if not BARE.fullmatch(row.get("precision", "")):
        return row
    bits = float(row["precision"])
    return {**row, "precision": OF_BITS.get(bits, f"exl2 {bits:g} bpw")}


def _sources(ours: str, others: tuple[str, ...], there: dict[str, str]) -> tuple[str, ...]:
    """Columns of the table that say it, the best first."""
    written = tuple(name for name in others if name.endswith(AS_WRITTEN))
    order = (*written, ours, *(name for name in others if name not in written))
    return tuple(there[name] for name in order if name in there)


def _plain(column: str) -> str:
    """A column's name without case, and blanks and dashes as underscores."""
    return re.sub(r"[\s-]+", "_", column.strip().lower())
