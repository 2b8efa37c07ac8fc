"""How fast this machine goes: small torch programs timed in a child process, at most 20 s, kept by fingerprint.

`start` returns at once; the measurement runs while the person answers, and `finish` collects it. torch is
never imported here. What could not be measured is a gap with its reason.
"""

import importlib.util
import os
from pathlib import Path

from advisor.figure import Fact
from advisor.rates import cache
from advisor.rates.listener import Listener
from advisor.rates.programs import PROGRAMS, programs_for
from advisor.rates.report import Report, rates_of
from advisor.rates.running import Running
from advisor.shelf import user_cache
from advisor.values.facts import Machine, Rates

__all__ = ["Running", "can_measure", "nothing", "start", "user_cache"]

NO_TORCH = "torch is not installed"


def can_measure() -> bool:
    """Whether torch is there to be imported (by the child process); it is not imported to find out."""
    return importlib.util.find_spec("torch") is not None


def nothing(reason: str = "") -> Rates:
    """No rates: empty, or with a `reason` a gap for each rate of the CPU that says it."""
    return rates_of(Report(), PROGRAMS["cpu"], "", reason) if reason else Rates({})


def start(
    machine: Machine, cache_folder: Path, *, fingerprint: str, budget_s: float = 20.0, again: bool = False
) -> Running:
    """Starts measuring, unless a measurement of this machine is in the cache (and not `again`).

    `fingerprint` names the machine; `budget_s` covers everything from now to the last number. The child
    runs on as many threads as the machine has usable CPUs.
    """
    programs = programs_for(len(machine.devices))
    if not can_measure():
        return Running(programs, fingerprint, reason=NO_TORCH)
    threads = _usable_cpus(machine.facts.get("machine.cpus"))
    key = cache.key(fingerprint, programs, threads)
    kept = None if again else cache.load(cache_folder, key, budget_s)
    if kept is not None:
        return Running(programs, fingerprint, report=kept, reason="the kept measurement has no number for it")
    return Running.begun(Listener(programs, threads, budget_s=budget_s, keep=(cache_folder, key)), fingerprint)


def _usable_cpus(fact: Fact | None) -> int:
    if fact is not None and fact.known:
        return max(1, int(fact.number))
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
