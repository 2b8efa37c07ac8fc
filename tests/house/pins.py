"""Writes constraints.txt from what is installed here: `python tests/house/pins.py`.

Pins every package that the package, its extras and the group `dev` bring in, and nothing else that
happens to be installed.
"""

import importlib.metadata
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
FILE = ROOT / "constraints.txt"
HEAD = "# What the tests run with (`python tests/house/pins.py`); the package itself asks only for ranges.\n"


def wanted() -> list[str]:
    """The requirements of pyproject.toml, extras and the group `dev` included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    return [*project["project"]["dependencies"], *(one for extra in extras for one in extra), *_group(project)]


def _group(project: dict[str, dict[str, list[str]]]) -> list[str]:
    return project["dependency-groups"]["dev"]


def closure(requirements: Iterable[str]) -> dict[str, str]:
    """Name and version of every installed package that the requirements bring in, the local part left off."""
    found: dict[str, str] = {}
    waiting = [(Requirement(text), frozenset({""})) for text in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement, extras = waiting.pop()
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        distribution = importlib.metadata.distribution(requirement.name)
        found[key[0]] = Version(distribution.version).public
        inner = frozenset(requirement.extras) | {""}
        waiting += [(Requirement(text), inner) for text in distribution.requires or []]
    return found


def text() -> str:
    """What constraints.txt should hold."""
    return HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(closure(wanted()).items()))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
