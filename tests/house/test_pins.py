"""constraints.txt: that a fresh set-up gets what the tests ran with."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_everything_is_pinned() -> None:
    """Every package that pyproject.toml brings in is pinned, to the version that is installed here."""
    specification = importlib.util.spec_from_file_location("pins", ROOT / "tests" / "house" / "pins.py")
    assert specification is not None
    assert specification.loader is not None
    pins = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(pins)
    written = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = dict(line.split("==") for line in written.splitlines() if not line.startswith("#"))
    assert pinned == pins.closure(pins.wanted())


def test_pins_hold_on_other_machines() -> None:
    """A pin is a name and a version: no path, no address, no local build such as +cpu."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []
