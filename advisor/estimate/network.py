"""What training a network holds in a device and how long a step takes, whatever the number of samples."""

from dataclasses import dataclass, replace
from functools import lru_cache

from advisor.estimate.beside import beside_s, looked_up_s
from advisor.estimate.case import Case
from advisor.estimate.compute import cpus_needed
from advisor.estimate.doubt import OFF_STATES
from advisor.estimate.holding import Held, held
from advisor.estimate.images import fitted_for
from advisor.estimate.pace import paced
from advisor.estimate.policies import EMBEDDING_ADAM_BYTES
from advisor.estimate.runs import ranks, run, shape_of
from advisor.estimate.steps import step
from advisor.number import Number, at_least, ceiling, choose, floor, larger, power_below, row_quantile, smaller
from advisor.values.candidates import Candidate, Field
from advisor.values.constants import Fitted
from advisor.values.runs import Run
from advisor.values.workload import Serving, Span, Training, Workload, exactly

SATURATING_TOKENS = 8192.0
SATURATING_SAMPLES = 64.0
"""A larger micro batch than this buys no speed worth its memory (EXPERT)."""
UNSTATED = {"encoder": 0.12, "decoder": 0.12, "image": 0.0, "mlp": 0.5}
"""How far a step moves, in log units, for what nobody asks about: eager or compiled, fused or not. Of transformers as
the public rows show (tests/published); of images their own width has it, as most of its rows do not say it either;
small dense networks, against which none were held, more (EXPERT). Depthwise convolutions take up to four times as long
as others of as many multiplications (timm)."""
TUNED = ("linear_probe", "lora", "qlora", "full_finetune")
PADDED = 2.0
"""How much longer tuning takes where samples are not packed, at the high end beside the usual padding: torchtune's own
table has 3.4 times in all (alpaca samples, Llama 3.2 3B on an A100)."""
UNSTATED_TUNED = 0.25
"""The same of tuning transformers with scripts that nobody tuned: eager code, micro batches of a few short samples,
fp32 weights gathered. Published runs took up to five times as long as a good one would (Alpaca 3 hours, Vicuna a day on
eight A100)."""
UNSTATED_MEASURED = 0.06
"""The same where training steps were measured on the device itself: other shapes, other libraries (EXPERT)."""
UNSTATED_KEPT = 0.25
"""How far what is kept moves down for the same: compiled layers and losses in chunks keep less (TUNE)."""
FILLING = 4.0
UNSERVED = Serving(1.0, 0.0, 1.0, 1.0, 1.0, 99.0)
SURE = 0.05
"""The micro batch is chosen so that memory fits in all but this share of the draws: the high end of its range."""


@dataclass(frozen=True, slots=True)
class Core:
    """`micro` samples at a time, shape (candidates, 1); bytes of a device by part and seconds of a step, shape
    (candidates, draws)."""

    micro: Number
    parts: dict[str, Number]
    step_s: Number


def core(case: Case) -> Core:
    """Micro batch, memory and step of every candidate; remembered by what they depend on."""
    return _core(_alone(case.work), case.field, case.fitted, case.drawing)


def _alone(work: Workload) -> Workload:
    """The workload of one sample: what neither a step nor its memory depends on is left out."""
    _, length = samples_and_length(work.training)
    one = replace(
        work.training, samples=exactly(1.0), tokens=length, features=0.0, epochs=1.0, decoded_bytes=exactly(0.0)
    )
    return replace(work, training=one, serving=UNSERVED)


def samples_and_length(training: Training) -> tuple[Span, Span]:
    """Samples of an epoch and tokens of one: what is known better of samples and tokens bounds their product."""
    samples, tokens = training.samples, training.tokens
    if tokens.high * samples.low < tokens.low * samples.high:
        mean = tokens.value / samples.value
        return tokens.times(1.0 / mean), exactly(mean)
    each = [end / many for end, many in zip(_ends(tokens), _ends(samples), strict=True)]
    return samples, Span(*each)


def _ends(span: Span) -> tuple[float, float, float]:
    return span.value, span.low, span.high


@lru_cache(maxsize=8)
def _core(work: Workload, field: Field, fitted: Fitted, drawn: int) -> Core:
    case = Case(work, field, fitted_for(work.kind, fitted), drawn)
    one = run(case, 1.0, work.training.sequence)
    micro = _micro_batch(case, one)
    return Core(micro, _parts(case, held(_at(one, micro), fitted.constants)), _step_s(case, one, micro))


def _at(run: Run, micro: Number) -> Run:
    return replace(run, layout=replace(run.layout, micro=micro))


