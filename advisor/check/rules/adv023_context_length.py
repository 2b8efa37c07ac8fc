"""ADV023: one sequence of the stated length does not fit the key-value cache."""

from collections.abc import Iterator

from advisor.check.launch.models import Model
from advisor.check.launch.quantities import said_bytes
from advisor.check.launch.serving import ranks_of, served_gpu, served_model, weights_bytes
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_DEFAULT_SHARE = 0.92  # of vLLM's versions the largest
_ENGINES = ("vllm", "sglang")


def find(material: Material) -> Iterator[Finding]:
    """Each engine whose model, GPU and context length are known, where one sequence needs more than is left."""
    for launch in material.launches:
        for command in launch.commands:
            model = served_model(command)
            if model is None or command.program.value not in _ENGINES:
                continue
            beyond = list(_beyond(command, model))
            yield from beyond
            if not beyond and not launch.shares_gpus:
                yield from _compared(launch, command, model)


def _beyond(command: Command, model: Model) -> Iterator[Finding]:
    """More tokens than the model has positions; scaled RoPE, or a variable that allows it, may reach further."""
    length = command.context_length
    if length is None or not length.whole or model.longest is None or length.whole <= model.longest:
        return
    if any("rope" in word.raw or "override" in word.raw for word in command.words) or command.open_ended:
        return
    whose = command.model.raw[:60] if command.model is not None else "the model"
    told = f"{written(length)} is more than the {model.longest} positions of {whose}"
    yield finding(RULE.id, "warning", told, f"use {model.longest} at most", length, command.model)


def _compared(launch: LaunchFacts, command: Command, model: Model) -> Iterator[Finding]:
    gpu, weights, ranks = served_gpu(launch), weights_bytes(command, model), ranks_of(launch, command)
    length, values = command.context_length, model.cache_values_a_token
    if gpu is None or gpu.memory_bytes is None or weights is None or ranks is None or command.offload is not None:
        return
    if length is None or not length.whole or length.whole < 1 or values is None or command.cache_dtype is not None:
        return
    share = command.memory_share.number if command.memory_share is not None else _DEFAULT_SHARE
    left = gpu.memory_bytes * (share or 0) * ranks - weights
    needed = 2.0 * values * length.whole
    if share is None or left <= 0 or needed <= left:
        return
    told = f"{written(length)} needs {said_bytes(needed)} of cache for one sequence, beside {said_bytes(weights)} of "
    told += f"weights {ranks} x {gpu.name} leave {said_bytes(left)}"
    longest = int(left / (2.0 * values)) // 1024 * 1024
    remedy = f"use {longest} at most, an fp8 cache, or more GPUs" if longest else "use more GPUs"
    yield finding(RULE.id, "warning", told, remedy, length, command.model, launch.accelerator)


RULE = Rule(
    id="ADV023",
    title="One sequence of the stated length does not fit the key-value cache",
    severity="warning",
    group="memory",
    formats=("engine_config", "helm_values", "kubernetes", "ray", "shell", "skypilot"),
    condition="The model (with its layers and key-value heads), the GPU and the context length are known, and keys and "
    "values of one sequence, 2 bytes each, are more than the GPUs have left beside the weights. Activations are not "
    "counted. Or the length is more than the positions that the model was made with (RoPE that is scaled on the "
    "command line is left out). Models with latent or sliding attention, and caches in fp8, are left out.",
    remedy="Lower the context length, keep the cache in fp8, or take more GPUs.",
    why="vLLM stops at start-up: the model's max seq len is larger than the maximum number of tokens that can be "
    "stored in KV cache; or: user-specified max_model_len is greater than the derived max_model_len.",
    evidence=(
        "https://github.com/vllm-project/vllm/issues/2418",
        "https://github.com/vllm-project/vllm/issues/10517",
        "https://github.com/vllm-project/vllm/pull/20904 (a length beyond the positions raises ValueError)",
    ),
    bad=Example(
        {
            "serve.yaml": "resources:\n  accelerators: L4:1\nrun: |\n"
            "  vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 131072\n"
        },
        line=4,
    ),
    good=Example(
        {
            "serve.yaml": "resources:\n  accelerators: L4:1\nrun: |\n"
            "  vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384\n"
        }
    ),
    find=find,
)
