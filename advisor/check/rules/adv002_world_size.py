"""ADV002: the launcher starts another number of processes than there are GPUs for the run."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding, Severity
from advisor.values.launches import Command, LaunchFacts


def find(material: Material) -> Iterator[Finding]:
    """Each launch whose number of processes or machines is not what it is given."""
    for launch in material.launches:
        for command in launch.commands:
            if command.role == "train":
                yield from _processes(material, launch, command)
                yield from _machines(launch, command)


def _processes(material: Material, launch: LaunchFacts, command: Command) -> Iterator[Finding]:
    gpus, at = launch.supply.gpus, command.processes
    if gpus is None or gpus < 1:
        return
    if at is not None:
        if at.whole is not None and at.whole > 0 and at.whole != gpus:
            yield from _differs(launch, command, at, at.whole, written(at))
        return
    if command.open_ended or command.config is None or command.program.value != "accelerate":
        return
    config = material.config_at(launch, command.config)
    stated = config.num_processes if config is not None else None
    if stated is not None and stated.whole and stated.whole != gpus:
        told = f"{written(command.config)}, which says {written(stated)}, is not overridden"
        yield from _differs(launch, command, command.config, stated.whole, told, stated)


def _differs(
    launch: LaunchFacts, command: Command, at: At, processes: int, told: str, *related: At
) -> Iterator[Finding]:
    gpus = launch.supply.gpus or 0
    others = len(launch.commands) > 1 or any("vllm" in word.raw for word in command.words)
    if processes < gpus and (others or processes == 1):
        return  # the rest of the GPUs may be for what else is started
    given = f"{launch.supply.told} (= {gpus})" if launch.supply.told else f"{gpus} GPUs"
    severity: Severity = "error" if processes > gpus else "warning"
    places = (*related, *launch.supply.places)
    yield finding(
        RULE.id, severity, f"{told}: {processes} processes, but there are {given}", f"start {gpus}", at, *places
    )


def _machines(launch: LaunchFacts, command: Command) -> Iterator[Finding]:
    at, nodes = command.nodes, launch.nodes
    if at is None or nodes is None or at.whole is None or nodes.whole is None or launch.format == "shell":
        return
    if at.whole != nodes.whole and at.whole > 0 and not (at.whole == 1 and launch.format == "slurm"):
        told = f"{written(at)}, but {written(nodes)}"
        yield finding(RULE.id, "error", f"{told}: the launcher waits for machines that never come", "make them equal",
                      at, nodes)  # fmt: skip


RULE = Rule(
    id="ADV002",
    title="Number of processes differs from the GPUs of the run",
    severity="error",
    group="consistency",
    formats=("kubernetes", "shell", "skypilot"),
    condition="The processes (num_processes on the command line, else in the Accelerate file that it names) are not "
    "the nodes or pods x GPUs that the scheduler's file gives, or the launcher's machines are not its nodes. Fewer "
    "processes than GPUs are a warning. Values that are known only when the task runs are left out.",
    remedy="Start as many processes as there are GPUs, or ask for as many GPUs.",
    why="Missing ranks make init_process_group wait until its timeout; GPUs without a process are paid and idle. "
    "num_processes counts the processes of all machines.",
    evidence=(
        "huggingface/accelerate, src/accelerate/commands/launch.py, --num_processes: the total number of processes",
        "huggingface/accelerate, src/accelerate/utils/launch.py, prepare_multi_gpu_env, version 1.15.0: each machine "
        "starts num_processes // num_machines",
        "pytorch/pytorch, torch/distributed/distributed_c10d.py, _store_based_barrier, version 2.13: waits until as "
        "many ranks as the world size have joined, or until the timeout",
    ),
    bad=Example(
        {
            "job.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: tune\nspec:\n  parallelism: 2\n"
            "  completions: 2\n  completionMode: Indexed\n  template:\n    spec:\n      restartPolicy: OnFailure\n"
            "      containers:\n        - name: tune\n          image: registry.example/tune:1.4.0\n"
            "          command: [accelerate, launch, --num_machines, '2', --num_processes, '16', train.py]\n"
            "          resources:\n            limits:\n              nvidia.com/gpu: 1\n"
        },
        line=15,
    ),
    good=Example(
        {
            "job.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: tune\nspec:\n  parallelism: 2\n"
            "  completions: 2\n  completionMode: Indexed\n  template:\n    spec:\n      restartPolicy: OnFailure\n"
            "      containers:\n        - name: tune\n          image: registry.example/tune:1.4.0\n"
            "          command: [accelerate, launch, --num_machines, '2', --num_processes, '2', train.py]\n"
            "          resources:\n            limits:\n              nvidia.com/gpu: 1\n"
        }
    ),
    find=find,
)
