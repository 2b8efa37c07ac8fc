"""Runs the measuring process, hears it out, and runs it again when it dies."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from advisor.rates import cache
from advisor.rates.load import Others
from advisor.rates.programs import BY_RATE, Program
from advisor.rates.report import Message, Report, heard
from advisor.rates.spread import CROWDED_CPUS

CHILD = (sys.executable, "-m", "advisor.rates.child")
_HOME = Path(__file__).resolve().parents[2]
GRACE_S = 0.5
LOOK_S = 0.3
_WORTH_STARTING_AGAIN_S = 6.0


class Listener:
    """Runs the child, again if it dies, and folds what it says into `report`.

    A measurement without a gap and without busy neighbours is kept in the cache at the end; any other may
    go better next time.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        threads: int,
        *,
        budget_s: float,
        keep: tuple[Path, str] | None = None,
        child: Sequence[str] = CHILD,
    ) -> None:
        """`keep` is the cache's folder and key; `child` the command that measures, before its arguments."""
        self.programs = tuple(programs)
        self.report = Report()
        self.missing = "the measurement was stopped before its turn"
        self._threads = threads
        self._budget_s = budget_s
        self._keep = keep
        self._child = child
        self._deadline = monotonic() + budget_s
        self._messages: list[Message] = []
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._polite = False

    def listen(self) -> None:
        try:
            self._listen()
        except OSError as error:
            self.missing = f"the measuring process could not be run: {error.strerror or error}"

    def _listen(self) -> None:
        self._polite = _others_busy() > (os.cpu_count() or 1) - self._threads + CROWDED_CPUS
        waiting = list(self.programs)
        while waiting and not self._stopped and self.left_s() > GRACE_S:
            waiting = self._run_child(waiting)
        if self._stopped:
            return
        self.missing = f"the {self._budget_s:g} s for measuring were over first"
        if self._keep is not None and all(self.report.worth_keeping(program.rate) for program in self.programs):
            cache.save(*self._keep, self._budget_s, self._messages)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def left_s(self) -> float:
        return self._deadline - monotonic()

    def _hear(self, message: Message) -> None:
        self.report = heard(self.report, message)
        self._messages.append(message)

    def _run_child(self, waiting: list[Program]) -> list[Program]:
        """Runs one child to its end; returns what another one should still measure."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
            process = self._spawned(waiting, complaints)
            if process is None:
                return []
            timer = threading.Timer(max(0.0, self.left_s()), process.kill)
            timer.daemon = True
            timer.start()
            with process:
                again = self._listen_to(process)
                timer.cancel()
                if again:
                    process.kill()
            if not again and process.returncode != 0 and self.left_s() > 0 and not self._stopped:
                return self._after_crash(waiting, process.returncode, complaints)
            return [program for program in waiting if program.rate not in self.report.failed] if again else []

    def _spawned(self, waiting: list[Program], complaints: IO[str]) -> "subprocess.Popen[str] | None":
        seconds = max(0.0, self.left_s() - GRACE_S)
        command = [*self._child, "--threads", str(self._threads), "--seconds", f"{seconds:.2f}"]
        with self._lock:
            if self._stopped:
                return None
            self._process = subprocess.Popen(
                [*command, *[program.rate for program in waiting]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                cwd=_HOME,  # not the user's project: a torch.py or random.py there must not be imported
                env=_environment(self._threads, polite=self._polite),
                text=True,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C is for the parent, which then closes the pipe
            )
            return self._process

    def _listen_to(self, process: "subprocess.Popen[str]") -> bool:
        """Hears the child out. True if it was stopped in order to start again with polite threads.

        OpenMP threads that spin while they wait slow one another down many times once another program
        takes one of their CPUs; threads that sleep lose little then, and up to half the speed otherwise.
        """
        assert process.stdout is not None
        for line in process.stdout:
            try:
                self._hear(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue  # not ours: something a library printed
            if self._crowded() and not self._polite and self.left_s() > _WORTH_STARTING_AGAIN_S:
                self._polite = True
                self._hear({"event": "again", "device": "cpu"})
                return True
        return False

    def _crowded(self) -> bool:
        cpu = [blocks for rate, blocks in self.report.blocks.items() if BY_RATE[rate].device == "cpu"]
        return any(blocks[-1].crowded for blocks in cpu)

    def _after_crash(self, waiting: list[Program], status: int, complaints: IO[str]) -> list[Program]:
        complaints.seek(0)
        last = [line.strip() for line in complaints if line.strip()][-1:]
        reason = _death(status, *last)
        culprit = self.report.current
        for program in waiting:
            if program.rate == culprit or not culprit:
                self._hear({"event": "failed", "rate": program.rate, "reason": reason})
        return [program for program in waiting if program.rate not in self.report.failed] if culprit else []


def _death(status: int, last_line: str = "") -> str:
    if status == -9:
        return "the system killed it, most likely for want of memory"
    if status < 0:
        return f"it crashed (signal {-status})"
    return (last_line or f"it ended with status {status}")[:200]


def _environment(threads: int, *, polite: bool) -> dict[str, str]:
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        environment[name] = str(threads)
    environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"  # the driver's order, which the probe follows
    if polite:
        environment.setdefault("OMP_WAIT_POLICY", "passive")
    return environment


def _others_busy() -> float:
    others = Others()
    sleep(LOOK_S)
    return others.cpus()
