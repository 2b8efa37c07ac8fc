"""Parameters of models that write text token by token: (total, active for one token)."""

from advisor.answers.detect.model.shape import Shape

LLAMA_LIKE = (
    "llama", "mistral", "mistral3", "ministral", "qwen2", "qwen2_5_vl", "qwen2_vl", "qwen2_vl_text", "qwen3",
    "qwen2_moe", "qwen3_moe", "qwen3_vl", "qwen3_vl_text", "mixtral", "gemma", "gemma2", "gemma3", "gemma3_text",
    "phi3", "olmo", "olmo2", "granite", "smollm3", "deepseek_v2", "deepseek_v3", "kimi_k2", "gpt_oss", "yi",
)  # fmt: skip

_BIASED_QKV = {"qwen2", "qwen2_moe", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "gpt_oss"}
_NORMED_QK = {"qwen3", "qwen3_moe", "qwen3_vl", "qwen3_vl_text", "gemma3", "gemma3_text"}
_FOUR_NORMS = {"gemma2", "gemma3", "gemma3_text"}
_NO_NORM_WEIGHTS = {"olmo"}


def llama(shape: Shape) -> tuple[int, int]:
    """RMSNorm, gated feed-forward (three matrices), grouped queries; experts where the config has them."""
    h, d = shape.hidden, shape.head_dim
    dense = 3 * h * shape.ffn
    norms = 0 if shape.family in _NO_NORM_WEIGHTS else (4 if shape.family in _FOUR_NORMS else 2) * h
    outside = (1 if shape.tied else 2) * shape.vocabulary * h + h
    attention = _latent_attention(shape) if shape.config.get("kv_lora_rank") else _attention(shape, d)
    each = attention + norms
    if not shape.experts:
        total = outside + shape.layers * (each + dense)
        return total, total
    sparse_layers = _sparse_layers(shape)
    expert, shared, router = _experts(shape)
    fixed = outside + shape.layers * each + (shape.layers - sparse_layers) * dense + sparse_layers * (shared + router)
    return (
        fixed + sparse_layers * shape.experts * expert,
        fixed + sparse_layers * min(shape.experts_used, shape.experts) * expert,
    )


def _attention(shape: Shape, d: int) -> int:
    h, queries, keys = shape.hidden, shape.heads * d, shape.kv_heads * d
    weights = h * queries + 2 * h * keys + queries * h
    biases = 0
    if shape.family in _BIASED_QKV or shape.config.get("attention_bias"):
        biases += queries + 2 * keys
    if shape.family not in _BIASED_QKV and shape.config.get("attention_bias"):
        biases += h
    if shape.family == "gpt_oss":
        biases += h + shape.heads  # a bias on the output and one sink a head
    if shape.family in _NORMED_QK:
        biases += 2 * d
    if shape.family == "olmo2":
        biases += queries + keys
    return weights + biases


def _latent_attention(shape: Shape) -> int:
    """Multi-head latent attention of DeepSeek-V2 (arXiv:2405.04434, section 2.1)."""
    config, h, a = shape.config, shape.hidden, shape.heads
    nope, rope = int(config.get("qk_nope_head_dim") or 128), int(config.get("qk_rope_head_dim") or 64)
    value, rank = int(config.get("v_head_dim") or 128), int(config.get("kv_lora_rank") or 0)
    query_rank = int(config.get("q_lora_rank") or 0)
    queries = a * (nope + rope)
    query = h * query_rank + query_rank + query_rank * queries if query_rank else h * queries
    return query + h * (rank + rope) + rank + rank * a * (nope + value) + a * value * h


def _sparse_layers(shape: Shape) -> int:
    """Layers that have experts: all but the first dense ones, or every `decoder_sparse_step`-th."""
    step = int(shape.config.get("decoder_sparse_step") or 1)
    listed = shape.config.get("mlp_only_layers")
    dense = len(listed) if isinstance(listed, list) else 0
    return max((shape.layers - shape.dense_layers - dense) // max(step, 1), 0)


def _experts(shape: Shape) -> tuple[int, int, int]:
    """(one expert, the shared experts, the router) of one layer."""
    h, f = shape.hidden, shape.moe_ffn
    shared = 3 * h * shape.shared_ffn
    router = h * shape.experts
    if shape.family == "qwen2_moe":
        shared += h
    if shape.config.get("topk_method") == "noaux_tc":
        router += shape.experts
    if shape.family == "gpt_oss":
        return 3 * h * f + 2 * f + h, shared, router + shape.experts
    return 3 * h * f, shared, router


def _block(shape: Shape) -> int:
    """A GPT-2 block: two LayerNorms, attention and feed-forward with biases."""
    h, f = shape.hidden, shape.ffn
    return 4 * (h * h + h) + h * f + f + f * h + h + 4 * h


def gpt2(shape: Shape) -> tuple[int, int]:
    outside = (shape.vocabulary + shape.positions) * shape.hidden + 2 * shape.hidden
    return _twice(outside + shape.layers * _block(shape) + (0 if shape.tied else shape.vocabulary * shape.hidden))


def gpt_neox(shape: Shape) -> tuple[int, int]:
    embeddings = (1 if shape.tied else 2) * shape.vocabulary * shape.hidden
    return _twice(embeddings + shape.layers * _block(shape) + 2 * shape.hidden)


def opt(shape: Shape) -> tuple[int, int]:
    """Learned positions with two spare rows."""
    h = shape.hidden
    word = int(shape.config.get("word_embed_proj_dim") or h)
    project = 2 * word * h if word != h else 0
    final = 2 * h if shape.config.get("do_layer_norm_before", True) else 0
    return _twice(shape.vocabulary * word + (shape.positions + 2) * h + project + shape.layers * _block(shape) + final)


def bloom(shape: Shape) -> tuple[int, int]:
    """A LayerNorm behind the embedding, ALiBi instead of positions."""
    return _twice(shape.vocabulary * shape.hidden + 4 * shape.hidden + shape.layers * _block(shape))


def mpt(shape: Shape) -> tuple[int, int]:
    """No biases anywhere."""
    h = shape.hidden
    return _twice(shape.vocabulary * h + h + shape.layers * (4 * h * h + 2 * h * shape.ffn + 2 * h))


def phi(shape: Shape) -> tuple[int, int]:
    """Phi-1 to Phi-2: one LayerNorm a block, biases everywhere, an output layer of its own."""
    h, f, keys = shape.hidden, shape.ffn, shape.kv_heads * shape.head_dim
    block = 2 * (h * h + h) + 2 * (h * keys + keys) + 2 * h * f + f + h + 2 * h
    return _twice(2 * shape.vocabulary * h + shape.vocabulary + 2 * h + shape.layers * block)


def _twice(total: int) -> tuple[int, int]:
    return total, total
