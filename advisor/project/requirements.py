"""Which versions of packages a project asks for, read from its requirements files and pyproject.toml."""

import re
from pathlib import Path

_LARGEST_BYTES = 256 * 1024
_PINNED = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]\"']*\])?\s*(?:===?|>=|~=)\s*v?(\d+(?:\.\d+)*)")


def versions(folder: Path) -> dict[str, str]:
    """The version that each package is pinned to, or has at least, by the package's name."""
    found: dict[str, str] = {}
    for path in (*sorted(folder.glob("requirements*.txt")), folder / "pyproject.toml"):
        try:
            with path.open("rb") as file:
                text = file.read(_LARGEST_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
        lines = (line.partition("#")[0] for line in text.splitlines())
        for match in _PINNED.finditer("\n".join(lines)):
            found.setdefault(re.sub(r"[-_.]+", "-", match[1]).lower(), match[2])
    return found
