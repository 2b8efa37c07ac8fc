"""Names of frameworks, engines and precisions: what of a cell or a flag is known, and what is taken for the usual."""

import re
from collections.abc import Mapping
from functools import lru_cache

from advisor.predict.cells import Row, text

FRAMEWORK_NAMES = (
    "megatron", "megatron-core", "megatron-lm", "megatron-deepspeed", "nemo", "torchtitan", "torchtune",
    "transformers", "trl", "peft", "axolotl", "llama-factory", "unsloth", "liger", "deepspeed", "colossalai",
    "llm-foundry", "composer", "fms-fsdp", "compile", "internevo", "flash-attention", "litgpt", "llm.c", "maxtext",
    "levanter", "easylm", "jax", "huggingface",
)  # fmt: skip
ENGINE_NAMES = (
    "vllm", "sglang", "trtllm", "tensorrt-llm", "tgi", "lmdeploy", "dynamo", "transformers", "huggingface", "litgpt",
    "eager", "gpt-fast", "exllamav2", "llama.cpp", "ollama",
)  # fmt: skip
NAMES: Mapping[str, tuple[str, ...]] = {
    "framework": FRAMEWORK_NAMES, "engine": ENGINE_NAMES,
    "precision": ("bf16", "fp16", "fp8", "fp32", "tf32", "fp4", "int8", "int4", "nf4", "bf16-true", "bf16-mixed"),
}  # fmt: skip
"""What has rules of its own; a version or a variant may stand beside it."""
_BESIDE = (
    "torch",
    "fsdp",
    "lightning",
    "accelerate",
    r"dle\b",
    "pax",
    "flashattention",
    "easycontext",
    "tensorflow",
    "mxnet",
    "paddle",
)
WORDS: Mapping[str, re.Pattern[str]] = {
    "framework": re.compile("|".join((*_BESIDE, *map(re.escape, FRAMEWORK_NAMES))), re.I),
    "engine": re.compile(f"deepspeed|{'|'.join(map(re.escape, ENGINE_NAMES))}", re.I),
    "precision": re.compile(
        r"(fp|bf|tf|float|int|w|nf)-?(4|8|16|19|32)|[48]-?bit|exl2|gptq|awq|amp|mixed|\bi?q[2-8]_", re.I
    ),
}
"""Of a table's cell the words by which it is known, whatever stands beside them."""
PRECISION = re.compile(
    r"(fp32|tf32|bf16|fp16|fp8|mxfp8|fp4|nvfp4|mxfp4|int8|int4|w8a8|w4a16|nf4|awq|gptq|mixed|true|32-true|amp|master|e4m3"
    r"|e5m2|bf16-true|bf16-mixed|[\s+,_-])+", re.I,
)  # fmt: skip


def spelled(cell: str, said: str) -> bool:
    """Whether a flag's word is known as it stands; of a precision every part has to be."""
    return bool(PRECISION.fullmatch(said) if cell == "precision" else WORDS[cell].search(said))


def taken_otherwise(row: Row) -> tuple[str, ...]:
    """The framework, engine and precision of a table's row that nothing knows, which is taken as if it were empty."""
    return tuple(told for cell in NAMES if (told := _not_known(cell, text(row, cell))))


@lru_cache(maxsize=4096)
def _not_known(cell: str, said: str) -> str:
    return f"{cell} {said[:40]!r} is not known: the usual one" if said and not WORDS[cell].search(said) else ""
