"""NVIDIA GPUs, through a child process that can be abandoned: a driver that hangs delays nothing.

`ask` starts the child; the rest of the probe runs beside it; `Inquiry.result` waits no longer than the
patience that is left, then kills the child and never waits for its end: a process that is stuck inside
the kernel cannot be killed, and waiting for it would hang this one too.
"""

import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.figure import Fact
from advisor.machine import nvml_reply
from advisor.machine.world import World
from advisor.values.facts import Device

if TYPE_CHECKING:
    import subprocess  # at run time only where there is a driver to ask

PATIENCE_S = 1.5
_LIBRARY = "libnvidia-ml.so.1"
_CHILD = Path(__file__).with_name("nvml_child.py")
_FOLDERS = (
    "/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/usr/lib/wsl/lib", "/usr/local/nvidia/lib64",
    "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
)  # fmt: skip


@dataclass(slots=True)
class Inquiry:
    """A child that was asked, or the reason why none was."""

    world: World
    reason: str = ""
    child: "subprocess.Popen[bytes] | None" = None
    deadline: float = 0.0
    patience_s: float = PATIENCE_S

    def result(self) -> tuple[tuple[Fact, ...], tuple[Device, ...]]:
        """(facts, devices): machine.gpus, machine.gpu_driver and, where there are devices, what they are."""
        if self.child is None:
            return nvml_reply.absent(self.world, self.reason)
        lines, silence = self._answer(self.child)
        return nvml_reply.told(self.world, lines, silence)

    def _answer(self, child: "subprocess.Popen[bytes]") -> tuple[list[Mapping[str, Any]], str]:
        """What the child said, and why it said no more ("" when it said all)."""
        import subprocess

        try:
            output, _ = child.communicate(timeout=max(self.deadline - time.monotonic(), 0.05))
            silence = _died(child.returncode)
        except subprocess.TimeoutExpired as late:
            output, silence = late.output or b"", f"the driver did not answer in {self.patience_s:g} s"
            _abandon(child)
        except BaseException:
            child.kill()
            raise
        lines = _objects(output)
        return lines, "" if any("done" in line or "error" in line for line in lines) else silence


def ask(world: World, patience_s: float = PATIENCE_S) -> Inquiry:
    """Starts the child where NVIDIA's library can be found at all; costs milliseconds."""
    if not library_present(world):
        return Inquiry(world, "no NVIDIA driver here")
    import subprocess

    try:
        child = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # inherited, a stuck child would hold the terminal or pipe of this process open
            env=dict(world.environ),
            start_new_session=True,
        )
    except OSError as error:
        return Inquiry(world, f"the process that asks the driver cannot be started: {error.strerror}")
    return Inquiry(world, "", child, time.monotonic() + patience_s, patience_s)


def library_present(world: World) -> bool:
    """Can the loader find NVML? Looks where it looks, without loading anything or starting a program."""
    if world.system == "win32":
        windows = world.environ.get("WINDIR", "C:/Windows")
        return Path(windows, "System32", "nvml.dll").exists()
    folders = [folder for folder in world.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    if any(Path(folder, _LIBRARY).exists() for folder in folders):
        return True
    cache = world.text("/etc/ld.so.cache") or ""
    return f"{_LIBRARY}\0" in cache or any(world.exists(f"{folder}/{_LIBRARY}") for folder in _FOLDERS)


def _died(status: int) -> str:
    return f"NVIDIA's library ended the process that asked it (signal {-status})" if status < 0 else "no full answer"


def _abandon(child: "subprocess.Popen[bytes]") -> None:
    import subprocess

    child.kill()
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=0.05)  # the usual case: it dies at once and leaves no zombie
    if child.stdout:
        child.stdout.close()


def _objects(output: bytes) -> list[Mapping[str, Any]]:
    """The JSON objects among the lines; drivers have been seen to print warnings of their own."""
    found: list[Mapping[str, Any]] = []
    for line in output.decode(errors="replace").splitlines():
        with suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict):
                found.append(value)
    return found
