"""From a row about a network of images (columns of a table of images, or flags) to the run that the formulas estimate.

Training and serving are the same run: serving is the forward pass of one batch.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from advisor.errors import BadInput
from advisor.estimate.images import KEPT, KERNELS, PEAK, Network, image_shape
from advisor.predict.cells import Row, count, number, text
from advisor.predict.devices import accelerator, device, node
from advisor.predict.shapes import Notes
from advisor.predict.training import Models, Read, as_read
from advisor.values.catalog import Accelerator
from advisor.values.runs import FULL, NO_CKPT, Layout, Run, Software

USUAL_BATCH, USUAL_SERVED, PASSES = 64.0, 1.0, 30.0
MACS_A_VALUE = 5.5e-3
"""Times the root of the multiplications: how many of them there are for each value that is put out, where nobody
states the values (618 networks counted; half to twice as many)."""
UNKNOWN_VALUES, OTHER_SIZE = 0.3, 0.05
COMPILED, COMPILED_BACKWARD = 0.52, 0.8
"""Values moved in compiled code over those moved operation by operation: of a forward pass by timm's tables with and
without a compiler; of training less is won, since batch norms stay as they are (EXPERT)."""
LARGEST = 0.35
"""Of all activations what recomputing stage by stage leaves (EXPERT)."""
STATES: Mapping[str, float] = {"sgd": 4.0, "lion": 4.0, "muon": 4.0, "adafactor": 0.1, "8-bit": 2.0}
"""Bytes of the optimizer's states a weight; AdamW's two moments in fp32 take 8."""
UNFUSED = re.compile(r"\bpt1\d\d\b|torch ?1\.|tensorflow|mxnet|paddle|eager attention", re.I)
"""What computes attention with its scores in memory."""
ATTENDING = re.compile(r"vit|deit|beit|eva|dit|swin|mixer|cait|xcit|flux|stable", re.I)


def of_images(row: Row, models: Models) -> bool:
    """Whether the row is about a network of images: it says multiplications, or names one that is known."""
    said = text(row, "gmacs") or text(row, "img_size")
    return bool(said) or (not text(row, "layers") and bool(text(model_of(row, models), "gmacs")))


def model_of(row: Row, models: Models) -> Row:
    """The model's row, an empty one where none is known."""
    named = (models.get(name) for name in (text(row, "arch_key"), text(row, "model")) if name)
    return next((found for found in named if found is not None), {})


def read_image(row: Row, models: Models, accelerators: Mapping[str, Accelerator], *, trained: bool = True) -> Read[Run]:
    """The row as a run of images; with `trained` false as one batch that is answered."""
    return as_read(row, lambda notes: _run(row, models, accelerators, notes, trained))


def _run(row: Row, models: Models, accelerators: Mapping[str, Accelerator], notes: Notes, trained: bool) -> Run:
    said = text(row, "task").lower()
    if (trained and said == "inference") or (not trained and said == "train"):
        raise BadInput(f"a row of {said}: estimate {'serve' if trained else 'train'} covers it")
    kind = _kind(row, notes)
    found = accelerator(text(row, "gpu"), accelerators)
    devices = number(row, "gpus") or 1.0
    model = model_of(row, models)
    network = _network(row, model, notes)
    compiled = text(row, "compile").lower() not in ("", "no", "false", "0", "none", "eager")
    fewer = (COMPILED_BACKWARD if trained else COMPILED) if compiled else 1.0
    passes = _passes(row, model, notes) if not trained else 1.0
    moved = replace(
        network, values=network.values * passes * fewer, macs=network.macs * passes,
        kernels=network.kernels * passes,
    )  # fmt: skip
    pixels = number(row, "img_size") or number(row, "image") or number(model, "image") or 224.0
    shape = image_shape(moved, pixels, trained=float(trained), largest=LARGEST)
    shape = replace(shape, routed_weights=network.parameters / shape.layers)
    here = device(text(row, "gpu"), text(row, "interconnect"), kind, found)
    spread = _layout(row, devices, node(found, devices, number(row, "nodes")), notes, trained)
    return Run(shape, spread, here, _software(row, model, kind, trained))


def _kind(row: Row, notes: Notes) -> str:
    """fp32, tf32 or 16: what matrices are multiplied in."""
    said = text(row, "precision").lower()
    if not said:
        notes.assume("16 bits (amp)", 0.25)
    if ("/" in said and "tf32" in said) or said == "tf32":
        return "tf32"
    return "fp32" if re.fullmatch(r"(fp|float)?32|fp32.*", said) else "16"


