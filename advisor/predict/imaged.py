"""One estimate of a network of images in detail, trained or answering, and what would change it."""

from collections.abc import Iterator
from typing import Any

from advisor.errors import BadInput
from advisor.estimate.holding import held
from advisor.estimate.images import constants_of, images_range
from advisor.estimate.steps import step
from advisor.predict.cells import Row, text
from advisor.predict.detail import COUNTED, SIZES, Estimated, Part
from advisor.predict.encoding import read_encoder
from advisor.predict.images import read_image
from advisor.predict.table import Ground
from advisor.predict.training import Read
from advisor.values.runs import Run

Option = tuple[str, str, Row]


def image_trained(row: Row, ground: Ground) -> Estimated:
    """A step of training in detail. Raises BadInput for a row that cannot be estimated."""
    return _passed(row, read_image(row, ground.models, ground.accelerators), ground)


def image_served(row: Row, ground: Ground) -> Estimated:
    """The answer to one batch in detail. Raises BadInput for a row that cannot be estimated."""
    return _passed(row, read_image(row, ground.models, ground.accelerators, trained=False), ground)


def encoder_served(row: Row, ground: Ground) -> Estimated:
    """The answer of an encoder to one batch in detail. Raises BadInput for a row that cannot be estimated."""
    return _passed(row, read_encoder(row, ground.models, ground.accelerators), ground)


def _passed(row: Row, found: Read[Run], ground: Ground) -> Estimated:
    if found.run is None:
        raise BadInput(found.reason, where="estimate", remedy="--parameters, --gmacs and --activations tell a network")
    image = bool(found.run.shape.image)
    run, matters, k = found.run, found.matters, constants_of(found.run.shape, ground.constants)
    times, kept = step(run, k), held(run, k)
    spread = ground.spreads["image" if image else "step"]

    def bytes_of(states: float, rest: float) -> Part:
        ends = images_range(states, rest, ground.spreads["image_memory" if image else "memory"], matters)
        return Part(states + rest, *(float(end) for end in ends))

    def seconds(value: Any) -> Part:
        return Part(float(value), *(float(end) for end in spread.around(float(value), matters)))

    total, counted = seconds(times.total), float(kept.counted)
    images = float(run.layout.batch) / total.value
    head = {
        "step_s": total,
        "samples_per_s": Part(images, images * total.value / total.high, images * total.value / total.low),
        **{f"{name}_bytes": bytes_of(counted, float(getattr(kept, name)) - counted) for name in SIZES},
    }
    if not total.high < 1e18:
        raise BadInput("sizes beyond anything that exists", where="estimate", remedy="check the numbers you gave")
    parts = {name: float(getattr(kept, name)) for name in kept.__slots__}
    memory = {name: bytes_of(size, 0.0) if name in COUNTED else bytes_of(0.0, size) for name, size in parts.items()}
    time = {name: seconds(getattr(times, name)) for name in times.__slots__}
    return Estimated(row, run, head, time, memory, float(run.device.memory), found.assumed, matters)


def one_pass(found: Estimated) -> bool:
    """Whether it is counted in images or sequences a second, not in tokens."""
    return "samples_per_s" in found.head


def _samples(found: Estimated) -> str:
    return "images" if found.run.shape.image else "sequences"


def image_options(found: Estimated) -> Iterator[Option]:
    """Other numbers, layouts of images, batches: each alone."""
    layout, software = found.run.layout, found.run.software
    fixed = {"micro_batch": f"{layout.micro:g}", "global_batch": f"{layout.batch:g}"}
    if software.activation_bytes > 2:
        yield "half", "", {**fixed, "precision": "amp"}
    if not software.fused:
        yield "channels_last", "", {**fixed, "layout": "nhwc"}
    if found.run.shape.image and not text(found.row, "compile"):
        yield "compiled", "", {**fixed, "compile": "yes"}
    for many in (layout.micro * 2, layout.micro / 2):
        if many >= 1 and many == int(many):
            whole = {"global_batch": f"{layout.batch:g}"} if software.backward else {}
            yield _samples(found), f"{many:g}", {"micro_batch": f"{many:g}", **whole}
    if software.backward:
        yield "recompute_full", "", {**fixed, "act_ckpt": "full"}


def image_unsaid(found: Estimated) -> Iterator[Option]:
    """Another value that is about as likely, for each cell that nobody filled in."""
    row, layout = found.row, found.run.layout
    if not text(row, "precision"):
        yield "single", "", {"precision": "fp32"}
    if not text(row, "micro_batch") and not text(row, "global_batch"):
        yield _samples(found), f"{layout.micro * 4:g}", {"micro_batch": f"{layout.micro * 4:g}"}
    if found.run.shape.image and not text(row, "layout") and not found.run.software.fused:
        yield "channels_last", "", {"layout": "nhwc"}
