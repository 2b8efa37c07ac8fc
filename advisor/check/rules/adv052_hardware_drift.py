"""ADV052: the configuration is for other hardware than was decided."""

from collections.abc import Iterator

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
        if decided is not None and launch.role == "train":
            yield from _launched(launch, decided)


def _launched(launch: LaunchFacts, expected: Expected) -> Iterator[Finding]:
    """The GPUs that a training run is given, and the machines that the file itself states."""
    nodes, each = launch.nodes, launch.gpus_a_node
    if nodes is not None and "default" not in nodes.raw:
        yield from _differs(nodes, expected.machines, "machine", expected)
    gpus = launch.supply.gpus
    if each is not None and gpus and expected.gpus is not None and gpus != expected.gpus:
        record = Place(expected.record) if expected.record else None
        told = f"decided {expected.gpus} GPU{'s' if expected.gpus != 1 else ''}, but the run gets {gpus}"
        yield finding(RULE.id, "error", f"{told}: {written(each)}", RULE.remedy, each, nodes, record)


def _differs(at: At | None, decided: int | None, what: str, expected: Expected) -> Iterator[Finding]:
    if at is None or decided is None or at.whole is None or at.whole < 1 or at.whole == decided:
        return
    record = Place(expected.record) if expected.record else None
    yield finding(
        RULE.id,
        "error",
        f"decided {decided} {what}{'s' if decided != 1 else ''}, but {written(at)}",
        f"set {at.key} to {decided}, or decide again: advisor plan",
        at,
        record,
    )


RULE = Rule(
    id="ADV052",
    title="Hardware differs from the decision",
    severity="error",
    group="drift",
    formats=("accelerate", "kubernetes", "shell", "skypilot"),
    condition="The recorded decision names a number of GPUs or machines, and a configuration of the project another.",
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
