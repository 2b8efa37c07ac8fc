"""What a row keeps in the memory of the machine: the words that sources use, and what follows for a run."""

import re
from dataclasses import replace

from advisor.errors import BadInput
from advisor.predict.cells import Row, text
from advisor.predict.shapes import Notes
from advisor.values.catalog import Accelerator
from advisor.values.runs import ONE_F_ONE_B, ZB1P, ZB2P, ZBV, Layout, Run, Software

NOTHING = ("", "none", "no", "false", "0")
DISK = re.compile(r"nvme|disk|ssd", re.I)
PARTS = {"states_away": r"optim|state|zero-?offload", "weights_away": r"param|weight", "activations_away": r"activ"}
BOTH = re.compile(r"cpu|all|yes|true|1|host|zero-?infinity", re.I)
SPEED_OF_HOST = 0.3
"""How far the processors of a machine, and how it is wired, may move a step that waits for them."""
WAY = 0.1
"""How far the way to the machine's memory may move a step otherwise."""
PCIE_BYTES_S = {"3": 1.2e10, "4": 2.4e10, "5": 4.8e10, "6": 9.6e10}
"""What copies from pinned memory reach over 16 lanes, each way: three quarters of the specification (EXPERT)."""
COHERENT = re.compile(r"^(gh|gb)[23]00")
COHERENT_BYTES_S = 3.5e11
"""The same where processor and accelerator share a module: 450 GB/s each way on the data sheet (EXPERT)."""
SCHEDULES = {
    "": ONE_F_ONE_B, "1f1b": ONE_F_ONE_B, "interleaved": ONE_F_ONE_B, "zb1p": ZB1P, "zb-h1": ZB1P, "zb2p": ZB2P,
    "zb-h2": ZB2P, "zbv": ZBV, "zb-v": ZBV,
}  # fmt: skip


def host_link(row: Accelerator) -> float:
    """Bytes/s between a device and its machine, each way."""
    if COHERENT.match(row.id):
        return COHERENT_BYTES_S
    generation, _, lanes = row.pcie_gen.partition("x")
    return PCIE_BYTES_S.get(generation, PCIE_BYTES_S["4"]) * (float(lanes) / 16.0 if lanes else 1.0)


def offloaded(run: Run, row: Row, accelerator: Accelerator, notes: Notes) -> Run:
    """The run with what the cell `offload` names kept in the machine's memory. Raises BadInput for disks, and for words
    that name nothing."""
    said = text(row, "offload").lower()
    if said in NOTHING:
        return run
    if DISK.search(said):
        raise BadInput(f"offloading to a disk ({said[:40]}) is not covered")
    away = {name: 1.0 for name, words in PARTS.items() if re.search(words, said)}
    if not away and not BOTH.search(said):
        raise BadInput(f"offloading ({said[:40]}) is not known: optimizer, params or activations")
    away = away or {"states_away": 1.0, "weights_away": 1.0}
    if "states_away" in away:
        notes.assume("a machine that updates weights at 60 GB/s and 20 for each further device", SPEED_OF_HOST)
    else:
        notes.assume("copies to the machine's memory at three quarters of PCIe", WAY)
    kept = replace(run.software, **away)
    return replace(
        run,
        software=_master_away(kept) if "states_away" in away else kept,
        device=replace(run.device, host_link=host_link(accelerator)),
    )


def _master_away(software: Software) -> Software:
    """fp32 weights leave with the states that they are updated with; what is multiplied stays in 16 bits."""
    master = software.weight_bytes - 2.0 if software.activation_bytes < 4.0 else 0.0
    if master <= 0.0 or software.weights_away:
        return software
    return replace(software, weight_bytes=2.0, state_bytes=software.state_bytes + master)


def scheduled(layout: Layout, row: Row) -> Layout:
    """The layout with the schedule that the cell `schedule` names. Raises BadInput for one that is not known."""
    said = text(row, "schedule").lower()
    if said not in SCHEDULES:
        raise BadInput(
            f"no schedule of a pipeline is called {said[:40]!r}: {', '.join(sorted(filter(None, SCHEDULES)))}"
        )
    schedule = SCHEDULES[said]
    return replace(layout, schedule=schedule, virtual=1.0) if schedule else layout
