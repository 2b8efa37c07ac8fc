"""Whether the fastest of several layouts of one model on one machine is named, and what is lost where it is not."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy
from accuracy.layouts import Table

LEAST = 4
"""Layouts of a group."""
NOISE = 0.02
"""Of throughput: the fastest is named where no more is lost."""


@dataclass(frozen=True)
class Choice:
    """`groups` of layouts; in which share of them the best is `named`, and the share of throughput `lost`, beside that
    of a layout drawn by lot."""

    groups: int
    named: float
    lost: float
    by_lot: float


def choice(table: Table, errors: Any) -> Choice:
    """Of every group of layouts of a source; `errors` are log(predicted / measured) of the rows."""
    layout = table.run.layout
    speed = layout.batch * table.run.shape.sequence / layout.devices / table.measured
    predicted = speed / numpy.exp(errors)
    found = [
        _picked(numpy.array([[numpy.median(values[rows]) for rows in group] for values in (speed, predicted)]))
        for group in _groups(table)
    ]
    named, lost, by_lot = numpy.array(found).reshape(-1, 3).mean(axis=0)
    return Choice(len(found), float(named), float(lost), float(by_lot))


def _groups(table: Table) -> list[list[list[int]]]:
    """Rows of each layout of each group whose layouts differ by more than noise."""
    shape, device, layout, software = table.run.shape, table.run.device, table.run.layout, table.run.software
    same = (table.source, shape.layers, shape.hidden, shape.heads, shape.sequence, device.memory, device.flops,
            layout.devices, software.eight)  # fmt: skip
    other = (layout.tensor, layout.pipeline, layout.virtual, layout.context, layout.micro, layout.zero, layout.hybrid,
             layout.checkpoint, layout.batch)  # fmt: skip
    groups: dict[Any, dict[Any, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in range(len(table.measured)):
        groups[tuple(part[row] for part in same)][tuple(part[row] for part in other)].append(row)
    return [list(layouts.values()) for layouts in groups.values() if len(layouts) >= LEAST]


def _picked(speeds: Any) -> tuple[float, float, float]:
    """(is the best named, share lost, share lost by lot) of measured and predicted speeds."""
    measured, predicted = speeds
    lost = 1.0 - measured / measured.max()
    chosen = lost[predicted >= predicted.max() * 0.9999]
    return float((chosen <= NOISE).mean()), float(chosen.mean()), float(lost.mean())
