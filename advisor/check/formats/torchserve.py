"""TorchServe: model-config.yaml of a model archive.

Keys as in docs/configuration.md and docs/large_model_inference.md of pytorch/serve.
"""

import re
from collections.abc import Iterator

from advisor.check.format import Format
from advisor.check.launch import container as containers
from advisor.check.launch import walk
from advisor.check.tree import Document, Table
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts, Supply

_OWN = ("minWorkers", "maxWorkers", "batchSize", "maxBatchDelay", "responseTimeout", "deviceType", "parallelType",
        "deviceIds", "torchrun")  # fmt: skip


def read(document: Document) -> Iterator[LaunchFacts]:
    """The model's launch, when the file has at least two of TorchServe's keys."""
    for root in document.roots:
        if isinstance(root, Table) and sum(key in root.entries for key in _OWN) >= 2:
            yield _model(document, root)


def _model(document: Document, root: Table) -> LaunchFacts:
    ids = containers.leaves(walk.below(root, "deviceIds"))
    first = walk.entry(root, "deviceIds")
    devices = None
    if ids and first is not None:
        devices = At(len(ids), f"[{', '.join(each.raw for each in ids)}]", document.place(first.at), "deviceIds")
    each = walk.at(document, root, "torchrun", "nproc-per-node")
    config = walk.at(document, root, "deepspeed", "config")
    program = At("torchrun", "torchrun", document.place(root.at), "torchrun")
    command = Command(program, "serve", processes_a_node=each, files=(config,) if config is not None else ())
    return LaunchFacts(
        "torchserve",
        document.place(root.at),
        commands=(command,) if each is not None or config is not None else (),
        role="serve",
        gpus_a_node=devices,
        supply=Supply(devices.whole if devices is not None else None),
        shared_memory_elsewhere=True,
    )


FORMAT = Format(
    name="torchserve",
    words=("\nminWorkers", "\nmaxWorkers", "\nparallelType", "\ndeviceIds", "\ntorchrun"),
    telltale=re.compile(r"^(minWorkers|maxWorkers|parallelType|deviceIds|torchrun)[ \t]*:", re.M),
    name_hint=re.compile(r"(^|[/_])model[-_]config\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
