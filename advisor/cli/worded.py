"""The words of estimates, from templates/<language>/estimates.yaml."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from advisor.shelf import shelf


@lru_cache(maxsize=4)
def words(language: str = "en") -> Mapping[str, Mapping[str, str]]:
    """Every group of words."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    path = shelf("templates") / language / "estimates.yaml"
    read: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return dict(read)


def worded(group: str, id: str, **values: object) -> str:
    """The phrase `id` of a group with its values."""
    return words()[group][id].format(**values)
