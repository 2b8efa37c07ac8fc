"""How the tests of the whole story run the command: as a person would, in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
MACHINE = "1x A100-SXM-80GB, 16 cpus, 120 GB"
ASIDE = shutil.ignore_patterns("advisor.lock", "docs")


def advisor(*words: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """`advisor` with these words; never a terminal, never colours."""
    return subprocess.run(
        [sys.executable, "-m", "advisor", *words],
        cwd=cwd or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def plan(project: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`advisor plan` for a fixed machine, with nothing measured and nothing asked."""
    fixed = () if "--hardware" in words else ("--hardware", MACHINE)
    return advisor("plan", str(project), "--defaults", "--no-bench", "--as-of", "2026-11-25", *fixed, *words, **environ)


def files(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, by its name there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def copied(example: str, to: Path) -> Path:
    """A copy of an example as a person has it before anything was decided."""
    return Path(shutil.copytree(EXAMPLES / example, to / example, ignore=ASIDE))
