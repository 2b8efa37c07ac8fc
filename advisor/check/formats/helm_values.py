"""Values of Helm charts that serve models: Triton with TensorRT-LLM, vLLM's production stack, and any chart whose
values hold a container's `resources` with GPUs.

Keys as in the charts of triton-inference-server/tutorials, vllm-project/production-stack (helm/values.yaml) and
vllm-project/vllm (examples/online_serving/chart-helm).
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.launch import container as containers
from advisor.check.launch import walk
from advisor.check.launch.arguments import parsed
from advisor.check.launch.command import served
from advisor.check.launch.pod import Around, container_facts, pod_launches, role_of, scheduled
from advisor.check.launch.shell_values import Word
from advisor.check.tree import Document, Entry, Leaf, Node, Table
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts, RayPod, Supply

_DEEPEST_VALUES = 5
_STACK = {
    "tensorParallelSize": "tensor_parallel",
    "pipelineParallelSize": "pipeline_parallel",
    "dtype": "dtype",
    "maxModelLen": "context_length",
    "gpuMemoryUtilization": "memory_share",
}


def read(document: Document) -> Iterator[LaunchFacts]:
    """The models of the values; nothing for a manifest or another tool's file."""
    for root in document.roots:
        if not isinstance(root, Table) or {"apiVersion", "services"} & set(root.entries):
            continue
        yield from _tensorrt(document, root)
        for item in walk.items(root, "servingEngineSpec", "modelSpec"):
            if isinstance(item, Table):
                yield from _stack(document, item)
        for table in _containers(root, 0):
            yield from _generic(document, table)


def _tensorrt(document: Document, root: Table) -> Iterator[LaunchFacts]:
    """The charts of Triton's tutorials: `gpu` names the GPU, `parallelism` says how many hold the model."""
    for keys in (("tensorrtLLM",), ("model", "tensorrtLlm"), ("tensorrtLlm",)):
        tensor = walk.at(document, root, *keys, "parallelism", "tensor")
        pipeline = walk.at(document, root, *keys, "parallelism", "pipeline")
        if tensor is None and pipeline is None:
            continue
        place = (tensor or pipeline).place  # type: ignore[union-attr]
        command = Command(
            At("triton", "TensorRT-LLM", place, "tensorrtLlm"),
            "serve",
            tensor_parallel=tensor,
            pipeline_parallel=pipeline,
            model=walk.at(document, root, "model", "name"),
            dtype=walk.at(document, root, *keys, "dataType"),
        )
        yield LaunchFacts(
            "helm_values",
            document.place(root.at),
            commands=(command,),
            role="serve",
            local=False,
            gpus_a_node=walk.at(document, root, "gpuPerNode"),
            accelerator=_named_gpu(document, root),
            replicas=walk.at(document, root, "autoscaling", "replicas", "minimum"),
            shared_memory_elsewhere=True,
        )
        return


def _named_gpu(document: Document, root: Table) -> At | None:
    listed = walk.items(root, "gpu")
    if listed:
        return walk.leaf_at(document, listed[0], "gpu") if len(listed) == 1 and isinstance(listed[0], Leaf) else None
    return walk.at(document, root, "gpu")


