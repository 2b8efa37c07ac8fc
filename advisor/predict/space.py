"""All layouts of a model on a machine: every combination of degrees that divides devices, heads, layers, experts and
batch; each with every micro batch, recomputation and sharding. Axes, not rows: numpy spreads them out where they meet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy

from advisor.errors import BadInput
from advisor.values.runs import FULL, NO_CKPT, SELECTIVE, Layout, Run

RECOMPUTED = (NO_CKPT, SELECTIVE, FULL)
SHARDED = ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0), (3.0, 1.0))
"""(ZeRO stage, 1 where it is sharded within a node only)."""
MOST_DEVICES, MOST_BATCH = 1 << 20, 1 << 24
PIECE = 1 << 15
"""Layouts of one pass: their arrays stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Some layouts as four axes (degrees, micro batch, recomputation, sharding), and which of them can exist."""

    layout: Layout
    possible: Any

    @property
    def count(self) -> int:
        """Layouts that can exist."""
        return int(self.possible.sum()) * len(RECOMPUTED)


def spreads(run: Run, experts: int) -> Iterator[Spread]:
    """All layouts of the run's devices and batch, some thousands at a time. `experts` is 0 without any.

    Raises BadInput for more devices or sequences than any machine or step has.
    """
    devices, batch = int(run.layout.devices), int(run.layout.batch)
    if devices > MOST_DEVICES or batch > MOST_BATCH:
        raise BadInput(
            f"{devices:,} devices and {batch:,} sequences of a step are beyond what is searched",
            remedy=f"at most {MOST_DEVICES:,} devices and {MOST_BATCH:,} sequences",
        )
    for replicas in divisors(devices):
        if batch % replicas:
            continue
        micros = numpy.array(divisors(batch // replicas), float)
        degrees = numpy.array(list(_degrees(run, devices, replicas, experts)), float).reshape(-1, 5)
        rows = max(1, PIECE // (len(micros) * len(RECOMPUTED) * len(SHARDED)))
        for start in range(0, len(degrees), rows):
            yield _spread(run, degrees[start : start + rows], micros, replicas)


def divisors(number: int) -> tuple[int, ...]:
    """All divisors, the smallest first."""
    small = [part for part in range(1, int(number**0.5) + 1) if number % part == 0]
    return tuple(sorted({*small, *(number // part for part in small)}))


def _degrees(run: Run, devices: int, replicas: int, experts: int) -> Iterator[tuple[int, int, int, int, int]]:
    """(tensor, stages, virtual stages, context, expert) of every way to divide a replica's devices."""
    shape, each = run.shape, devices // replicas
    heads, layers, sequence = int(shape.heads), int(shape.layers), int(shape.sequence)
    cut = 2 if shape.causal else 1
    for tensor, stages in product(divisors(each), divisors(each)):
        if each % (tensor * stages) or heads % tensor or layers % stages:
            continue
        context = each // (tensor * stages)
        if context > 1 and sequence % (cut * context):
            continue
        virtual = divisors(layers // stages) if stages > 1 else (1,)
        ranks = replicas * context
        expert = [degree for degree in divisors(experts) if ranks % degree == 0] if experts else [1]
        yield from ((tensor, stages, depth, context, degree) for depth in virtual for degree in expert)


def _spread(run: Run, degrees: Any, micros: Any, replicas: int) -> Spread:
    tensor, stages, virtual, context, expert = (column.reshape(-1, 1, 1, 1) for column in degrees.T)
    micro = micros.reshape(1, -1, 1, 1)
    stage, hybrid = (numpy.array(axis).reshape(1, 1, 1, -1) for axis in zip(*SHARDED, strict=True))
    layout = replace(
        run.layout, tensor=tensor, pipeline=stages, virtual=virtual, context=context, expert=expert, zero=stage,
        hybrid=hybrid, micro=micro, checkpoint=numpy.array(RECOMPUTED).reshape(1, 1, -1, 1),
        sequence_parallel=(tensor > 1) * run.layout.sequence_parallel,
    )  # fmt: skip
    return Spread(layout, _possible(layout, run.layout.batch / replicas, replicas))


def _possible(layout: Layout, each: float, replicas: int) -> Any:
    """Interleaving deals micro batches out in rounds of all stages (MEGATRON); one rank has nobody to shard with;
    pipelines reduce gradients once a step, which ZeRO-2 has no use for and DeepSpeed refuses; sharding within a node
    needs ranks outside it."""
    rounds = (layout.virtual == 1) | ((each / layout.micro) % layout.pipeline == 0)
    ranks = replicas * layout.context
    shared = (layout.zero == 0) | (ranks > 1)
    piped = (layout.zero != 2) | (layout.pipeline == 1)
    inside = (layout.hybrid == 0) | ((ranks > layout.node) & (layout.tensor < layout.node))
    return rounds & shared & piped & inside


def at(spread: Spread, place: tuple[int, ...]) -> Layout:
    """The one layout at a place of the four axes, as floats."""

    def one(values: Any) -> float:
        if isinstance(values, float):
            return values
        return float(values[tuple(min(index, size - 1) for index, size in zip(place, values.shape, strict=True))])

    layout = spread.layout
    return replace(layout, **{name: one(getattr(layout, name)) for name in Layout.__slots__})
