"""Reads the files of the catalogue. They are ours: what YAML's own loader minds beside values may be left out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

TEXT = "tag:yaml.org,2002:str"


def read(path: Path) -> Mapping[str, Any]:
    """The rows of a file, without merge keys and types of their own."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(path.read_text("utf-8"))
    try:
        found: Mapping[str, Any] = _plain(loader.get_single_node(), loader)
    finally:
        loader.dispose()
    return found


def _plain(node: Any, loader: Any) -> Any:
    """A node as it stands; numbers, dates, yes and no as YAML reads them."""
    if node.id == "scalar":
        return node.value if node.tag == TEXT else loader.construct_object(node)
    if node.id == "sequence":
        return [_plain(item, loader) for item in node.value]
    return {_plain(key, loader): _plain(value, loader) for key, value in node.value}
