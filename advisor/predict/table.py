"""Tables of runs in, tables of predictions out: read in pieces, so that their length does not matter."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy

from advisor.estimate.answering import Answering, answering
from advisor.estimate.doubt import Doubt, memory_range
from advisor.estimate.holding import held
from advisor.estimate.images import constants_of, images_range
from advisor.estimate.steps import step
from advisor.predict.cells import Row, text
from advisor.predict.encoding import of_encoders, read_encoder
from advisor.predict.images import of_images, read_image
from advisor.predict.known import taken_otherwise
from advisor.predict.seen import Seen
from advisor.predict.serving import read_serving
from advisor.predict.training import Models, R, Read, read
from advisor.values.catalog import Accelerator
from advisor.values.constants import Constants, Spread
from advisor.values.runs import Run, Serve, served_together, together

PIECE = 4096
MATTERS = 0.1
"""Assumptions that may move an answer by less than this share are not worth a word in `status`."""
TRAINING_COLUMNS = (
    "config_id", "step_s", "step_s_low", "step_s_high", "tokens_per_s_per_gpu", "peak_allocated_bytes",
    "peak_allocated_bytes_low", "peak_allocated_bytes_high", "peak_reserved_bytes", "peak_reserved_bytes_low",
    "peak_reserved_bytes_high", "peak_process_bytes", "peak_process_bytes_low", "peak_process_bytes_high", "fits",
    "status", "reason", "samples_per_s_per_gpu",
)  # fmt: skip
SERVING_COLUMNS = (
    "config_id", "ttft_s", "ttft_s_low", "ttft_s_high", "tpot_s", "tpot_s_low", "tpot_s_high", "tokens_per_s_total",
    "peak_bytes", "fits", "status", "reason", "samples_per_s",
)  # fmt: skip
UNKNOWN_WORD = 0.15
"""How far a framework, engine or precision that nobody knows may move an answer, in log units (EXPERT)."""
STOLEN_DOUBT = 0.5
"""How far the time that prefill takes from decoding may be off, as a share of it."""

QUEUE_DOUBT = 1.0
"""How far what a request waits for others before its first token may be off, as a share of it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every prediction rests on: architectures by key, accelerators, constants and widths of intervals."""

    models: Models
    accelerators: Mapping[str, Accelerator]
    constants: Constants
    spreads: Mapping[str, Spread]


Cells = dict[str, str]


def training_rows(lines: Iterable[Row], ground: Ground) -> Iterator[Cells]:
    """One row of predictions for each distinct config_id, in input order."""
    for piece in _pieces(lines):
        found = [noted(_read(row, ground), row) for row in piece]
        yield from _told(piece, found, lambda runs, reads: _training(runs, reads, ground))


def serving_rows(lines: Iterable[Row], ground: Ground) -> Iterator[Cells]:
    """The same for serving."""
    for piece in _pieces(lines):
        found = [noted(_read_serving(row, ground), row) for row in piece]
        yield from _told(piece, found, lambda runs, reads: _serving(runs, reads, ground))


def _read(row: Row, ground: Ground) -> Read[Run]:
    reader = read_image if of_images(row, ground.models) else read
    return reader(row, ground.models, ground.accelerators)


def _read_serving(row: Row, ground: Ground) -> Read[Any]:
    if of_images(row, ground.models):
        return read_image(row, ground.models, ground.accelerators, trained=False)
    if of_encoders(row):
        return read_encoder(row, ground.models, ground.accelerators)
    return read_serving(row, ground.models, ground.accelerators)


def noted(known: Read[R], row: Row) -> Read[R]:
    """With words of the row that nothing knows among what was assumed."""
    unknown = taken_otherwise(row)
    if known.run is None or not unknown:
        return known
    moves = UNKNOWN_WORD * len(unknown) ** 0.5
    return replace(
        known, assumed=(*unknown, *known.assumed), matters=(known.matters**2 + moves**2) ** 0.5,
        doubt=known.doubt.beside(Doubt(moves, moves)),
    )  # fmt: skip


def _pieces(lines: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows with a new config_id, some thousands at a time; a row without one is called by its number."""
    seen = Seen()
    rows = ({**row, "config_id": text(row, "config_id") or f"row {place}"} for place, row in enumerate(lines, start=1))
    while piece := list(islice(rows, PIECE)):
        fresh = seen.fresh([row["config_id"] for row in piece])
        yield [row for row, new in zip(piece, fresh, strict=True) if new]


def _told(
    piece: Sequence[Row], reads: Sequence[Any], estimate: Callable[[list[Any], list[Any]], list[Cells]]
) -> Iterator[Cells]:
    """The predictions of a piece, and the reason where there is none, in order."""
    covered = [known for known in reads if known.run is not None]
    with numpy.errstate(all="ignore"):
        cells = iter(estimate([known.run for known in covered], covered) if covered else [])
    for row, known in zip(piece, reads, strict=True):
        if known.run is None:
            yield {"config_id": text(row, "config_id"), "status": "not_covered", "reason": known.reason}
        else:
            yield {"config_id": text(row, "config_id"), **next(cells)}


