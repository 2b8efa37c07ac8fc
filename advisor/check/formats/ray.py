"""KubeRay's RayCluster, RayJob and RayService, with Ray Serve's LLM configuration inside.

Fields as in ray-operator/apis/ray/v1 of ray-project/kuberay, and ray.serve.llm's LLMConfig.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.launch import container as containers
from advisor.check.launch import walk
from advisor.check.launch.aligned import offsets
from advisor.check.launch.pod import Around, pod_launches
from advisor.check.tree import Document, Entry, Leaf, Node, Sequence, Table, Unreadable
from advisor.check.yaml_text import read_yaml
from advisor.values.configs import At
from advisor.values.finding import Place
from advisor.values.launches import Command, LaunchFacts, RayPod, Supply

_KINDS = ("RayCluster", "RayJob", "RayService")
_ENGINE = {
    "tensor_parallel_size": "tensor_parallel",
    "pipeline_parallel_size": "pipeline_parallel",
    "data_parallel_size": "data_parallel",
    "dtype": "dtype",
    "quantization": "quantization",
    "kv_cache_dtype": "cache_dtype",
    "max_model_len": "context_length",
    "gpu_memory_utilization": "memory_share",
    "cpu_offload_gb": "offload",
}


def read(document: Document) -> Iterator[LaunchFacts]:
    """The pods of each Ray cluster, and the models that Ray Serve runs on them."""
    for root in walk.tables(document):
        kind = walk.at(document, root, "kind")
        if kind is None or kind.value not in _KINDS or not walk.text(root, "apiVersion").startswith("ray.io/"):
            continue
        spec = walk.table(root, "spec")
        cluster = spec if kind.value == "RayCluster" else _cluster(spec)
        if spec is not None and cluster is not None:
            around = Around(document, "ray", kind, walk.text(root, "metadata", "name"))
            yield from _launches(around, spec, cluster)


def _cluster(spec: Table | None) -> Table | None:
    return walk.table(spec, "rayClusterSpec") or walk.table(spec, "rayClusterConfig")


def _launches(around: Around, spec: Table, cluster: Table) -> Iterator[LaunchFacts]:
    document = around.document
    groups = [node for node in (walk.below(cluster, "headGroupSpec"), *walk.items(cluster, "workerGroupSpecs")) if node]
    launches = [(group, launch) for group in groups for launch in _group(around, group)]
    pods = tuple(_ray_pod(document, group, launch) for group, launch in launches)
    supply = _supply(document, launches)
    memory = _smallest_memory(launches)
    served = tuple(_served(document, spec))
    named = [accelerator for _, accelerator in served]
    yield LaunchFacts(
        "ray",
        document.place(spec.at),
        around.kind,
        around.name,
        commands=tuple(command for command, _ in served),
        role="serve" if around.kind is not None and around.kind.value == "RayService" else "train",
        local=False,
        supply=supply,
        nodes=None,
        gpus_a_node=next((launch.gpus_a_node for _, launch in launches if launch.gpus_a_node is not None), None),
        accelerator=next((at for at in (*(each.accelerator for _, each in launches), *named) if at is not None), None),
        memory=memory,
        shared_memory_elsewhere=True,  # KubeRay mounts a memory-backed /dev/shm itself
        ray_version=walk.at(document, cluster, "rayVersion"),
        ray_pods=pods,
    )
    for _, launch in launches:
        yield replace(launch, commands=(), role="other", shared_memory_elsewhere=True, supply=Supply(None))


def _group(around: Around, group: Node) -> list[LaunchFacts]:
    """The Ray container of a group: the first of its pod, as KubeRay has it."""
    spec = walk.table(group, "template", "spec")
    first = walk.items(spec, "containers")[:1]
    if spec is None or not first:
        return []
    before = spec.entries["containers"]
    entries = {**spec.entries, "containers": Entry(before.at, Sequence(before.node.at, first))}
    launches = list(pod_launches(around, Table(spec.at, entries)))
    if launches or not isinstance(first[0], Table):
        return launches
    image = walk.at(around.document, first[0], "image")
    place = around.document.place(first[0].at)
    memory = containers.quantity(around.document, walk.below(first[0], "resources"), "limits", "memory")
    return [LaunchFacts("ray", place, around.kind, around.name, local=False, image=image, memory=memory)]


def _ray_pod(document: Document, group: Node, launch: LaunchFacts) -> RayPod:
    said = walk.at(document, group, "rayStartParams", "num-gpus")
    return RayPod(launch.image, containers.counted(said) if said is not None else None, launch.gpus_a_node)


def _supply(document: Document, launches: list[tuple[Node, LaunchFacts]]) -> Supply:
    """The GPUs of the whole cluster, at its largest."""
    total: int | None = 0
    places: list[At] = []
    told: list[str] = []
    for group, launch in launches:
        gpus = launch.gpus_a_node
        if gpus is None:
            continue
        places.append(gpus)
        most = [walk.at(document, group, key) for key in ("maxReplicas", "replicas")]
        counts = [at.whole for at in most if at is not None]
        hosts = walk.at(document, group, "numOfHosts")
        count = None if None in counts else max([c for c in counts if c is not None], default=1)
        per_replica = 1 if hosts is None else hosts.whole
        if count is None or gpus.whole is None or total is None or per_replica is None:
            total = None
        else:
            total += count * gpus.whole * per_replica
            told.append(f"{count * per_replica} pods x {gpus.whole} GPUs")
    return Supply(total if places else None, " + ".join(told), tuple(places))


def _smallest_memory(launches: list[tuple[Node, LaunchFacts]]) -> At | None:
    """The memory limit of the smallest pod that has GPUs."""
    limits = [each.memory for _, each in launches if each.gpus_a_node is not None and each.memory is not None]
    known = [at for at in limits if at.number is not None]
    return min(known, key=lambda at: at.number or 0) if known and len(known) == len(limits) else None


def _served(document: Document, spec: Table) -> Iterator[tuple[Command, At | None]]:
    """The models of serveConfigV2, which is YAML in YAML, each with the accelerator that it asks for."""
    leaf = walk.below(spec, "serveConfigV2")
    if not isinstance(leaf, Leaf) or not isinstance(leaf.value, str):
        return
    try:
        roots, _ = read_yaml(leaf.value)
    except Unreadable:
        return
    place = offsets(document, leaf)
    inner = _Inner(document, place)
    for application in (each for root in roots for each in walk.items(root, "applications")):
        for config in walk.items(application, "args", "llm_configs"):
            yield from _engine(inner, config)


class _Inner(Document):
    """A document inside another: its places are those of the outer one."""

    def __init__(self, outer: Document, offset: Callable[[int], int]) -> None:
        super().__init__(outer.path, outer.text, outer.reader)
        self._offset_of = offset

    def place(self, at: int) -> Place:
        """The place in the outer document."""
        return super().place(self._offset_of(at))


def _engine(document: Document, config: Node) -> Iterator[tuple[Command, At | None]]:
    if not isinstance(config, Table):
        return
    at = walk.at(document, config, "model_loading_config", "model_source") or walk.at(
        document, config, "model_loading_config", "model_id"
    )
    values = {
        name: found
        for key, name in _ENGINE.items()
        if (found := walk.at(document, config, "engine_kwargs", key)) is not None
    }
    program = At("vllm", "vLLM", document.place(config.at), "engine")
    command = replace(Command(program, "serve", model=at), **values)  # type: ignore[arg-type]
    yield command, walk.at(document, config, "accelerator_type")


FORMAT = Format(
    name="ray",
    words=("kind",),
    telltale=re.compile(r"^[ \t]*kind[\"']?:[ \t]*[\"']?Ray(Cluster|Job|Service)\b", re.M),
    name_hint=re.compile(r"(^|/)ray[-_](cluster|job|service)[^/]*\.ya?ml$", re.I),
    read=read,
)
