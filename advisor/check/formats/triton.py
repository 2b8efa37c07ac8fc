"""Triton Inference Server's config.pbtxt.

Fields as in protobuf/model_config.proto of triton-inference-server/common.
"""

import re
from collections.abc import Iterator

from advisor.check.format import Format
from advisor.check.launch import walk
from advisor.check.tree import Document, Leaf, Node, Sequence, Table
from advisor.values.configs import At
from advisor.values.launches import Mapped, ServedModel, Step, Tensor

_OWN = ("backend", "platform", "max_batch_size", "input", "output", "instance_group", "dynamic_batching",
        "ensemble_scheduling", "sequence_batching")  # fmt: skip


def read(document: Document) -> Iterator[ServedModel]:
    """The model, when the message has at least two fields of Triton's model configuration."""
    for root in document.roots:
        if isinstance(root, Table) and sum(key in root.entries for key in _OWN) >= 2:
            yield _model(document, root)


def _model(document: Document, root: Table) -> ServedModel:
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
        steps=tuple(_steps(document, root)),
        inputs=tuple(_tensors(document, root, "input")),
        outputs=tuple(_tensors(document, root, "output")),
    )


def _steps(document: Document, root: Table) -> Iterator[Step]:
    for step in _many(walk.below(root, "ensemble_scheduling", "step")):
        at = walk.at(document, step, "model_name")
        if at is not None:
            inputs, outputs = (tuple(_mapped(document, step, f"{way}_map")) for way in ("input", "output"))
            yield Step(at, inputs, outputs)


def _mapped(document: Document, step: Node, key: str) -> Iterator[Mapped]:
    for each in _many(walk.below(step, key)):
        inside, outside = walk.at(document, each, "key"), walk.at(document, each, "value")
        if inside is not None and outside is not None:
            yield Mapped(inside, outside)


def _tensors(document: Document, root: Table, key: str) -> Iterator[Tensor]:
    for each in _many(walk.below(root, key)):
        name = walk.at(document, each, "name")
        if name is not None:
            yield Tensor(name, walk.text(each, "optional").lower() == "true")


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
