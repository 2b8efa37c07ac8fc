"""Does it fit: a model in training and in serving on a machine, and the smallest machine on which it does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advisor.errors import BadInput
from advisor.estimate.answering import answering
from advisor.estimate.caching import memory, weights_bytes
from advisor.estimate.doubt import memory_range
from advisor.estimate.holding import held
from advisor.predict.cells import Row
from advisor.predict.serving import read_serving
from advisor.predict.table import Ground
from advisor.predict.training import read
from advisor.values.runs import Run, Serve

TRAINED: Mapping[str, Row] = {
    "full fine-tuning": {"task": "full finetune", "precision": "bf16"},
    "LoRA": {"task": "lora finetune", "precision": "bf16-true"},
    "QLoRA": {"task": "qlora finetune", "precision": "bf16-true + nf4"},
}
SERVED: Mapping[str, Row] = {
    "16 bits": {"precision": "bf16"}, "8 bits": {"precision": "fp8"}, "4 bits": {"precision": "int4"},
}  # fmt: skip
USUAL_TRAINING: Row = {
    "seq": "2048", "micro_batch": "1", "act_ckpt": "full", "framework": "transformers", "optimizer": "adamw",
}  # fmt: skip
USUAL_SERVING: Row = {"input_len": "4096", "output_len": "512", "concurrency": "1", "engine": "vllm"}
COUNTS = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a way needs on each device, with its 90% range, of what there is [bytes]."""

    way: str
    needed: float
    low: float
    high: float
    memory: float

    @property
    def verdict(self) -> str:
        """`yes` and `no` where the whole range says so, else `close`."""
        if self.high <= self.memory:
            return "yes"
        return "no" if self.low > self.memory else "close"

    @property
    def short(self) -> float:
        """Bytes that are missing on each device; below zero those to spare."""
        return self.needed - self.memory


def training_fits(cells: Row, ground: Ground, changes: Row | None = None) -> tuple[Fit, ...]:
    """Each way of training on the machine of the cells, states sharded over all of its devices."""
    shared = {**USUAL_TRAINING, "zero_stage": "3" if int(cells["gpus"]) > 1 else "0", **(changes or {})}
    return tuple(_training(way, {**shared, **cells, **how}, ground) for way, how in TRAINED.items())


def _training(way: str, row: Row, ground: Ground) -> Fit:
    found = read(row, ground.models, ground.accelerators)
    if found.run is None:
        raise BadInput(found.reason)
    return fit_of(way, found.run, ground)


def fit_of(way: str, run: Run, ground: Ground) -> Fit:
    """What a run holds on a device, with its range, against the memory of the device."""
    kept = held(run, ground.constants)
    needed, counted = float(kept.process), float(kept.counted)
    low, high = memory_range(counted, needed - counted, ground.spreads["memory"])
    return Fit(way, needed, float(low), float(high), float(run.device.memory))


def serving_fits(cells: Row, ground: Ground, changes: Row | None = None) -> tuple[Fit, ...]:
    """Each way of serving on the machine of the cells, weights spread over all of its devices."""
    shared = {**USUAL_SERVING, "tp": cells["gpus"], **(changes or {})}
    return tuple(_serving(way, {**shared, **cells, **how}, ground) for way, how in SERVED.items())


def _serving(way: str, row: Row, ground: Ground) -> Fit:
    found = read_serving(row, ground.models, ground.accelerators)
    if found.run is None:
        raise BadInput(found.reason)
    return Fit(way, *served_bytes(found.run, ground), float(found.run.device.memory))


def served_bytes(run: Serve, ground: Ground) -> tuple[float, float, float]:
    """(value, low, high) of what a device holds: weights and keys are counted, the rest is estimated."""
    needed = float(answering(run, ground.constants).memory_bytes)
    beside = min(needed, float(memory(run, 0.0, ground.constants) - weights_bytes(run)))
    low, high = memory_range(needed - beside, beside, ground.spreads["memory"])
    return needed, float(low), float(high)


def smallest(cells: Row, way: str, ground: Ground, *, rented: tuple[str, ...]) -> str:
    """The machine with the least memory in all, of accelerators that are rented, on which the way fits; "" for none."""
    fits = (
        f"{count}x {id}" for count, id in machines_by_memory(ground, rented) if _fits(cells, way, count, id, ground)
    )
    return next(fits, "")


def machines_by_memory(ground: Ground, rented: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """(count, accelerator) of machines with up to 64 of them, those with the least memory in all first."""
    pairs = ((count, id) for id in rented for count in COUNTS)
    yield from sorted(pairs, key=lambda pair: (pair[0] * ground.accelerators[pair[1]].memory_gb, pair[0], pair[1]))


def _fits(cells: Row, way: str, count: int, id: str, ground: Ground) -> bool:
    there = {**cells, "gpu": id, "gpus": str(count)}
    ways = training_fits if way in TRAINED else serving_fits
    try:
        return next(fit for fit in ways(there, ground) if fit.way == way).verdict == "yes"
    except BadInput:
        return False
