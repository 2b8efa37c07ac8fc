"""What training holds in a device's memory: what is there whatever the batch, and what each sample adds."""

from dataclasses import dataclass

from advisor.estimate import memory
from advisor.estimate.arithmetic import fp32
from advisor.estimate.case import Case
from advisor.estimate.step import shards
from advisor.number import Number, choose

IMAGE_CHECKPOINT = 0.35
"""Activations that checkpointing leaves of a convolutional network, in stages of unequal size (EXPERT)."""
HEAD_PARAMETERS = 1e6


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes, shape (candidates, draws): states, everything fixed, and what one sample of the micro batch adds."""

    states: Number
    fixed: Number
    a_sample: Number
    fragmentation: Number


def held(case: Case) -> Held:
    """The parts of memory of every candidate."""
    state = _states(case)
    return Held(
        states=state,
        fixed=state + _context(case),
        a_sample=_activations(case),
        fragmentation=case.three(memory.FRAGMENTATION, "overhead"),
    )


def _states(case: Case) -> Number:
    model = case.work.model
    plain = fp32(case)
    parameters = case.span(model.parameters, "parameters")
    over = case.column("shards", shards)
    saved = memory.STATE_BYTES.get(case.work.training.optimizer, 0.0)
    each = choose(plain, memory.FP32_ADAMW_BYTES, case.three(memory.MIXED_ADAMW_BYTES, "states")) + saved
    adapter = memory.lora_parameters(model.layers, model.hidden, model.ffn)
    trained = choose(case.mode("linear_probe"), HEAD_PARAMETERS, adapter)
    weights = choose(case.mode("qlora"), _nf4(case, parameters), parameters * choose(plain, 4.0, 2.0))
    whole = choose(case.frozen, weights + memory.MIXED_ADAMW_BYTES[1] * trained, parameters * each)
    gathered = choose(over > 1, 4.0 * parameters / model.layers, 0.0)
    tables = memory.EMBEDDING_ADAM_BYTES * model.embedding_values
    return memory.states(whole + tables, 1.0, over) + gathered


def _nf4(case: Case, parameters: Number) -> Number:
    model = case.work.model
    tables = (2.0 if model.predicts_tokens else 1.0) * model.vocabulary * model.hidden
    return memory.nf4_weights(parameters, tables, model.layers, case.three(memory.NF4_BYTES, "states"))


def _context(case: Case) -> Number:
    own = case.column("cpu", lambda candidate: candidate.site.kind == "cpu")
    alone = choose(own, case.three(memory.PROCESS_BYTES, "overhead"), case.three(memory.CONTEXT_BYTES, "overhead"))
    spread = case.column("spread", lambda candidate: candidate.parallel not in ("none", "independent_runs"))
    return alone + spread * case.three(memory.COLLECTIVE_BYTES, "overhead")


def _activations(case: Case) -> Number:
    model = case.work.model
    ckpt = case.column("ckpt", lambda candidate: candidate.checkpointing)
    wide = choose(fp32(case), 2.0, 1.0)
    copies = case.three(memory.COPIES, "copies") * wide
    if model.activation_bytes:
        return model.activation_bytes * copies * choose(ckpt, IMAGE_CHECKPOINT, 1.0)
    tokens = case.work.training.sequence if case.work.kind in ("encoder", "decoder") else 1.0
    adapted = choose(case.mode("lora", "qlora"), case.three(memory.LORA_COPIES, "states"), 1.0)
    layer = memory.layer_activations(tokens, model.hidden, model.ffn, model.gated) * adapted
    saved = memory.checkpointed(tokens, model.hidden, model.layers, layer)
    kept = choose(case.mode("linear_probe"), layer, choose(ckpt, saved, layer * model.layers))
    logit = case.three(memory.LOGIT_BYTES, "copies") * wide
    head = memory.logits(tokens, model.vocabulary, logit) if model.predicts_tokens else 0.0
    return kept * copies + head
