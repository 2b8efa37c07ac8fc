"""What frameworks do when a row does not say: fused kernels, attention, precision policy, sharding."""

import re
from dataclasses import dataclass

from advisor.estimate.doubt import Doubt
from advisor.predict.cells import Row, number, text
from advisor.predict.shapes import Notes
from advisor.values.runs import Software

NF4_BYTES = 0.56
ADAPTER_SHARE = 0.006
"""Trained over all weights of usual adapters: rank 8 to 16 on some or all matrices (PEFT)."""


@dataclass(frozen=True, slots=True)
class Framework:
    """`fused` and `flash` as in Software; `zero` where several replicas run and the row is silent; `policy` bytes of
    (weights, gradients, states) in mixed precision; `sequence_parallel` with tensor parallelism; `interleaved` 1 where
    pipelines of more than one machine usually run several virtual stages, 2 where others do too. `eager` 1 where
    backward keeps what eager kernels keep unless they are compiled; without it all that are not fused do."""

    words: str
    fused: float
    flash: float
    zero: float
    policy: tuple[float, float, float]
    sequence_parallel: float = 1.0
    logit_bytes: float = 12.0
    overlapping: float = 0.0
    interleaved: float = 0.0
    recomputes: bool = False
    eager: float | None = None


WHOLE_LOGIT, JITTED_LOGIT, HALF_LOGIT, IN_PLACE_LOGIT = 12.0, 10.0, 8.0, 6.0
COMPILED_LOGIT, CHUNKED_LOGIT, FUSED_LOGIT = 4.0, 1.5, 1.0
"""At the start of backward a logit takes 12 bytes: the logarithm of its softmax in fp32 and two gradients of it (TUNE,
TITAN: 12.7 and 12), 8 where all stays in 16 bits (LITGPT). A loss that works in place keeps 6 (KORTHIKANTI), 10 where
its operations are fused one by one (MEGATRON's tests: 3.5 to 8 more), one that is compiled a logit and its gradient in
16 bits (TITAN: 8 bytes less), one that is computed in chunks an eighth (TUNE); one that is fused with the last product
never has them all."""
MEGATRON = (2.0, 4.0, 12.0)
"""bf16 weights, fp32 gradients, fp32 master copy and two moments (MEGATRON)."""
INTERNEVO = (2.0, 4.0, 18.0)
"""The same with copies of the gradients in fp32 while states are updated: InternEvo's own table of memory falls by 24
to 26 bytes a parameter between 3 and 6 devices."""
TORCH_FSDP = (4.0, 4.0, 8.0)
"""fp32 weights that are cast while they are used, fp32 gradients, two moments (TITAN)."""
TORCH_AMP = (6.0, 8.0, 8.0)
"""fp32 weights and their cast copies, fp32 gradients and the buckets that they are reduced in (DDP)."""
HALF = (2.0, 2.0, 12.0)
ONE_DEVICE = (2.0, 0.2, 2.0)
"""torchtune's recipe for one device: states in 8 bits, paged out where they do not fit, each gradient used and freed in
backward (TUNE)."""
FRAMEWORKS = (
    Framework(r"megatron-deepspeed", 1.0, 0.0, 0.0, HALF, 0.0, IN_PLACE_LOGIT),
    Framework(r"megatron-lm \(sc21\)", 1.0, 0.0, 0.0, HALF, 0.0, IN_PLACE_LOGIT, interleaved=1.0),
    Framework(r"megatron.?core", 1.0, 2.0, 1.0, MEGATRON, logit_bytes=IN_PLACE_LOGIT, overlapping=1.0, interleaved=1.0),
    Framework(
        r"nemo|mbridge|megatron.?bridge|primus|transformer.?engine",
        1.0,
        2.0,
        1.0,
        MEGATRON,
        logit_bytes=IN_PLACE_LOGIT,
        overlapping=1.0,
        interleaved=2.0,
    ),
    Framework(
        r"megatron-lm examples", 1.0, 2.0, 1.0, MEGATRON, logit_bytes=IN_PLACE_LOGIT, overlapping=1.0, interleaved=1.0
    ),
    Framework(r"megatron", 1.0, 0.0, 0.0, HALF, logit_bytes=IN_PLACE_LOGIT),
    Framework(r"maxtext|paxml|pax|jax|levanter|easylm|axlearn|t5x|\balpa\b|flax", 1.0, 2.0, 3.0, (4.0, 4.0, 8.0)),
    Framework(r"torchtitan", 0.0, 1.0, 3.0, TORCH_FSDP),
    Framework(r"fms|compile|olmo|lingua", 1.0, 1.0, 3.0, TORCH_FSDP),
    Framework(r"nanogpt", 1.0, 1.0, 0.0, TORCH_AMP),
    Framework(r"llm-foundry|composer|mosaic", 0.0, 0.75, 3.0, TORCH_FSDP),
    Framework(r"internevo|internlm", 1.0, 1.0, 1.0, INTERNEVO, 0.0),
    Framework(r"llm\.c", 1.0, 2.0, 1.0, HALF, logit_bytes=IN_PLACE_LOGIT),
    Framework(r"flashattention|flash-attention", 1.0, 1.0, 1.0, TORCH_AMP, logit_bytes=IN_PLACE_LOGIT),
    Framework(r"torchtune", 1.0, 1.0, 3.0, (2.0, 2.0, 4.0), 0.0, CHUNKED_LOGIT, recomputes=True, eager=1.0),
    Framework(r"unsloth|liger", 1.0, 1.0, 0.0, HALF, 0.0, FUSED_LOGIT),
    Framework(r"litgpt|lit-gpt", 0.0, 1.0, 3.0, (4.0, 4.0, 8.0), logit_bytes=HALF_LOGIT),
    Framework(
        r"huggingface|transformers|trl|peft|axolotl|llama-?factory|xtuner|swift|optimum", 0.0, 0.0, 0.0, TORCH_FSDP
    ),
    Framework(r"deepspeed|colossal", 0.0, 1.0, 1.0, HALF),
    Framework(r"neox|metaseq|nanotron|picotron", 1.0, 1.0, 1.0, HALF),
    Framework(r"fsdp|fairscale|accelerate|^(py)?torch\b", 0.0, 0.875, 3.0, TORCH_FSDP),
    Framework(r"\bdle\b", 1.0, 0.0, 0.0, (4.0, 2.0, 8.0)),
)
UNKNOWN = Framework("", 0.5, 1.0, 1.0, MEGATRON)


