"""What the recorded decision leads one to expect in the project's configurations."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Expected:
    """The decided training set-up; a part that was not decided is None.

    `parallelism` is an option of `d_parallel`, `train_mode` one of `g_train_mode`. `tensor`, `pipeline`, `context` and
    `experts` are over how many devices one copy of the model is cut. `gpus` counts devices over all `machines`; batches
    count samples, the sequence tokens. `record` is the path of the record, "" when it is not written yet. `accelerator`
    is a slug of the catalogue; `on_demand` says that preemptible machines were ruled out; `model` is a name on a hub or
    a path. `price_usd_h` is what a device costs; `deadline_s` and `budget_usd` are for one run, as they were answered.
    """

    parallelism: str | None = None
    gpus: int | None = None
    machines: int | None = None
    precision: Literal["fp32", "bf16", "fp16"] | None = None
    train_mode: str | None = None
    micro_batch: int | None = None
    global_batch: int | None = None
    record: str = ""
    sequence_length: int | None = None
    accelerator: str | None = None
    on_demand: bool = False
    model: str | None = None
    parameters: float | None = None
    price_usd_h: float | None = None
    deadline_s: float | None = None
    budget_usd: float | None = None
    tensor: int | None = None
    pipeline: int | None = None
    context: int | None = None
    experts: int | None = None
