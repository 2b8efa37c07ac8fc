"""Kubernetes manifests that start GPU work: Pod, Deployment, StatefulSet, Job, CronJob, JobSet, PyTorchJob, MPIJob,
TrainJob, LeaderWorkerSet, DisaggregatedSet, KServe's InferenceService and LLMInferenceService.

Fields as in the Kubernetes API reference, kubeflow/training-operator and trainer, lws.x-k8s.io and serving.kserve.io.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from advisor.check.format import Facts, Format
from advisor.check.formats.parts.options import configurations
from advisor.check.launch import container as containers
from advisor.check.launch import walk
from advisor.check.launch.pod import Around, container_facts, pod_launches, role_of
from advisor.check.tree import Document, Node, Table
from advisor.values.configs import At
from advisor.values.launches import LaunchFacts, Supply

_REPLICATED = ("Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "Rollout")
_OPERATOR = ("pytorchReplicaSpecs", "mpiReplicaSpecs", "tfReplicaSpecs", "jaxReplicaSpecs")


def read(document: Document) -> Iterator[Facts]:
    """The launches of each object that Kubernetes would make pods of."""
    for root in walk.tables(document):
        kind = walk.at(document, root, "kind")
        if kind is None or "apiVersion" not in root.entries or not isinstance(kind.value, str):
            continue
        around = Around(document, "kubernetes", kind, walk.text(root, "metadata", "name"))
        spec = walk.table(root, "spec")
        if spec is not None:
            for launch in _object(around, kind.value, spec):
                yield launch
                yield from configurations(document, launch)


def _object(around: Around, kind: str, spec: Table) -> Iterator[LaunchFacts]:
    if kind == "Pod":
        yield from pod_launches(around, spec)
    elif kind in _REPLICATED:
        for launch in _template(around, walk.below(spec, "template")):
            yield replace(launch, replicas=walk.at(around.document, spec, "replicas") or _one(launch))
    elif kind == "CronJob":
        inner = walk.table(spec, "jobTemplate", "spec")
        yield from _job(around, inner) if inner is not None else ()
    else:
        yield from _KINDS.get(kind, _operator)(around, spec)


def _job_set(around: Around, spec: Table) -> Iterator[LaunchFacts]:
    """Jobs of several kinds; with several copies of one the file does not say which work together."""
    for each in walk.items(spec, "replicatedJobs"):
        inner = walk.table(each, "template", "spec")
        if inner is not None:
            copies = walk.at(around.document, each, "replicas")
            alone = copies is None or copies.whole == 1
            yield from (launch if alone else _open(launch) for launch in _job(around, inner))


def _template(around: Around, node: Node | None) -> Iterator[LaunchFacts]:
    spec = walk.table(node, "spec")
    if spec is not None:
        yield from pod_launches(around, spec)


def _one(launch: LaunchFacts) -> At | None:
    """One replica is what there is when nothing is said; the kind's place stands for it."""
    return None if launch.kind is None else At(1, "1 (the default)", launch.kind.place, "replicas")


def _open(launch: LaunchFacts) -> LaunchFacts:
    """Several jobs of which the file does not say whether they work together."""
    return replace(launch, nodes=None, supply=Supply(None))


def _job(around: Around, spec: Table) -> Iterator[LaunchFacts]:
    """A Job: as many pods at once as `parallelism` says, one by default."""
    document = around.document
    pods = walk.at(document, spec, "parallelism")
    limit = walk.at(document, spec, "activeDeadlineSeconds")
    indexed = walk.text(spec, "completionMode") == "Indexed"
    for launch in _template(around, walk.below(spec, "template")):
        together = replace(launch, retries=walk.at(document, spec, "backoffLimit"), time_limit=limit)
        if pods is None:
            yield replace(together, nodes=_count(launch, 1))
        else:
            yield _several(together, pods) if indexed or pods.whole == 1 else _open(together)


def _several(launch: LaunchFacts, pods: At) -> LaunchFacts:
    """The launch over several pods that work together."""
    each = launch.gpus_a_node
    count, gpus = pods.whole, each.whole if each is not None else None
    total = None if count is None or gpus is None else count * gpus
    told = f"{count} pods x {gpus} GPUs" if count != 1 else ""
    return replace(launch, nodes=pods, supply=Supply(total, told, tuple(at for at in (pods, each) if at is not None)))


def _count(launch: LaunchFacts, count: int) -> At | None:
    return None if launch.kind is None else At(count, str(count), launch.kind.place, "pods")


def _leader_worker(around: Around, spec: Table) -> Iterator[LaunchFacts]:
    """A LeaderWorkerSet: a group is one leader and `size` - 1 workers."""
    document = around.document
    replicas = walk.at(document, spec, "replicas")
    size = walk.at(document, spec, "leaderWorkerTemplate", "size")
    workers = list(_template(around, walk.below(spec, "leaderWorkerTemplate", "workerTemplate")))
    leaders = list(_template(around, walk.below(spec, "leaderWorkerTemplate", "leaderTemplate"))) or workers
    leader, worker = _gpus(leaders), _gpus(workers)
    count = size.whole if size is not None else None
    known = count is not None and leader is not None and worker is not None
    total = leader + (count - 1) * worker if known and count and leader is not None and worker is not None else None
    told = f"a group of {count} pods" if count != 1 else ""
    places = tuple(at for each in (*leaders, *workers) if (at := each.gpus_a_node) is not None)
    for launch in leaders if leaders is workers else [*leaders, *workers]:
        yield replace(launch, nodes=size, replicas=replicas, supply=Supply(total, told, places))


