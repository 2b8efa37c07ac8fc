import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.rates import cache, listener
from advisor.rates.listener import Listener
from advisor.rates.programs import PROGRAMS
from advisor.rates.running import Running

MATMUL, STREAM, MLP = (program.rate for program in PROGRAMS["cpu"][:3])

PROLOGUE = """
import json, os, sys, time
rates = sys.argv[5:]
def tell(event, **said):
    print(json.dumps({"event": event, **said}), flush=True)
def measured(rate, work=1e9, others=0.0):
    tell("begin", rate=rate)
    tell("block", rate=rate, work=work, seconds=[0.1] * 5, others=others)
tell("torch", version="2.13.0", threads=2, cpus=2, devices={})
"""

Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts measuring three programs with a child that follows the script given."""
    monkeypatch.setattr(listener, "LOOK_S", 0.0)

    def begin(script: str, budget_s: float = 20.0, keep: tuple[Path, str] | None = None) -> Running:
        file = tmp_path / "child.py"
        file.write_text(PROLOGUE + textwrap.dedent(script))
        return Running.begun(
            Listener(PROGRAMS["cpu"][:3], 2, budget_s=budget_s, keep=keep, child=(sys.executable, str(file))), "f1"
        )

    return begin


def test_all_that_the_child_measures_arrives(start: Start, tmp_path: Path) -> None:
    """Rates come with the fingerprint, and a whole measurement is kept."""
    measured = start("for rate in rates: measured(rate)", keep=(tmp_path / "kept", "k1")).finish()
    assert [fact.value for fact in measured.facts.values()] == [1e10] * 3
    assert measured.fingerprint == "f1"
    assert cache.load(tmp_path / "kept", "k1", 20.0) is not None


@pytest.mark.parametrize(("number", "words"), [(signal.SIGSEGV, "crashed (signal 11)"), (signal.SIGKILL, "memory")])
def test_a_crash_costs_one_number(start: Start, number: int, words: str) -> None:
    """The program under way when the child died is a gap with the reason; the others are still measured."""
    script = f"""
        for rate in rates:
            if rate == {STREAM!r}:
                tell("begin", rate=rate)
                os.kill(os.getpid(), {int(number)})
            measured(rate)
    """
    facts = start(script).finish().facts
    assert words in facts[STREAM].gap
    assert facts[MATMUL].known
    assert facts[MLP].known


def test_a_child_that_cannot_begin_says_its_last_words(start: Start, tmp_path: Path) -> None:
    """Every rate is a gap with the last line of the error; the failure is not kept, so a mended torch measures."""
    script = "raise ImportError('libtorch_cpu.so: no such file')"
    facts = start(script, keep=(tmp_path / "kept", "k1")).finish().facts
    assert {fact.gap for fact in facts.values()} == {"ImportError: libtorch_cpu.so: no such file"}
    assert not (tmp_path / "kept").exists()


def test_a_child_that_hangs_ends_with_the_budget(start: Start, tmp_path: Path) -> None:
    """What was finished is there, the rest says that time was over, and an unfinished measurement is not kept."""
    running = start(f"measured({MATMUL!r}); time.sleep(600)", budget_s=1.5, keep=(tmp_path / "kept", "k1"))
    facts = running.finish().facts
    assert facts[MATMUL].known
    assert facts[STREAM].gap == "the 1.5 s for measuring were over first"
    assert not (tmp_path / "kept").exists()


def test_stopping_keeps_what_was_finished(start: Start) -> None:
    """`finish` after a moment's patience returns the finished numbers and ends the child."""
    running = start(f"measured({MATMUL!r}); time.sleep(600)")
    deadline = time.monotonic() + 10
    while not running.so_far().facts[MATMUL].known and time.monotonic() < deadline:
        time.sleep(0.02)
    facts = running.finish(0).facts
    assert facts[MATMUL].known
    assert facts[STREAM].gap == "the measurement was stopped before its turn"
    assert running.done


def test_what_libraries_print_is_no_measurement(start: Start) -> None:
    """Lines that are no messages are passed over."""
    script = """
        print("Welcome to torch!"); print('{"event": "block"}'); print("[1, 2]"); print("{", flush=True)
        for rate in rates: measured(rate)
    """
    assert all(fact.known for fact in start(script).finish().facts.values())


def test_beside_a_busy_neighbour_it_starts_again_with_threads_that_sleep(start: Start, tmp_path: Path) -> None:
    """Runs of spinning threads beside another program are void; those of a second child count, but are not kept."""
    script = """
        polite = os.environ.get("OMP_WAIT_POLICY") == "passive"
        for rate in rates:
            measured(rate, work=2e9 if polite else 1e9, others=1.0)
        if not polite: time.sleep(600)
    """
    facts = start(script, keep=(tmp_path / "kept", "k1")).finish().facts
    assert not (tmp_path / "kept").exists()
    assert [fact.value for fact in facts.values()] == [2e10] * 3
    assert all("took 1.0 of its CPUs" in fact.source for fact in facts.values())


def test_a_process_that_cannot_be_started_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without processes left gives gaps that say so, not a traceback."""
    monkeypatch.setattr(listener, "LOOK_S", 0.0)
    running = Running.begun(Listener(PROGRAMS["cpu"][:1], 2, budget_s=5.0, child=("/no/such/python",)), "f1")
    assert "No such file" in running.finish().facts[MATMUL].gap


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="watches processes through /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_child_does_not_outlive_its_parent(number: int) -> None:
    """Whatever ends the parent ends the child: even a SIGKILL closes the pipe that the child watches."""
    pytest.importorskip("torch")
    script = """
        import time
        from advisor.rates import listener
        from advisor.rates.running import Running
        from advisor.rates.programs import PROGRAMS
        listener.LOOK_S = 0.0
        mine = listener.Listener(PROGRAMS["cpu"], 1, budget_s=60.0)
        running = Running.begun(mine, "f1")
        while mine._process is None: time.sleep(0.01)
        print(mine._process.pid, flush=True)
        running.finish()
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    time.sleep(0.5)  # let it get into importing torch
    os.kill(parent.pid, number)
    parent.wait(10)
    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(child)
    parent.stdout.close()
