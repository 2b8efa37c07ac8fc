"""Estimates of every candidate at once: columns, one row a candidate, one column a draw of the unknowns."""

from dataclasses import dataclass

from advisor.number import Number
from advisor.values.candidates import Candidate, Field
from advisor.values.workload import Span


@dataclass(frozen=True, slots=True)
class Ends:
    """(5%, 95%) of what limits are judged on, one number a candidate."""

    memory_bytes: tuple[Number, Number]
    run_s: tuple[Number, Number]
    cost_usd: tuple[Number, Number]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingTable:
    """Shapes (candidates, draws); column 0 is the middle of every range. Bytes a device, seconds, USD, joules a run."""

    field: Field
    micro_batch: Number
    memory_bytes: Number
    step_s: Number
    run_s: Number
    cost_usd: Number
    energy_j: Number
    parts: dict[str, Number]
    ends: Ends

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.field.rows

    def fits(self, row: int) -> bool:
        """Does the candidate's device hold it, even at the high end?"""
        return bool(self.ends.memory_bytes[1][row] <= self.candidates[row].site.usable_bytes)


@dataclass(frozen=True, slots=True, eq=False)
class ServingEstimates:
    """What serving takes. `latency_s` to the first answer and `token_s` a further token, by topology.

    `hardware` names what a replica runs on; `replicas` is 0 when no number of them meets the latency, and `devices` are
    the accelerators of all of them.
    """

    latency_s: dict[str, Span]
    token_s: dict[str, Span]
    memory_bytes: Span
    device_bytes: float
    device_memory_bytes: float
    weights_bytes: float
    on_gpu: bool
    hardware: str
    replicas: int
    devices: float
    cost_month_usd: Span
