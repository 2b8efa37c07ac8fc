"""The published rows of every layout, memory and serving, read as `advisor estimate --rows` reads them."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy

from advisor import catalog
from advisor.catalog.constants import document
from advisor.catalog.models import models
from advisor.estimate.answering import answering
from advisor.estimate.doubt import CERTAIN, Doubt, memory_range
from advisor.estimate.holding import held
from advisor.estimate.images import constants_of
from advisor.estimate.links import data_parallel
from advisor.estimate.steps import step
from advisor.predict import files
from advisor.predict.images import read_image
from advisor.predict.serving import read_serving
from advisor.predict.table import stolen_doubt
from advisor.predict.training import read
from advisor.values.constants import Spread
from advisor.values.runs import served_together, together

PUBLISHED = Path(__file__).parents[1] / "published"
Constants = Mapping[str, float]


@dataclass(frozen=True)
class Table:
    """Rows that were read: what was measured, their source, how far assumptions may move them, and the runs."""

    ids: list[str]
    measured: Any
    source: Any
    matters: Any
    run: Any
    kind: Any
    predicted: Callable[[Any, Constants, Any], Any]
    group: str
    left_out: tuple[tuple[str, str], ...]
    counted: Any
    doubt: Doubt = CERTAIN

    def inside(self, errors: Any, spread: Spread, keep: Any = None) -> Any:
        """Which measurements lie in the range around what was predicted; what is counted of memory is hardly off."""
        keep = numpy.ones(len(self.measured), bool) if keep is None else keep
        predicted, counted = numpy.exp(errors) * self.measured[keep], self.counted[keep]
        if self.group == "memory":
            low, high = memory_range(counted, predicted - counted, spread, part(self.doubt, keep))
        else:
            scale = numpy.sqrt(spread.base**2 + self.matters[keep] ** 2)
            low, high = predicted * numpy.exp(spread.low * scale), predicted * numpy.exp(spread.high * scale)
        return (self.measured[keep] >= low) & (self.measured[keep] <= high)

    def off(self, errors: Any, keep: Any, base: float) -> Any:
        """How far rows lie off, in units of the row's own scale, measured above predicted positive; of memory what
        neither its counted part nor its doubts explain."""
        predicted, measured = numpy.exp(errors) * self.measured[keep], self.measured[keep]
        if self.group != "memory":
            return -errors / numpy.sqrt(base**2 + self.matters[keep] ** 2)
        counted, doubt = self.counted[keep], part(self.doubt, keep)
        low, high = memory_range(counted, 0.0, Spread(base, 0.0, 0.0), doubt)
        rest = predicted - counted
        over = numpy.maximum(numpy.log(numpy.maximum(measured - high, 1e-9 * rest) / rest), 0.0)
        under = numpy.minimum(numpy.log(numpy.maximum(measured - low, 1e-9 * rest) / rest), 0.0)
        more = numpy.sqrt(numpy.maximum(over**2 - doubt.more**2, 0.0))
        less = numpy.sqrt(numpy.maximum(under**2 - doubt.less**2, 0.0))
        return (more - less) / base

    def errors(self, constants: Constants, keep: Any = None) -> Any:
        """log(predicted / measured) of the rows to keep."""
        keep = numpy.ones(len(self.measured), bool) if keep is None else keep
        return numpy.log(self.predicted(part(self.run, keep), constants, self.kind[keep]) / self.measured[keep])


def part(run: Any, keep: Any) -> Any:
    """Some of the rows of a run, or of what is made of it."""
    pieces = [getattr(run, field.name) for field in fields(run)]
    return type(run)(*[part(piece, keep) if is_dataclass(piece) else piece[keep] for piece in pieces])


def tokens(run: Any, constants: Constants, _kind: Any) -> Any:
    """Seconds of a step for the tokens of a device, which is what 1 / (tokens/s/GPU) is, times those tokens."""
    return step(run, constants).total


def memory(run: Any, constants: Constants, kind: Any) -> Any:
    """Bytes of the kind that was measured; where a source does not say, what the allocator reserved."""
    found = held(run, constants)
    inside = numpy.where(kind == "allocated", found.allocated, found.reserved)
    return numpy.where(kind == "nvidia_smi", found.process, inside)


def token(run: Any, constants: Constants, _kind: Any) -> Any:
    """Seconds a further token."""
    return answering(run, constants).token_s


def start() -> dict[str, float]:
    """Constants before any fit."""
    return {row["id"]: float(row["start"]) for row in document()["constants"]}


def _array(values: list[float]) -> Any:
    return numpy.array(values, float)


def _known() -> dict[str, Any]:
    with (PUBLISHED / "models.csv").open(newline="") as lines:
        listed = {row["arch_key"]: row for row in csv.DictReader(lines)}
    ours = models()
    return {key: {**ours.get(key, {}), **{name: cell for name, cell in listed.get(key, {}).items() if cell}}
            for key in {*ours, *listed}}  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / name).open(newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["measured"]]


def _table(name: str, group: str) -> Table:
    reader = read_serving if group == "answer" else read
    known, accelerators = _known(), catalog.load().accelerators
    pairs = [(row, reader(row, known, accelerators)) for row in _rows(name)]
    kept = [(row, found) for row, found in pairs if found.run is not None]
    join = served_together if group == "answer" else together
    run = join([found.run for _, found in kept], _array)
    measured = _array([float(row["measured"]) for row, _ in kept])
    if group == "step":
        layout = run.layout
        passes = numpy.maximum(numpy.ceil(layout.batch / (layout.micro * data_parallel(run))), 1.0)
        whole = numpy.minimum(layout.batch, passes * layout.micro * data_parallel(run))
        measured = whole * run.shape.sequence / layout.devices / measured
    else:
        measured = measured * (1e9 if group == "memory" else 1e-3)
    matters = _array([found.matters for _, found in kept])
    if group == "answer":
        matters = matters + stolen_doubt(answering(run, start()))
    return Table(
        ids=[found.id for _, found in kept],
        measured=measured,
        source=numpy.array([row["source_id"] for row, _ in kept]),
        matters=matters,
        run=run,
        kind=numpy.array([row.get("mem_kind", "") for row, _ in kept]),
        predicted={"step": tokens, "memory": memory, "answer": token}[group],
        group=group,
        left_out=tuple((found.id, found.reason) for _, found in pairs if found.run is None),
        counted=held(run, start()).counted + 0.0 * measured if group == "memory" else 0.0 * measured,
        doubt=Doubt(*[_array([getattr(found.doubt, field.name) for _, found in kept]) for field in fields(Doubt)]),
    )


def picture(run: Any, constants: Constants, _kind: Any) -> Any:
    """Seconds of a batch of images, trained or answered."""
    return step(run, constants_of(run.shape, constants)).total


def _images() -> Table:
    """Rows of networks of images: seconds of the batches of all devices."""
    known, accelerators = files.ground().models, catalog.load().accelerators
    pairs = [(row, read_image(row, known, accelerators, trained=row["task"] == "train")) for row in _rows("images.csv")]
    kept = [(row, found) for row, found in pairs if found.run is not None]
    run = together([found.run for _, found in kept], _array)
    measured = run.layout.batch / _array([float(row["measured"]) for row, _ in kept])
    return Table(
        ids=[found.id for _, found in kept], measured=measured,
        source=numpy.array([row["source_id"] for row, _ in kept]), matters=_array([found.matters for _, found in kept]),
        run=run, kind=numpy.array([row["model"] for row, _ in kept]), predicted=picture, group="image",
        left_out=tuple((found.id, found.reason) for _, found in pairs if found.run is None), counted=0.0 * measured,
    )  # fmt: skip


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """The tables by the group of constants that is fitted on them; memory is fitted on none."""
    return {
        "step": _table("steps.csv", "step"),
        "memory": _table("held.csv", "memory"),
        "answer": _table("answers.csv", "answer"),
        "image": _images(),
    }
