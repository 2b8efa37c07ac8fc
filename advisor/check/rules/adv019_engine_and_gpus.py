"""ADV019: a serving engine splits its model over another number of GPUs than it gets."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_COUNTS_ALL = ("tgi", "triton")  # without a number TGI takes every GPU; what Triton's chart gets follows from it
_ONE_POD = ("kubernetes", "compose", "shell")


def find(material: Material) -> Iterator[Finding]:
    """Each server whose ranks are more than its GPUs (error), or fewer (warning)."""
    for launch in material.launches:
        servers = [each for each in launch.commands if each.role == "serve" and each.program.value != "torchrun"]
        for command in servers:
            yield from _compared(launch, command, alone=len(servers) == 1)


def _compared(launch: LaunchFacts, command: Command, *, alone: bool) -> Iterator[Finding]:
    machines, ranks = _machines(launch, command), _ranks(command)
    if not launch.supply.gpus or machines is None or ranks is None:
        return
    gpus = launch.supply.gpus * machines
    stated = [at for at in (command.tensor_parallel, command.pipeline_parallel) if at is not None]
    told = " x ".join(written(at) for at in stated) + (f" (= {ranks})" if len(stated) > 1 else "")
    given = _given(launch, gpus)
    if ranks > gpus:
        at = max(stated, key=lambda each: each.whole or 0)
        message = f"{told} needs {ranks} GPUs, there are {given}"
        yield finding(RULE.id, "error", message, f"ask for {ranks} GPUs, or split over {gpus}", at,
                      *launch.supply.places)  # fmt: skip
    elif alone and _leaves_idle(launch, command, ranks, gpus):
        place = next(iter(stated), launch.gpus_a_node)
        if place is not None:
            message = f"{told or 'no tensor parallel size'} uses {ranks} of {gpus} GPUs, the others are idle"
            yield finding(RULE.id, "warning", message, f"split over {gpus}, or ask for {ranks}", place,
                          *launch.supply.places)  # fmt: skip


def _given(launch: LaunchFacts, gpus: int) -> str:
    told = launch.supply.told
    if "+" in told or "x" in told:
        return f"{told} (= {gpus})"
    return f"{told} with {gpus}" if told else f"{gpus}"


def _machines(launch: LaunchFacts, command: Command) -> int | None:
    """How many such pods the server says that it stretches over, where the supply is that of one of them."""
    return 1 if launch.nodes is not None else _whole(command.nodes)


def _leaves_idle(launch: LaunchFacts, command: Command, ranks: int, gpus: int) -> bool:
    if launch.format not in _ONE_POD or command.open_ended or command.program.value in _COUNTS_ALL:
        return False
    copies = _whole(command.data_parallel)
    single = launch.nodes is None and command.nodes is None and command.config is None
    return single and copies is not None and 0 < ranks * copies < gpus


def _ranks(command: Command) -> int | None:
    """Tensor times pipeline ranks; None when one is decided elsewhere or the engine takes what is there."""
    tensor, pipeline = _whole(command.tensor_parallel), _whole(command.pipeline_parallel)
    if command.tensor_parallel is None and command.program.value in _COUNTS_ALL:
        return None
    return None if tensor is None or pipeline is None else tensor * pipeline


def _whole(at: At | None) -> int | None:
    return 1 if at is None else at.whole if at.whole is not None and at.whole > 0 else None


RULE = Rule(
    id="ADV019",
    title="Serving engine is split over another number of GPUs than it gets",
    severity="error",
    group="parallelism",
    formats=("compose", "helm_values", "kubernetes", "ray", "shell", "skypilot"),
    condition="Tensor x pipeline parallel ranks of vLLM, SGLang or TGI are more than the GPUs of the pod, the task or "
    "the whole group (LeaderWorkerSet, Ray cluster, raySpec; --nnodes pods of a StatefulSet). In a single pod or "
    "container fewer are a warning.",
    remedy="Make the product of the parallel sizes the number of GPUs.",
    why="With too few GPUs the engine refuses to start. What it does not use is reserved, paid and idle.",
    evidence=(
        "https://github.com/NVIDIA-NeMo/Skills/issues/1059 (vLLM: Tensor parallel size (16) cannot be larger than the "
        "number of available GPUs (8))",
        "vllm-project/vllm, docs/serving/parallelism_scaling.md: tensor parallel size is the GPUs of a node",
        "huggingface/text-generation-inference, launcher/src/main.rs, num_shard",
    ),
    bad=Example(
        {
            "serve.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: serve\nspec:\n  volumes:\n    - name: shm\n"
            "      emptyDir: {medium: Memory}\n  containers:\n    - name: vllm\n      image: vllm/vllm-openai:v0.11.0\n"
            "      args: [--model, Qwen/Qwen2.5-7B-Instruct, --tensor-parallel-size, '4']\n      volumeMounts:\n"
            "        - {name: shm, mountPath: /dev/shm}\n      resources:\n        limits:\n"
            "          nvidia.com/gpu: 2\n"
        },
        line=12,
    ),
    good=Example(
        {
            "serve.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: serve\nspec:\n  volumes:\n    - name: shm\n"
            "      emptyDir: {medium: Memory}\n  containers:\n    - name: vllm\n      image: vllm/vllm-openai:v0.11.0\n"
            "      args: [--model, Qwen/Qwen2.5-7B-Instruct, --tensor-parallel-size, '4']\n      volumeMounts:\n"
            "        - {name: shm, mountPath: /dev/shm}\n      resources:\n        limits:\n"
            "          nvidia.com/gpu: 4\n"
        }
    ),
    find=find,
)
