"""What a container of Kubernetes (or of a service that looks like one) starts, and what it gets."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from advisor.check.launch import walk
from advisor.check.launch.aligned import offsets
from advisor.check.launch.arguments import Scene, parsed, value_of
from advisor.check.launch.command import commands_of, environment, served
from advisor.check.launch.programs import SHELLS, base
from advisor.check.launch.quantities import kubernetes_quantity
from advisor.check.launch.shell_values import Line, Word
from advisor.check.launch.shell_words import shell_lines
from advisor.check.tree import Document, Leaf, Node, Table
from advisor.values.configs import At
from advisor.values.finding import Place
from advisor.values.launches import Command, Probe

SERVER_IMAGES = {"vllm-openai": "vllm", "text-generation-inference": "tgi", "vllm-tpu": "vllm"}
"""Images whose entry point is a server, by a part of their name."""
_GPU = ("nvidia.com/gpu", "amd.com/gpu")
_DEFAULTS = (("initialDelaySeconds", 0), ("periodSeconds", 10), ("failureThreshold", 3))  # of a Kubernetes probe


def variables_of(document: Document, container: Node) -> dict[str, At]:
    """The environment of a container as far as it is literal."""
    found: dict[str, At] = {}
    node = walk.below(container, "env")
    if isinstance(node, Table):  # charts and compose files write it as a mapping
        for name in node.entries:
            value = walk.at(document, node, name)
            if value is not None:
                found[name] = value
    for item in walk.items(container, "env"):
        name, value = walk.text(item, "name"), walk.at(document, item, "value")
        if name and value is not None:
            found[name] = replace(value, yaml_path=name)
    return {
        name: replace(at, value=value_of(at.value)) if isinstance(at.value, str) else at for name, at in found.items()
    }


def words_of(variables: Mapping[str, At], document: Document) -> dict[str, Word]:
    """The environment as words whose offset leads back to where the value stands."""
    return {
        name: Word(at.raw, -1 - document.offset(at.place))
        for name, at in variables.items()
        if at.value is not None and at.raw and "$" not in at.raw
    }


def scene(document: Document, inside: Callable[[int], int] | None = None) -> Scene:
    """Places of words: an offset below zero is one of the file, another one of the script that `inside` maps."""

    def place(at: int) -> Place:
        return document.place(-1 - at if at < 0 else (inside(at) if inside is not None else at))

    return Scene(place)


def commands(document: Document, container: Node, image: str, variables: Mapping[str, At]) -> tuple[Command, ...]:
    """What the container starts, by its command and arguments, or by its image where there is no command."""
    known = words_of(variables, document)
    written = [each for key in ("command", "args") for each in leaves(walk.below(container, key))]
    found = command_line(document, written, known)
    server = next((name for part, name in SERVER_IMAGES.items() if part in image), None)
    if not found and server is not None and not leaves(walk.below(container, "command")):
        first = walk.entry(container, "image")
        words = _exec_words(written, known)
        program = At(server, image, document.place(first.at if first is not None else container.at), server)
        blank = Command(program, "serve", words=tuple(scene(document).at(word) for word in words))
        found = (served(blank, parsed(words, scene(document))),)
    return tuple(environment(each, variables) for each in found)


def command_line(document: Document, written: list[Leaf], known: Mapping[str, Word]) -> tuple[Command, ...]:
    """What a list of words starts; a script behind `sh -c` is read as shell."""
    for index, leaf in enumerate(written):
        is_shell = base(leaf.raw.strip()) in SHELLS
        options = written[index + 1].raw if index + 1 < len(written) else ""
        if is_shell and options.startswith("-") and "c" in options and index + 2 < len(written):
            return script(document, written[index + 2], known)
    if len(written) == 1 and " " in written[0].raw.strip():
        return script(document, written[0], known)
    words = _exec_words(written, known)
    return tuple(commands_of([Line(tuple(words), {}, words[0].at)], scene(document))) if words else ()


def script(document: Document, leaf: Leaf, known: Mapping[str, Word]) -> tuple[Command, ...]:
    """What shell text in a scalar starts."""
    lines = shell_lines(leaf.value if isinstance(leaf.value, str) else leaf.raw, known)
    return tuple(commands_of(lines, scene(document, offsets(document, leaf))))


def _exec_words(written: list[Leaf], known: Mapping[str, Word]) -> list[Word]:
    """The items as words, `$(NAME)` replaced from the environment (kubelet does this, no shell)."""
    words: list[Word] = []
    for leaf in written:
        text = leaf.raw.strip()
        option, equals, value = text.partition("=")
        name = value if equals else text
        variable = known.get(name[2:-1]) if name.startswith("$(") and name.endswith(")") else None
        if variable is None:
            words.append(Word(text, -1 - leaf.at, known="$(" not in text))
            continue
        words += [*([Word(option, -1 - leaf.at)] if equals else []), variable]
    return words


def leaves(node: Node | None) -> list[Leaf]:
    """The scalars of a list, or the one scalar that stands in its place."""
    if isinstance(node, Leaf):
        return [node] if node.raw.strip() else []
    return [each for each in walk.items(node) if isinstance(each, Leaf)]


def gpus(document: Document, resources: Node | None, kind: str) -> At | None:
    """The GPUs in the limits or the requests; of several keys the first."""
    for key in _GPU:
        found = walk.at(document, resources, kind, key)
        if found is not None:
            return counted(replace(found, yaml_path=f"{kind}.{key}"))
    return None


def counted(at: At) -> At:
    """A count that may be written as text, as its number."""
    if isinstance(at.value, str) and at.value.strip().isdigit() and len(at.value) < 10:
        return replace(at, value=int(at.value.strip()))
    return at if at.whole is not None else replace(at, value=None)


def has_other_device(resources: Node | None) -> bool:
    """Whether it asks for a device that is not a whole GPU: a TPU, a slice, an Inferentia."""
    names = [name for kind in ("limits", "requests") for name in _keys(walk.below(resources, kind))]
    return any("/" in name and name not in _GPU and "ephemeral" not in name for name in names)


def _keys(node: Node | None) -> list[str]:
    return list(node.entries) if isinstance(node, Table) else []


def quantity(document: Document, node: Node | None, *keys: str) -> At | None:
    """A Kubernetes quantity as its number."""
    found = walk.at(document, node, *keys)
    if found is None or found.value is None:
        return found
    return replace(found, value=kubernetes_quantity(found.raw))


def probe(document: Document, container: Node, name: str) -> Probe | None:
    """A probe, and how many seconds after the start it gives up for the first time."""
    found = walk.entry(container, name)
    if found is None or not isinstance(found.node, Table):
        return None
    delay = walk.at(document, found.node, "initialDelaySeconds")
    at = delay if delay is not None else At(True, "", document.place(found.at), name)
    numbers = []
    for key, default in _DEFAULTS:
        value = walk.at(document, found.node, key)
        numbers.append(float(default) if value is None else value.number)
    first, period, failures = numbers
    known = first is not None and period is not None and failures is not None
    return Probe(at, (first or 0) + (period or 0) * (failures or 0) if known else None, first)
