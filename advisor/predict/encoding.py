"""Encoders that answer in one pass: the run of a forward pass over a batch of sequences."""

import re
from collections.abc import Mapping
from dataclasses import replace

from advisor.errors import BadInput
from advisor.predict.cells import Row, number, text
from advisor.predict.training import Models, Read, read
from advisor.values.catalog import Accelerator
from advisor.values.runs import NO_CKPT, Run

ENCODERS = re.compile(r"bert|electra|mpnet|minilm|e5-|bge-|gte-", re.I)
UNSTATED = 0.25
"""How far a single pass moves, in log units, for engine and kernels, which nobody states (EXPERT)."""


def of_encoders(row: Row) -> bool:
    """Whether the row's model answers in one pass."""
    return ENCODERS.search(f"{text(row, 'model')} {text(row, 'arch_key')} {text(row, 'family')}") is not None


def read_encoder(row: Row, models: Models, accelerators: Mapping[str, Accelerator]) -> Read[Run]:
    """The row about serving as a forward pass: `concurrency` sequences of `input_len` tokens at a time."""
    devices = number(row, "gpus") or 1.0
    if (number(row, "tp") or 1.0) > 1.0:
        return Read(text(row, "config_id"), None, reason="encoders are estimated with a whole one on each device")
    try:
        each = number(row, "micro_batch") or max(1.0, (number(row, "concurrency") or devices) / devices)
    except BadInput as error:
        return Read(text(row, "config_id"), None, reason=error.what)
    kept = ("config_id", "model", "arch_key", "family", "layers", "hidden", "heads", "kv_heads", "head_dim", "ffn",
            "vocab", "gpu", "gpus", "nodes", "precision", "interconnect")  # fmt: skip
    asked = {
        **{name: text(row, name) for name in kept}, "seq": text(row, "input_len") or "128", "micro_batch": f"{each:g}",
        "global_batch": f"{each * devices:g}", "act_ckpt": "none", "zero_stage": "0", "optimizer": "adamw",
        "framework": "transformers compile",
    }  # fmt: skip
    found = read(asked, models, accelerators)
    if found.run is None:
        return found
    length = () if text(row, "input_len") else ("input_len of 128",)
    run = replace(
        found.run,
        layout=replace(found.run.layout, checkpoint=NO_CKPT),
        shape=replace(found.run.shape, filled=1.0),
        software=replace(
            found.run.software, backward=0.0, trained=0.0, weight_bytes=_weight(row), gradient_bytes=0.0,
            state_bytes=0.0, logit_bytes=0.0, flash=1.0,
        ),
    )  # fmt: skip
    return replace(found, run=run, assumed=length, matters=(UNSTATED**2 + (0.15**2 if length else 0.0)) ** 0.5)


def _weight(row: Row) -> float:
    said = text(row, "precision").lower()
    return 4.0 if "32" in said else 1.0 if "8" in said else 2.0