def _micro_batch(case: Case, one: Run) -> Number:
    """The largest power of two that fits with its whole range and still buys speed, unless the candidate says."""
    asked = case.column("micro batch", lambda candidate: candidate.micro_batch or 0.0)
    if (asked > 0).all():
        return asked
    capacity = case.column("usable", lambda candidate: candidate.site.usable_bytes)
    kept = held(one, case.fitted.constants)
    room = row_quantile((capacity - sum(_parts(case, kept).values())) / _each_sample(case, kept) + 1.0, SURE)
    long = case.work.kind in ("encoder", "decoder")
    enough = SATURATING_TOKENS / case.work.training.sequence if long else SATURATING_SAMPLES
    each = ceiling(case.work.training.batch / case.column("ranks", ranks)) / case.column("filling", _filling)
    each = at_least(floor(each), 1.0)
    fits = smaller(power_below(smaller(at_least(room, 1.0), max(enough, 1.0))), each)
    return choose(asked > 0, asked, fits)


def _filling(candidate: Candidate) -> float:
    """Micro batches of a step without which a pipeline is mostly idle: four a stage (MEGATRON)."""
    return FILLING * candidate.split.pipeline if candidate.split.pipeline > 1 else 1.0


def _each_sample(case: Case, kept: Held) -> Number:
    """Bytes that another sample of the micro batch adds: what is kept of it, with the allocator's reserve."""
    added = case.drawn(_wide(case, kept.activations + kept.logits)) * _off_memory(case)
    return at_least(added * case.fitted.constants["fragments"], 1.0)


def _off_memory(case: Case) -> Number:
    spread = case.fitted.spreads["memory"]
    less = -((spread.low**2 + (UNSTATED_KEPT / spread.base) ** 2) ** 0.5)
    return case.off(replace(spread, low=less), 0.0, "memory")


def _parts(case: Case, kept: Held) -> dict[str, Number]:
    """Bytes of a device. What the formulas were found to be off is laid on everything; on the states, which are counted
    more than estimated, less."""
    off = _off_memory(case)
    tables = EMBEDDING_ADAM_BYTES * case.work.model.embedding_values / case.column("shards", _shards)
    states = case.drawn(_wide(case, kept.counted + tables)) * case.three((OFF_STATES[0], 1.0, OFF_STATES[1]), "memory")
    inside = case.drawn(_wide(case, kept.activations + kept.logits + kept.buffers)) * off
    return {
        "weights, gradients, optimizer states": states,
        "activations, logits, buffers": inside,
        "allocator reserve": (case.fitted.constants["fragments"] - 1.0) * (states + inside),
        "context, collectives": kept.context * off,
    }


def _wide(case: Case, table: Number) -> Number:
    """The table with a row for each candidate."""
    return table + 0.0 * case.column("ranks", ranks)


def _shards(candidate: Candidate) -> float:
    """Over how many devices tables of rows are divided."""
    if candidate.parallel == "hsdp":
        return float(min(candidate.site.devices_a_node, candidate.count))
    return float(candidate.count) if candidate.parallel in ("fsdp2", "embedding_sharding") else 1.0


def _step_s(case: Case, one: Run, micro: Number) -> Number:
    """Seconds of a step; never less than preparing its samples on the processors beside the devices."""
    training, each = case.work.training, case.work.training.batch / case.column("ranks", ranks)
    each = at_least(each, 1.0)
    even = each / ceiling(each / micro) * (1.0 + 1e-9)
    long = case.work.kind in ("encoder", "decoder")
    length = smaller(case.span(training.tokens, "tokens") * _unpacked(case), max(training.sequence, 1.0))
    timed = replace(_at(one, even), shape=shape_of(case, length)) if long else _at(one, even)
    seconds = step(paced(case, timed), case.fitted.constants).total
    seconds = seconds + looked_up_s(case, each)
    found = case.drawn(_wide(case, seconds)) * case.off(case.fitted.spreads["step"], _unstated(case), "step")
    found = found + beside_s(case)
    if not training.prepared_each_epoch:
        return found
    return larger(found, cpus_needed(each, training.preprocessing_s) / case.column("cpus a device", cpus_a_device))


def _unpacked(case: Case) -> Number:
    """Computed tokens over those that were counted on, where a trained model is tuned: at the high end samples are
    padded to the longest of their batch; pretraining packs them."""
    return choose(case.mode(*TUNED), case.span(Span(1.0, 1.0, PADDED), "tokens"), 1.0)


def _unstated(case: Case) -> Number:
    usual = UNSTATED[case.work.kind]
    if case.work.kind == "image":
        return usual + 0.0 * case.column("ranks", ranks)
    of_mlp = case.work.kind == "mlp"
    measured = case.column(
        f"measured {of_mlp}",
        lambda candidate: (candidate.site.trains_mlp if of_mlp else candidate.site.trains) is not None,
    )
    unmeasured = usual if of_mlp else choose(case.mode(*TUNED), UNSTATED_TUNED, usual)
    return choose(measured, UNSTATED_MEASURED, unmeasured)


def cpus_a_device(candidate: Candidate) -> float:
    """One's own devices share the CPUs of the host; rented ones bring theirs. Devices that hold one copy of the model
    together prepare its samples together."""
    sharing = candidate.count if candidate.site.kind == "own_gpu" else 1
    return candidate.site.host_cpus / sharing * candidate.split.devices
