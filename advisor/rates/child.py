"""The process that measures: the only one that imports torch. Run by `advisor.rates.running`.

    python -m advisor.rates.child --seconds 15 --threads 2 rate.cpu.matmul.float32 rate.cpu.stream …

It says what it knows as soon as it knows it (the messages of `advisor.rates.report`), so that whenever it
is killed nothing finished is lost. Each program gets several short blocks of runs, in turns with the
others: a disturbance then spoils a part of every number instead of one number whole. Its standard input
is a pipe that its parent holds open and never writes to; when it closes, the parent is gone, and so is it.
"""

import argparse
import importlib.util
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from time import perf_counter
from typing import Any, NoReturn

from advisor.rates.load import Others
from advisor.rates.programs import BY_RATE, Program
from advisor.rates.spread import FEWEST_RUNS
from advisor.shelf import shelf

BLOCKS = 3
BLOCK_S = 0.6
WARM_UP_S = 0.4
FREE_GPU_BYTES = 6e9
"""All programs of a GPU together take 4 GB."""

Tell = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A program ready to run: `call` returns when the device has finished, in its seconds."""

    program: Program
    call: Callable[[], float]
    work: float


def main(arguments: list[str] | None = None) -> NoReturn:
    start = perf_counter()
    parser = argparse.ArgumentParser(prog="python -m advisor.rates.child")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("rates", nargs="+", choices=BY_RATE, metavar="RATE")
    options = parser.parse_args(arguments)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    tell = _speaker()
    import torch

    torch.set_num_threads(options.threads)
    devices = {"gpu0": torch.cuda.get_device_name(0)} if torch.cuda.is_available() else {}
    tell("torch", version=torch.__version__, threads=options.threads, cpus=os.cpu_count() or 1, devices=devices)
    programs = [BY_RATE[rate] for rate in options.rates]
    measure(torch, programs, start + options.seconds, tell)
    os._exit(0)  # with the messages' pipe still open: its end tells the parent to close ours, which means death


def measure(torch: Any, programs: list[Program], deadline: float, tell: Tell) -> None:
    """Times the programs, device after device; once `deadline` (of perf_counter) has passed, a first block each."""
    by_device = groupby(programs, key=lambda program: program.device)
    schedule = [program for _, group in by_device for program in list(group) * BLOCKS]
    ready: dict[str, Prepared] = {}
    failed: set[str] = set()
    for place, program in enumerate(schedule):
        left = sum(later.rate not in failed for later in schedule[place:])
        seconds = min(BLOCK_S, (deadline - perf_counter()) / max(left, 1))
        first = program.rate not in ready
        if program.rate in failed or (seconds <= 0 and not first):
            continue
        tell("begin", rate=program.rate)
        try:
            if first:
                ready[program.rate] = _prepared(torch, program)
            _tell_block(ready[program.rate], seconds, first, tell)
        except Exception as error:  # whatever torch finds to raise costs this number alone
            tell("failed", rate=program.rate, reason=_reason(error))
            failed.add(program.rate)
            ready.pop(program.rate, None)


def _prepared(torch: Any, program: Program) -> Prepared:
    device = torch.device("cpu" if program.device == "cpu" else "cuda:0")
    if device.type == "cuda":
        _demand_gpu(torch)
    run, work, unit = _kernel(program.kernel).prepare(torch, device, program.dtype)
    if unit != program.unit:
        raise ValueError(f"kernels/{program.kernel}.py counts {unit}, not {program.unit}")
    finish = torch.cuda.synchronize if device.type == "cuda" else _nothing

    def call() -> float:
        finish()
        start = perf_counter()
        run()
        finish()
        return perf_counter() - start

    return Prepared(program, call, work)


def _demand_gpu(torch: Any) -> None:
    if not torch.cuda.is_available():
        raise RuntimeError(f"torch {torch.__version__} cannot use this machine's GPU")
    free, _ = torch.cuda.mem_get_info(0)
    held = torch.cuda.memory_reserved(0)
    if free + held < FREE_GPU_BYTES:
        raise RuntimeError(f"only {free / 1e9:.1f} GB of the GPU's memory are free; another program is using it")


def _nothing() -> None:
    """A CPU has finished when the call returns."""


def _kernel(stem: str) -> Any:
    """The module kernels/<stem>.py, by file: PyPI's package `kernels` is another one."""
    spec = importlib.util.spec_from_file_location(f"advisor_kernel_{stem}", shelf("kernels") / f"{stem}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _tell_block(ready: Prepared, seconds: float, first: bool, tell: Tell) -> None:
    _warm_up(ready.call, once=not first)
    others = Others()
    runs = list(_runs(ready.call, seconds, FEWEST_RUNS if first else 1))
    tell("block", rate=ready.program.rate, work=ready.work, seconds=runs, others=others.cpus())


def _runs(call: Callable[[], float], seconds: float, fewest: int) -> Iterator[float]:
    end = perf_counter() + seconds
    count = 0
    while count < fewest or perf_counter() < end:
        yield call()
        count += 1


def _warm_up(call: Callable[[], float], *, once: bool) -> None:
    """Until two runs in a row agree within a tenth: pages, caches, clocks and lazy set-up have settled."""
    end = perf_counter() + WARM_UP_S
    before, now = 0.0, call()
    while not once and abs(now - before) > 0.1 * now and perf_counter() < end:
        before, now = now, call()


def _reason(error: Exception) -> str:
    first = str(error).strip().splitlines()[:1]
    words = " ".join(first) or type(error).__name__
    if "out of memory" in words.lower() or "can't allocate memory" in words.lower():
        return "out of memory"
    return words[:200]


def _speaker() -> Tell:
    """Keeps standard output for messages and sends what libraries print there to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(event: str, **said: Any) -> None:
        out.write(json.dumps({"event": event, **said}) + "\n")
        out.flush()

    return tell


def _leave_with_parent() -> None:
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
