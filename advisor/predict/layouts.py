"""The layout of a run from its row: degrees, batches, sharding, recomputation; what cannot exist is said."""

import re
from math import log

from advisor.errors import BadInput
from advisor.estimate.doubt import Doubt
from advisor.predict.cells import Row, count, number, text
from advisor.predict.shapes import TWICE, Notes
from advisor.predict.software import UNKNOWN, Framework
from advisor.values.runs import FULL, NO_CKPT, SELECTIVE, Layout, Shape

TORCH_PIPELINE = re.compile(r"torchtitan", re.I)
"""A rank's batch is cut into as many micro batches as there are stages; since 2025 into single sequences (TITAN)."""
BY_STAGES = re.compile(r"torchtitan 2024", re.I)
FOUR_RANKS = 1.4
"""How far states, gradients and weights move that are divided among four ranks, or are not; among more they do not fit
undivided."""
MAYBE_INTERLEAVED = Doubt(more=0.4)
"""What several virtual stages add to what the last of four stages keeps with its logits (MEGATRON's tests)."""
CHECKPOINTED = Doubt(less=1.2)
"""What checkpointing leaves of activations and logits together."""
ENOUGH_TOKENS = 8192.0
"""A micro batch that nobody states is taken to fill a device with about as many tokens."""


def layout(row: Row, shape: Shape, known: Framework, node: float, notes: Notes) -> Layout:
    """The layout. Raises BadInput for one that cannot exist."""
    tensor, pipeline, context, expert = (count(row, name, 1.0) for name in ("tp", "pp", "cp", "ep"))
    devices = number(row, "gpus") or (number(row, "dp") or 1.0) * tensor * pipeline * context
    if not text(row, "gpus") and not text(row, "dp"):
        notes.assume(f"{devices:g} devices", 0.05)
    model = tensor * pipeline * context
    if devices < model or devices % model:
        raise BadInput(f"tp x pp x cp = {model:g} does not divide {devices:g} devices")
    if shape.heads % tensor:
        raise BadInput(f"{shape.heads:g} heads cannot be split over tensor parallelism of {tensor:g}")
    if pipeline > shape.layers:
        raise BadInput(f"{shape.layers:g} layers cannot fill {pipeline:g} pipeline stages")
    replicas = devices / model
    micro, batch = _batches(row, shape, replicas, context, notes)
    usual = known if devices > node or known.interleaved > 1 else UNKNOWN
    virtual = _virtual(row, shape, pipeline, usual, notes) if pipeline > 1 else 1.0
    if pipeline > 1 and TORCH_PIPELINE.search(text(row, "framework")):
        micro = max(1.0, batch / replicas // pipeline) if BY_STAGES.search(text(row, "framework")) else 1.0
    return Layout(
        devices=devices, tensor=tensor, pipeline=pipeline, virtual=virtual,
        context=context, expert=min(expert, devices), zero=_zero(row, known, replicas, notes), hybrid=_hybrid(row),
        micro=micro, batch=batch, checkpoint=checkpoint(row, known, notes),
        sequence_parallel=_sequence_parallel(row, known, tensor), node=node,
        last=1.0 if re.search(r"last\)? rank", text(row, "notes")) else 0.0,
    )  # fmt: skip


def _virtual(row: Row, shape: Shape, stages: float, known: Framework, notes: Notes) -> float:
    """Virtual stages a device; some sources write layers a virtual stage instead, which then do not fit."""
    most = max(1.0, shape.layers // stages)
    if found := re.search(r"layers/vstage=(\d+)", text(row, "vp")):
        return max(1.0, float(most // float(found[1])))
    if text(row, "vp").lower() in ("none", "no", "off"):
        return 1.0
    said = number(row, "vp")
    if said:
        return said if said <= most else max(1.0, most // said)
    usual = most if known.interleaved else 1.0
    if most > 1 and not known.interleaved:
        notes.doubt = notes.doubt.beside(MAYBE_INTERLEAVED)
    if known.interleaved and most > 1:
        notes.assume(f"{usual:g} virtual stages", 0.08, Doubt(less=0.3, more=0.3))
    return usual


def _batches(row: Row, shape: Shape, replicas: float, context: float, notes: Notes) -> tuple[float, float]:
    micro, batch, accumulated = number(row, "micro_batch"), _batch(row, shape), number(row, "grad_accum")
    if batch and accumulated and not micro:
        micro = max(1.0, batch / replicas / accumulated)
    if not micro:
        micro = _assumed_micro(shape, context, (batch or replicas * 1024.0) / replicas)
        notes.assume(f"micro-batch of {micro:g}", 0.08, TWICE)
    if not batch:
        batch = micro * replicas * (accumulated or 1.0)
        if not accumulated:
            notes.assume(f"global batch of {batch:g}", 0.05)
    return min(micro, max(1.0, batch / replicas)), max(batch, replicas)


def _batch(row: Row, shape: Shape) -> float | None:
    """Sequences of a step; some sources count tokens: `4M tokens`."""
    found = re.fullmatch(r"([\d.]+) ?([kmb]?) tokens", text(row, "global_batch"), re.I)
    if not found:
        return number(row, "global_batch")
    tokens = float(found[1]) * {"": 1.0, "k": 2.0**10, "m": 2.0**20, "b": 2.0**30}[found[2].lower()]
    return max(1.0, float(tokens / shape.sequence))


def _assumed_micro(shape: Shape, context: float, each: float) -> float:
    """The largest power of two whose tokens fill a device and that divides what a replica has to do."""
    micro = 1.0
    while micro * 2.0 * shape.sequence / context * max(1.0, shape.hidden / 2048.0) <= ENOUGH_TOKENS * 2.0:
        if micro * 2.0 > each or each % (micro * 2.0):
            break
        micro *= 2.0
    return micro


def _zero(row: Row, known: Framework, replicas: float, notes: Notes) -> float:
    said = text(row, "zero_stage").lower()
    if found := re.match(r"\s*([0-3])", said):
        return float(found[1])
    if re.search(r"fsdp|full", said):
        return 3.0
    if re.search(r"distributed", said):
        return 1.0
    if replicas > 1:
        notes.assume(f"ZeRO {known.zero:g}", 0.03, _another_stage(known.zero, replicas))
    return known.zero if replicas > 1 else 0.0


def _another_stage(assumed: float, replicas: float) -> Doubt:
    """What is counted is less where more is divided than was assumed, and more where less is."""
    reach = min(log(replicas), FOUR_RANKS)
    return Doubt(0.1, 0.1, counted_less=reach * (1.0 - assumed / 3.0), counted_more=reach * assumed / 3.0)


def _hybrid(row: Row) -> float:
    return 1.0 if re.search(r"hsdp|within node|hybrid|over \d+ gpus", text(row, "zero_stage"), re.I) else 0.0


def checkpoint(row: Row, known: Framework, notes: Notes) -> float:
    """What the row says is recomputed; unknown counts as nothing, which is what most fast runs do."""
    said = text(row, "act_ckpt").lower()
    if re.match(r"sel|op", said):
        return SELECTIVE
    if re.match(r"full|yes|true|uniform|block|1\b", said):
        return FULL
    if not said and known.recomputes:
        return FULL
    if not said:
        notes.assume("no activation checkpointing", 0.08, CHECKPOINTED)
    return NO_CKPT


def _sequence_parallel(row: Row, known: Framework, tensor: float) -> float:
    said = f"{text(row, 'notes')} {text(row, 'arch_notes')}".lower()
    off = re.search(r"sequence parallel(ism)? off|sp off", said)
    if text(row, "arch_notes").startswith("{"):
        off = None if '"sequence-parallel": true' in said else re.match("", said)
    return known.sequence_parallel if tensor > 1 and not off else 0.0
