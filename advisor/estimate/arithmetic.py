"""Seconds that a device computes for one sample: matrix multiplication, attention, and moving what lies between.

Letters: P active parameters, L layers, h hidden, s sequence, W bytes a second, F flop a second.
"""

from dataclasses import dataclass

from advisor.estimate import compute, memory
from advisor.estimate.case import Case
from advisor.number import Number, at_least, choose
from advisor.values.candidates import Candidate
from advisor.values.workload import Span


@dataclass(frozen=True, slots=True)
class Work:
    """What a step does to one sample: flops of matrix multiplication and of attention, bytes moved beside them."""

    matmul: Number
    attention: Number
    moved: Number


def sample_s(case: Case) -> Number:
    """Seconds a sample, shape (candidates, draws): the roofline, corrected by what was measured on the device."""
    work = _network_work(case) if case.work.kind in ("encoder", "decoder") else _other_work(case)
    flops = work.matmul + work.attention
    if case.work.training.utilisation is not None:
        sheet = case.column("sheet", lambda candidate: matmul(candidate).value / candidate.site.reach)
        return flops / (sheet * case.work.training.utilisation)
    slower = choose(case.mode("qlora"), case.three(compute.QLORA_SLOWER, "reach"), 1.0)
    return slower * (_measured_mlp(case, flops) if case.work.kind == "mlp" else _roofline(case, work))


def matmul(candidate: Candidate) -> Span:
    """What matrix multiplication reaches on the candidate's device in its precision [flop/s]."""
    rates = dict(candidate.site.flops)
    return rates.get(candidate.precision) or next(iter(rates.values()))


def fp32(case: Case) -> Number:
    return case.column("fp32", lambda candidate: candidate.precision in ("fp32", "tf32"))


def _passes(case: Case) -> Number:
    """Forward 1, backward 2; frozen weights spare one; recomputation adds one."""
    backward = choose(case.mode("linear_probe"), 0.0, choose(case.mode("lora", "qlora"), 1.0, 2.0))
    return 1.0 + backward + case.column("ckpt", lambda candidate: float(candidate.checkpointing))


def _network_work(case: Case) -> Work:
    model, training = case.work.model, case.work.training
    looked_up = 0.0 if model.predicts_tokens else model.vocabulary * model.hidden
    active = at_least(case.span(model.active, "parameters") - looked_up, 1.0)
    tokens = case.span(training.tokens, "tokens") / case.span(training.samples, "samples")
    passes, causal = _passes(case), case.work.kind == "decoder"
    multiplied = 2.0 * active
    attended = compute.forward_flops_token(0.0, model.layers, model.hidden, tokens, causal)
    kept = memory.layer_activations(1.0, model.hidden, model.ffn, model.gated) * model.layers
    logits = memory.logits(1.0, model.vocabulary) if model.predicts_tokens else 0.0
    moved = compute.LAYER_MOVES * kept * _moves(case) + compute.LOGIT_MOVES * logits
    return Work(multiplied * tokens * passes, attended * tokens * passes, moved * tokens * (1.0 + fp32(case)))


def _moves(case: Case) -> Number:
    """Movement over that of full training: a third for the forward pass alone, a third more with recomputation."""
    ckpt = case.column("ckpt", lambda candidate: float(candidate.checkpointing))
    return choose(case.mode("linear_probe"), 1.0, 3.0 + ckpt) / 3.0


def _other_work(case: Case) -> Work:
    model = case.work.model
    forward = model.forward_flops or 2.0 * case.span(model.active, "parameters")
    moved = compute.IMAGE_MOVES * model.activation_bytes * _moves(case) * (1.0 + fp32(case))
    return Work(forward * _passes(case), 0.0, moved)


def _roofline(case: Case, work: Work) -> Number:
    rate = case.spans("matmul", matmul, "flops")
    bandwidth = case.spans("bandwidth", lambda candidate: candidate.site.bandwidth, "flops")
    quality = case.three(compute.QUALITY[case.work.kind], "reach")
    if case.work.kind != "image":
        here = case.column("measured", lambda candidate: candidate.site.trains is not None)
        measured = _yardstick(case, rate, bandwidth) * case.three(compute.MEASURED_QUALITY, "reach")
        quality = choose(here, measured, quality)
    share = compute.IMAGE_SHARE if case.work.kind == "image" else compute.MATMUL_SHARE
    return _seconds(work, rate, bandwidth, share) / quality


def _seconds(work: Work, rate: Number, bandwidth: Number, share: float = compute.MATMUL_SHARE) -> Number:
    multiplying = work.matmul / share + work.attention / compute.ATTENTION_SHARE
    return multiplying / rate + work.moved / bandwidth


def _yardstick(case: Case, rate: Number, bandwidth: Number) -> Number:
    """Speed of the measured training step over what the roofline says for it, per token and layer."""
    hidden = case.column("yardstick", lambda candidate: _yardstick_of(candidate)[0])
    sequence = case.column("yardstick length", lambda candidate: _yardstick_of(candidate)[1])
    measured = case.spans("trains", lambda candidate: candidate.site.trains or matmul(candidate), "flops")
    kept = memory.layer_activations(1.0, hidden, 4.0 * hidden, False) * (1.0 + fp32(case))
    work = Work(72.0 * hidden * hidden, 12.0 * hidden * sequence, compute.LAYER_MOVES * kept)
    return measured * _seconds(work, rate, bandwidth) / (work.matmul + work.attention)


def _yardstick_of(candidate: Candidate) -> tuple[float, float]:
    return compute.YARDSTICK["cpu" if candidate.site.kind == "cpu" else "gpu"]


def _measured_mlp(case: Case, flops: Number) -> Number:
    """Small dense networks: the rate of the measured one, else a share of matrix multiplication."""
    here = case.column("measured mlp", lambda candidate: candidate.site.trains_mlp is not None)
    rate = case.spans("trains mlp", lambda candidate: candidate.site.trains_mlp or matmul(candidate), "flops")
    measured = rate * case.three(compute.MEASURED_QUALITY, "reach")
    expected = rate * compute.MLP_SHARE * case.three(compute.QUALITY["mlp"], "reach")
    return flops / choose(here, measured, expected)
