"""Shell scripts that start training or serving, Slurm batch scripts among them.

Directives as in slurm.schedmd.com/sbatch.html; launch lines and Megatron-LM's arguments are read from the words that
reach the command.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from advisor.check.format import Facts, Format
from advisor.check.formats.parts.options import configurations
from advisor.check.launch.arguments import Scene, parsed
from advisor.check.launch.command import commands_of
from advisor.check.launch.containers_run import run_by_docker
from advisor.check.launch.pod import role_of
from advisor.check.launch.quantities import slurm_bytes, slurm_seconds
from advisor.check.launch.scripts import scripts_of
from advisor.check.launch.shell_values import Word
from advisor.check.launch.shell_words import shell_lines
from advisor.check.tree import Document
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts, Supply

_DIRECTIVE = re.compile(r"^#SBATCH[ \t]+(.*)$", re.M)
_COMMAND = re.compile(r"^[ \t]*[^#\s]", re.M)
_SHORT = {
    "N": "nodes",
    "n": "ntasks",
    "t": "time",
    "G": "gpus",
    "C": "constraint",
    "p": "partition",
    "c": "cpus_per_task",
    "q": "qos",
}
_GPU_COUNT = re.compile(r"(?:gpu:)?(?:([A-Za-z][\w.-]*):)?(\d{1,5})$")


def read(document: Document) -> Iterator[Facts]:
    """The script as one launch, and each Megatron command line as a configuration."""
    text = document.text
    scene = Scene(document.place)
    lines = list(shell_lines(text))
    commands = tuple(commands_of(lines, scene))
    directives = _directives(document)
    scripts = tuple(scripts_of(lines, scene))
    if commands or directives or scripts:
        launch = replace(_launch(document, commands, directives), scripts=scripts)
        yield launch
        yield from configurations(document, launch)
    for line in lines:
        yield from run_by_docker(line, scene)


def _directives(document: Document) -> dict[str, At]:
    """The options of the #SBATCH lines before the first command, by their long names; the last one counts."""
    text = document.text
    first = _COMMAND.search(text)
    found: dict[str, At] = {}
    for match in _DIRECTIVE.finditer(text, 0, first.start() if first is not None else len(text)):
        words = [
            Word(piece.group(), match.start(1) + piece.start(), known="$" not in piece.group())
            for piece in re.finditer(r"[^\s#]\S*", match.group(1).split(" #")[0])
        ]
        arguments = parsed(words, Scene(document.place), ("exclusive", "requeue", "no_requeue", "overcommit"))
        for name, at in arguments.options.items():
            found[_SHORT.get(name, name)] = at
        for word in words:
            if re.search(r"\$[A-Za-z_{]", word.text):
                at = Scene(document.place).at(word, "#SBATCH")
                found[f"${word.at}"] = replace(at, raw=match.group(1).strip())
    return found


def _launch(document: Document, commands: tuple[Command, ...], said: Mapping[str, At]) -> LaunchFacts:
    batch = bool(said)
    nodes = said.get("nodes") or (_implied(document) if batch and "ntasks" not in said else None)
    gpu_name, gpus = _gpus(said)
    count = gpus.whole if gpus is not None else None
    total = count * nodes.whole if count is not None and nodes is not None and nodes.whole is not None else None
    told = f"{nodes.whole} nodes x {count} GPUs" if nodes is not None and nodes.whole != 1 else ""
    memory = said.get("mem")
    limit = said.get("time")
    preemptible = next((at for name in ("qos", "partition") if _is_preemptible(at := said.get(name))), None)
    return LaunchFacts(
        "slurm" if batch else "shell",
        document.place(0),
        commands=commands,
        role=role_of(commands),
        nodes=nodes,
        tasks=said.get("ntasks"),
        tasks_a_node=said.get("ntasks_per_node"),
        gpus_a_node=gpus,
        supply=Supply(total, told, tuple(at for at in (nodes, gpus) if at is not None)),
        accelerator=gpu_name or _constraint(said.get("constraint")),
        preemptible=preemptible,
        memory=replace(memory, value=slurm_bytes(memory.raw)) if memory is not None and memory.value else memory,
        cpus=_cpus(said),
        time_limit=replace(limit, value=slurm_seconds(limit.raw)) if limit is not None else None,
        retries=said.get("requeue"),
        shared_memory_elsewhere=True,
        unexpanded=tuple(at for name, at in said.items() if name.startswith("$")),
    )


def _implied(document: Document) -> At:
    return At(1, "1 (the default)", document.place(0), "--nodes")


def _gpus(said: Mapping[str, At]) -> tuple[At | None, At | None]:
    """The GPU's name and the count a node, from the options that state it for a node."""
    for name in ("gpus_per_node", "gres"):
        at = said.get(name)
        if at is None:
            continue
        parts = [part for part in at.raw.split(",") if name == "gpus_per_node" or part.startswith("gpu")]
        match = _GPU_COUNT.fullmatch(parts[0]) if len(parts) == 1 else None
        if at.value is None or match is None:
            return None, replace(at, value=1) if parts == ["gpu"] else replace(at, value=None)
        kind = replace(at, value=match.group(1)) if match.group(1) else None
        return kind, replace(at, value=int(match.group(2)))
    return _by_task(said)


def _cpus(said: Mapping[str, At]) -> At | None:
    """--cpus-per-task times the tasks of a node, one where nothing is said."""
    at, tasks = said.get("cpus_per_task"), said.get("ntasks_per_node")
    several = 1 if tasks is None else tasks.whole
    return None if at is None or at.whole is None or several is None else replace(at, value=at.whole * several)


def _by_task(said: Mapping[str, At]) -> tuple[At | None, At | None]:
    """--gpus-per-task times the tasks of a node."""
    at, tasks = said.get("gpus_per_task"), said.get("ntasks_per_node")
    match = _GPU_COUNT.fullmatch(at.raw) if at is not None and at.value is not None else None
    if at is None or match is None or tasks is None or tasks.whole is None:
        return None, None
    kind = replace(at, value=match.group(1)) if match.group(1) else None
    return kind, replace(at, value=int(match.group(2)) * tasks.whole)


def _constraint(at: At | None) -> At | None:
    return at if at is not None and isinstance(at.value, str) and re.fullmatch(r"[\w-]+", at.value) else None


def _is_preemptible(at: At | None) -> bool:
    return at is not None and at.word is not None and re.search(r"preempt|scavenge|spot", at.word) is not None


FORMAT = Format(
    name="shell",
    telltale=re.compile(
        r"^#SBATCH\b|\b(torchrun|accelerate[ \t]+launch|deepspeed|torch\.distributed\.(run|launch)|vllm|sglang"
        r"|text-generation-launcher|srun|docker[ \t]+run|python3?[ \t])",
        re.M,
    ),
    name_hint=re.compile(r"\.(sbatch|slurm)$", re.I),
    read=read,
    readers=("shell",),
)
