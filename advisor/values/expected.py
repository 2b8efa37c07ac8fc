"""What the recorded decision leads one to expect in the project's configurations."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Expected:
    """The decided training set-up; a part that was not decided is None.

    `parallelism` is an option of `d_parallel` (none, independent_runs, ddp, fsdp2, hsdp), `train_mode` one of
    `g_train_mode`. `gpus` counts devices over all `machines`; batches count samples, the sequence
    tokens. `record` is the path of the record, "" when it is not written yet.
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
