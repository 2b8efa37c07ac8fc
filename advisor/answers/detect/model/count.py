"""How many parameters a config.json describes, by the layers that each family builds.

The formulas follow the module definitions of Hugging Face transformers 4.5x; a family that is not listed is
counted like Llama where its keys are Llama's, with a wider range. h is the hidden size, f the width of the
feed-forward layer, V the vocabulary, L the layers, a and kv the heads of queries and of keys, d the head size.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from advisor.answers.detect.model import decoders, encoders
from advisor.answers.detect.model.shape import Shape

_FAMILIES: Mapping[str, Callable[[Shape], tuple[int, int]]] = {
    **dict.fromkeys(("bert", "roberta", "xlm-roberta", "camembert", "electra", "ernie"), encoders.bert),
    "distilbert": encoders.distilbert,
    "albert": encoders.albert,
    "deberta-v2": encoders.deberta,
    "modernbert": encoders.modernbert,
    **dict.fromkeys(("vit", "deit", "vit_mae", "dinov2"), encoders.vit),
    "gpt2": decoders.gpt2,
    "gpt_neox": decoders.gpt_neox,
    "opt": decoders.opt,
    "bloom": decoders.bloom,
    "mpt": decoders.mpt,
    "phi": decoders.phi,
    **dict.fromkeys(("t5", "mt5", "umt5"), encoders.t5),
    **dict.fromkeys(("bart", "mbart"), encoders.bart),
    "whisper": encoders.whisper,
    **dict.fromkeys(decoders.LLAMA_LIKE, decoders.llama),
}
_LOOSE = {"vit_mae", "dinov2", "electra", "ernie", "falcon"}


@dataclass(frozen=True, slots=True)
class Size:
    """`active` parameters take part in one token's forward pass. `share` is the doubt, as a part of the total."""

    total: int
    active: int
    share: float
    by: str


def size_of(shape: Shape) -> Size | None:
    """Parameters by the family's formula; None when the keys do not suffice."""
    formula = _FAMILIES.get(shape.family)
    llama_keys = shape.ffn and shape.heads and shape.vocabulary and "num_key_value_heads" in shape.config
    if formula is None and not llama_keys:
        return None
    total, active = (formula or decoders.llama)(shape)
    if total <= 0:
        return None
    share = 0.005 if formula and shape.family not in _LOOSE else 0.05
    return Size(total, active, share, shape.family or "llama")
