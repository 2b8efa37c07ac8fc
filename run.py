"""Sets advisor up in .venv and runs it, from a bare clone, with nothing but Python 3.11 or later.

python3 run.py demo               plan an example in advisor-demo/ on this machine, and show the record
python3 run.py test [PYTEST ...]  lint, types, imports and tests; with arguments, pytest alone with them
python3 run.py plan DIR ...       this and every other command goes through to advisor

The first run sets up, which takes about a minute and uses the network; later runs do neither.
pip is used as it is configured here (PIP_* variables and pip.conf count).
"""

from __future__ import annotations  # an older Python must get as far as the message about its version

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "set-up.json"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
EXAMPLE = ROOT / "docs" / "examples" / "package-sections"
DEMO = ROOT / "advisor-demo"
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"
"""PyTorch's own index of builds without CUDA: a tenth of the size of the usual ones on Linux."""

CHECKS = {
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
    "import-linter": ("lint-imports",),
    "advisor check": ("advisor", "check", "--quiet", "."),
}
ALL_TESTS = ("-n", "2", "--dist", "loadgroup")


def main(arguments: list[str]) -> int:
    """Runs one command line; returns its exit status."""
    if sys.version_info < OLDEST:
        return too_old()
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0 if arguments else 2
    command, rest = arguments[0], arguments[1:]
    set_up(dev=command == "test")
    if command == "demo":
        return demo(rest)
    if command == "test":
        return test(rest)
    return instead(tool("advisor"), *arguments)


def too_old() -> int:
    """Says which Python is needed, and names one where this machine has it."""
    newer = [name for minor in range(OLDEST[1], 20) for name in [f"python3.{minor}"] if shutil.which(name)]
    remedy = f"run it with {newer[-1]}" if newer else "install one"
    say(f"advisor needs Python 3.11 or later, and this is {sys.version.split()[0]}: {remedy}")
    return 3


# ---------------------------------------------------------------------------------------------- set-up


