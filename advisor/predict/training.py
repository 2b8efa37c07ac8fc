"""From a row about training to the run that the formulas estimate."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Generic, TypeVar

from advisor.catalog.models import key_of, spelled
from advisor.errors import BadInput
from advisor.estimate.doubt import CERTAIN, Doubt
from advisor.estimate.layers import parameters
from advisor.predict.cells import Row, number, text
from advisor.predict.devices import accelerator, device, node
from advisor.predict.layouts import layout
from advisor.predict.offloading import offloaded, scheduled
from advisor.predict.shapes import Notes, shape
from advisor.predict.software import framework, multiplied, software
from advisor.values.catalog import Accelerator
from advisor.values.runs import Run

Models = Mapping[str, Row]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Read(Generic[R]):
    """A row as a run, with what was assumed on the way; `run` is None where `reason` says why not."""

    id: str
    run: R | None
    assumed: tuple[str, ...] = ()
    matters: float = 0.0
    reason: str = ""
    doubt: Doubt = CERTAIN


def as_read(row: Row, run_of: Callable[[Notes], R]) -> Read[R]:
    """The row as `run_of` understands it, which notes what it assumes; a row that cannot be read says why."""
    id, notes = text(row, "config_id"), Notes()
    try:
        run = run_of(notes)
    except BadInput as error:
        return Read(id, None, reason=error.what)
    return Read(id, run, tuple(notes.said), notes.matters, doubt=notes.doubt)


def read(row: Row, models: Models, accelerators: Mapping[str, Accelerator]) -> Read[Run]:
    """The row as a training run."""
    return as_read(row, lambda notes: _run(row, models, accelerators, notes))


def _run(row: Row, models: Models, accelerators: Mapping[str, Accelerator], notes: Notes) -> Run:
    model = model_row(row, models)
    seen = shape(row, model, notes)
    kind = multiplied(row)
    found = accelerator(text(row, "gpu"), accelerators)
    devices = number(row, "gpus") or 1.0
    near = node(found, devices, number(row, "nodes"))
    here = device(text(row, "gpu"), text(row, "interconnect"), "16" if kind == "8" else kind, found)
    spread = scheduled(layout(row, seen, framework(row), near, notes), row)
    run = Run(seen, spread, here, software(row, notes))
    return offloaded(_paged(run, row, notes), row, found, notes)


PAGES = re.compile(r"litgpt|torchtune", re.I)
"""Recipes for one device that page the optimizer's states out where they do not fit (TUNE, LitGPT's configurations)."""


def _paged(run: Run, row: Row, notes: Notes) -> Run:
    """Full fine-tuning by such a recipe: it runs, so what cannot be on the device is not."""
    if text(row, "optimizer") or not PAGES.search(text(row, "framework")) or run.software.trained < 1.0:
        return run
    software = run.software
    each = software.weight_bytes + software.gradient_bytes + software.state_bytes
    if run.layout.devices > 1 or parameters(run.shape) * each <= run.device.memory:
        return run
    notes.assume("states of the optimizer paged out", 0.2, Doubt(counted_more=0.3))
    return replace(run, software=replace(software, state_bytes=0.0))


def model_row(row: Row, models: Models) -> Row:
    """The row of models that the run names, by key or by name; an empty one for none that has its own dimensions."""
    key, name = text(row, "arch_key"), text(row, "model")
    if known := key_of(key, models) or key_of(name, models):
        return models[known]
    if key and not (text(row, "layers") and text(row, "hidden")):
        near = get_close_matches(spelled(key), list(models), n=2)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise BadInput(f"no model is called {key[:60]!r}{hint}", remedy="add it to models.csv, or give its dimensions")
    plain = spelled(name).replace("_", "-")
    return next(
        (models[known] for known in ("bert-base", "bert-large") if plain.startswith(known) and known in models), {}
    )
