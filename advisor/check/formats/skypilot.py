"""SkyPilot tasks and services: resources, setup and run.

Fields as in docs.skypilot.co/en/latest/reference/yaml-spec.html.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Facts, Format
from advisor.check.formats.parts.options import configurations
from advisor.check.launch import container as containers
from advisor.check.launch import walk
from advisor.check.launch.aligned import offsets
from advisor.check.launch.command import commands_of
from advisor.check.launch.pod import role_of
from advisor.check.launch.programs import base
from advisor.check.launch.scripts import scripts_of
from advisor.check.launch.shell_values import Line, Word
from advisor.check.launch.shell_words import shell_lines
from advisor.check.tree import Document, Leaf, Node, Table
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts, Mount, Script, Supply

_COPIES = ("cp", "rsync", "mv", "rclone", "gsutil")
_STORED = ("name", "source", "mode", "store")


def read(document: Document) -> Iterator[Facts]:
    """Each task: a mapping with `resources`, or with `run` and `num_nodes`, that is no other tool's."""
    for root in document.roots:
        if isinstance(root, Table) and _recognised(root):
            task = _task(document, root)
            yield task
            yield from configurations(document, task)


def _recognised(root: Table) -> bool:
    resources = walk.table(root, "resources")
    if "apiVersion" in root.entries or "services" in root.entries:
        return False
    own = {"accelerators", "use_spot", "any_of", "ordered", "cloud", "infra", "instance_type", "disk_tier"}
    asks = resources is not None and bool(own & set(resources.entries))
    return asks and bool({"run", "setup", "service", "num_nodes"} & set(root.entries))


def _task(document: Document, root: Table) -> LaunchFacts:
    resources = walk.table(root, "resources")
    accelerator, count = _accelerators(document, resources)
    nodes = walk.at(document, root, "num_nodes") or _one(document, root)
    known = _variables(document, root)
    lines, commands = _run(document, root, known)
    serves = "service" in root.entries
    mounts = tuple(_mounts(document, root))
    gpus = count.whole if count is not None else None
    total = gpus * nodes.whole if gpus is not None and nodes.whole is not None else None
    told = f"{nodes.whole} nodes x {gpus} GPUs" if nodes.whole != 1 else ""
    alternatives = resources is not None and bool({"any_of", "ordered"} & set(resources.entries))
    return LaunchFacts(
        "skypilot",
        document.place(root.at),
        name=walk.text(root, "name"),
        commands=commands,
        role="serve" if serves else role_of(commands),
        nodes=nodes,
        gpus_a_node=count,
        supply=Supply(None) if alternatives else Supply(total, told, tuple(at for at in (nodes, count) if at)),
        accelerator=accelerator,
        machine_type=walk.at(document, resources, "instance_type"),
        preemptible=_spot(document, resources),
        replicas=_replicas(document, root) if serves else None,
        shared_memory_elsewhere=True,
        image=walk.at(document, resources, "image_id"),
        mounts=mounts,
        workdir=walk.at(document, root, "workdir"),
        copied_at_end=_copied(document, root, lines, mounts),
        scripts=tuple(_scripts(document, root, lines)),
    )


def _one(document: Document, root: Table) -> At:
    return At(1, "1 (the default)", document.place(root.at), "num_nodes")


def _spot(document: Document, resources: Table | None) -> At | None:
    at = walk.at(document, resources, "use_spot")
    return at if at is not None and at.value is True else None


def _replicas(document: Document, root: Table) -> At | None:
    return (
        walk.at(document, root, "service", "replica_policy", "min_replicas")
        or walk.at(document, root, "service", "replicas")
        or walk.at(document, root, "service", "replica_policy", "replicas")
    )