def set_up(*, dev: bool) -> None:
    """Makes .venv what pyproject.toml and constraints.txt ask for; does nothing where it is so already."""
    wanted = fingerprint()
    finished, there = read_stamp()
    parts = {"advisor", "bench"} | ({"dev", "node"} if dev else set())
    if not node_is_wanted():
        parts.discard("node")
    if finished == wanted and parts <= there and tool("python").exists():
        return
    say("setting up in .venv (once; a minute or so, most of it torch)")
    STAMP.unlink(missing_ok=True)  # until the end, so that a set-up that was cut short is done again
    if "dev" in there:
        parts.add("dev")
    if not environment_works():
        make_environment()
    take_torch()
    take_packages(dev="dev" in parts)
    if "node" in parts:
        step("packages of Node.js", str(shutil.which("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    STAMP.write_text(json.dumps({"fingerprint": wanted, "parts": sorted(parts)}), encoding="utf-8")


def read_stamp() -> tuple[str, set[str]]:
    """The fingerprint and the parts of the last set-up that was finished; empty where there is none."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return str(stamp["fingerprint"]), set(stamp["parts"])
    except (OSError, ValueError, TypeError, KeyError):
        return "", set()


def fingerprint() -> str:
    """A digest of everything that decides what is installed, and where."""
    project = read_project()
    decisive = [project["build-system"], project["project"], project["dependency-groups"], project["tool"]["hatch"]]
    text = json.dumps([decisive, str(VENV), OLDEST], sort_keys=True)
    for name in ("constraints.txt", "package.json", "package-lock.json"):
        if (ROOT / name).exists():
            text += (ROOT / name).read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def read_project() -> dict[str, dict[str, object]]:
    """pyproject.toml."""
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def environment_works() -> bool:
    """Is .venv an environment of a Python that is new enough, with pip, made for this very folder?"""
    probe = "import sys, pip; print(sys.prefix, sys.version_info >= (3, 11))"
    try:
        found = subprocess.run([tool("python"), "-c", probe], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return found.returncode == 0 and found.stdout.split("\n")[0] == f"{VENV} True"


def make_environment() -> None:
    """Makes .venv afresh; stops where something else goes by that name."""
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        stop(f"{VENV} is not a virtual environment: move it away and run this again")
    step("a virtual environment", sys.executable, "-m", "venv", "--clear", str(VENV))


def take_torch() -> None:
    """Installs torch from a local wheel where pip knows one, else without CUDA where no driver could use it."""
    found = re.search(r"^torch==\S+", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    torch = found.group() if found else "torch"
    if step(f"{torch}, if a wheel of it is here", *PIP, "--no-index", "--no-deps", torch, required=False):
        return
    if sys.platform == "linux" and not has_nvidia_driver():
        small = ("--no-deps", "--retries", "1", "--index-url", CPU_WHEELS)
        step(f"{torch} without CUDA", *PIP, *small, torch, required=False)


def has_nvidia_driver() -> bool:
    """Could torch use an NVIDIA GPU here?"""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def take_packages(*, dev: bool) -> None:
    """Installs advisor as an editable package with the extra `bench`, and what the tests need."""
    more = read_project()["dependency-groups"]["dev"] if dev else []  # pip knows groups only since 25.1
    label = "advisor, and what it and its tests need" if dev else "advisor, and what it needs"
    assert isinstance(more, list)
    step(label, *PIP, "-c", "constraints.txt", "-e", ".[bench]", *more)


def node_is_wanted() -> bool:
    """Are there tests that need packages of Node.js, and is its package manager here?"""
    return (ROOT / "package.json").exists() and shutil.which("npm") is not None


def step(label: str, *command: str, required: bool = True) -> bool:
    """Runs one step of the set-up, one line said; shows what it printed only when a required step fails."""
    print(f"  {label} … ", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    environment = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", **os.environ}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False,
    )  # fmt: skip
    seconds = time.monotonic() - began
    if done.returncode == 0:
        say(f"{seconds:.0f} s")
    elif required:
        say("failed")
        stop(f"{done.stdout}\nthis command failed: {' '.join(map(str, command))}")
    else:
        say("no")
    return done.returncode == 0


def tool(name: str) -> Path:
    """A program of the environment."""
    return SCRIPTS / (f"{name}.exe" if os.name == "nt" else name)


PIP = (str(tool("python")), "-m", "pip", "install")


# ------------------------------------------------------------------------------------------- commands


def demo(rest: list[str]) -> int:
    """Plans the example on this machine, every default taken, and shows the record."""
    copy_example(EXAMPLE, DEMO)
    name = DEMO.name
    say(f"$ advisor plan {name} --defaults")
    status = subprocess.call([tool("advisor"), "plan", name, "--defaults", *rest], cwd=ROOT)
    records = sorted((DEMO / "docs" / "decisions").glob("[0-9]*.md"))
    if status or not records:
        return status
    say(f"\n{records[-1].relative_to(ROOT)}\n")
    return subprocess.call([tool("advisor"), "adr", "show", records[-1].name.split("-")[0], name], cwd=ROOT)


def copy_example(example: Path, place: Path) -> None:
    """Copies a project without what `plan` wrote in it; a copy that is there already stays as it is."""
    if place.exists():
        say(f"{place.name}/ is there already and stays as it is (remove it for a fresh copy)")
        return
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(example, part, ignore=shutil.ignore_patterns("advisor.lock", "decisions", "evidence"))
    part.rename(place)


def test(rest: list[str]) -> int:
    """Runs the checks and the tests, all of them whatever fails; with arguments, pytest alone."""
    failed = [] if rest else [name for name, command in CHECKS.items() if not passes(name, command)]
    began = time.monotonic()
    options = rest or ALL_TESTS
    if subprocess.call([tool("pytest"), *options], cwd=ROOT, env=activated()):
        failed.append("pytest")
    report("pytest", "pytest" not in failed, time.monotonic() - began)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def passes(name: str, command: tuple[str, ...]) -> bool:
    """Runs one check; its output is shown only if it fails."""
    began = time.monotonic()
    done = subprocess.run(
        [tool(command[0]), *command[1:]], cwd=ROOT, env=activated(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False,
    )  # fmt: skip
    good = done.returncode == 0
    report(name, good, time.monotonic() - began)
    if not good:
        print(done.stdout, flush=True)
    return good


def report(name: str, good: bool, seconds: float) -> None:
    """One line about one step."""
    print(f"{'passed' if good else 'FAILED'}  {name:<14} {seconds:6.1f} s", flush=True)


def activated() -> dict[str, str]:
    """The variables of an activated environment, so that tests find its programs by name."""
    return {**os.environ, "VIRTUAL_ENV": str(VENV), "PATH": f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}"}


def instead(program: Path, *arguments: str) -> int:
    """Becomes another program, in the folder where this one was started; its status."""
    if os.name != "nt":  # there, exec would return to the shell at once
        os.execv(program, [str(program), *arguments])
    return subprocess.call([program, *arguments])


def say(message: str) -> None:
    """One line for the person, apart from what programs read."""
    print(message, file=sys.stderr, flush=True)


def stop(message: str) -> NoReturn:
    """Ends with the status that says: the environment lacks something."""
    say(message)
    raise SystemExit(3)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\ninterrupted")
        sys.exit(130)
