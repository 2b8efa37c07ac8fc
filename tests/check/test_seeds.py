"""Defects seeded into real configurations: each row is planted in every file of its format that has the place for it.

The files are those of the corpus (see test_corpus.py), which are not part of the project.
"""

import os
import re
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

import pytest

from advisor import catalog
from advisor.check.checking import gathered, judged
from advisor.check.reading import read
from advisor.values.finding import Finding

CORPUS = Path(os.environ.get("ADVISOR_CORPUS", Path(__file__).parents[3] / "shared" / "configs")) / "real"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of configurations is not here")


@dataclass(frozen=True)
class Seed:
    """A defect of `rule`: `text` takes the place of what `at` matches (sub), stands on the line behind it (after), or
    at the top or the end of the file. The finding may also stand on a line that `also` matches, or anywhere (any)."""

    format: str
    rule: str
    how: str
    at: str | tuple[str, ...] | None
    text: str | tuple[str, ...]
    also: str = ""


SEEDS = [
    Seed("lightning_yaml", "ADV001", "sub", "global_batch_size: \\d+", "global_batch_size: 62", "micro_batch"),
    Seed("skypilot_yaml", "ADV003", "after", "run: \\|", "  torchrun --nproc_per_node 16 train.py", "accelerators"),
    Seed("axolotl_yaml", "ADV006", "sub", "^warmup_steps: \\d+", "warmup_steps: 10\nwarmup_ratio: 0.1", "warmup"),
    Seed("axolotl_yaml", "ADV006", "end", None, "save_steps: 100\nsaves_per_epoch: 2", "save_steps"),
    Seed("axolotl_yaml", "ADV006", "end", None, "eval_steps: 100\nevals_per_epoch: 2", "eval"),
    Seed(
        "llamafactory_yaml",
        "ADV006",
        "end",
        None,
        "load_best_model_at_end: true\neval_strategy: epoch\nsave_strategy: steps",
        "save_|eval_|load_best",
    ),
    Seed(
        "hf_trainer_yaml",
        "ADV006",
        "end",
        None,
        "load_best_model_at_end: true\neval_strategy: epoch\nsave_strategy: steps",
        "save_|eval_|load_best",
    ),
    Seed("torchtune_yaml", "ADV006", "end", None, "optimizer_in_bwd: True\nclip_grad_norm: 1.0", "gradient_acc|clip"),
    Seed("axolotl_yaml", "ADV007", "sub", "^warmup_steps: \\d+", "warmup_steps: 0.1", ""),
    Seed("axolotl_yaml", "ADV007", "sub", "^learning_rate: \\S+", "learning_rate: 2.0", ""),
    Seed("axolotl_yaml", "ADV007", "sub", "^lora_dropout: \\S+", "lora_dropout: 5", ""),
    Seed("axolotl_yaml", "ADV007", "sub", "^micro_batch_size: \\S+", "micro_batch_size: 0", ""),
    Seed("axolotl_yaml", "ADV007", "sub", "^sequence_len: \\S+", "sequence_len: -1", ""),
    Seed("axolotl_yaml", "ADV007", "sub", "^gradient_accumulation_steps: \\S+", "gradient_accumulation_steps: 0", ""),
    Seed("axolotl_yaml", "ADV007", "end", None, "warmup_ratio: 10", "warmup"),
    Seed("llamafactory_yaml", "ADV007", "sub", "^warmup_ratio: \\S+", "warmup_ratio: 100", ""),
    Seed("llamafactory_yaml", "ADV007", "sub", "^learning_rate: \\S+", "learning_rate: 1.0", ""),
    Seed(
        "llamafactory_yaml",
        "ADV007",
        "sub",
        "^per_device_train_batch_size: \\S+",
        "per_device_train_batch_size: -1",
        "",
    ),
    Seed("hf_trainer_yaml", "ADV007", "end", None, "warmup_ratio: 10", ""),
    Seed("composer_yaml", "ADV007", "sub", "lr: \\S+", "lr: 5.0", ""),
    Seed("composer_yaml", "ADV007", "sub", "global_train_batch_size: \\d+", "global_train_batch_size: 0", ""),
    Seed("torchtune_yaml", "ADV007", "sub", " lr: \\S+", " lr: 3.0", ""),
    Seed("torchtune_yaml", "ADV007", "sub", "^batch_size: \\S+", "batch_size: 0", ""),
    Seed("torchtune_yaml", "ADV007", "sub", "num_warmup_steps: \\S+", "num_warmup_steps: 0.1", ""),
    Seed("torchtitan_toml", "ADV007", "sub", "^lr = \\S+", "lr = 3.0", ""),
    Seed("torchtitan_toml", "ADV007", "sub", "^warmup_steps = \\S+", "warmup_steps = 0.1", ""),
    Seed("torchtitan_toml", "ADV007", "sub", "^local_batch_size = \\S+", "local_batch_size = 0", ""),
    Seed("megatron_yaml", "ADV007", "sub", "--min-lr: \\S+", "--min-lr: 4.5e-3", " --lr:"),
    Seed("megatron_yaml", "ADV007", "sub", "--hidden-dropout: \\S+", "--hidden-dropout: 1.5", ""),
    Seed(
        "megatron_yaml",
        "ADV007",
        "sub",
        "--max-position-embeddings: \\S+",
        "--max-position-embeddings: 2048",
        "seq-length",
    ),
    Seed("neox_yaml", "ADV007", "sub", '"min_lr": [^,\\s]+', '"min_lr": 1.0', ""),
    Seed("neox_yaml", "ADV007", "sub", '"seq_length": \\d+', '"seq_length": 999999', "max_position"),
    Seed(
        "neox_yaml",
        "ADV007",
        "sub",
        '"train_micro_batch_size_per_gpu": \\d+',
        '"train_micro_batch_size_per_gpu": 0',
        "",
    ),
    Seed(
        "deepspeed_json",
        "ADV007",
        "sub",
        '"train_micro_batch_size_per_gpu": \\d+',
        '"train_micro_batch_size_per_gpu": -4',
        "",
    ),
    Seed("kubernetes", "ADV007", "sub", "--gpu-memory-utilization=\\S+", "--gpu-memory-utilization=95", ""),
    Seed("ray_yaml", "ADV007", "sub", "gpu_memory_utilization: \\S+", "gpu_memory_utilization: 92", ""),
    Seed("*yaml", "ADV008", "after", "\\A[^\\n]*", "  : : [broken", ""),
    Seed("*yaml", "ADV008", "top", None, "<<<<<<< HEAD", ""),
    Seed("torchtitan_toml", "ADV008", "end", None, "[training]\nsteps = 1", "training"),
    Seed("triton_pbtxt", "ADV008", "end", None, "max_batch_size: [", ""),
    Seed("deepspeed_json", "ADV008", "sub", "\\A\\{", "{ // a comment", ""),
    Seed(
        "accelerate_yaml", "ADV009", "sub", "num_processes: \\d+", "num_processes: 7\nnum_machines: 2", "num_machines"
    ),
    Seed("accelerate_yaml", "ADV009", "sub", "machine_rank: \\d+", "machine_rank: 5", "num_machines"),
    Seed(
        "accelerate_yaml",
        "ADV011",
        "sub",
        "parallelism_config_tp_size: \\d",
        "parallelism_config_tp_size: 3",
        "parallelism_config|num_processes",
    ),
    Seed("neox_yaml", "ADV012", "sub", '"num_attention_heads": \\d+', '"num_attention_heads": 13', "hidden|parallel"),
    Seed(
        "megatron_yaml",
        "ADV012",
        "sub",
        "--num-attention-heads: \\d+",
        "--num-attention-heads: 44",
        "hidden|parallel|groups",
    ),
    Seed(
        "megatron_yaml",
        "ADV012",
        "sub",
        "--tensor-model-parallel-size: \\d+",
        "--tensor-model-parallel-size: 5",
        "hidden|heads|groups",
    ),
    Seed("composer_yaml", "ADV012", "sub", "n_heads: \\d+", "n_heads: 57", "d_model"),
    Seed("kubernetes", "ADV012", "sub", "--tensor-parallel-size[= ]\\d", "--tensor-parallel-size=3", ""),
    Seed("ray_yaml", "ADV012", "sub", "tensor_parallel_size: \\d", "tensor_parallel_size: 7", ""),
    Seed(
        "megatron_yaml",
        "ADV013",
        "sub",
        "--pipeline-model-parallel-size: \\d+",
        "--pipeline-model-parallel-size: 5",
        "num-layers",
    ),
    Seed("neox_yaml", "ADV014", "sub", '"stage": \\d', '"stage": 3', "pipe_parallel"),
    Seed(
        "axolotl_yaml",
        "ADV016",
        "sub2",
        ("^deepspeed:.*", "^fsdp:.*"),
        ("deepspeed: zero3.json", "fsdp: [full_shard, auto_wrap]"),
        "deepspeed|fsdp",
    ),
    Seed("llamafactory_yaml", "ADV016", "end", None, "fsdp: full_shard", "deepspeed"),
    Seed("hf_trainer_yaml", "ADV016", "end", None, "fsdp: full_shard\ndeepspeed: ds.json", "deepspeed|fsdp"),
    Seed(
        "accelerate_yaml",
        "ADV016",
        "sub",
        "distributed_type: FSDP",
        "distributed_type: FSDP\ndeepspeed_config:\n  zero_stage: 3",
        "deepspeed|zero|distributed",
    ),
    Seed("torchtitan_toml", "ADV017", "sub", "expert_parallel_degree = \\d+", "expert_parallel_degree = 7", ""),
    Seed(
        "megatron_yaml",
        "ADV018",
        "sub",
        "--seq-length: \\d+",
        "--seq-length: 4095\n  --context-parallel-size: 2",
        "context",
    ),
    Seed("kubernetes", "ADV019", "sub", "--tensor-parallel-size[= ]\\d", "--tensor-parallel-size=16", "gpu"),
    Seed("ray_yaml", "ADV019", "sub", "tensor_parallel_size: \\d", "tensor_parallel_size: 32", "gpu"),
    Seed(
        "llamafactory_yaml",
        "ADV020",
        "sub",
        "^finetuning_type: full",
        "finetuning_type: full\nquantization_bit: 8",
        "quant|finetuning",
    ),
    Seed("axolotl_yaml", "ADV020", "sub", "^load_in_4bit: true", "load_in_4bit: false", "adapter"),
    Seed("axolotl_yaml", "ADV020", "sub", "^adapter: \\S+", "adapter:\nload_in_8bit: true", "load_in|adapter"),
    Seed("kubernetes", "ADV023", "sub", "--max-model-len=\\d+", "--max-model-len=1310720", ""),
    Seed(
        "skypilot_yaml",
        "ADV027",
        "sub2",
        ("accelerators: \\S+", "--bf16"),
        ("accelerators: A100:1", "--fp8_format hybrid"),
        "accelerators|fp8",
    ),
    Seed(
        "skypilot_yaml",
        "ADV028",
        "sub2",
        ("accelerators: \\S+", "--bf16"),
        ("accelerators: T4:1", "--attn_implementation flash_attention_2"),
        "accelerators|attn",
    ),
    Seed("skypilot_yaml", "ADV029", "sub", "accelerators: (\\S+?):\\d+", "accelerators: \\1:32", ""),
    Seed("skypilot_yaml", "ADV029", "sub", "accelerators: .*", "accelerators: A100-80GB:16", ""),
    Seed(
        "skypilot_yaml",
        "ADV029",
        "sub",
        "accelerators: \\S+",
        "instance_type: g5.12xlarge\n  accelerators: A10G:8",
        "instance|accel",
    ),
    Seed("axolotl_yaml", "ADV030", "sub", "^fp16: \\S+", "fp16: true", "bf16"),
    Seed("llamafactory_yaml", "ADV030", "end", None, "fp16: true", "bf16"),
    Seed("hf_trainer_yaml", "ADV030", "end", None, "fp16: true\nbf16: true", "fp16|bf16"),
    Seed("megatron_yaml", "ADV030", "sub", "--bf16: true", "--bf16: true\n  --fp16: true", "fp16|bf16"),
    Seed("axolotl_yaml", "ADV034", "sub", "^save_strategy: \\S+", 'save_strategy: "no"', ""),
    Seed("llamafactory_yaml", "ADV034", "end", None, 'save_strategy: "no"', "save"),
    Seed("hf_trainer_yaml", "ADV034", "end", None, 'save_strategy: "no"', "save"),
    Seed("composer_yaml", "ADV034", "sub", "^save_folder:.*", "", "any"),
    Seed("kubernetes", "ADV031", "sub", "mountPath: /dev/shm", "mountPath: /cache", "any"),
    Seed("triton_pbtxt", "ADV038", "sub", "max_batch_size ?: \\d+", "max_batch_size: 0\ndynamic_batching { }", "batch"),
    Seed("ray_yaml", "ADV040", "sub", 'nvidia.com/gpu ?: "?\\d"?', 'nvidia.com/gpu: "7"', "gpu"),
    Seed("kubernetes", "ADV041", "sub", "initialDelaySeconds: \\d+", "initialDelaySeconds: 1", "any"),
    Seed("ray_yaml", "ADV042", "sub", 'num-gpus: "[1-9]"', 'num-gpus: "7"', "gpu"),
    Seed("kubernetes", "ADV043", "sub", "image: \\S+", "image: pytorch/torchserve:0.11.1", ""),
    Seed("docker", "ADV043", "sub", "image: \\S+", "image: ghcr.io/huggingface/text-generation-inference:2.0", ""),
    Seed("skypilot_yaml", "ADV043", "after", "setup: \\|", "  pip install torchserve==0.11", ""),
    Seed("axolotl_yaml", "ADV044", "sub", "^(  +)type: \\S+", "\\1type: sharegpt", ""),
    Seed("llamafactory_yaml", "ADV044", "end", None, "evaluation_strategy: steps", "evaluation"),
    Seed("hf_trainer_yaml", "ADV044", "end", None, "evaluation_strategy: steps", "evaluation"),
    Seed("*yaml", "ADV045", "end", None, "HF_TOKEN: hf_QmZtRkLwPvXsYbNcDfGhJqTsWxYzAeRu4", "HF_TOKEN"),
    Seed("axolotl_yaml", "ADV047", "top", None, "trust_remote_code: true", ""),
    Seed("llamafactory_yaml", "ADV047", "sub", "trust_remote_code: true", "trust_remote_code: true  ", ""),
    Seed(
        "kubernetes",
        "ADV047",
        "sub",
        "--max-model-len=\\d+",
        "--max-model-len=4096\n        - --trust-remote-code",
        "trust",
    ),
    Seed(
        "kubernetes",
        "ADV048",
        "sub",
        "(\\n +)image: (\\S+)",
        "\\1image: \\2\\1securityContext: {privileged: true}",
        "privileged",
    ),
    Seed("docker", "ADV048", "sub", "    runtime: nvidia", "    privileged: true", ""),
    Seed("kubernetes", "ADV049", "sub", "image: \\S+", "image: vllm/vllm-openai:latest", ""),
    Seed("ray_yaml", "ADV049", "sub", "image: \\S+", "image: rayproject/ray:latest", ""),
    Seed("composer_yaml", "ADV049", "sub", "image: \\S+", "image: mosaicml/llm-foundry:latest", ""),
    Seed(
        "docker",
        "ADV049",
        "sub",
        "image: \\S+\\n    build:\\n      context: .\\n      dockerfile: Dockerfile",
        "image: vllm/vllm-openai:latest",
        "",
    ),
    Seed("torchtune_yaml", "ADV050", "sub", "^seed: \\S+", "seed: null", ""),
]


