"""A Kubernetes pod template as launches: its containers, where it is scheduled, what is mounted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from advisor.check.launch import container as containers
from advisor.check.launch import walk
from advisor.check.tree import Document, Node, Table
from advisor.values.configs import At
from advisor.values.launches import LaunchFacts, Mount, Role, Supply

_ACCELERATOR = (
    "cloud.google.com/gke-accelerator",
    "nvidia.com/gpu.product",
    "karpenter.k8s.aws/instance-gpu-name",
    "k8s.amazonaws.com/accelerator",
    "accelerator",
    "gpu.nvidia.com/class",
)
_MACHINE = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
_SPOT = {
    "cloud.google.com/gke-spot": "true",
    "cloud.google.com/gke-preemptible": "true",
    "cloud.google.com/gke-provisioning": "spot",
    "karpenter.sh/capacity-type": "spot",
    "eks.amazonaws.com/capacityType": "SPOT",
    "kubernetes.azure.com/scalesetpriority": "spot",
}
_LASTING = ("persistentVolumeClaim", "nfs", "csi", "hostPath", "awsElasticBlockStore", "azureFile", "cephfs")


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a pod template: the document, its format, the owner's kind and name."""

    document: Document
    format: str
    kind: At | None = None
    name: str = ""


def pod_launches(around: Around, spec: Table) -> Iterator[LaunchFacts]:
    """One launch a container that starts something known or gets GPUs."""
    document = around.document
    common = scheduled(around, spec)
    volumes = _volumes(document, spec)
    for item in walk.items(spec, "containers"):
        if isinstance(item, Table):
            facts = container_facts(common, document, item, volumes)
            if facts.commands or facts.gpus_a_node is not None or facts.gpus_requested is not None:
                yield facts


def container_facts(common: LaunchFacts, document: Document, item: Table, volumes: dict[str, Mount]) -> LaunchFacts:
    """`common` with what one container adds."""
    variables = containers.variables_of(document, item)
    image = walk.text(item, "image")
    commands = containers.commands(document, item, image, variables)
    resources = walk.below(item, "resources")
    mounts = tuple(_mounts(document, item, volumes))
    shared = next((each for each in mounts if each.path.raw == "/dev/shm"), None)
    limit = containers.gpus(document, resources, "limits")
    return replace(
        common,
        place=document.place(item.at),
        commands=commands,
        role=role_of(commands),
        gpus_a_node=limit,
        gpus_requested=containers.gpus(document, resources, "requests"),
        other_device=common.other_device or containers.has_other_device(resources) or "claims" in _keys(resources),
        supply=Supply(limit.whole if limit is not None else None, "", (limit,) if limit is not None else ()),
        image=walk.at(document, item, "image"),
        memory=containers.quantity(document, resources, "limits", "memory"),
        cpus=containers.quantity(document, resources, "limits", "cpu")
        or containers.quantity(document, resources, "requests", "cpu"),
        shared_memory=None if shared is None else (shared.source or shared.path),
        liveness=containers.probe(document, item, "livenessProbe"),
        startup=containers.probe(document, item, "startupProbe"),
        readiness=containers.probe(document, item, "readinessProbe"),
        mounts=mounts,
    )


def role_of(commands: tuple[object, ...]) -> Role:
    """What most of a launch is for: serving when it starts a server, training when it starts a launcher."""
    roles = [getattr(each, "role", "other") for each in commands]
    return "serve" if "serve" in roles else "train" if "train" in roles else "other"


def scheduled(around: Around, spec: Table) -> LaunchFacts:
    """Where the pod runs, as far as its labels say: a launch without its containers."""
    document = around.document
    labels = dict(_labels(document, spec))
    spot = next((labels[key] for key, value in _SPOT.items() if key in labels and _is(labels[key], value)), None)
    sharing = any("gpu-sharing" in key or "mig" in key or "gpu-partition" in key for key in labels)
    runtime = walk.text(spec, "runtimeClassName")
    return LaunchFacts(
        around.format,
        document.place(spec.at),
        kind=around.kind,
        name=around.name,
        local=False,
        accelerator=next((labels[key] for key in _ACCELERATOR if key in labels), None),
        machine_type=next((labels[key] for key in _MACHINE if key in labels), None),
        shares_gpus=sharing,
        other_device=bool(walk.items(spec, "resourceClaims")) or "nvidia" in runtime,
        preemptible=spot,
        shared_memory_elsewhere=walk.text(spec, "hostIPC") == "true",
        restart_policy=walk.at(document, spec, "restartPolicy"),
    )


def _labels(document: Document, spec: Table) -> Iterator[tuple[str, At]]:
    """The labels that a node must have: nodeSelector, and affinity that names one value."""
    selector = walk.table(spec, "nodeSelector")
    for name in selector.entries if selector is not None else ():
        at = walk.at(document, selector, name)
        if at is not None:
            yield name, at
    terms = walk.items(
        spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
    )
    for expression in (each for term in terms for each in walk.items(term, "matchExpressions")):
        values = containers.leaves(walk.below(expression, "values"))
        if walk.text(expression, "operator") == "In" and len(values) == 1:
            name = walk.text(expression, "key")
            yield name, walk.leaf_at(document, values[0], name)


def _is(at: At, value: str) -> bool:
    return at.raw.lower() == value.lower()


def _volumes(document: Document, spec: Table) -> dict[str, Mount]:
    """The volumes of the pod by name: what each leads to."""
    found: dict[str, Mount] = {}
    for item in walk.items(spec, "volumes"):
        at = walk.at(document, item, "name")
        if at is None or not isinstance(item, Table):
            continue
        if "emptyDir" in item.entries:
            in_memory = walk.text(item, "emptyDir", "medium") == "Memory"
            size = containers.quantity(document, item, "emptyDir", "sizeLimit")
            found[at.raw] = Mount(at, "memory" if in_memory else "passing", size)
        elif "ephemeral" in item.entries:
            found[at.raw] = Mount(at, "passing")
        elif any(kind in item.entries for kind in _LASTING):
            found[at.raw] = Mount(at, "lasting")
        else:
            found[at.raw] = Mount(at, "other")
    return found


def _mounts(document: Document, item: Node, volumes: dict[str, Mount]) -> Iterator[Mount]:
    for mount in walk.items(item, "volumeMounts"):
        path = walk.at(document, mount, "mountPath")
        volume = volumes.get(walk.text(mount, "name"))
        if path is not None:
            yield Mount(path, volume.kind if volume is not None else "other", volume.source if volume else None)


def _keys(node: Node | None) -> list[str]:
    return list(node.entries) if isinstance(node, Table) else []
