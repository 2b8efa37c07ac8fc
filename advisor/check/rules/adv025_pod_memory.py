"""ADV025: a pod's memory limit is a small part of the weights that it loads."""

from collections.abc import Iterator

from advisor.check.launch.quantities import said_bytes
from advisor.check.launch.serving import ranks_of, served_model, weights_bytes
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_SMALL = 0.25  # of the weights; safetensors are mapped and their pages reclaimed, so less than all is enough


def find(material: Material) -> Iterator[Finding]:
    """Each server whose model is known, in a pod with a memory limit far below its part of the weights."""
    for launch in material.launches:
        for command in launch.commands:
            yield from _compared(launch, command)


def _compared(launch: LaunchFacts, command: Command) -> Iterator[Finding]:
    model, limit, gpus = served_model(command), launch.memory, launch.gpus_a_node
    if model is None or limit is None or limit.number is None or gpus is None or not gpus.whole:
        return
    weights, ranks = weights_bytes(command, model), ranks_of(launch, command)
    if weights is None or ranks is None:
        return
    part = weights * min(1.0, gpus.whole / ranks)
    if limit.number < part * _SMALL and command.model is not None:
        told = (
            f"{written(limit)} is {said_bytes(limit.number)}, the pod loads {said_bytes(part)} of {command.model.value}"
        )
        yield finding(RULE.id, "note", told, RULE.remedy, limit, command.model)


RULE = Rule(
    id="ADV025",
    title="Memory limit of the pod is a small part of the weights that it loads",
    severity="note",
    group="memory",
    formats=("compose", "helm_values", "kubernetes", "ray"),
    condition="The model's name says its size, and the memory limit is less than a quarter of the weights that the "
    "pod's GPUs hold. A note: safetensors are mapped into memory and need not be resident at once.",
    remedy="Allow the pod about as much memory as it loads weights.",
    why="While it loads, the engine keeps shards of several gigabytes in memory; the pod is killed (exit status 137), "
    "or loads again and again from disk.",
    evidence=(
        "ray-project/kuberay, ray-operator/config/samples/ray-service.deepseek.yaml: 500Gi for each of two pods",
        "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    ),
    bad=Example(
        {
            "serve.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: serve\nspec:\n  volumes:\n    - name: shm\n"
            "      emptyDir: {medium: Memory}\n  containers:\n    - name: vllm\n      image: vllm/vllm-openai:v0.11.0\n"
            "      args: [--model, meta-llama/Llama-3.1-70B-Instruct, --tensor-parallel-size, '4']\n"
            "      volumeMounts:\n        - {name: shm, mountPath: /dev/shm}\n      resources:\n        limits:\n"
            "          nvidia.com/gpu: 4\n          memory: 16Gi\n"
        },
        line=18,
    ),
    good=Example(
        {
            "serve.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: serve\nspec:\n  volumes:\n    - name: shm\n"
            "      emptyDir: {medium: Memory}\n  containers:\n    - name: vllm\n      image: vllm/vllm-openai:v0.11.0\n"
            "      args: [--model, meta-llama/Llama-3.1-70B-Instruct, --tensor-parallel-size, '4']\n"
            "      volumeMounts:\n        - {name: shm, mountPath: /dev/shm}\n      resources:\n        limits:\n"
            "          nvidia.com/gpu: 4\n          memory: 160Gi\n"
        }
    ),
    find=find,
)