def framework(row: Row) -> Framework:
    """What is known of the row's framework."""
    name = text(row, "framework").lower()
    if re.fullmatch(r"(nvidia )?megatron([- ]?lm)?", name) and FLASH_ERA.search(text(row, "gpu")):
        name = "megatron-core"
    return next((known for known in FRAMEWORKS if name and re.search(known.words, name)), UNKNOWN)


def multiplied(row: Row) -> str:
    """fp32, tf32, 16 or 8: what matrices are multiplied in."""
    said = text(row, "precision").lower()
    if re.search(r"fp8|float8|mxfp8|fp4", said):
        return "8"
    if "tf32" in said:
        return "tf32"
    return "fp32" if re.fullmatch(r"(fp|float)32( .*)?|32-true", said) else "16"


def software(row: Row, notes: Notes) -> Software:
    """The software of a run, from its framework, precision, optimizer and task."""
    known, kind = framework(row), multiplied(row)
    said = " ".join(text(row, name).lower() for name in ("framework", "precision", "notes", "arch_notes"))
    compiled = COMPILED.search(said) is not None and "no compile" not in said
    if re.search(r"fp4|4-?bit float", text(row, "precision").lower()):
        notes.assume("matrix products in 4 bits as fast as in 8", FOUR_BITS)
    if known is UNKNOWN:
        notes.assume("framework (eager or fused?)", 0.12, Doubt(0.3, 0.3, 0.1, 0.1))
    in_backward = (
        re.search(r"technique \+(optim|actoffload|8bit)|optimizer.in.backward|fused.optimizer.step", said) is not None
    )
    weight, gradient, state = _policy(row, known, kind)
    _doubt_states(row, notes)
    _doubt_kernels(said, known, compiled, notes)
    task = f"{text(row, 'task')} {text(row, 'precision')}".lower()
    adapter = re.search(r"lora|adapter", task) is not None
    four = re.search(r"qlora|nf4|bnb|4-bit", task) is not None
    return Software(
        fused=1.0 if compiled else known.fused,
        flash=_flash(row, known, notes),
        overlapping=1.0 if "asynctp" in said else known.overlapping,
        eight=1.0 if kind == "8" else 0.0,
        activation_bytes=4.0 if kind in ("fp32", "tf32") else 2.0,
        weight_bytes=NF4_BYTES if four else 2.0 if adapter else weight,
        gradient_bytes=ONE_DEVICE[1] if in_backward else gradient,
        state_bytes=state,
        trained=ADAPTER_SHARE if adapter else 1.0,
        logit_bytes=_logit(said, known, compiled),
        gradients_stay=0.0 if OWN_GRADIENTS.search(known.words) is None else 1.0,
        eager=0.0 if compiled else 1.0 - known.fused if known.eager is None else known.eager,
        native=1.0 if OWN_GRADIENTS.search(known.words) is None else 0.0,
        mlp_kept=_mlp_kept(row),
    )


