"""Bytes of device memory in training, part by part.

Letters: P parameters, Pt trained parameters, L layers, h hidden, s sequence, b micro batch, V vocabulary,
N data-parallel ranks. Every function takes floats or arrays that broadcast.
"""

from advisor.number import Number, at_least, choose

MIXED_ADAMW_BYTES = (16.0, 18.0, 18.0)
"""A parameter in mixed precision with AdamW: 2 working + 4 master + 2..4 gradient + 8 states (ML_ENG, MEGATRON)."""
FP32_ADAMW_BYTES = 16.0
"""4 weight + 4 gradient + 8 states (ML_ENG)."""
STATE_BYTES = {
    "adamw_mixed": 0.0, "sgd": -4.0, "adamw_bf16_states": -4.0, "adamw8bit": -6.0, "paged8bit": -6.0,
    "adafactor": -7.5, "muon_hybrid": -4.0, "lora_adamw": 0.0, "qlora": 0.0,
    "all_bf16_adamw": -10.0, "all_bf16_adam8bit": -12.0,
}  # fmt: skip
"""What a policy takes beside MIXED_ADAMW_BYTES: smaller states, and in the last two no fp32 copies either (BNB, TITAN,
MUON, TUNE)."""
POLICY_BYTES = {
    "fp32_adamw": 16.0, "mixed_adamw_fp16_grads": 16.0, "mixed_adamw_fp32_grads": 18.0, "mixed_adamw_bf16_states": 14.0,
    "mixed_adamw8bit": 12.0, "mixed_sgd_momentum": 14.0, "mixed_muon": 14.0, "all_bf16_adamw": 8.0,
    "all_bf16_adam8bit": 6.0,
}  # fmt: skip
"""Bytes a parameter of weights, gradients and optimizer states by precision policy, the larger where the sources give
a range (ML_ENG, MEGATRON, BNB, TITAN)."""
NF4_BYTES = (0.5, 0.55, 0.65)
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
PAGED_ROW_BYTES = (24.0, 48.0, 96.0)
"""Gradients, predictions, labels and the node of a row, which stay in memory when the bins are on disk (EXPERT)."""
PAGE_BYTES = 4e9
"""Batches of the table on their way from disk (EXPERT)."""
EMBEDDING_ADAM_BYTES = 16.0
"""An embedding value in fp32 with its gradient and Adam's states (TORCHREC)."""
COPIES = (0.75, 1.0, 1.35)
"""Activations over the formula: measured copies of the hidden state a layer run from 24 to 48 (ML_ENG)."""
LORA_COPIES = (0.95, 1.3, 2.0)
"""The same of layers with adapters: with dropout every adapted matrix keeps its input once more, 3 (6 h + ffn) bytes a
token, two thirds of what a gated layer keeps anyway; few adapted matrices and no dropout cost nothing. Measured: 1.0
to 1.9 (43 runs of LitGPT, tests/published/memory.csv)."""
LOGIT_BYTES = (1.0, 8.0, 12.0)
"""A logit: 16 bits, its fp32 copy and gradients come to 8 to 12 (TUNE, TITAN); a loss computed in chunks keeps an
eighth."""


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


def logits(tokens: Number, vocabulary: Number, bytes_each: Number = 6.0) -> Number:
    """(2+4) b s V: the logits in 16 bits and their fp32 copy or gradient, unless chunked (ML_ENG)."""
    return bytes_each * tokens * vocabulary


def nf4_weights(parameters: Number, tables: Number, layers: Number, bytes_each: Number) -> Number:
    """Bytes of a frozen model in 4 bits. Its tables of tokens stay in 16 bits, and so does, for a moment, the layer
    that is being used (PEFT)."""
    body = at_least(parameters - tables, 0.0)
    return body * (bytes_each + 2.0 / layers) + 2.0 * tables


def lora_parameters(layers: Number, hidden: Number, ffn: Number, rank: float = 16.0) -> Number:
    """Trained values of adapters on every linear layer: r (in + out) for q, k, v, o and three MLP matrices (PEFT)."""
    return rank * layers * (8.0 * hidden + 3.0 * (hidden + ffn))


def kv_token(layers: Number, kv_width: Number, bytes_each: float = 2.0) -> Number:
    """Bytes of keys and values one token leaves behind: 2 L kv d bytes (ML_ENG, SCALING)."""
    return 2.0 * layers * kv_width * bytes_each
