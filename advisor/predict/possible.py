"""What a person asks for must be able to exist: words that are known, sizes that something has, degrees that divide.

Rows of a table are read kindly, as sources write them; flags are held to this.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from advisor.errors import BadInput
from advisor.predict.cells import Row, number, text
from advisor.predict.known import NAMES, spelled
from advisor.predict.table import Ground
from advisor.predict.training import model_row
from advisor.values.runs import Run

FLAGS = {
    "global_batch": "--batch", "micro_batch": "--micro-batch", "zero_stage": "--zero", "act_ckpt": "--checkpointing",
    "input_len": "--prompt", "output_len": "--answer",
}  # fmt: skip
LARGEST: Mapping[str, float] = {
    "seq": 1e8, "global_batch": 1e7, "micro_batch": 1e6, "input_len": 1e8, "output_len": 1e8, "concurrency": 1e7,
    "draft_tokens": 1000.0, "acceptance": 1.0, "draft_cost": 1.0,
    "gpus": 2.0**20, "tp": 65536.0, "pp": 65536.0, "vp": 65536.0, "cp": 65536.0, "ep": 65536.0,
}  # fmt: skip
"""Far beyond anything that has been run."""
KNOWN: Mapping[str, tuple[str, ...]] = {
    "act_ckpt": ("none", "selective", "full"),
    "task": ("pretrain", "full finetune", "lora finetune", "qlora finetune"),
    "optimizer": ("adamw", "adam", "adamw 8-bit", "paged adamw 8-bit", "adafactor", "muon", "lion", "sgd"),
    "schedule": ("1f1b", "zb1p", "zb2p", "zbv"),
}


def flag(cell: str) -> str:
    """The flag that fills the cell."""
    return FLAGS.get(cell, f"--{cell.replace('_', '-')}")


def check_words(row: Row) -> None:
    """Raises BadInput for a word that nothing knows, and for a size that nothing has."""
    for cell, known in KNOWN.items():
        said = text(row, cell)
        if said and said.lower() not in known:
            near = get_close_matches(said.lower(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
            raise BadInput(f"{said[:40]!r} is not known", where=flag(cell), remedy=hint)
    for cell in NAMES:
        said = text(row, cell)
        if said and not spelled(cell, said):
            raise _unknown(cell, said)
    for cell, most in LARGEST.items():
        value = number(row, cell)
        if value is not None and value > most:
            where = "--on" if cell == "gpus" else flag(cell)
            raise BadInput(f"{value:,.0f} is beyond anything that exists", where=where, remedy=f"at most {most:,.0f}")


def _unknown(cell: str, said: str) -> BadInput:
    known = NAMES[cell]
    near = get_close_matches(said.lower(), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"for instance {', '.join(known[:8])}"
    return BadInput(f"{said[:40]!r} is no {cell} that is known", where=flag(cell), remedy=hint)


def check_replicas(row: Row) -> None:
    """Raises BadInput where the devices that serve cannot be divided into replicas of the stated size."""
    devices, tensor = number(row, "gpus"), number(row, "tp")
    if devices and tensor and devices % tensor:
        what = f"{devices:g} devices cannot be divided into replicas of {tensor:g}"
        raise BadInput(what, where="--tp", remedy="name a degree that divides them, or leave it out")


def only_data_parallel(row: Row) -> None:
    """Raises BadInput where a network of images is asked to be split: each device has a whole one here."""
    for cell in ("tp", "pp", "cp", "ep", "vp"):
        if (number(row, cell) or 1.0) > 1.0:
            raise BadInput(
                "networks of images are estimated data parallel alone", where=flag(cell), remedy="leave it out"
            )


def check_layout(row: Row, run: Run, ground: Ground) -> None:
    """Raises BadInput where what was stated does not divide: batch, sequence, layers of stages, experts."""
    layout, shape = run.layout, run.shape
    replicas = layout.devices / (layout.tensor * layout.pipeline * layout.context)
    batch, micro, virtual = (number(row, name) for name in ("global_batch", "micro_batch", "vp"))
    if batch and batch % replicas:
        raise _apart("--batch", f"a batch of {batch:g} cannot be divided over {replicas:g} replicas")
    if batch and micro and batch % (replicas * micro):
        raise _apart("--micro-batch", f"a batch of {batch:g} is no multiple of {replicas:g} replicas x {micro:g}")
    if shape.sequence % layout.context:
        raise _apart("--cp", f"{shape.sequence:g} tokens cannot be divided over {layout.context:g} devices")
    if virtual and layout.pipeline == 1 and virtual > 1:
        raise _apart("--vp", "virtual stages need a pipeline: give --pp too")
    if virtual and shape.layers % (layout.pipeline * virtual):
        parts = f"{layout.pipeline:g} stages x {virtual:g}"
        raise _apart("--vp", f"{shape.layers:g} layers cannot be divided into {parts} virtual stages")
    asked = number(row, "ep") or 1.0
    experts = number(model_row(row, ground.models), "experts") or 0.0
    if asked > 1 and (not experts or experts % asked):
        raise _apart("--ep", f"{experts:g} experts cannot be divided over {asked:g} devices")
    if asked > 1 and (replicas * layout.context) % asked:
        raise _apart("--ep", f"{replicas * layout.context:g} replicas cannot share experts in groups of {asked:g}")


def _apart(where: str, what: str) -> BadInput:
    return BadInput(what, where=where, remedy="--search finds the layouts that can exist")