COMPILED = re.compile(r"compile[d]?\b(?! off)|technique \+?(chunked|actckpt|optim|actoffload|8bit|q?lora)")
OWN_GRADIENTS = re.compile(r"megatron|deepspeed|intern|llm\\.c|dle|flash|^$")
"""Frameworks whose gradients lie in buffers of their own; others free them after each step (PyTorch's default)."""
LOSS_COMPILED = re.compile(r"torchtitan (2025|2026|0\.[2-9]|1\.)")
"""Where compiling takes the loss along (torchtitan since 2025)."""


def _logit(said: str, known: Framework, compiled: bool) -> float:
    """Bytes that a logit takes with its copies."""
    if '"cross-entropy-loss-fusion": true' in said:
        return JITTED_LOGIT
    if re.search(r"cce|cut.?cross|liger|fused.linear", said):
        return FUSED_LOGIT
    if re.search(r"chunk|technique \+?(actckpt|optim|actoffload|8bit|q?lora)", said):
        return CHUNKED_LOGIT
    if re.search(r"technique \+?(baseline|packed|compile)", said):
        return WHOLE_LOGIT
    return min(known.logit_bytes, COMPILED_LOGIT) if compiled and LOSS_COMPILED.search(said) else known.logit_bytes


MLP_ALONE = re.compile(r"mlp checkpoint|mlp.?only")
MLP_LEVELS = {"1": 0.5, "2": 0.0}
"""What FlashAttention's fused MLP keeps of its values: the activation is computed again, or the first product too."""


def _mlp_kept(row: Row) -> float:
    """The share of an MLP's values that recomputation of the MLP alone leaves; layers may differ."""
    said = text(row, "act_ckpt").lower()
    if not MLP_ALONE.search(said):
        return 1.0
    levels = re.findall(r"lvl (\d)(?: on (\d+))?", said) or [("1", "")]
    layers = [float(count or 1.0) for _, count in levels]
    kept = [MLP_LEVELS.get(level, 0.5) * count for (level, _), count in zip(levels, layers, strict=True)]
    return sum(kept) / sum(layers)


REINFORCED = re.compile(r"grpo|ppo|rlhf|dpo|\brl\b|reinforce", re.I)


def _doubt_states(row: Row, notes: Notes) -> None:
    """States are AdamW's unless the row says otherwise; what learns by reinforcement has other models beside it."""
    if not text(row, "optimizer"):
        notes.assume("AdamW", 0.0, Doubt(counted_less=0.35))
    if REINFORCED.search(f"{text(row, 'task')} {text(row, 'framework')} {text(row, 'model')}"):
        notes.assume("one model: neither a reference nor what generates is counted", 0.1, Doubt(0.1, 1.0, 0.0, 1.0))


