"""What a step waits for beside arithmetic and usual collectives: states on disk, rows of tables on other devices."""

from advisor.estimate.case import Case
from advisor.number import Number
from advisor.values.candidates import Candidate

DISK_S_A_WEIGHT = (4e-9, 9e-9, 2.5e-8)
"""Seconds a trained weight, beside those of states in the host's memory, where they lie on disk: 12 bytes of states
read and written at 1 to 6 GB/s (EXPERT)."""
POOLED_BYTES = 15_360.0
"""Of a sample: one vector of 64 values in fp32 for each of 30 tables, sent forward and its gradient back (EXPERT)."""


def beside_s(case: Case) -> Number:
    """Seconds that a step waits for states on disk; nothing of it runs beside the step."""
    weights = case.drawn_span(case.work.model.parameters, "copies")
    on_disk = case.column("on disk", lambda candidate: candidate.states == "nvme_offload")
    return on_disk * case.three(DISK_S_A_WEIGHT, "overhead") * weights


def looked_up_s(case: Case, samples: Number) -> Number:
    """Seconds in which the looked-up rows of `samples` a device come from the devices that hold them, and their
    gradients go back: all to all over the slower of the links and the network (TORCHREC)."""
    speed = case.column("rows", _rows_bytes_s)
    return samples * POOLED_BYTES * case.column("away", _away) / speed


def _away(candidate: Candidate) -> float:
    """The share of rows that lie on other devices."""
    return 1.0 - 1.0 / candidate.count if candidate.parallel == "embedding_sharding" else 0.0


def _rows_bytes_s(candidate: Candidate) -> float:
    inside = candidate.site.link.value
    return min(inside, candidate.site.fabric.value) if candidate.nodes > 1 else inside
