"""ADV052: the configuration is for other hardware than was decided."""

from collections.abc import Iterator

from advisor.check.launch.hardware import gpu
from advisor.check.launch.serving import served_gpu
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.expected import Expected
from advisor.values.finding import Finding, Place
from advisor.values.launches import LaunchFacts


def find(material: Material) -> Iterator[Finding]:
    """Each number of GPUs or machines that is not the decided one."""
    for config in material.configs:
        expected = material.expected_of(config)
        if expected is None:
            continue
        yield from _differs(config.num_processes, expected.gpus, "GPU", expected)
        yield from _differs(config.machines, expected.machines, "machine", expected)
    for launch in material.launches:
        decided = material.expected_of(launch)
        if decided is None:
            continue
        if launch.role == "train":
            yield from _launched(launch, decided)
        if launch.role != "other":
            yield from _other_gpu(launch, decided)
            yield from _preemptible(launch, decided)


def _launched(launch: LaunchFacts, expected: Expected) -> Iterator[Finding]:
    """The GPUs that a training run is given, and the machines that the file itself states."""
    nodes, each = launch.nodes, launch.gpus_a_node
    if nodes is not None and "default" not in nodes.raw:
        yield from _differs(nodes, expected.machines, "machine", expected)
    gpus = launch.supply.gpus
    if each is not None and gpus and expected.gpus is not None and gpus != expected.gpus:
        told = f"decided {expected.gpus} GPU{'s' if expected.gpus != 1 else ''}, but the run gets {gpus}"
        yield finding(RULE.id, "error", f"{told}: {written(each)}", RULE.remedy, each, nodes, _record(expected))


def _other_gpu(launch: LaunchFacts, expected: Expected) -> Iterator[Finding]:
    """Another kind of GPU; a server may run on its own, so there it is a warning."""
    decided, named = gpu(expected.accelerator), served_gpu(launch)
    at = launch.accelerator or launch.machine_type
    if decided is None or named is None or at is None or _same(decided.name, named.name):
        return
    serves = launch.role == "serve"
    told = (
        f"decided {decided.name}, but {written(at)}{' (of a server: the decision is about training)' if serves else ''}"
    )
    yield finding(RULE.id, "warning" if serves else "error", told, RULE.remedy, at, _record(expected))


def _same(one: str, other: str) -> bool:
    """The same GPU; of one whose memory a name leaves open, any size."""
    family, open_ended = one.split()[0], "at most"
    return one == other or (family == other.split()[0] and (open_ended in one or open_ended in other))


def _preemptible(launch: LaunchFacts, expected: Expected) -> Iterator[Finding]:
    at = launch.preemptible
    if expected.on_demand and at is not None:
        told = f"decided against machines that may be taken away, but {written(at)}"
        yield finding(RULE.id, "error", told, RULE.remedy, at, _record(expected))


def _record(expected: Expected) -> Place | None:
    return Place(expected.record) if expected.record else None


def _differs(at: At | None, decided: int | None, what: str, expected: Expected) -> Iterator[Finding]:
    if at is None or decided is None or at.whole is None or at.whole < 1 or at.whole == decided:
        return
    yield finding(
        RULE.id,
        "error",
        f"decided {decided} {what}{'s' if decided != 1 else ''}, but {written(at)}",
        f"set {at.key} to {decided}, or decide again: advisor plan",
        at,
        _record(expected),
    )


RULE = Rule(
    id="ADV052",
    title="Hardware differs from the decision",
    severity="error",
    group="drift",
    formats=("accelerate", "kubernetes", "shell", "skypilot"),
    condition="The recorded decision names a kind of GPU, a number of GPUs or machines, or rules preemptible machines "
    "out, and a configuration of the project says otherwise. Another kind of GPU under a server is a warning.",
    remedy="Change the configuration, or run advisor plan and have the new decision accepted.",
    why="Time, memory and cost in the record were estimated for the decided machines.",
    evidence=("docs/decisions of the project that is checked",),
    bad=Example(
        {"accelerate.yaml": "distributed_type: MULTI_GPU\nnum_machines: 1\nnum_processes: 8\n"},
        line=3,
        expected=Expected(parallelism="ddp", gpus=4, machines=1, record="docs/decisions/0001-train.md"),
    ),
    good=Example(
        {"accelerate.yaml": "distributed_type: MULTI_GPU\nnum_machines: 1\nnum_processes: 4\n"},
        expected=Expected(parallelism="ddp", gpus=4, machines=1, record="docs/decisions/0001-train.md"),
    ),
    find=find,
)
