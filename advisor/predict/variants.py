"""What would change an estimate: each change is the row with other cells, estimated again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from advisor.errors import BadInput
from advisor.predict.cells import Row, text
from advisor.predict.detail import Estimated, Part
from advisor.predict.imaged import image_options, image_unsaid, one_pass
from advisor.predict.table import Ground

Estimating = Callable[[Row, Ground], Estimated]
MATTERS = 0.01
"""Changes of less than this share of time and memory are not worth a line."""
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Changed:
    """A change by its name in the words file, its `value` if it has one, and the estimate with it."""

    name: str
    value: str
    before: Estimated
    after: Estimated

    @property
    def time(self) -> float:
        """Time of a step or token with it over that without."""
        key = "step_s" if "step_s" in self.after.head else "tpot_s"
        return self.after.head[key].value / self.before.head[key].value

    @property
    def saved(self) -> float:
        """Bytes of a device that it frees."""
        return self._memory(self.before).value - self._memory(self.after).value

    @property
    def fits(self) -> str:
        return self._memory(self.after).verdict(self.after.room)

    @staticmethod
    def _memory(found: Estimated) -> Part:
        return found.head["process_bytes"]


def helps(found: Estimated, ground: Ground, estimate: Estimating) -> tuple[Changed, ...]:
    """What would help most: where it does not fit, the fastest ways in; else what makes it faster, then leaner."""
    options = _options(found)
    tried = [one for one in _tried(found, options, ground, estimate) if one.time < 1.0 - MATTERS or _saves(one)]
    held = found.head["process_bytes"].verdict(found.room)
    if held != "yes":
        order = {"yes": 0, "probably": 1, "no": 2}
        useful = [one for one in tried if one.saved > 0]
        return tuple(
            sorted(useful, key=lambda one: (order[one.fits], one.time if one.fits != "no" else -one.saved))[:SHOWN]
        )
    kept = [one for one in tried if one.fits != "no"]
    faster = sorted((one for one in kept if one.time < 1.0 - MATTERS), key=lambda one: one.time)
    leaner = sorted((one for one in kept if one.time >= 1.0 - MATTERS), key=lambda one: -one.saved / one.time**4)
    return (*faster[: SHOWN // 2], *leaner[: SHOWN // 2])


def moves(found: Estimated, ground: Ground, estimate: Estimating) -> tuple[Changed, ...]:
    """How far the answer moves if what nobody stated is otherwise."""
    options = _unsaid(found)
    tried = _tried(found, options, ground, estimate)
    return tuple(one for one in tried if abs(one.time - 1.0) > MATTERS or abs(one.saved) > MATTERS * found.room)


Option = tuple[str, str, Row]


def _options(found: Estimated) -> Iterator[Option]:
    if one_pass(found):
        return image_options(found)
    return _training(found) if "step_s" in found.head else _serving(found)


def _unsaid(found: Estimated) -> Iterator[Option]:
    if one_pass(found):
        return image_unsaid(found)
    return _unsaid_training(found) if "step_s" in found.head else _unsaid_serving(found)


def _tried(found: Estimated, options: Iterator[Option], ground: Ground, estimate: Estimating) -> Iterator[Changed]:
    for name, value, cells in options:
        try:
            yield Changed(name, value, found, estimate({**found.row, **cells}, ground))
        except BadInput:
            continue


def _saves(change: Changed) -> bool:
    return change.saved > MATTERS * change.before.head["process_bytes"].value


def _training(found: Estimated) -> Iterator[Option]:
    layout = found.run.layout
    fixed = {"micro_batch": f"{layout.micro:g}", "global_batch": f"{layout.batch:g}", "zero_stage": f"{layout.zero:g}"}
    for name, value, cells in (*_spreads(found), *_precisions(found), *_adapters(found), *_away(found)):
        yield name, value, {**fixed, **cells}


def _spreads(found: Estimated) -> Iterator[Option]:
    """The run spread, cut or computed again in another way."""
    layout = found.run.layout
    for kind in ("none", "selective", "full"):
        yield f"recompute_{kind}", "", {"act_ckpt": kind}
    for stage in (1, 2, 3):
        yield f"zero_{stage}", "", {"zero_stage": str(stage)}
    for micro in (layout.micro * 2, layout.micro / 2):
        if micro >= 1 and layout.batch % micro == 0:
            yield "micro", f"{micro:g}", {"micro_batch": f"{micro:g}"}
    for degree, cell in ((layout.tensor, "tp"), (layout.pipeline, "pp"), (layout.context, "cp")):
        for other in (degree * 2, degree // 2):
            if other >= 1:
                yield cell, f"{other:g}", {cell: f"{other:g}"}


def _precisions(found: Estimated) -> Iterator[Option]:
    """Other kernels, numbers and states."""
    notes, software, device = text(found.row, "notes"), found.run.software, found.run.device
    yield "chunked", "", {"notes": f"{notes} chunked loss"}
    if software.fused < 1:
        yield "compiled", "", {"notes": f"{notes} torch compile"}
    if not software.eight and device.flops_8 > device.flops:
        yield "fp8", "", {"precision": "fp8"}
    yield "eight_bit_states", "", {"optimizer": "adamw 8-bit"}


def _away(found: Estimated) -> Iterator[Option]:
    """States, weights or activations in the machine's memory; a pipeline without most of its bubble."""
    software, layout = found.run.software, found.run.layout
    if not software.states_away:
        yield "offload_optimizer", "", {"offload": "optimizer"}
        yield "offload_all", "", {"offload": "optimizer+params", "zero_stage": "3"}
    if not software.activations_away:
        yield "offload_activations", "", {"offload": f"{text(found.row, 'offload')} activations"}
    if layout.pipeline > 1 and not layout.schedule:
        yield "zero_bubble", "", {"schedule": "zb1p"}


