"""Parts of docs/accuracy.md beside its tables: images by family, what a plan says, how often intervals hold."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy
from accuracy.layouts import PUBLISHED, Table, part
from accuracy.published import Case, cases, hours_case, image_case, mean_error, memory_case, rows, training_case
from accuracy.published import held as share_held

from advisor.estimate.holding import held
from advisor.estimate.images import constants_of

ENOUGH = 20
"""Rows from which a source's own share of intervals says something."""
KINDS = (
    ("diffusion", r"dit-|stable|flux"),
    ("windowed or hybrid", r"swin|maxvit|xcit|coat|mvit|pvt|twins|volo|nest|gc|levit|pit_|crossvit|hiera|davit"
     r"|mobilevit|edgenext|efficientformer|tiny_vit|convformer|caformer|visformer"),
    ("vision transformer", r"vit|deit|beit|eva|cait|mixer|mlp"),
    ("depthwise convolutions", r"efficientnet|mobile|mnas|convnext|ghost|hardcore|fbnet|lcnet|tinynet|rexnet|spnas"
     r"|mixnet|xception|repvit|fastvit|inception_next"),
    ("convolutions", r""),
)  # fmt: skip
"""Kinds of network by their names, the most special first."""
Held = tuple[Any, Any, Table]
"""log(predicted / measured) of every row with its source left out, whether it lies in its interval, and the table."""


def image_families(errors: Any, inside: Any, table: Table) -> list[str]:
    """Rows of networks of images by kind, task and numbers: sources, median error, bias, share in the interval."""
    answered, wide = table.run.shape.image > 1, table.run.software.activation_bytes > 2
    compiled = numpy.array([source.endswith("compiled") for source in table.source])
    planes = (table.run.software.fused < 1) & ~compiled
    families = numpy.array([_kind(str(name)) for name in table.kind])
    cuts = [
        *((name, families == name) for name, _ in KINDS),
        ("training", ~answered), ("inference", answered), ("inference, compiled", compiled),
        ("16 bits, amp", ~wide), ("fp32 or tf32", wide), ("training, planes", ~answered & planes),
        ("training, channels last or tokens", ~answered & ~planes), ("several devices", table.run.layout.devices > 1),
    ]  # fmt: skip
    return [
        "| networks of images | rows | sources | median error | bias | in the 90% interval |",
        "|---|---|---|---|---|---|",
        *(_cut(name, chosen, errors, inside, table) for name, chosen in cuts if chosen.any()),
    ]


def _kind(name: str) -> str:
    return next(kind for kind, words in KINDS if re.search(words, name))


def _cut(name: str, chosen: Any, errors: Any, inside: Any, table: Table) -> str:
    off, sources = numpy.exp(errors[chosen]) - 1.0, len(set(table.source[chosen].tolist()))
    return (
        f"| {name} | {chosen.sum()} | {sources} | {numpy.median(numpy.abs(off)):.1%} | {numpy.median(off):+.0%} "
        f"| {inside[chosen].mean():.0%} |"
    )


def filled(table: Table, constants: Any) -> str:
    """What batches that were chosen to fill one card take of it by the estimate: the least and the most."""
    mine = (table.source == "lambdal") & (table.run.layout.devices == 1)
    run = part(table.run, mine)
    shares = held(run, constants_of(run.shape, constants)).process / run.device.memory
    ends = f"{shares.min():.0%} to {shares.max():.0%}"
    return f"{mine.sum()} batches that Lambda chose to fill its cards take {ends} of them"


def planned() -> list[str]:
    """What `advisor plan` says of published runs: whole pretrainings, steps, memory and images."""
    kinds: tuple[tuple[str, Sequence[Case]], ...] = (
        ("device-hours of whole pretrainings", _all("hours.csv", hours_case)),
        ("seconds of a step", cases(PUBLISHED / "train.csv", training_case)),
        ("memory of a device", cases(PUBLISHED / "memory.csv", memory_case)),
        ("images a second", _all("vision.csv", image_case)),
    )
    return [
        "| a plan's | rows | sources | median error | mean over sources | bias | in the 90% interval |",
        "|---|---|---|---|---|---|---|",
        *(_planned(name, found) for name, found in kinds),
    ]


def _all(name: str, of: Callable[[Any], Case]) -> list[Case]:
    return [of(row) for row in rows(PUBLISHED / name)]


def _planned(name: str, found: Sequence[Case]) -> str:
    off = numpy.array([case.error for case in found])
    sources = len({case.source for case in found})
    return (
        f"| {name} | {len(found)} | {sources} | {numpy.median(numpy.abs(off)):.1%} | {mean_error(found):.1%} "
        f"| {numpy.median(off):+.0%} | {share_held(found):.0%} |"
    )


def calibration(of: dict[str, Held], titles: dict[str, str]) -> list[str]:
    """How often intervals that claim 90% hold: of all rows, as the mean over sources, and where it is least."""
    return [
        "| intervals of | stated | all rows | mean over sources | least, of sources with 20 rows or more |",
        "|---|---|---|---|---|",
        *_calibrated(of, titles),
    ]


def _calibrated(of: dict[str, Held], titles: dict[str, str]) -> Iterator[str]:
    for group, (_, inside, table) in of.items():
        shares = {name: inside[table.source == name].mean() for name in set(table.source.tolist())}
        large = [name for name in shares if (table.source == name).sum() >= ENOUGH]
        least = min(large, key=lambda name: shares[name], default="")
        said = f"{least}: {shares[least]:.0%}" if least else "none has as many"
        mean = numpy.mean(list(shares.values()))
        yield f"| {titles[group].lower()} | 90% | {inside.mean():.0%} | {mean:.0%} | {said} |"
