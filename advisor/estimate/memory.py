"""Bytes of device memory in training, part by part.

Letters: P parameters, Pt trained parameters, L layers, h hidden, s sequence, b micro batch, V vocabulary,
N data-parallel ranks. Every function takes floats or arrays that broadcast.
"""

from advisor.number import Number, choose

MIXED_ADAMW_BYTES = (16.0, 18.0, 18.0)
"""A parameter in mixed precision with AdamW: 2 working + 4 master + 2..4 gradient + 8 states (ML_ENG, MEGATRON)."""
FP32_ADAMW_BYTES = 16.0
"""4 weight + 4 gradient + 8 states (ML_ENG)."""
STATE_BYTES = {
    "adamw_mixed": 0.0, "sgd": -4.0, "adamw_bf16_states": -4.0, "adamw8bit": -6.0, "paged8bit": -6.0,
    "adafactor": -7.5, "muon_hybrid": -4.0, "lora_adamw": 0.0, "qlora": 0.0,
}  # fmt: skip
"""What an optimizer's states take beside AdamW's 8 bytes a parameter (BNB, TITAN, MUON)."""
NF4_BYTES = (0.5, 0.55, 0.6)
"""A 4-bit base weight with its scales (PEFT, FLUX_QLORA)."""
CONTEXT_BYTES = (0.5e9, 1.1e9, 2.1e9)
"""CUDA context and libraries (ML_ENG)."""
PROCESS_BYTES = (0.3e9, 0.6e9, 1.2e9)
"""A Python process with torch on a CPU: EXPERT."""
COLLECTIVE_BYTES = (0.3e9, 0.8e9, 2.0e9)
"""Buffers of the collectives, once there is more than one rank (MEGATRON, ML_ENG)."""
FRAGMENTATION = (1.03, 1.07, 1.15)
"""What the allocator holds beyond what is used (MEGATRON)."""
TREE_COPIES = (1.2, 1.8, 3.0)
"""The decoded table, its histogram bins and a copy for the booster, over the table alone (EXPERT)."""
EMBEDDING_ADAM_BYTES = 16.0
"""An embedding value in fp32 with its gradient and Adam's states (TORCHREC)."""
COPIES = (0.80, 1.0, 1.25)
"""Activations over the formula: measured copies of the hidden state a layer run from 24 to 48 (ML_ENG)."""


def states(parameters: Number, bytes_each: Number, shards: Number) -> Number:
    """P x bytes / shards; ZeRO-3 and FSDP shard all of it (ZERO_SUMMARY, MEGATRON)."""
    return parameters * bytes_each / shards


def zero(parameters: Number, ranks: Number, stage: int) -> Number:
    """Model states a device under ZeRO with 16 bytes a parameter: 16P, 4P+12P/N, 2P+14P/N, 16P/N (ZERO_SUMMARY)."""
    kept = {0: 16.0, 1: 4.0, 2: 2.0, 3: 0.0}[stage]
    return parameters * (kept + (16.0 - kept) / ranks)


def layer_activations(tokens: Number, hidden: Number, ffn: Number, gated: Number) -> Number:
    """Bytes kept for backward by one transformer layer in 16 bits with fused attention, for `tokens` = s x b.

    34 h a token for a plain MLP of 4 h (KORTHIKANTI): 18 h around attention and norms, 4 bytes a value of the
    MLP; a gated MLP keeps gate, up, their activation and product: 8 bytes a value, no dropout masks.
    """
    plain = 18.0 * hidden + 4.0 * ffn
    swiglu = 16.0 * hidden + 8.0 * ffn
    return tokens * choose(gated, swiglu, plain)


def unfused_attention(tokens: Number, heads: Number, sequence: Number) -> Number:
    """5 a s bytes a token and layer when attention scores are kept (KORTHIKANTI)."""
    return 5.0 * heads * sequence * tokens


def checkpointed(tokens: Number, hidden: Number, layers: Number, one_layer: Number) -> Number:
    """2 s b h L for the inputs of the layers, and the working set of the one being recomputed (ML_ENG)."""
    return 2.0 * tokens * hidden * layers + one_layer


def logits(tokens: Number, vocabulary: Number) -> Number:
    """(2+4) b s V: the logits in 16 bits and their fp32 copy or gradient, unless chunked (ML_ENG)."""
    return 6.0 * tokens * vocabulary


def lora_parameters(layers: Number, hidden: Number, ffn: Number, rank: float = 16.0) -> Number:
    """Trained values of adapters on every linear layer: r (in + out) for q, k, v, o and three MLP matrices (PEFT)."""
    return rank * layers * (8.0 * hidden + 3.0 * (hidden + ffn))


def kv_token(layers: Number, kv_width: Number, bytes_each: float = 2.0) -> Number:
    """Bytes of keys and values one token leaves behind: 2 L kv d bytes (ML_ENG, SCALING)."""
    return 2.0 * layers * kv_width * bytes_each
