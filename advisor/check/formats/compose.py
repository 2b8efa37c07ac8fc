"""Docker Compose: services with their image, command, GPUs and shared memory.

Fields as in github.com/compose-spec/compose-spec, 05-services.md and deploy.md.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.launch import container as containers
from advisor.check.launch import walk
from advisor.check.launch.pod import role_of
from advisor.check.launch.quantities import docker_bytes
from advisor.check.tree import Document, Entry, Leaf, Table
from advisor.values.configs import At
from advisor.values.launches import LaunchFacts, Mount, Supply


def read(document: Document) -> Iterator[LaunchFacts]:
    """Each service that gets a GPU or starts something known."""
    for root in document.roots:
        services = walk.table(root, "services")
        for name, entry in services.entries.items() if services is not None else ():
            if isinstance(entry.node, Table) and {"image", "build", "command"} & set(entry.node.entries):
                facts = _service(document, name, entry.node)
                if facts.commands or facts.gpus_a_node is not None or facts.accelerator is not None:
                    yield facts


def _service(document: Document, name: str, service: Table) -> LaunchFacts:
    as_container = _as_container(service)
    image = walk.text(service, "image")
    variables = containers.variables_of(document, as_container)
    commands = containers.commands(document, as_container, image, variables)
    gpus = _gpus(document, service)
    size = walk.at(document, service, "shm_size")
    if size is not None and size.value is not None:
        size = replace(size, value=docker_bytes(size.raw))
    count = gpus.whole if gpus is not None else None
    limit = walk.at(document, service, "deploy", "resources", "limits", "memory") or walk.at(
        document, service, "mem_limit"
    )
    if limit is not None and limit.value is not None:
        limit = replace(limit, value=docker_bytes(limit.raw))
    mounts = tuple(_mounts(document, service))
    host = walk.text(service, "ipc") in ("host", "shareable") or any(each.path.raw == "/dev/shm" for each in mounts)
    return LaunchFacts(
        "compose",
        document.place(service.at),
        name=name,
        commands=commands,
        role=role_of(commands),
        local=False,
        gpus_a_node=gpus,
        supply=Supply(count, "", (gpus,) if gpus is not None else ()),
        memory=limit,
        cpus=_cpus(document, service),
        shared_memory=size,
        shared_memory_elsewhere=host,
        image=walk.at(document, service, "image"),
        mounts=mounts,
    )


def _as_container(service: Table) -> Table:
    """The service as a container: `entrypoint` is its command and `command` its arguments."""
    entries = dict(service.entries)
    renamed = {"env": "environment", "args": "command", "command": "entrypoint"}
    for key in renamed:
        entries.pop(key, None)
    for key, name in renamed.items():
        if name in service.entries:
            entries[key] = service.entries[name]
    listed = walk.items(service, "environment")
    if listed:
        table = Table(service.entries["environment"].at)
        for item in listed:
            if isinstance(item, Leaf) and "=" in item.raw:
                key, _, value = item.raw.partition("=")
                table.entries[key] = Entry(item.at, Leaf(item.at + len(key) + 1, value, value))
        entries["env"] = Entry(table.at, table)
    return Table(service.at, entries)


def _gpus(document: Document, service: Table) -> At | None:
    """How many GPUs the service reserves; unknown (but there) for `all`, None for none."""
    for device in walk.items(service, "deploy", "resources", "reservations", "devices"):
        words = [each.raw for each in containers.leaves(walk.below(device, "capabilities"))]
        if "gpu" not in words and "nvidia" not in walk.text(device, "driver"):
            continue
        listed = containers.leaves(walk.below(device, "device_ids"))
        if listed:
            first = walk.entry(device, "device_ids")
            place = document.place(first.at if first is not None else device.at)
            return At(len(listed), ", ".join(each.raw for each in listed), place, "device_ids")
        count = walk.at(document, device, "count")
        if count is not None:
            return containers.counted(count)
        return At(None, "all", document.place(device.at), "devices")
    if walk.text(service, "runtime") == "nvidia" or walk.text(service, "gpus") == "all":
        entry = service.entries.get("runtime") or service.entries["gpus"]
        return At(None, "all", document.place(entry.at), "runtime")
    return None


def _cpus(document: Document, service: Table) -> At | None:
    """The CPUs that the service is limited to, often written as text: `cpus: "4"`."""
    at = walk.at(document, service, "deploy", "resources", "limits", "cpus") or walk.at(document, service, "cpus")
    if at is None or not isinstance(at.value, str):
        return at
    return replace(at, value=float(at.raw) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", at.raw) else None)


def _mounts(document: Document, service: Table) -> Iterator[Mount]:
    for item in walk.items(service, "volumes"):
        if isinstance(item, Leaf):
            source, _, target = item.raw.partition(":")
            path = At(target.partition(":")[0] or source, target, document.place(item.at), "volumes")
            yield Mount(replace(path, raw=str(path.value)), "lasting")
        else:
            at = walk.at(document, item, "target")
            if at is not None:
                yield Mount(at, "memory" if walk.text(item, "type") == "tmpfs" else "lasting")
    for each in containers.leaves(walk.below(service, "tmpfs")):
        yield Mount(walk.leaf_at(document, each, "tmpfs"), "memory")


FORMAT = Format(
    name="compose",
    words=("\nservices",),
    telltale=re.compile(r"^services[ \t]*:", re.M),
    name_hint=re.compile(r"(^|/)(docker-)?compose[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