def _accelerators(document: Document, resources: Table | None) -> tuple[At | None, At | None]:
    """The accelerator's name and how many of it a node has: `H100:8`, `{H100: 8}`; unknown where it is a choice."""
    found = walk.entry(resources, "accelerators")
    if found is None:
        return None, None
    node: Node = found.node
    if isinstance(node, Table) and len(node.entries) == 1:
        name, entry = next(iter(node.entries.items()))
        key = At(name, name, document.place(entry.at), "accelerators")
        value = walk.at(document, node, name)
        if ":" in name:  # `{A100:8}`: without a blank YAML sees one word
            return _named(key)
        return key, replace(value, yaml_path="accelerators", raw=f"{name}: {value.raw}") if value is not None else None
    if isinstance(node, Leaf):
        at = walk.at(document, resources, "accelerators")
        if at is None or not isinstance(at.value, str):
            return None, None
        return _named(at)
    return None, None


def _named(at: At) -> tuple[At, At]:
    """`H100:8` as the name and the count, one where there is none."""
    name, _, number = str(at.value).partition(":")
    count = int(number) if number.isdigit() and len(number) < 6 else None if number else 1
    return replace(at, value=name), replace(at, value=count)


def _variables(document: Document, root: Table) -> dict[str, Word]:
    """The environment of the task as far as the file gives a value: a default that --env may change."""
    found: dict[str, Word] = {}
    for section in ("envs", "env"):
        part = walk.table(root, section)
        for name in part.entries if part is not None else ():
            at = walk.at(document, part, name)
            if at is not None and at.value is not None and at.raw and "$" not in at.raw:
                found[name] = Word(at.raw, -1 - document.offset(at.place))
    return found


def _run(document: Document, root: Table, known: dict[str, Word]) -> tuple[list[Line], tuple[Command, ...]]:
    leaf = walk.below(root, "run")
    if not isinstance(leaf, Leaf) or not isinstance(leaf.value, str):
        return [], ()
    lines = list(shell_lines(leaf.value, known))
    return lines, tuple(commands_of(lines, containers.scene(document, offsets(document, leaf))))


def _scripts(document: Document, root: Table, lines: list[Line]) -> Iterator[Script]:
    leaf = walk.below(root, "run")
    if isinstance(leaf, Leaf):
        yield from scripts_of(lines, containers.scene(document, offsets(document, leaf)))


def _mounts(document: Document, root: Table) -> Iterator[Mount]:
    """What `file_mounts` and `volumes` put where; a bucket that is mounted lasts, a copy of local files does not."""
    mounts = walk.table(root, "file_mounts")
    for name, entry in mounts.entries.items() if mounts is not None else ():
        path = At(name, name, document.place(entry.at), "file_mounts")
        if isinstance(entry.node, Table):
            copies = walk.text(entry.node, "mode").upper() == "COPY"
            yield Mount(path, "other" if copies else "lasting", walk.at(document, entry.node, "source"))
        else:
            source = walk.at(document, mounts, name)
            remote = source is not None and "://" in source.raw
            yield Mount(path, "other" if remote else "local", source)
    volumes = walk.table(root, "volumes")
    for name, entry in volumes.entries.items() if volumes is not None else ():
        yield Mount(At(name, name, document.place(entry.at), "volumes"), "lasting")


def _copied(document: Document, root: Table, lines: list[Line], mounts: tuple[Mount, ...]) -> At | None:
    """The command that copies results to a lasting mount once everything before it is done."""
    leaf = walk.below(root, "run")
    if not isinstance(leaf, Leaf):
        return None
    lasting = [each.path.raw.rstrip("/") for each in mounts if each.kind == "lasting"]
    scene = containers.scene(document, offsets(document, leaf))
    for line in lines:
        if line.words and base(line.words[0].text) in _COPIES:
            target = line.words[-1].text
            if any(target == path or target.startswith(f"{path}/") for path in lasting):
                return scene.at(line.words[0], base(line.words[0].text))
    return None


FORMAT = Format(
    name="skypilot",
    words=("accelerators", "use_spot", "file_mounts"),
    telltale=re.compile(r"^[ \t]*(accelerators|use_spot|file_mounts)[ \t]*:", re.M),
    name_hint=re.compile(r"(^|/)[^/]*sky[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
