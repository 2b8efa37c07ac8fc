"""A measured earlier run corrects the estimate of one like it; docs/estimates.md has the form of the file.

The rule: the same accelerator, framework, kind of number, task and kind of model; size and sequence within a factor of
4, devices within 8. Both estimates are then off alike to the extent that the runs are close. Closeness c stands for the
correlation of their errors; how it falls was read off pairs of rows of tests/published/steps.csv that the rule lets
through. The best guess moves by the c-th power of what was measured over what was estimated. The range is that to the
power of 1 - c^4: pairs of different runs err as far apart at the 90th percentile as without a correction, so that
only a run that is nearly the same narrows it, never below the noise of one measurement.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from advisor.errors import BadInput
from advisor.predict.asked import machine_cells, model_cells
from advisor.predict.cells import Row, text
from advisor.predict.detail import Estimated, Part, size_of
from advisor.predict.software import framework, multiplied
from advisor.predict.table import Ground

MEASURED = ("step_s", "allocated_bytes", "reserved_bytes", "process_bytes", "ttft_s", "tpot_s", "tokens_per_s")
SETTINGS = (
    "seq", "global_batch", "micro_batch", "tp", "pp", "vp", "cp", "ep", "zero_stage", "act_ckpt", "precision",
    "framework", "optimizer", "task", "interconnect", "input_len", "output_len", "concurrency", "engine",
)  # fmt: skip
ALIKE_WITHIN: Mapping[str, float] = {"parameters": 4.0, "sequence": 4.0, "devices": 8.0}
SAME_RUN, AT_THE_LIMIT, OTHER_LAYOUT = 0.95, 0.22, 0.8
"""Closeness of a repeated run; what is left of it at the limit of one ratio; and with each setting that differs."""
NOISE = 0.03
"""How far one measurement of the same run is off (EXPERT)."""
STRANGEST = 3.0
"""A run that took so many times what is estimated was held up by something else."""
LARGEST_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class Correction:
    """By what factor each answer was moved, how close the runs are, and the file."""

    file: str
    closeness: float
    factors: Mapping[str, float]

    @property
    def said(self) -> str:
        moved = ", ".join(f"{name.rsplit('_', 1)[0]} x{factor:.3g}" for name, factor in self.factors.items())
        return f"corrected by {self.file}: {moved} (closeness {self.closeness:.2f} of 1)"

    def document(self) -> dict[str, Any]:
        return {"file": self.file, "closeness": self.closeness, "factors": dict(self.factors)}


def corrected(
    found: Estimated, path: Path, ground: Ground, estimate: Callable[[Row, Ground], Estimated]
) -> tuple[Estimated, Correction]:
    """The estimate as the measured run corrects it. Raises BadInput for a file that cannot be read, that measures
    nothing of this kind, or whose run is too different, with what differs."""
    row, measured = _read(path, ground)
    earlier = estimate(row, ground)
    near = closeness(found, earlier, str(path))
    factors = {}
    for name, value in measured.items():
        if name not in found.head:
            continue
        off = value / earlier.head[name].value
        if not 1.0 / STRANGEST <= off <= STRANGEST:
            raise BadInput(
                f"{name} is {off:.2g} times what is estimated for that run: something else held it up",
                where=str(path), remedy="check the numbers of the file, or leave it out",
            )  # fmt: skip
        factors[name] = off**near
    if not factors:
        raise BadInput("measures nothing that is estimated here", where=str(path),
                       remedy=f"give one of {', '.join(found.head)}")  # fmt: skip
    return _moved(found, factors, near), Correction(str(path), near, factors)


def closeness(one: Estimated, other: Estimated, where: str) -> float:
    """How far errors of both estimates go together, 0 to 1. Raises BadInput, saying why, for runs too different."""
    for what, mine, theirs in _kinds(one, other):
        if mine != theirs:
            raise _refused(f"another {what}: {theirs or 'not stated'} instead of {mine or 'not stated'}", where)
    near = SAME_RUN
    for what, here, there in _sizes(one, other):
        ratio, limit = max(here, there) / min(here, there), ALIKE_WITHIN[what]
        if ratio > limit:
            raise _refused(f"{what} differ by a factor of {ratio:.3g}, more than {limit:g}", where)
        near *= AT_THE_LIMIT ** (math.log(ratio) / math.log(limit))
    return near * OTHER_LAYOUT ** sum(_setting(one, name) != _setting(other, name) for name in _layout_names(one))


def _refused(why: str, where: str) -> BadInput:
    return BadInput(f"that run is too different to correct this one: {why}", where=where,
                    remedy="leave --observed out, or measure a run that is closer")  # fmt: skip


def _kinds(one: Estimated, other: Estimated) -> list[tuple[str, str, str]]:
    def kinds(found: Estimated) -> dict[str, str]:
        shape = found.run.shape
        return {
            "accelerator": text(found.row, "gpu"), "kind of number": multiplied(found.row),
            "framework": framework(found.row).words, "task": _task(found.run),
            "engine": text(found.row, "engine").lower(),
            "kind of model": "mixture of experts" if float(shape.copies) > 0 else "dense",
            "attention": "all layers" if float(shape.attending) >= 1 else "some layers",
        }  # fmt: skip

    mine, theirs = kinds(one), kinds(other)
    return [(what, mine[what], theirs[what]) for what in mine]


def _task(run: Any) -> str:
    """What is trained, or in how many bits is served."""
    if not hasattr(run, "software"):
        return f"serving in {8.0 * float(run.traffic.weight_bytes):.3g} bits"
    four = " over 4-bit weights" if run.software.weight_bytes < 1 else ""
    return f"an adapter{four}" if run.software.trained < 1 else "all weights"


def _sizes(one: Estimated, other: Estimated) -> list[tuple[str, float, float]]:
    def devices(found: Estimated) -> float:
        return float(text(found.row, "gpus") or 1)

    return [
        ("parameters", size_of(one.run), size_of(other.run)),
        ("sequence", float(one.run.shape.sequence), float(other.run.shape.sequence)),
        ("devices", devices(one), devices(other)),
    ]


def _layout_names(found: Estimated) -> tuple[str, ...]:
    if hasattr(found.run, "layout"):
        return ("tensor", "pipeline", "virtual", "context", "expert", "zero", "hybrid", "micro", "checkpoint")
    return ("tensor", "pipeline", "weight_bytes", "concurrency")


def _setting(found: Estimated, name: str) -> float:
    part = found.run.layout if hasattr(found.run, "layout") else found.run.traffic
    return float(getattr(part, name))


def _moved(found: Estimated, factors: Mapping[str, float], near: float) -> Estimated:
    """Answers and their parts by the factor; memory that was not measured itself by that of what was."""
    width = max(1.0 - near**4, NOISE)
    sizes = [name for name in ("process_bytes", "reserved_bytes", "allocated_bytes") if name in factors]
    times = [name for name in ("step_s", "tpot_s") if name in factors]
    shared = {name: factors[sizes[0]] for name in found.head if name.endswith("_bytes")} if sizes else {}
    faster = {"tokens_per_s": 1.0 / factors["tpot_s"]} if "tpot_s" in factors else {}
    by = {**shared, **faster, **factors}
    memory = factors[sizes[0]] if sizes else 0.0
    spent = factors[times[0]] if times else 0.0
    head = {name: _by(part, by[name], width) if name in by else part for name, part in found.head.items()}
    return replace(
        found, head=head,
        time={name: _by(part, spent, width) if spent else part for name, part in found.time.items()},
        memory={name: _by(part, memory, width) if memory else part for name, part in found.memory.items()},
    )  # fmt: skip


def _by(part: Part, factor: float, width: float) -> Part:
    value = part.value * factor
    if part.value <= 0:
        return part
    low, high = (part.low / part.value) ** width, (part.high / part.value) ** width
    return Part(value, value * min(low, 1.0 - NOISE), value * max(high, 1.0 + NOISE))


def _read(path: Path, ground: Ground) -> tuple[Row, dict[str, float]]:
    """(the row of the run, what was measured)."""
    where = str(path)
    if not path.is_file():
        raise BadInput("no such file", where=where, remedy="docs/estimates.md shows what a measured run looks like")
    if path.stat().st_size > LARGEST_FILE:
        raise BadInput("too large for one run", where=where)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput("not readable as JSON", where=f"{where}{line}") from None
    if not isinstance(document, dict):
        raise BadInput("must be one object", where=where)
    known = {"schema", "model", "on", "notes", *SETTINGS, *MEASURED}
    if unknown := sorted(set(document) - known):
        raise BadInput(f"{unknown[0][:40]!r} is no key of a measured run", where=where,
                       remedy=f"one of {', '.join(sorted(known))}")  # fmt: skip
    for name in ("model", "on"):
        if not isinstance(document.get(name), str):
            raise BadInput(f"{name!r} is missing or no text", where=where)
    measured = {name: _number(document[name], name, where) for name in MEASURED if name in document}
    cells = {name: str(document[name]) for name in SETTINGS if document.get(name) is not None}
    model, on = str(document["model"]), str(document["on"])
    return {"config_id": "observed", **cells, **model_cells(model, ground.models),
            **machine_cells(on, ground.accelerators)}, measured  # fmt: skip


def _number(value: object, name: str, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e18:
        raise BadInput(f"{name}: {str(value)[:40]!r} is no positive number", where=where)
    return float(value)
