"""What the measuring process has said so far, and the rates that follow from it.

It speaks in messages, one JSON object a line; `heard` folds one into the report. The cache keeps the
messages themselves, so a better estimator can read old measurements.

    {"event": "torch", "version", "threads", "cpus", "devices": {"gpu0": name}}
    {"event": "begin", "rate"}
    {"event": "block", "rate", "work", "seconds": [...], "others": CPUs that other programs used}
    {"event": "failed", "rate", "reason"}
    {"event": "again", "device"}       everything measured on it so far is void
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from advisor.figure import Fact, gap, rounded
from advisor.rates.programs import BY_RATE, Program
from advisor.rates.spread import FEWEST_RUNS, Block, median, seconds_of
from advisor.values.facts import Rates

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    torch: str = ""
    threads: int = 1
    cpus: int = 1
    devices: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    work: Mapping[str, float] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    current: str = ""

    def runs(self, rate: str) -> int:
        return sum(len(block.seconds) for block in self.blocks.get(rate, ()))

    def measured(self, rate: str) -> bool:
        return self.runs(rate) >= FEWEST_RUNS

    def worth_keeping(self, rate: str) -> bool:
        """Measured, and with the CPUs that were meant for it."""
        return self.measured(rate) and not any(block.crowded for block in self.blocks[rate])


def heard(report: Report, message: Message) -> Report:
    """The report after one more message. Raises KeyError, TypeError or ValueError for what is none."""
    match message["event"]:
        case "torch":
            return replace(
                report,
                torch=str(message["version"]),
                threads=int(message["threads"]),
                cpus=int(message["cpus"]),
                devices=dict(message["devices"]),
            )
        case "begin":
            return replace(report, current=str(message["rate"]))
        case "block":
            return _with_block(report, str(message["rate"]), message)
        case "failed":
            failed = {**report.failed, str(message["rate"]): str(message["reason"])}
            return replace(report, failed=failed, current="")
        case "again":
            prefix = f"rate.{message['device']}."
            return replace(report, blocks={k: v for k, v in report.blocks.items() if not k.startswith(prefix)})
        case other:
            raise ValueError(f"no message is called {other!r}")


def _with_block(report: Report, rate: str, message: Message) -> Report:
    seconds = tuple(float(value) for value in message["seconds"])
    work = float(message["work"])
    if rate not in BY_RATE or not seconds or not all(0 < value < inf for value in (*seconds, work)):
        raise ValueError(f"not a block of runs: {rate}")
    spare = max(0, report.cpus - report.threads)
    block = Block(seconds, max(0.0, float(message["others"]) - spare))
    blocks = {**report.blocks, rate: (*report.blocks.get(rate, ()), block)}
    return replace(report, blocks=blocks, work={**report.work, rate: work}, current="")


def rates_of(report: Report, programs: Sequence[Program], fingerprint: str, missing: str) -> Rates:
    """A fact a program: the rate, or the gap with its reason, which is `missing` where nothing else is known."""
    return Rates({program.rate: _fact(report, program, missing) for program in programs}, fingerprint)


def _fact(report: Report, program: Program, missing: str) -> Fact:
    rate, runs = program.rate, report.runs(program.rate)
    if not report.measured(rate):
        return gap(rate, report.failed.get(rate) or _too_few(report, rate) or missing, program.unit)
    middle, fastest, slowest = seconds_of(report.blocks[rate])
    work = report.work[rate]
    return Fact(
        rate,
        rounded(work / middle),
        program.unit,
        low=rounded(work / slowest),
        high=rounded(work / fastest),
        provenance="measured",
        source=_source(report, program, runs),
    )


def _too_few(report: Report, rate: str) -> str:
    seconds = [value for block in report.blocks.get(rate, ()) for value in block.seconds]
    if not seconds:
        return ""
    count = f"{len(seconds)} run{'s' if len(seconds) > 1 else ''}"
    return f"only {count} of {median(seconds):.2g} s fitted into the time; {FEWEST_RUNS} make an interval"


def _source(report: Report, program: Program, runs: int) -> str:
    on = report.devices.get(program.device) or f"{report.threads} thread{'s' if report.threads > 1 else ''}"
    words = [f"kernels/{program.kernel}.py", f"torch {report.torch}", on, f"median of {runs} runs"]
    crowding = max(block.crowding for block in report.blocks[program.rate])
    if any(block.crowded for block in report.blocks[program.rate]):
        words.append(f"while other programs took {crowding:.1f} of its CPUs")
    return ", ".join(words)