def _network(row: Row, model: Row, notes: Notes) -> Network:
    """What a sample of the row's size passes; the row's own cells win over the model's."""
    macs, parameters = _own(row, model, "gmacs", 1e9), _own(row, model, "params_m", 1e6)
    if not macs or not parameters:
        missing = "parameters and multiplications" if not macs else "parameters"
        raise BadInput(f"{missing} unknown", remedy="name a network of the catalogue, or give params_m and gmacs")
    size, usual = number(row, "img_size"), number(row, "image") or number(model, "image")
    stretch = (size / usual) ** 2 if size and usual else 1.0
    if abs(stretch - 1.0) > 0.01:
        notes.assume(f"counted at {usual:g} pixels a side, stretched to {size:g}", OTHER_SIZE)
    stretched = not text(row, "gmacs") or bool(text(row, "image"))
    macs = macs * stretch if stretched else macs
    values = _own(row, model, "macts", 1e6) * (stretch if stretched or not text(row, "macts") else 1.0)
    if not values:
        notes.assume("values put out a sample, from its multiplications", UNKNOWN_VALUES)
        values = macs**0.5 / MACS_A_VALUE
    scores = 0.0 if UNFUSED.search(text(row, "framework")) else _own(row, model, "scores_m", 1e6) * stretch
    kept = (_own(row, model, "kept_m", 1e6) * stretch or KEPT * values) - scores
    return Network(
        parameters=parameters, macs=macs, values=max(values - scores, 0.05 * values), kept=max(kept, 0.2 * values),
        peak=_own(row, model, "peak_m", 1e6) * stretch or PEAK * values,
        kernels=number(row, "kernels") or number(model, "kernels") or KERNELS * 50.0,
    )  # fmt: skip


def _own(row: Row, model: Row, name: str, unit: float) -> float:
    return (number(row, name) or number(model, name) or 0.0) * unit


def _passes(row: Row, model: Row, notes: Notes) -> float:
    """How often the network runs for one answer: once, or for each step of denoising."""
    said = number(row, "passes")
    if said or text(model, "source") != "diffusers":
        return said or 1.0
    notes.assume(f"{PASSES:g} passes an answer", 0.15)
    return PASSES


def _layout(row: Row, devices: float, near: float, notes: Notes, trained: bool) -> Layout:
    """Data parallel: each device has a batch of its own."""
    each, whole = _batch(row, "micro_batch", "batch_per_gpu"), _batch(row, "global_batch", "concurrency")
    if not each and not whole:
        usual = USUAL_BATCH if trained else USUAL_SERVED
        notes.assume(f"a batch of {usual:g} a device", 0.1)
        each = usual
    each = each or max(1.0, whole / devices)
    whole = whole or each * devices
    if whole < devices:
        raise BadInput(f"a batch of {whole:g} cannot be divided over {devices:g} devices")
    zero = number(row, "zero_stage") or 0.0
    again = FULL if text(row, "act_ckpt").lower() == "full" else NO_CKPT
    return Layout(
        devices=devices, tensor=1.0, pipeline=1.0, virtual=1.0, context=1.0, expert=1.0, zero=zero, hybrid=0.0,
        micro=min(each, max(1.0, whole / devices)), batch=whole, checkpoint=again, sequence_parallel=0.0, node=near,
        last=0.0,
    )  # fmt: skip


def _batch(row: Row, *names: str) -> float:
    """The first stated of the batches; one written for two kinds of number is not read."""
    said = next((name for name in names if text(row, name).replace(".", "").isdigit()), "")
    return count(row, said, 0.0) if said else 0.0


def _software(row: Row, model: Row, kind: str, trained: bool) -> Software:
    """Eager PyTorch, fused where images lie channel by channel or there are no planes; weights in fp32 with copies."""
    name = f"{text(row, 'model')} {text(model, 'key')}"
    planes = text(row, "layout").lower() in ("nchw", "") and not text(row, "compile") and not ATTENDING.search(name)
    half = kind == "16"
    optimizer = text(row, "optimizer").lower()
    states = next((size for word, size in STATES.items() if word in optimizer), 8.0)
    return Software(
        fused=0.0 if planes else 1.0, flash=1.0, overlapping=0.0, eight=0.0, activation_bytes=2.0 if half else 4.0,
        weight_bytes=6.0 if half and trained else 2.0 if half else 4.0, gradient_bytes=4.0 * trained,
        state_bytes=states * trained, trained=float(trained), logit_bytes=0.0, backward=float(trained),
    )  # fmt: skip
