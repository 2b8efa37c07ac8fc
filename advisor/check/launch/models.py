"""What a model's name says about it: parameters, attention heads, and in how many bytes its weights come.

Sizes and heads are those of the `config.json` and the model card that the owner publishes on the Hub (Llama, Mistral,
Qwen, Gemma, Phi, Falcon, DeepSeek, gpt-oss). A name that is not here says its size in billions, or nothing.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Model:
    """Parameters; attention heads, layers, key/value heads and size of a head where they are known; `weight_bytes` a
    parameter, where the checkpoint of that name is not in 16 bits; `longest` sequence that its positions are made for.
    """

    parameters: float
    heads: int | None = None
    layers: int | None = None
    cache_heads: int | None = None
    head_size: int | None = None
    weight_bytes: float | None = None
    longest: int | None = None

    @property
    def cache_values_a_token(self) -> int | None:
        """Keys and values that one token leaves in the cache, over all layers."""
        if self.layers is None or self.cache_heads is None or self.head_size is None:
            return None
        return 2 * self.layers * self.cache_heads * self.head_size


_KNOWN: tuple[tuple[str, Model], ...] = (
    (r"deepseek-(r1|v3(\.1)?)(-0528|-0324|-terminus|-zero|-base)?", Model(671e9, 128, weight_bytes=1.0)),
    (r"gpt-oss-120b", Model(116.8e9, 64, 36, weight_bytes=0.53)),
    (r"gpt-oss-20b", Model(20.9e9, 64, 24, weight_bytes=0.6)),
    (r"mixtral-8x7b.*", Model(46.7e9, 32, 32, 8, 128)),
    (r"mixtral-8x22b.*", Model(140.6e9, 48, 56, 8, 128)),
    (r"mistral-7b.*", Model(7.24e9, 32, 32, 8, 128)),
    (r"(meta-)?llama-?2-7b.*|codellama-7b.*", Model(6.74e9, 32, 32, 32, 128)),
    (r"(meta-)?llama-?2-13b.*|codellama-13b.*", Model(13.02e9, 40, 40, 40, 128)),
    (r"(meta-)?llama-?2-70b.*", Model(68.98e9, 64, 80, 8, 128)),
    (r"codellama-34b.*", Model(33.74e9, 64, 48, 8, 128)),
    (r"(meta-)?llama-?3(\.1)?-8b.*", Model(8.03e9, 32, 32, 8, 128)),
    (r"(meta-)?llama-?3(\.[13])?-70b.*|deepseek-r1-distill-llama-70b", Model(70.55e9, 64, 80, 8, 128)),
    (r"(meta-)?llama-?3(\.1)?-405b.*", Model(405.85e9, 128, 126, 8, 128)),
    (r"(meta-)?llama-?3\.2-1b.*", Model(1.24e9, 32, 16, 8, 64)),
    (r"(meta-)?llama-?3\.2-3b.*", Model(3.21e9, 24, 28, 8, 128)),
    (r"llama-?4-scout-17b-16e.*", Model(108.6e9, 40, 48)),
    (r"llama-?4-maverick-17b-128e.*", Model(400.7e9, 40, 48)),
    (r"qwen2\.5-0\.5b.*", Model(0.49e9, 14, 24, 2, 64)),
    (r"qwen2\.5(-coder|-math)?-1\.5b.*", Model(1.54e9, 12, 28, 2, 128)),
    (r"qwen2\.5(-coder)?-3b.*", Model(3.09e9, 16, 36, 2, 128)),
    (r"qwen2(\.5)?(-coder|-math)?-7b.*|deepseek-r1-distill-qwen-7b", Model(7.62e9, 28, 28, 4, 128)),
    (r"qwen2\.5(-coder)?-14b.*|deepseek-r1-distill-qwen-14b", Model(14.77e9, 40, 48, 8, 128)),
    (r"qwen2\.5(-coder)?-32b.*|qwq-32b|deepseek-r1-distill-qwen-32b", Model(32.76e9, 40, 64, 8, 128)),
    (r"qwen2(\.5)?(-math)?-72b.*", Model(72.71e9, 64, 80, 8, 128)),
    (r"qwen3-0\.6b.*", Model(0.6e9, 16, 28, 8, 128)),
    (r"qwen3-1\.7b.*", Model(1.7e9, 16, 28, 8, 128)),
    (r"qwen3-4b.*", Model(4.0e9, 32, 36, 8, 128)),
    (r"qwen3-8b.*", Model(8.2e9, 32, 36, 8, 128)),
    (r"qwen3-14b.*", Model(14.8e9, 40, 40, 8, 128)),
    (r"qwen3-32b.*", Model(32.8e9, 64, 64, 8, 128)),
    (r"qwen3-30b-a3b.*", Model(30.5e9, 32, 48, 4, 128)),
    (r"qwen3-235b-a22b.*", Model(235e9, 64, 94, 4, 128)),
    (r"gemma-2-9b.*", Model(9.24e9, 16)),
    (r"gemma-2-27b.*", Model(27.2e9, 32)),
    (r"gemma-3-4b.*", Model(4.3e9, 8)),
    (r"gemma-3-12b.*", Model(12.2e9, 16)),
    (r"gemma-3-27b.*", Model(27.4e9, 32)),
    (r"gemma-7b.*", Model(8.54e9, 16, 28, 16, 256)),
    (r"phi-3(\.5)?-mini.*", Model(3.82e9, 32)),
    (r"phi-4", Model(14.7e9, 40, 40, 10, 128)),
    (r"falcon-7b.*", Model(6.92e9, 71)),
    (r"falcon-40b.*", Model(41.3e9, 128)),
    (r"falcon-180b.*", Model(179.5e9, 232)),
    (r"gpt2", Model(0.124e9, 12, 12, 12, 64)),
    (r"opt-?125m", Model(0.125e9, 12, 12, 12, 64)),
)
_COMPILED = tuple((re.compile(pattern), model) for pattern, model in _KNOWN)
_LONGEST = tuple(
    (re.compile(pattern), longest)
    for pattern, longest in (
        (r"(meta-)?llama-?2-\d+b(-chat)?(-hf)?", 4096),
        (r"(meta-)?llama-?3-\d+b(-instruct)?", 8192),
        (r"(meta-)?llama-?3\.[123]-\d+b(-instruct)?", 131_072),
        (r"mixtral-8x7b(-instruct)?-v0\.1|mistral-7b(-instruct)?-v0\.[123]", 32_768),
        (r"qwen2\.5-[\d.]+b-instruct", 32_768),
        (r"qwen3-(0\.6|1\.7|4|8|14|32)b", 40_960),
        (r"gemma-2-\d+b(-it)?", 8192),
        (r"gemma-3-(4|12|27)b-(it|pt)", 131_072),
        (r"falcon-(7|40|180)b(-instruct|-chat)?", 2048),
        (r"phi-4", 16_384),
        (r"opt-125m", 2048),
        (r"gpt2", 1024),
    )
)
"""max_position_embeddings of each owner's config.json, for names that have no variants with longer positions."""