def found(path: str, text: str) -> list[Finding]:
    """What the rules find in the file alone."""
    material = gathered([read(path, text.encode(), named=True)], (), {})
    return judged(replace(material, lifecycle=catalog.load().lifecycle), {path: text})


def planted(seed: Seed, text: str) -> tuple[str, set[int]] | None:
    """The text with the defect, and its lines; None where the file has no place for it."""
    if seed.how == "top":
        return f"{seed.text}\n{text}", {1}
    if seed.how == "end":
        for key in re.findall(r"^(\w+):", str(seed.text), re.M):
            text = re.sub(rf"^{key}:.*\n", "", text, flags=re.M)
        first = text.rstrip("\n").count("\n") + 2
        return f"{text.rstrip()}\n{seed.text}\n", set(range(first, first + str(seed.text).count("\n") + 1))
    if seed.how == "after":
        match = re.search(str(seed.at), text, re.M)
        if match is None:
            return None
        end = text.find("\n", match.end()) + 1
        return f"{text[:end]}{seed.text}\n{text[end:]}", {text[:end].count("\n") + 1}
    return _replaced(seed, text)


def _replaced(seed: Seed, text: str) -> tuple[str, set[int]] | None:
    patterns = (seed.at,) if isinstance(seed.at, str) else seed.at or ()
    texts = (seed.text,) if isinstance(seed.text, str) else seed.text
    lines: set[int] = set()
    for pattern, new in zip(patterns, texts, strict=True):
        match = re.search(pattern, text, re.M)
        if match is None:
            return None
        filled = re.sub(r"\\([12])", lambda group, match=match: match[int(group[1])], new)  # type: ignore[misc]
        first = text[: match.start()].count("\n") + 1
        lines |= set(range(first, first + filled.count("\n") + 1))
        text = text[: match.start()] + filled + text[match.end() :]
    return text, lines


@pytest.mark.parametrize("seed", SEEDS, ids=[f"{seed.rule}-{seed.format}-{n}" for n, seed in enumerate(SEEDS)])
def test_a_seeded_defect_is_found_in_every_file(seed: Seed) -> None:
    """Planted in any real file of its format, the defect is found by its rule on its line."""
    places = 0
    for path in sorted(CORPUS.glob("*/*")):
        text = path.read_text(encoding="utf-8", errors="replace")
        plant = planted(seed, text) if fnmatch(path.parent.name, seed.format) else None
        if plant is None or any(each.rule == "ADV008" for each in found(str(path), text)):
            continue
        places += 1
        wrong, lines = plant
        rows = wrong.split("\n")
        lines |= {n for n, row in enumerate(rows, 1) if seed.also and (seed.also == "any" or re.search(seed.also, row))}
        findings = found(str(path), wrong)
        assert lines & {each.place.line for each in findings if each.rule == seed.rule}, (path.name, findings)
    assert places
