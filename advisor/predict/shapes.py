"""The shape of a model from a row of models.csv (or models.yaml) and what the row of the run says itself."""

import re
from dataclasses import dataclass, field

from advisor.errors import BadInput
from advisor.estimate.doubt import CERTAIN, Doubt
from advisor.predict.cells import Row, number, text
from advisor.values.runs import Shape

GATED = ("llamamlp", "silu", "swiglu", "swigluoai", "gemmamlp", "situ", "llamamoe", "geglu")
GATED_NAMES = re.compile(r"llama|qwen|mistral|mixtral|internlm|gemma|phi-?3|yi-|deepseek|olmo|smollm|codestral|granite")
TIED_NAMES = re.compile(r"gpt|mpt|bert|megatron|turing|opt-|gemma|qwen.*-(0\.[56]b|1\.[57]b|3b|4b)|llama-3\.2")
VOCABULARIES = (
    (r"bert", 30592.0), (r"llama-?3|llama3", 128256.0), (r"llama|mistral|mixtral|alpaca|vicuna", 32000.0),
    (r"qwen", 151936.0), (r"nemotron", 256000.0), (r"megatron|turing|korthikanti|sc21", 51200.0),
)  # fmt: skip
YES = ("1", "1.0", "true", "yes")
USUAL_VOCABULARY = 50304.0
"""Of GPT-2 and GPT-NeoX, padded to a multiple of 128."""
SEQUENCES = ((r"bert", 512.0), (r"llama-?3", 8192.0), (r"llama-?2|mistral|mixtral|qwen", 4096.0))
TWICE = Doubt(less=0.7, more=0.7)
"""What is kept of twice as many tokens, or of half as many."""
USUAL_SEQUENCE = 2048.0
"""Length that a model was trained on, where the run does not say."""
STATE_SPACE_WEIGHTS = 6.0
"""Weights of a Mamba-2 layer over hidden x hidden: projections into four times the width and back (NEMOTRON)."""
MLA = re.compile(r"kv_lora=(\d+) q_lora=(\d+) qk_nope=(\d+) qk_rope=(\d+) v=(\d+)")
NOT_COVERED = re.compile(
    r"resnet|stable.?diffusion|unet|gnmt|tacotron|waveglow|transformer-?xl|ncf|ssd|t5|whisper|vit", re.I
)


@dataclass(slots=True)
class Notes:
    """What was assumed while a row was read; `matters` is how far the answer may move for it, in log units, `doubt` how
    far what a device holds."""

    said: list[str] = field(default_factory=list)
    matters: float = 0.0
    doubt: Doubt = CERTAIN

    def assume(self, what: str, moves: float, held: Doubt | None = None) -> None:
        """Memory is moved as far as time, unless `held` says how far."""
        self.said.append(what)
        self.matters = (self.matters**2 + moves**2) ** 0.5
        self.doubt = self.doubt.beside(Doubt(moves, moves) if held is None else held)


def shape(row: Row, model: Row, notes: Notes) -> Shape:
    """The shape; the run's own cells win over the model's. Raises BadInput where layers or width are unknown."""
    name = f"{text(row, 'arch_key')} {text(row, 'model')} {text(model, 'arch_key')}".lower()
    layers, hidden = _own(row, model, "layers"), _own(row, model, "hidden")
    if NOT_COVERED.search(name) and not (layers and hidden):
        raise BadInput(f"{name.split()[0]} is no transformer that this covers")
    if not layers or not hidden:
        raise BadInput("layers or hidden size unknown", remedy="give layers and hidden, or an arch_key of models.csv")
    heads = _own(row, model, "heads") or max(1.0, round(hidden / 128.0))
    kv_heads = _own(row, model, "kv_heads") or heads
    if kv_heads > heads or heads > hidden:
        raise BadInput(f"{heads:g} heads and {kv_heads:g} heads of keys do not fit a width of {hidden:g}")
    size = _own(row, model, "head_dim") or hidden / heads
    gated = _gated(name, model, row)
    ffn = _own(row, model, "ffn") or (_own(row, model, "moe_ffn") or 4.0 * hidden * (2.0 / 3.0 if gated else 1.0))
    vocabulary = _own(row, model, "vocab") or _vocabulary(name, text(row, "source_id"))
    attention, attended, kept = _attention(model, hidden, heads, kv_heads, size)
    attending = _attending(model)
    causal = 0.0 if "bert" in f"{name} {text(row, 'family').lower()}" else 1.0
    sequence = _sequence(row, name, notes)
    attention = attending * attention + (1.0 - attending) * STATE_SPACE_WEIGHTS * hidden * hidden
    dense, routed, active, copies, values = _mlp(row, model, hidden, ffn, 3.0 if gated else 2.0)
    return Shape(
        layers=layers, hidden=hidden, heads=heads, attended=attended, kv_values=kept, attention_weights=attention,
        dense_weights=dense, routed_weights=routed, routed_active=active, copies=copies, ffn_values=values,
        vocabulary=vocabulary, tied=_tied(name, model, row), causal=causal,
        attending=attending, sequence=sequence, filled=_filled(row, sequence, causal, notes), gated=float(gated),
    )  # fmt: skip


