"""Runs Node programs on our records: skipped with its reason on a person's machine, never in CI."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Node = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def node() -> Node:
    """`node(program, *arguments, cwd=…, environment=…)` runs a program of node_modules or of this folder."""
    program = shutil.which("node")
    missing = "Node is not installed" if program is None else "node_modules/ is missing: npm ci --ignore-scripts"
    if program is None or not (ROOT / "node_modules").is_dir():
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)

    def run(
        script: Path, *arguments: str | Path, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        command = [program, str(script), *map(str, arguments)]
        around = os.environ | (environment or {})
        return subprocess.run(command, cwd=cwd, env=around, capture_output=True, text=True, timeout=120, check=False)

    return run