MAYBE_COMPILED = Doubt(less=0.25)
"""What a compiler leaves of what eager layers keep, beside logits (TUNE: 31 bytes of 45)."""
MAYBE_WHOLE = Doubt(more=0.3)
"""What logits as a whole add to those in chunks (TUNE: 46 GB to 55)."""


def _doubt_kernels(said: str, known: Framework, compiled: bool, notes: Notes) -> None:
    """Whether layers are compiled, and how the loss is computed, is seldom said: the range is wider for it."""
    eager = 1.0 - known.fused if known.eager is None else known.eager
    if eager and not compiled and "eager" not in said:
        notes.doubt = notes.doubt.beside(MAYBE_COMPILED)
    if known.logit_bytes == CHUNKED_LOGIT and not re.search(r"chunk|technique", said):
        notes.doubt = notes.doubt.beside(MAYBE_WHOLE)


FOUR_BITS = 0.25
"""How far products in 4 bits may move a step: twice the data sheet's rate in 8 bits, of which casts leave little."""
SCORES_KEPT = 0.2
"""How far the kernels of attention that stores its scores may move a step: between them lies a factor of three."""
SHORT = 1024.0
MAYBE_STORED = Doubt(more=0.5)
"""What scores add that are stored after all, as Megatron's own kernels do; nobody does it with long sequences."""
ATTENTION = re.compile(r"flash|attention-backend|fused.?att|sdpa")
FLASH_ERA = re.compile(r"h[12]00|h20|gh200|b[123]00|gb[23]00|l40|mi3|rtx ?(4|5|pro|6000 ada)|tpu|gaudi", re.I)
"""Devices that came when the libraries' own attention no longer stored its scores (PyTorch 2.0, 2023)."""


def _flash(row: Row, known: Framework, notes: Notes) -> float:
    said = f"{text(row, 'arch_notes')} {text(row, 'notes')} {text(row, 'framework')}".lower()
    if re.search(r'"unfused"|impl": "local"', said):
        return 0.0
    if known.flash > 0:
        if known.overlapping and not ATTENTION.search(said) and (number(row, "seq") or SHORT) <= SHORT:
            notes.doubt = notes.doubt.beside(MAYBE_STORED)
        return known.flash
    if re.search(r"flash.?att|sdpa", said) or FLASH_ERA.search(text(row, "gpu")):
        return 1.0
    notes.assume("attention stores its scores", SCORES_KEPT)
    return 0.0


def _policy(row: Row, known: Framework, kind: str) -> tuple[float, float, float]:
    precision, optimizer = text(row, "precision").lower(), text(row, "optimizer").lower()
    weight, gradient, state = known.policy
    if kind in ("fp32", "tf32"):
        weight, gradient, state = 4.0, 4.0, 8.0
    elif re.search(r"true|pure|bf16 master", precision):
        weight, gradient, state = 2.0, 2.0, 4.0
    elif "fp16" in precision and known.policy == MEGATRON:
        gradient = 2.0
    if known.words == "torchtune" and not optimizer and not re.search(r"lora", text(row, "task"), re.I):
        return ONE_DEVICE
    moments = 8.0 if state >= 8.0 else state
    if EIGHT_BITS.search(optimizer):
        return weight, gradient, state - moments + min(moments, 2.0)
    kept = next((share for words, share in OPTIMIZERS if re.search(words, optimizer)), 1.0)
    return weight, gradient, state - moments * (1.0 - kept)


EIGHT_BITS = re.compile(r"8-?bit|paged")
"""Two moments of a byte each, whatever they had otherwise (BNB)."""
OPTIMIZERS = (
    (r"adafactor|came\b", 0.06), (r"muon|lion|sgd|momentum|lars|signum", 0.5),
    (r"galore|apollo", 0.25),
)  # fmt: skip
"""What an optimizer keeps of AdamW's two moments: a row and a column of a matrix for a moment,
one moment (MUON), of a low rank (EXPERT); the first that fits."""