def _stack(document: Document, item: Table) -> Iterator[LaunchFacts]:
    """One model of vLLM's production stack."""
    gpus = walk.at(document, item, "requestGPU")
    gpus = containers.counted(gpus) if gpus is not None else None
    values = {
        name: found for key, name in _STACK.items() if (found := walk.at(document, item, "vllmConfig", key)) is not None
    }
    extra = [Word(each.raw, -1 - each.at) for each in containers.leaves(walk.below(item, "vllmConfig", "extraArgs"))]
    scene = containers.scene(document)
    at = walk.at(document, item, "modelURL")
    program = At("vllm", "vLLM", document.place(item.at), "modelSpec")
    command = served(Command(program, "serve", words=tuple(scene.at(each) for each in extra)), parsed(extra, scene))
    command = replace(command, model=at or command.model, **values)  # type: ignore[arg-type]
    replicas = walk.at(document, item, "replicaCount")
    yield LaunchFacts(
        "helm_values",
        document.place(item.at),
        name=walk.text(item, "name"),
        commands=(command,),
        role="serve",
        local=False,
        gpus_a_node=gpus,
        supply=_stack_supply(document, item, gpus, replicas),
        accelerator=None,
        replicas=replicas,
        memory=containers.quantity(document, item, "limitMemory")
        or containers.quantity(document, item, "requestMemory"),
        shared_memory_elsewhere=True,  # the chart mounts /dev/shm where tensor parallelism needs it
    )


def _stack_supply(document: Document, item: Table, gpus: At | None, replicas: At | None) -> Supply:
    """One pod's GPUs, or those of a Ray group: its head and as many workers as there are replicas."""
    count = gpus.whole if gpus is not None else None
    if gpus is None or count is None:
        return Supply(None)
    if "raySpec" not in item.entries:
        return Supply(count, "", (gpus,))
    head = walk.at(document, item, "raySpec", "headNode", "requestGPU")
    head_count = 0 if head is None else containers.counted(head).whole
    workers = None if replicas is None else replicas.whole
    if head_count is None or workers is None:
        return Supply(None)
    return Supply(head_count + workers * count, f"a head of {head_count} and {workers} x {count} GPUs", (gpus,))


def _containers(node: Node, depth: int) -> Iterator[Table]:
    """The mappings that hold `resources` with GPUs, or pods' `containers`."""
    if depth > _DEEPEST_VALUES or not isinstance(node, Table):
        return
    resources = walk.table(node, "resources")
    if (resources is not None and _asks_for_gpus(resources)) or walk.items(node, "containers"):
        yield node
    else:
        for entry in node.entries.values():
            yield from _containers(entry.node, depth + 1)


def _asks_for_gpus(resources: Table) -> bool:
    kinds = [walk.table(resources, kind) for kind in ("limits", "requests")]
    return any(key.endswith("/gpu") for kind in kinds if kind is not None for key in kind.entries)


def _generic(document: Document, table: Table) -> Iterator[LaunchFacts]:
    """A container as most charts write it, with its image in parts."""
    around = Around(document, "helm_values")
    if walk.items(table, "containers"):
        for launch in pod_launches(around, table):
            yield replace(launch, shared_memory_elsewhere=True, supply=Supply(None))
        return
    entries = dict(table.entries)
    image = walk.below(table, "image")
    if isinstance(image, Table):
        repository = walk.entry(image, "repository")
        if repository is not None:
            entries["image"] = Entry(repository.at, repository.node)
        command = walk.entry(image, "command")
        if command is not None:
            entries.setdefault("command", command)
    facts = container_facts(scheduled(around, table), document, Table(table.at, entries), {})
    said = walk.at(document, table, "rayStartParams", "num-gpus")
    pods = (RayPod(None, containers.counted(said), facts.gpus_a_node),) if said is not None else ()
    replicas = walk.at(document, table, "replicaCount") or walk.at(document, table, "replicas")
    yield replace(
        facts,
        role=role_of(facts.commands),
        replicas=replicas,
        shared_memory_elsewhere=True,
        other_device=True,  # the chart's templates may ask for more than the values show
        ray_pods=pods,
    )


FORMAT = Format(
    name="helm_values",
    words=("servingEngineSpec", "tensorrtLLM", "tensorrtLlm", "requestGPU", ".com/gpu"),
    telltale=re.compile(
        r"^[ \t-]*(servingEngineSpec|tensorrtLLM|tensorrtLlm|requestGPU|[\"']?(nvidia|amd)\.com/gpu[\"']?)[ \t]*:", re.M
    ),
    name_hint=re.compile(r"(^|[/_-])values[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
