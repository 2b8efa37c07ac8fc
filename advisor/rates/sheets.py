"""What data sheets do not say of accelerators, or say another way than a program gets it."""

import re
from collections.abc import Mapping

from advisor.values.catalog import Accelerator
from advisor.values.workload import Span

MATMUL_REACH: Mapping[str, tuple[float, float, float]] = {
    "a100": (0.80, 0.87, 0.90), "h100": (0.72, 0.80, 0.84), "h200": (0.72, 0.80, 0.84), "gh200": (0.75, 0.84, 0.88),
    "b200": (0.70, 0.78, 0.82), "b300": (0.70, 0.79, 0.83), "gb200": (0.66, 0.73, 0.78), "gb300": (0.66, 0.73, 0.80),
    "mi355x": (0.54, 0.62, 0.70), "mi325x": (0.53, 0.60, 0.65), "mi300x": (0.45, 0.51, 0.56),
    "gaudi2": (0.80, 0.95, 0.97), "gaudi3": (0.65, 0.74, 0.80), "tpu": (0.75, 0.88, 0.95),
    "t4": (0.25, 0.36, 0.55), "l4": (0.45, 0.58, 0.75), "a10": (0.40, 0.60, 0.75),
}  # fmt: skip
"""Best measured 16-bit matrix multiplication over the dense data sheet (ML_ENG, `mamf`), with a margin either side;
GB300 is taken as GB200. T4 and L4 (EXPERT) are held back by 70 W, A10 by 150 W; TPUs run
fixed schedules at fixed clocks (EXPERT)."""
USUAL_REACH = (0.60, 0.75, 0.88)
BANDWIDTH_REACH = 0.88
"""What a program that only copies gets of the bandwidth of the data sheet (ML_ENG)."""
FABRIC = (
    (r"gb300|b300", 1.0e11), (r"gaudi3", 7.5e10), (r"gaudi2", 3.75e10), (r"trainium[23]", 2.5e10),
    (r"trainium1", 1.25e10), (r"b200|h100|h200|mi3", 5.0e10), (r"a100-sxm", 2.5e10), (r"a100|v100|mi250", 1.25e10),
)  # fmt: skip
"""Bytes/s of network that usually come with each device of a cluster (vendors' reference designs; of the 24 ports of a
Gaudi three lead out of its node)."""
USUAL_FABRIC = 6.0e9
RENTED_FABRIC = (0.2, 1.25)
"""Of it what rented machines have at least and at most (EXPERT)."""
MODERN = r"g?h[12]00|g?b[23]00"
PCIE_BYTES = {"3": 6.0e9, "4": 1.2e10, "5": 2.4e10, "6": 4.8e10}
"""What a collective gets of sixteen lanes: half of what they carry, where cards reach each other at all (EXPERT)."""
PCIE_RANGE = (0.4, 2.0)
"""Of it, where the cards cannot reach each other's memory, and where all is well (EXPERT)."""
CLOCKS = (
    (r"a100|a800|a30\b", 1.41e9), (r"v100", 1.53e9), (r"t4", 1.59e9), (r"a10g?\b|rtx3090\b|a40", 1.7e9),
    (r"rtx-a|rtx3", 1.8e9), (r"rtx4|l40|ada", 2.5e9), (r"rtx5|pro-6000", 2.4e9), (r"l4\b", 2.04e9),
    (r"g?b[23]00", 1.9e9), (r"mi3", 2.1e9),
)  # fmt: skip
"""Hz at work, which short kernels and launches hang on more than on any rate of the sheet (vendors' boost clocks,
from memory: EXPERT)."""
USUAL_CLOCK = 1.755e9
"""Of an H100, and of what is not listed."""


def matmul_reach(row: Accelerator) -> tuple[float, float, float]:
    """(low, value, high) of what the best matrix multiplication reaches of the data sheet."""
    return MATMUL_REACH.get(row.id.split("-")[0], USUAL_REACH)


def modern(row: Accelerator) -> bool:
    """Does it need kernels made for its generation?"""
    return re.match(MODERN, row.id) is not None


def clock(row: Accelerator) -> float:
    """Hz at work."""
    return next((speed for words, speed in CLOCKS if re.search(words, row.id)), USUAL_CLOCK)


def usual_fabric(row: Accelerator) -> float:
    """Bytes/s of network that usually come with the device."""
    return next((speed for words, speed in FABRIC if re.search(words, row.id)), USUAL_FABRIC)


def link(row: Accelerator) -> Span:
    """Bytes/s one way between devices of a node, by the row's own link or the lanes of its slot."""
    if row.link_gbps:
        return Span(row.link_gbps * 1e9, row.link_gbps * 1e9, row.link_gbps * 1e9)
    lanes = PCIE_BYTES.get(row.pcie_gen[:1], 6.0e9) * (0.5 if row.pcie_gen.endswith("x8") else 1.0)
    return Span(lanes, lanes * PCIE_RANGE[0], lanes * PCIE_RANGE[1])
