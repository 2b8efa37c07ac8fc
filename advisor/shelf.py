"""Finds the folders that lie beside the package in a checkout and inside it once installed, and this user's cache."""

import os
from pathlib import Path

from advisor.errors import Lacking

_PACKAGE = Path(__file__).resolve().parent
_HOMES = (_PACKAGE / "_shelf", _PACKAGE.parent)  # in a wheel; in a checkout or an editable install


def shelf(name: str) -> Path:
    """The folder called `name`: questionnaires, templates or kernels."""
    for home in _HOMES:
        if (home / name).is_dir():
            return home / name
    raise Lacking(f"{name}/ is neither in {_HOMES[0]} nor in {_HOMES[1]}", remedy="reinstall advisor")


def user_cache() -> Path:
    """Where caches of this user go: $XDG_CACHE_HOME/advisor, else ~/.cache/advisor, else the temporary folder."""
    if home := os.environ.get("XDG_CACHE_HOME"):
        return Path(home) / "advisor"
    try:
        return Path.home() / ".cache" / "advisor"
    except RuntimeError:  # a container user without a home
        import tempfile  # only here: it is slow to import

        return Path(tempfile.gettempdir()) / "advisor-cache"