def _own(row: Row, model: Row, name: str) -> float | None:
    return number(row, name) or number(model, name)


def _sequence(row: Row, name: str, notes: Notes) -> float:
    found = number(row, "seq")
    if found:
        return found
    usual = next((length for words, length in SEQUENCES if re.search(words, name)), USUAL_SEQUENCE)
    notes.assume(f"sequence of {usual:g} tokens", 0.25, TWICE)
    return usual


PADDED_FROM = 256.0
"""Sequences of BERT's pre-training above this length are mostly padding, which some implementations leave out."""
UNPADDED = re.compile(r"dle (pytorch|paddlepaddle)$|unpad|varlen|mlperf|mosaic", re.I)
SHORTER = re.compile(r"technique baseline|not packed|without packing", re.I)
SHORTER_SHARE = 0.4
"""Length of the longest sample of a batch of instructions over the limit that cuts them (EXPERT)."""
UNPADDED_SHARE = 0.5
"""What is left of the 512 tokens of BERT's pre-training (MLPERF: half of them are padding)."""


def _filled(row: Row, sequence: float, causal: float, notes: Notes) -> float:
    """The share of a sequence that is computed: an encoder's long sequences are padded, and whether a source counts
    tokens that nobody computes is seldom said."""
    if SHORTER.search(text(row, "notes")):
        notes.assume("samples shorter than the limit", 0.2)
        return SHORTER_SHARE
    if causal or sequence <= PADDED_FROM:
        return 1.0
    notes.assume("whether padding is computed", 0.2)
    pretraining = not re.search(r"squad|fine", f"{text(row, 'model')} {text(row, 'task')}", re.I)
    return UNPADDED_SHARE if pretraining and UNPADDED.search(text(row, "framework")) else 1.0


def _gated(name: str, model: Row, row: Row) -> bool:
    if said := text(row, "gated"):
        return said.lower() in YES
    kind = text(model, "mlp").lower()
    if kind:
        return kind in GATED
    return '"swiglu": true' in text(row, "arch_notes") or bool(GATED_NAMES.search(name))


def _tied(name: str, model: Row, row: Row) -> float:
    said = (text(row, "tied") or text(model, "tied_embeddings")).lower()
    if said:
        return 1.0 if said in YES else 0.0
    if "untie" in text(row, "arch_notes"):
        return 0.0
    return 1.0 if TIED_NAMES.search(name) else 0.0


def _vocabulary(name: str, source: str) -> float:
    return next((size for words, size in VOCABULARIES if re.search(words, f"{name} {source}")), USUAL_VOCABULARY)


def _attention(model: Row, hidden: float, heads: float, kv_heads: float, size: float) -> tuple[float, float, float]:
    """(weights, heads x size of a product, values kept for a token) of an attention layer; MLA as its row says."""
    if found := MLA.search(text(model, "attention")):
        kv_rank, q_rank, nope, rope, value = (float(part) for part in found.groups())
        down = hidden * (q_rank + kv_rank + rope)
        up = q_rank * heads * (nope + rope) + kv_rank * heads * (nope + value)
        return down + up + heads * value * hidden, heads * (nope + rope + value) / 2.0, kv_rank + rope
    return hidden * size * (2.0 * heads + 2.0 * kv_heads), heads * size, 2.0 * kv_heads * size


def _attending(model: Row) -> float:
    """The share of layers with full attention."""
    said = text(model, "attention")
    if found := re.search(r"hybrid:(\S+)", said):
        return found[1].count("*") / len(found[1])
    if found := re.search(r"interval (\d+)", said):
        return 1.0 / float(found[1])
    return 1.0


def _mlp(row: Row, model: Row, hidden: float, ffn: float, matrices: float) -> tuple[float, float, float, float, float]:
    """(dense weights, routed weights, routed weights of a token, experts of a token, kept values), mean of a layer."""
    experts = number(model, "experts") or 0.0
    kept = 4.0 if matrices == 3.0 else 2.0
    if not experts:
        return matrices * hidden * ffn, 0.0, 0.0, 0.0, kept * ffn
    layers = _own(row, model, "layers") or 1.0
    share = 1.0 - (number(model, "dense_layers") or 0.0) / layers
    pattern = re.search(r"hybrid:(\S+)", text(model, "attention"))
    if pattern:
        share = (
            pattern[1].count("E") / len(pattern[1]) if "E" in pattern[1] else pattern[1].count("-") / len(pattern[1])
        )
    width = number(model, "moe_ffn") or ffn
    copies = number(model, "topk") or 8.0
    shared = text(model, "shared_ffn")
    shared_width = width * float(shared[9:]) if shared.startswith("n_shared=") else (number(model, "shared_ffn") or 0.0)
    each = matrices * hidden * width
    dense = (1.0 - share) * matrices * hidden * ffn * (
        0.0 if pattern else 1.0
    ) + share * matrices * hidden * shared_width
    values = kept * ((1.0 - share) * ffn + share * (copies * width + shared_width))
    return dense, share * experts * each, share * copies * each, copies * share, values
