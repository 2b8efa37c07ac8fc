"""The shape of a transformer, read from config.json under whatever names its family uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NAMES: Mapping[str, tuple[str, ...]] = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers", "num_transformer_layers"),
    "hidden": ("hidden_size", "n_embd", "d_model", "dim", "model_dim"),
    "heads": ("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads"),
    "kv_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv"),
    "head_dim": ("head_dim", "d_kv"),
    "ffn": ("intermediate_size", "ffn_hidden_size", "n_inner", "hidden_dim", "d_ff", "encoder_ffn_dim", "ffn_dim"),
    "vocabulary": ("vocab_size",),
    "positions": (
        "max_position_embeddings",
        "n_positions",
        "n_ctx",
        "max_seq_len",
        "seq_length",
        "max_sequence_length",
    ),
    "experts": ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"),
    "experts_used": ("num_experts_per_tok", "num_experts_per_token", "moe_topk", "top_k_experts"),
    "moe_ffn": ("moe_intermediate_size",),
    "shared_ffn": ("shared_expert_intermediate_size",),
    "shared_experts": ("n_shared_experts",),
    "dense_layers": ("first_k_dense_replace",),
    "decoder_layers": ("num_decoder_layers", "decoder_layers"),
}
"""Later families kept earlier names, so the first name that is present counts."""

_SPARSE_FFN = {"gpt2", "gpt_neo", "gpt_bigcode", "gptj", "bloom", "mpt", "gpt_neox", "falcon", "codegen"}
"""Families that leave the width of the feed-forward layer out: it is four times the hidden size."""

_TIED = {"gpt2", "gpt_neo", "gpt_bigcode", "bert", "roberta", "distilbert", "t5", "opt", "bloom", "gemma", "gemma2",
         "gemma3", "gemma3_text", "mpt", "falcon", "whisper", "bart", "mbart", "albert", "electra", "deberta-v2",
         "xlm-roberta", "camembert", "modernbert", "cohere", "mt5", "marian", "pegasus", "phi3small"}  # fmt: skip
"""Families whose output layer shares the embedding unless the config says otherwise."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`config` is the part that holds the text model; `whole` the file, of which a multimodal model has more parts."""

    family: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocabulary: int
    positions: int
    experts: int
    experts_used: int
    moe_ffn: int
    shared_ffn: int
    dense_layers: int
    decoder_layers: int
    tied: bool
    head: str
    config: Mapping[str, Any]
    whole: Mapping[str, Any]

    @property
    def parts(self) -> bool:
        """Whether the model has parts beside the text model."""
        return self.config is not self.whole


def shape_of(whole: Mapping[str, Any]) -> Shape | None:
    """The shape in a config.json; None when it is no transformer's."""
    nested = whole.get("text_config") or whole.get("llm_config") or whole.get("language_config")
    config = nested if isinstance(nested, dict) and _number(nested, "hidden") else whole
    family = str(config.get("model_type") or whole.get("model_type") or "")
    layers, hidden = _number(config, "layers"), _number(config, "hidden")
    if not layers or not hidden:
        return None
    heads = _number(config, "heads") or 0
    experts = _number(config, "experts") or 0
    kv = _number(config, "kv_heads") or (1 if config.get("multi_query") else heads)
    ffn = _number(config, "ffn") or (4 * hidden if family in _SPARSE_FFN else 0)
    shared = _number(config, "shared_ffn") or 0
    return Shape(
        family, layers, hidden, heads, kv, _number(config, "head_dim") or (hidden // heads if heads else 0), ffn,
        _number(config, "vocabulary") or 0, _number(config, "positions") or 0, experts,
        _number(config, "experts_used") or (2 if experts else 0), _number(config, "moe_ffn") or (ffn if experts else 0),
        shared or (_number(config, "shared_experts") or 0) * (_number(config, "moe_ffn") or 0),
        _number(config, "dense_layers") or 0, _number(config, "decoder_layers") or 0, _tied(config, whole, family),
        head_of(whole), config, whole,
    )  # fmt: skip


def head_of(config: Mapping[str, Any]) -> str:
    """The class that the config names first: `BertForSequenceClassification`."""
    architectures = config.get("architectures")
    return str(architectures[0]) if isinstance(architectures, list) and architectures else ""


def _tied(config: Mapping[str, Any], whole: Mapping[str, Any], family: str) -> bool:
    for part in (config, whole):
        if isinstance(part.get("tie_word_embeddings"), bool):
            return bool(part["tie_word_embeddings"])
    return family in _TIED


def _number(config: Mapping[str, Any], field: str) -> int | None:
    """The first positive whole number under one of the field's names; a list counts as its largest."""
    for name in _NAMES[field]:
        value = config.get(name)
        if isinstance(value, list) and value and all(type(item) is int for item in value):
            value = max(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9:
            return value
    return None