def _adapters(found: Estimated) -> Iterator[Option]:
    """Less that is trained, where a model is tuned."""
    software = found.run.software
    if "finetune" in text(found.row, "task") and software.trained >= 1:
        yield "lora", "", {"task": "lora finetune", "precision": "bf16-true"}
    if "finetune" in text(found.row, "task") and software.weight_bytes >= 1:
        yield "qlora", "", {"task": "qlora finetune", "precision": "bf16-true + nf4"}


def _serving(found: Estimated) -> Iterator[Option]:
    traffic = found.run.traffic
    if traffic.weight_bytes > 1:
        yield "weights_8", "", {"precision": "fp8"}
    if traffic.weight_bytes >= 1:
        yield "weights_4", "", {"precision": "int4"}
    for tensor in (traffic.tensor * 2, traffic.tensor / 2):
        if 1 <= tensor <= 64:
            yield "tp_serving", f"{tensor:g}", {"tp": f"{tensor:g}", "gpus": f"{tensor * traffic.replicas:g}"}
    for many in (traffic.concurrency * 2, traffic.concurrency / 2):
        if many >= 1:
            yield "concurrency", f"{many:g}", {"concurrency": f"{many:g}"}


def _unsaid_training(found: Estimated) -> Iterator[Option]:
    """Another value that is about as likely, for each cell that nobody filled in."""
    row, layout, shape = found.row, found.run.layout, found.run.shape
    others: tuple[tuple[str, str, str], ...] = (
        ("framework", "framework", "megatron-core"), ("framework", "framework", "transformers"),
        ("seq", "seq", f"{shape.sequence * 2:g}"), ("act_ckpt", "recompute_full", "full"),
        ("micro_batch", "micro", f"{layout.micro * 2:g}"), ("global_batch", "batch", f"{layout.batch * 2:g}"),
        ("zero_stage", "zero_3", "3"), ("optimizer", "optimizer", "sgd"),
    )  # fmt: skip
    for cell, name, value in others:
        if not text(row, cell):
            yield name, value, {cell: value}
    if layout.devices > layout.node and not text(row, "interconnect"):
        half = found.run.device.fabric * 8.0 / 1e9 / 2.0
        yield "fabric", f"{half:g} Gb/s", {"interconnect": f"{half:g} Gb/s per gpu"}


def _unsaid_serving(found: Estimated) -> Iterator[Option]:
    row, traffic = found.row, found.run.traffic
    others = (
        ("input_len", "prompt", traffic.input), ("output_len", "answer", traffic.output),
        ("concurrency", "concurrency", traffic.concurrency),
    )  # fmt: skip
    for cell, name, value in others:
        if not text(row, cell):
            yield name, f"{value * 2:g}", {cell: f"{value * 2:g}"}
