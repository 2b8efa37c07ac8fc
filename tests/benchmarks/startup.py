"""How fast advisor starts and how small it stays: `python tests/benchmarks/startup.py`.

Prints a table of what was measured against the limit of each, and ends with 1 if one is exceeded. Not
a test: it needs a machine that is otherwise idle. Programs that are compared run in turn, so that what
slows one slows the other.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "package-sections"
ADVISOR = [sys.executable, "-m", "advisor"]
BARE = """
import typer
app = typer.Typer(rich_markup_mode=None, add_completion=False)
@app.command()
def plan(place: str = ".") -> None:
    "Decide."
app()
"""
FIRST_QUESTION = r"1 of ~?[0-9]"
USUAL = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As people run it: Python keeps what it compiled (an installed package has it from the start)."""
PLAIN = {**USUAL, "CI": "", "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}


@dataclass(frozen=True)
class Row:
    """One measurement: what, how much, how much it may be, in which unit."""

    what: str
    value: float
    limit: float
    unit: str

    @property
    def good(self) -> bool:
        """Is it within the limit?"""
        return self.value <= self.limit


def main() -> int:
    """Measures everything, prints the table; 1 if a limit is exceeded."""
    rows = [*help_rows(), *first_screen_rows(), *plan_rows()]
    print(f"{'what':<58} {'measured':>12} {'at most':>12}")
    for row in rows:
        mark = "" if row.good else "  EXCEEDED"
        print(f"{row.what:<58} {row.value:>8.3g} {row.unit:<3} {row.limit:>8.3g} {row.unit:<3}{mark}")
    return 0 if all(row.good for row in rows) else 1


def help_rows(rounds: int = 20) -> Iterator[Row]:
    """`advisor --help` against a bare Typer program without rich, run in turn."""
    times: dict[str, list[float]] = {"bare": [], "advisor": []}
    commands = {"bare": [sys.executable, "-c", BARE, "--help"], "advisor": [*ADVISOR, "--help"]}
    for _ in range(rounds):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=USUAL)
            times[name].append(time.perf_counter() - began)
    median = {name: statistics.median(seconds) for name, seconds in times.items()}
    yield Row(
        f"advisor --help / bare Typer ({median['bare'] * 1000:.0f} ms)", median["advisor"] / median["bare"], 1.6, "x"
    )


def first_screen_rows(rounds: int = 3) -> Iterator[Row]:
    """From the start of `advisor plan` in a terminal to its first question: machine and recommendation are there."""
    times = []
    for _ in range(rounds):
        with project() as place:
            (place / "advisor.yaml").unlink(missing_ok=True)  # so that there is something to ask
            began = time.perf_counter()
            terminal = pexpect.spawn(ADVISOR[0], [*ADVISOR[1:], "plan", str(place)], env=PLAIN, dimensions=(40, 100))
            terminal.expect(FIRST_QUESTION, timeout=30)
            times.append(time.perf_counter() - began)
            terminal.close(force=True)
    yield Row("advisor plan: first question on the screen", statistics.median(times), 2.0, "s")


def plan_rows(rounds: int = 5) -> Iterator[Row]:
    """A whole plan without asking and without measuring: time, memory, and what was imported."""
    times, peaks = [], []
    for _ in range(rounds):
        with project() as place:
            began = time.perf_counter()
            process = subprocess.Popen(
                [*ADVISOR, "plan", str(place), "--defaults", "--no-bench"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=USUAL,
            )
            _, status, used = os.wait4(process.pid, 0)
            times.append(time.perf_counter() - began)
            peaks.append(used.ru_maxrss * 1024 / 1e6)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise SystemExit(f"plan ended with {process.returncode}")
    yield Row("advisor plan --defaults --no-bench", statistics.median(times), 1.0, "s")
    yield Row("  its memory at the peak", max(peaks), 100.0, "MB")
    with project() as place:
        command = [sys.executable, "-X", "importtime", "-m", "advisor", "plan", str(place), "--defaults", "--no-bench"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    modules = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in said.splitlines() if "import time:" in line}
    yield Row("  torch imported", float("torch" in modules), 0.0, "")


@contextmanager
def project() -> Iterator[Path]:
    """A fresh copy of the example, without what `plan` wrote."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / EXAMPLE.name
        shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns("advisor.lock", "decisions", "evidence"))
        yield place


if __name__ == "__main__":
    sys.exit(main())
