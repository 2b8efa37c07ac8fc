"""ADV022: the weights of a served model do not fit its GPUs."""

from collections.abc import Iterator

from advisor.check.launch.hardware import Gpu
from advisor.check.launch.models import Model
from advisor.check.launch.quantities import said_bytes
from advisor.check.launch.serving import ranks_of, served_gpu, served_model, weights_bytes
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_SHARES = {"vllm": 0.92, "sglang": 0.95, "tgi": 1.0, "triton": 1.0}  # the most that an engine takes by default


def find(material: Material) -> Iterator[Finding]:
    """Each server whose model and GPU are known, and whose weights a GPU are more than it gives."""
    for launch in material.launches:
        for command in launch.commands:
            gpu, model = served_gpu(launch), served_model(command)
            if gpu is not None and model is not None and command.offload is None and not launch.shares_gpus:
                yield from _compared(launch, command, gpu, model)


def _compared(launch: LaunchFacts, command: Command, gpu: Gpu, model: Model) -> Iterator[Finding]:
    weights, ranks = weights_bytes(command, model), ranks_of(launch, command)
    share = _share(command)
    if weights is None or ranks is None or share is None or gpu.memory_bytes is None or command.model is None:
        return
    each, usable = weights / ranks, gpu.memory_bytes * share
    if each <= usable:
        return
    of = f" / {ranks} ranks = {said_bytes(each)}" if ranks > 1 else ""
    told = f"{command.model.value}: weights of {said_bytes(weights)}{of}, a {gpu.name} gives {said_bytes(usable)}"
    at = _place(launch, command) or command.model
    remedy = f"split over {_fitting(weights, usable)} GPUs or more, quantise, or take larger GPUs"
    yield finding(RULE.id, "error", told, remedy, at, command.model, launch.accelerator)


def _place(launch: LaunchFacts, command: Command) -> At | None:
    """A chart's values are for one model: there the split is what can be changed."""
    return command.tensor_parallel if launch.format == "helm_values" else None


def _share(command: Command) -> float | None:
    at = command.memory_share
    if at is None:
        return _SHARES.get(str(command.program.value))
    return at.number if at.number is not None and 0 < at.number <= 1 else None


def _fitting(weights: float, usable: float) -> int:
    count = 1
    while weights / count > usable and count < 1024:
        count *= 2
    return count


RULE = Rule(
    id="ADV022",
    title="Weights of the served model do not fit the GPUs",
    severity="error",
    group="memory",
    formats=("compose", "helm_values", "kubernetes", "ray", "shell", "skypilot"),
    condition="The model's name says its size, the GPU is named, and parameters x bytes / (tensor x pipeline ranks) "
    "are more than the GPU's memory x the share that the engine takes. Quantised checkpoints and settings count with "
    "their size; formats that are not known, offloading to the CPU and shared GPUs are left out. All experts of a "
    "mixture count.",
    remedy="Split over more GPUs, quantise, or take larger GPUs.",
    why="The engine stops while it loads the weights: CUDA out of memory, or no memory left for the cache.",
    evidence=(
        "https://github.com/vllm-project/vllm/issues/10517",
        "vllm-project/vllm, docs: gpu_memory_utilization is the part of the GPU for weights, activations and cache",
    ),
    bad=Example(
        {
            "serve.yaml": "resources:\n  accelerators: L4:1\nrun: |\n"
            "  vllm serve Qwen/Qwen2.5-32B-Instruct --max-model-len 4096\n"
        },
        line=4,
    ),
    good=Example(
        {
            "serve.yaml": "resources:\n  accelerators: H100:1\nrun: |\n"
            "  vllm serve Qwen/Qwen2.5-32B-Instruct --max-model-len 4096\n"
        }
    ),
    find=find,
)