def _array(values: list[float]) -> Any:
    return numpy.array(values, float)


def _training(runs: list[Run], reads: list[Any], ground: Ground) -> list[Cells]:
    run = together(runs, _array)
    k = constants_of(run.shape, ground.constants)
    seconds = step(run, k).total
    layout = run.layout
    samples = numpy.where(run.shape.image > 0, 1.0, run.shape.sequence)
    speed = layout.batch * samples / layout.devices / seconds
    kept = held(run, k)
    sizes = {"allocated": kept.allocated, "reserved": kept.reserved, "process": kept.process}
    table = []
    for place, known in enumerate(reads):
        image = known.run.shape.image > 0
        cells = _three("step_s", seconds[place], ground.spreads["image" if image else "step"], known.matters)
        cells["samples_per_s_per_gpu" if image else "tokens_per_s_per_gpu"] = _said(speed[place])
        for name, size in sizes.items():
            rest = size[place] - kept.counted[place]
            ends = (
                images_range(kept.counted[place], rest, ground.spreads["image_memory"], known.matters)
                if image
                else memory_range(kept.counted[place], rest, ground.spreads["memory"], known.doubt)
            )
            cells |= _ranged(f"peak_{name}_bytes", size[place], ends)
        cells["fits"] = str(bool(kept.process[place] <= run.device.memory[place])).lower()
        table.append(_judged(cells, known, seconds[place]))
    return table


def _serving(runs: list[Any], reads: list[Any], ground: Ground) -> list[Cells]:
    """What answers token by token and what answers in one pass apart, each in one pass, in the order of the rows."""
    of = [isinstance(run, Run) for run in runs]

    def part(image: bool) -> Iterator[Cells]:
        mine = [place for place, one in enumerate(of) if one is image]
        if not mine:
            return iter(())
        estimate = _answered if image else _tokens
        return iter(estimate([runs[place] for place in mine], [reads[place] for place in mine], ground))

    told = {image: part(image) for image in (True, False)}
    return [next(told[image]) for image in of]


def _answered(runs: list[Run], reads: list[Any], ground: Ground) -> list[Cells]:
    """One forward pass of a batch of images or sequences: its seconds stand as those to the first answer."""
    run = together(runs, _array)
    k = constants_of(run.shape, ground.constants)
    seconds, held_bytes = step(run, k).total, held(run, k).process
    table = []
    for place, known in enumerate(reads):
        spread = ground.spreads["image" if known.run.shape.image else "step"]
        cells = _three("ttft_s", seconds[place], spread, known.matters)
        cells["samples_per_s"] = _said(run.layout.batch[place] / seconds[place])
        cells["peak_bytes"] = _said(held_bytes[place])
        cells["fits"] = str(bool(held_bytes[place] <= run.device.memory[place])).lower()
        table.append(_judged(cells, known, seconds[place]))
    return table


def _tokens(runs: list[Serve], reads: list[Any], ground: Ground) -> list[Cells]:
    run = served_together(runs, _array)
    found = answering(run, ground.constants)
    token, doubt, queued = found.token_s, stolen_doubt(found), queue_doubt(found)
    total = run.traffic.concurrency / (token + found.first_s / run.traffic.output)
    table = []
    for place, known in enumerate(reads):
        spread = ground.spreads["token"]
        cells = _three("ttft_s", found.first_s[place], ground.spreads["first"], known.matters + float(queued[place]))
        cells |= _three("tpot_s", token[place], spread, known.matters + float(doubt[place]))
        cells["tokens_per_s_total"] = _said(total[place])
        cells["peak_bytes"] = _said(found.memory_bytes[place])
        cells["fits"] = str(bool(found.memory_bytes[place] <= run.device.memory[place])).lower()
        table.append(_judged(cells, known, token[place]))
    return table


def stolen_doubt(found: Answering) -> Any:
    """What the share of prefill adds to the doubt about a further token, in log units."""
    return STOLEN_DOUBT * found.prefill / found.token_s


def queue_doubt(found: Answering) -> Any:
    """What waiting for others adds to the doubt about a first token, in log units: requests may come one by one, or
    all at once."""
    return numpy.log1p(QUEUE_DOUBT * found.queued_s / found.first_s)


def _judged(cells: Cells, known: Any, value: float) -> Cells:
    """The cells with `status` and `reason`; numbers that no machine can have are not given."""
    if not numpy.isfinite(value) or value <= 0:
        return {"status": "not_covered", "reason": "sizes beyond anything that exists"}
    assumed = known.matters >= MATTERS
    return {**cells, "status": "assumed" if assumed else "ok", "reason": "; ".join(known.assumed) if assumed else ""}


def _three(name: str, value: float, spread: Spread, matters: float) -> Cells:
    return _ranged(name, value, spread.around(float(value), matters))


def _ranged(name: str, value: float, ends: tuple[float, float]) -> Cells:
    return {name: _said(value), f"{name}_low": _said(ends[0]), f"{name}_high": _said(ends[1])}


def _said(value: float) -> str:
    return f"{float(value):.6g}"
