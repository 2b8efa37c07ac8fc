"""Triton Inference Server's config.pbtxt.

Fields as in protobuf/model_config.proto of triton-inference-server/common.
"""

import re
from collections.abc import Iterator

from advisor.check.format import Format
from advisor.check.launch import walk
from advisor.check.tree import Document, Leaf, Node, Sequence, Table
from advisor.values.configs import At
from advisor.values.launches import ServedModel, Step

_OWN = ("backend", "platform", "max_batch_size", "input", "output", "instance_group", "dynamic_batching",
        "ensemble_scheduling", "sequence_batching")  # fmt: skip


def read(document: Document) -> Iterator[ServedModel]:
    """The model, when the message has at least two fields of Triton's model configuration."""
    for root in document.roots:
        if isinstance(root, Table) and sum(key in root.entries for key in _OWN) >= 2:
            yield _model(document, root)


def _model(document: Document, root: Table) -> ServedModel:
    steps = [walk.at(document, step, "model_name") for step in _many(walk.below(root, "ensemble_scheduling", "step"))]
    batching = walk.at(document, root, "dynamic_batching")
    return ServedModel(
        "triton",
        document.place(root.at),
        name=walk.at(document, root, "name"),
        backend=walk.at(document, root, "backend") or walk.at(document, root, "platform"),
        largest_batch=walk.at(document, root, "max_batch_size"),
        dynamic_batching=batching,
        preferred_batches=tuple(_numbers(document, root, "dynamic_batching", "preferred_batch_size")),
        warmup_batches=tuple(
            at
            for each in _many(walk.below(root, "model_warmup"))
            if (at := walk.at(document, each, "batch_size")) is not None
        ),
        steps=tuple(Step(at) for at in steps if at is not None),
    )


def _many(node: Node | None) -> list[Node]:
    """A repeated field, which stands alone when it is there once."""
    return node.items if isinstance(node, Sequence) else [node] if isinstance(node, Table) else []


def _numbers(document: Document, root: Table, *keys: str) -> Iterator[At]:
    node = walk.below(root, *keys)
    for leaf in node.items if isinstance(node, Sequence) else [node]:
        if isinstance(leaf, Leaf):
            yield walk.leaf_at(document, leaf, ".".join(keys))


FORMAT = Format(
    name="triton",
    words=("max_batch_size", "instance_group", "ensemble_scheduling", "dynamic_batching", "sequence_batching"),
    telltale=re.compile(
        r"^[ \t]*(max_batch_size|instance_group|ensemble_scheduling|dynamic_batching|sequence_batching)\b", re.M
    ),
    name_hint=re.compile(r"(^|[/_])config[^/]*\.pbtxt$", re.I),
    read=read,
    readers=("pbtxt",),
)
