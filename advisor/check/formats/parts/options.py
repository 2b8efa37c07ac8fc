"""Options of a training command as the configuration that they are: Megatron-LM's, and TrainingArguments."""

from collections.abc import Iterator
from dataclasses import replace

from advisor.check.formats import megatron, training_arguments
from advisor.check.taking import Section
from advisor.check.tree import Document, Entry, Leaf, Table
from advisor.values.configs import At, ConfigFacts
from advisor.values.launches import Command, LaunchFacts

_FLAGS = {"true": True, "false": False}


def configurations(document: Document, launch: LaunchFacts) -> Iterator[ConfigFacts]:
    """What the training commands of a launch say to their scripts, with the machines of the launch."""
    for command in launch.commands:
        if command.role == "serve":
            continue
        options = _options(document, command)
        section = Section(document, Table(document.offset(command.program.place), options), casts="quoted")
        if megatron.is_command_line(options):
            devices, machines = _machines(launch, command)
            yield replace(megatron.of_command_line(section), devices=devices, machines=machines)
        elif training_arguments.recognised(section):
            yield from training_arguments.arguments(section, "training_arguments")


def _machines(launch: LaunchFacts, command: Command) -> tuple[At | None, At | None]:
    """Processes a machine and machines: of the launcher, else of the tasks that srun starts."""
    machines = command.nodes or (launch.nodes if launch.format != "shell" else None)
    if command.processes_a_node is not None or command.under_srun is None:
        return command.processes_a_node, machines
    return (command.step_tasks_a_node or launch.tasks_a_node), launch.nodes


def _options(document: Document, command: Command) -> dict[str, Entry]:
    """The options by the name that an argument parser gives them; a flag without a value is true, the last counts."""
    options: dict[str, Entry] = {}
    words = command.words
    for index, at in enumerate(words):
        name, equals, value = at.raw.partition("=")
        if not name.startswith("--"):
            continue
        follows = words[index + 1] if index + 1 < len(words) else None
        shift = len(name) + 1 if equals else 0
        source, raw = at, value
        if not equals and follows is not None and not follows.raw.startswith("--"):
            source, raw = follows, follows.raw
        elif not equals:
            raw = "true"
        known = source.value is not None
        offset = document.offset(source.place) + shift
        node = Leaf(offset, _FLAGS.get(raw.lower(), raw) if known else None, raw)
        options[name.lstrip("-").replace("-", "_")] = Entry(offset, node)
    return options