# Names of quantised checkpoints, and what vLLM, SGLang and TGI call it: bytes a parameter, scales included
_QUANTISED: tuple[tuple[str, float], ...] = (
    (r"awq|gptq|marlin|nf4|fp4|4-?bit|int4|w4a16|w4a4|hqq|q4|eetq4|autoround", 0.56),
    (r"fp8|int8|8-?bit|w8a8|w8a16|eetq|f8", 1.05),
)
_UNKNOWN_FORMATS = re.compile(
    r"gguf|ggml|exl2|aqlm|quip|squeezellm|bnb|bitsandbytes|q[2-8]_|tensorizer|compressed", re.I
)
_MIXTURE = re.compile(r"(?:^|[^a-z0-9])(\d{1,3})x(\d{1,3}(?:\.\d)?)b(?![a-z0-9])")
_EXPERTS = re.compile(r"\d+b-\d+e(?![a-z0-9])")
_BILLIONS = re.compile(r"(?:^|[^a-z0-9.])(\d{1,4}(?:\.\d{1,2})?)b(?![a-z0-9])")


@lru_cache(maxsize=512)
def model(name: object) -> Model | None:
    """The model of that name; only its parameters when the name says no more, None when it says nothing."""
    if not isinstance(name, str) or len(name) > 300:
        return None
    text = name.strip().rstrip("/").rpartition("/")[2].lower().replace("_", "-").removesuffix(".git")
    found = next((each for pattern, each in _COMPILED if pattern.fullmatch(text)), None)
    if found is not None:
        longest = next((longest for pattern, longest in _LONGEST if pattern.fullmatch(text)), None)
        return replace(found, longest=longest) if longest is not None else found
    if _EXPERTS.search(text):
        return None  # the name counts the parameters of one token and the experts, not their sum
    mixture = _MIXTURE.search(text)
    if mixture is not None:
        return Model(0.85 * int(mixture[1]) * float(mixture[2]) * 1e9)  # attention is shared: 8x7b has 46.7e9
    sizes = [float(each) for each in _BILLIONS.findall(text)]
    return Model(sizes[0] * 1e9) if len(sizes) == 1 and sizes[0] > 0 else None


def weight_bytes(name: object, quantization: str | None, dtype: str | None) -> float | None:
    """Bytes of a parameter in memory; None when the name or the setting leaves it open."""
    said = (quantization or "").lower()
    text = str(name).lower()
    for words in (said, text.rpartition("/")[2]):
        if not words or words in ("none", "auto"):
            continue
        for pattern, size in _QUANTISED:
            if re.search(pattern, words):
                return size
        if _UNKNOWN_FORMATS.search(words) or words is said:
            return None
    known = model(name)
    if known is not None and known.weight_bytes is not None:
        return known.weight_bytes
    return {"float32": 4.0, "float": 4.0, "fp32": 4.0}.get((dtype or "").lower(), 2.0)
