"""Does it fit: a network of images in training and in answering, how many images at a time, and where it does."""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.errors import BadInput
from advisor.estimate.holding import held
from advisor.estimate.images import constants_of, images_range
from advisor.predict.cells import Row
from advisor.predict.encoding import read_encoder
from advisor.predict.fitting import Fit, fit_of, machines_by_memory
from advisor.predict.images import read_image
from advisor.predict.table import Ground

TRAINED: Mapping[str, Row] = {"mixed precision": {"precision": "amp"}, "fp32": {"precision": "fp32"}}
ANSWERED: Mapping[str, Row] = {"16 bits": {"precision": "fp16"}, "32 bits": {"precision": "fp32"}}
MOST = 4096


@dataclass(frozen=True, slots=True)
class Images:
    """Each way of training or answering with one image at a time, how many at a time surely fit in the first of them
    (0 for none), and the machine with the least memory that holds one ("" for none)."""

    fits: tuple[Fit, ...]
    most: int
    machine: str


def image_fits(cells: Row, ground: Ground, *, trained: bool, rented: tuple[str, ...]) -> Images:
    """The ways on the machine of the cells. Raises BadInput for a network whose numbers are not known."""
    ways = TRAINED if trained else ANSWERED
    fits = tuple(_fit(way, {**cells, **how}, ground, 1, trained) for way, how in ways.items())
    first = next(iter(ways))
    row = {**cells, **ways[first]}
    return Images(fits, _most(first, row, ground, trained), _smallest(first, row, ground, trained, rented))


def encoder_fits(cells: Row, ground: Ground, changes: Row) -> tuple[Fit, ...]:
    """Each way of answering by an encoder, a whole one on each device."""
    return tuple(_encoder(way, {**cells, **changes, **how}, ground) for way, how in ANSWERED.items())


def _encoder(way: str, row: Row, ground: Ground) -> Fit:
    found = read_encoder(row, ground.models, ground.accelerators)
    if found.run is None:
        raise BadInput(found.reason)
    return fit_of(way, found.run, ground)


def _fit(way: str, row: Row, ground: Ground, images: int, trained: bool) -> Fit:
    whole = str(images * int(row["gpus"]))
    asked = {**row, "micro_batch": str(images), "global_batch": whole, "passes": "1"}
    found = read_image(asked, ground.models, ground.accelerators, trained=trained)
    if found.run is None:
        raise BadInput(found.reason, remedy="advisor estimate train --help: --parameters, --gmacs and --activations")
    kept = held(found.run, constants_of(found.run.shape, ground.constants))
    needed, counted = float(kept.process), float(kept.counted)
    low, high = images_range(counted, needed - counted, ground.spreads["image_memory"], 0.0)
    return Fit(way, needed, float(low), float(high), float(found.run.device.memory))


def _most(way: str, row: Row, ground: Ground, trained: bool) -> int:
    """The largest power of two of images whose whole range fits."""
    images = 0
    for tried in (2**power for power in range(MOST.bit_length())):
        if _fit(way, row, ground, tried, trained).verdict != "yes":
            break
        images = tried
    return images


def _smallest(way: str, row: Row, ground: Ground, trained: bool, rented: tuple[str, ...]) -> str:
    alone = (id for count, id in machines_by_memory(ground, rented) if count == 1)
    fits = (id for id in alone if _fit(way, {**row, "gpu": id, "gpus": "1"}, ground, 1, trained).verdict == "yes")
    return next((f"1x {id}" for id in fits), "")
