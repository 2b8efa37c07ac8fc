"""Steps through a tree whose keys may contain dots."""

from collections.abc import Iterator

from advisor.check.taking import setting
from advisor.check.tree import Document, Entry, Leaf, Node, Sequence, Table
from advisor.values.configs import At


def entry(node: Node | None, *keys: str) -> Entry | None:
    """The entry below a node by its keys, one a level."""
    found: Entry | None = None
    for key in keys:
        found = node.entries.get(key) if isinstance(node, Table) else None
        if found is None:
            return None
        node = found.node
    return found


def table(node: Node | None, *keys: str) -> Table | None:
    """The mapping below a node, None when there is none."""
    found = node if not keys else below(node, *keys)
    return found if isinstance(found, Table) else None


def below(node: Node | None, *keys: str) -> Node | None:
    """The node below a node."""
    found = entry(node, *keys)
    return None if found is None else found.node


def items(node: Node | None, *keys: str) -> list[Node]:
    """The items of the list below a node; nothing when there is none."""
    found = node if not keys else below(node, *keys)
    return found.items if isinstance(found, Sequence) else []


def at(document: Document, node: Node | None, *keys: str) -> At | None:
    """The setting below a node, called by its keys; None where it is not written or empty."""
    found = entry(node, *keys)
    return None if found is None else setting(document, found, ".".join(keys))


def leaf_at(document: Document, leaf: Leaf, path: str) -> At:
    """A list's item as a setting."""
    return setting(document, Entry(leaf.at, leaf), path)


def text(node: Node | None, *keys: str) -> str:
    """The text of a scalar as written; "" when there is none."""
    found = node if not keys else below(node, *keys)
    return found.raw if isinstance(found, Leaf) else ""


def tables(document: Document) -> Iterator[Table]:
    """The mappings at the top of a document, those of a Kubernetes List included."""
    for root in document.roots:
        if isinstance(root, Table):
            if text(root, "kind") == "List":
                yield from (each for each in items(root, "items") if isinstance(each, Table))
            else:
                yield root
