"""Scripts that a launch runs, and what such a script then runs on: `srun bash train.sh` in a batch script."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from advisor.check.launch.arguments import Scene
from advisor.check.launch.command import wrapped
from advisor.check.launch.programs import SHELLS, base
from advisor.check.launch.shell_values import Line
from advisor.values.launches import Command, LaunchFacts, Script

_SCRIPT = re.compile(r"[^\s]+\.(sh|bash)$")
_RUNNERS = frozenset({*SHELLS, "source", "."})


def scripts_of(lines: Iterable[Line], scene: Scene) -> Iterator[Script]:
    """The scripts that lines run: by themselves, by a shell, or by srun."""
    for line in lines:
        for index, word in enumerate(line.words):
            if not word.known or not _SCRIPT.match(word.text):
                continue
            before = base(line.words[index - 1].text) if index else ""
            first = base(line.words[0].text)
            if index == 0 or before in _RUNNERS or first == "srun":
                outer = wrapped(line.words[:index], scene)
                srun, step = outer if outer is not None else (None, None)
                tasks = step.first("ntasks", "n") if step is not None else None
                each = step.first("ntasks_per_node") if step is not None else None
                yield Script(scene.at(word), srun, tasks, each)
            break


def passed_on(parent: LaunchFacts, script: Script, child: LaunchFacts) -> LaunchFacts:
    """The script's own launch, on what the one that runs it gets."""
    return replace(
        child,
        commands=tuple(_under(command, script) for command in child.commands),
        nodes=parent.nodes,
        tasks=parent.tasks,
        tasks_a_node=parent.tasks_a_node,
        gpus_a_node=parent.gpus_a_node,
        supply=parent.supply,
        accelerator=parent.accelerator,
        machine_type=parent.machine_type,
        shares_gpus=parent.shares_gpus,
        preemptible=parent.preemptible,
        memory=parent.memory,
        cpus=parent.cpus,
        time_limit=parent.time_limit,
        mounts=parent.mounts,
    )


def _under(command: Command, script: Script) -> Command:
    if command.under_srun is not None or script.under_srun is None:
        return command
    return replace(
        command,
        under_srun=script.under_srun,
        step_tasks=script.step_tasks,
        step_tasks_a_node=script.step_tasks_a_node,
    )


def is_bare(launch: LaunchFacts) -> bool:
    """A script that says nothing of what it runs on."""
    return launch.format == "shell" and launch.gpus_a_node is None and launch.nodes is None


def inherited(launches: tuple[LaunchFacts, ...], leads: Mapping[str, list[tuple[LaunchFacts, Script]]],
              absolute: Iterable[str]) -> tuple[LaunchFacts, ...]:  # fmt: skip
    """Launches as they are, and bare scripts on what the only launch that runs them gets.

    `leads` has, by absolute path, who runs a script; `absolute` is the path of each launch.
    """
    found = []
    for launch, path in zip(launches, absolute, strict=True):
        parents = leads.get(path, [])
        found.append(passed_on(*parents[0], launch) if len(parents) == 1 and is_bare(launch) else launch)
    return tuple(found)