def _roles(around: Around, spec: Table) -> Iterator[LaunchFacts]:
    """A DisaggregatedSet: each role (prefill, decode) is a LeaderWorkerSet."""
    for role in walk.items(spec, "roles"):
        inner = walk.table(role, "spec")
        if inner is not None:
            yield from _leader_worker(around, inner)


def _gpus(launches: list[LaunchFacts]) -> int | None:
    """The GPUs of a pod over its containers; None when they are not known, or the pod has none that is seen."""
    counts = [at.whole for each in launches if (at := each.gpus_a_node) is not None]
    return None if not counts or None in counts else sum(count for count in counts if count is not None)


def _operator(around: Around, spec: Table) -> Iterator[LaunchFacts]:
    """Jobs of Kubeflow's training operator: replicas of several kinds that work together."""
    document = around.document
    roles = next((part for name in _OPERATOR if (part := walk.table(spec, name)) is not None), None)
    if roles is None:
        return
    groups: list[tuple[int | None, LaunchFacts]] = []
    for name in roles.entries:
        replicas = walk.at(document, roles, name, "replicas")
        count = 1 if replicas is None else replicas.whole
        policy = walk.at(document, roles, name, "restartPolicy")
        launches = _template(around, walk.below(roles, name, "template"))
        groups.extend((count, replace(launch, restart_policy=policy)) for launch in launches)
    with_gpus = [(count, each) for count, each in groups if each.gpus_a_node is not None]
    pods = None if any(count is None for count, _ in with_gpus) else sum(count or 0 for count, _ in with_gpus)
    totals = [None if c is None or e.gpus_a_node is None or e.gpus_a_node.whole is None else c * e.gpus_a_node.whole
              for c, e in with_gpus]  # fmt: skip
    total = None if not totals or None in totals else sum(each or 0 for each in totals)
    places = tuple(at for _, each in with_gpus if (at := each.gpus_a_node) is not None)
    elastic = "elasticPolicy" in spec.entries
    for _, launch in groups:
        supply = Supply(None) if elastic else Supply(total, f"{pods} pods" if pods != 1 else "", places)
        nodes = None if elastic or pods is None else _count(launch, pods)
        yield replace(launch, nodes=nodes, supply=supply)


def _train_job(around: Around, spec: Table) -> Iterator[LaunchFacts]:
    """A TrainJob of Kubeflow Trainer: `numNodes` pods of `resourcesPerNode`."""
    trainer = walk.table(spec, "trainer")
    if trainer is None:
        return
    document = around.document
    blank = LaunchFacts("kubernetes", document.place(trainer.at), around.kind, around.name, local=False)
    facts = container_facts(blank, document, trainer, {})
    resources = walk.below(trainer, "resourcesPerNode")
    limit = containers.gpus(document, resources, "limits") or containers.gpus(document, resources, "requests")
    facts = replace(facts, gpus_a_node=limit, shared_memory_elsewhere=True, supply=Supply(None))
    nodes = walk.at(document, trainer, "numNodes")
    each = walk.at(document, trainer, "numProcPerNode")
    commands = tuple(replace(command, processes_a_node=command.processes_a_node or each) for command in facts.commands)
    facts = replace(facts, commands=commands, role=role_of(commands))
    if limit is not None or commands:
        yield _several(facts, nodes) if nodes is not None else facts


def _inference(around: Around, spec: Table) -> Iterator[LaunchFacts]:
    """KServe: a predictor with containers or a `model`, and replicas."""
    document = around.document
    predictor = walk.table(spec, "predictor") or walk.table(spec, "template")
    if predictor is None:
        return
    replicas = walk.at(document, predictor, "minReplicas") or walk.at(document, spec, "replicas")
    several = "workerSpec" in predictor.entries or "worker" in spec.entries or "parallelism" in spec.entries
    launches = list(pod_launches(around, predictor))
    model = walk.table(predictor, "model")
    if model is not None:
        common = replace(_blank(around, predictor), shared_memory_elsewhere=True)
        facts = container_facts(common, document, model, {})
        launches += [facts] if facts.commands or facts.gpus_a_node is not None else []
    for launch in launches:
        serving = replace(launch, role="serve", replicas=replicas or _one(launch))
        yield replace(serving, supply=Supply(None)) if several else serving


def _blank(around: Around, spec: Table) -> LaunchFacts:
    return LaunchFacts("kubernetes", around.document.place(spec.at), around.kind, around.name, local=False)


_KINDS: Mapping[str, Callable[[Around, Table], Iterator[LaunchFacts]]] = {
    "Job": _job,
    "JobSet": _job_set,
    "LeaderWorkerSet": _leader_worker,
    "DisaggregatedSet": _roles,
    "TrainJob": _train_job,
    "InferenceService": _inference,
    "LLMInferenceService": _inference,
}

FORMAT = Format(
    name="kubernetes",
    words=("kind",),
    telltale=re.compile(
        r"^[ \t{,-]*[\"']?kind[\"']?:[ \t]*[\"']?(Pod|Deployment|StatefulSet|DaemonSet|Job|CronJob|JobSet|Rollout"
        r"|(PyTorch|MPI|TF|JAX|Train)Job|(LeaderWorker|Disaggregated)Set|(LLM)?InferenceService|List)\b",
        re.M,
    ),
    name_hint=re.compile(r"(^|/)(deployment|statefulset|job|pod|k8s|kubernetes)[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml", "json"),
)
