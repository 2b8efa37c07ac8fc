"""The words of estimates, from templates/<language>/estimates.yaml."""

import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from advisor.cli.screen import screen, wrapped
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


def paragraph(text: str, indent: int = 0) -> list[str]:
    """The text in lines that the terminal has room for, its further lines indented."""
    return wrapped(text, screen(stream=sys.stdout).width, "", " " * indent)
