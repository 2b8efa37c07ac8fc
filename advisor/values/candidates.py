"""The architectures of training that are worth estimating."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from advisor.number import Number, column
from advisor.values.workload import Site

Mode = Literal[
    "none_use_api", "none_use_pretrained", "prompt_or_rag", "linear_probe", "lora", "qlora", "full_finetune",
    "continue_pretrain", "from_scratch",
]  # fmt: skip
Parallel = Literal["none", "independent_runs", "ddp", "fsdp2", "hsdp"]

UNTRAINED: tuple[Mode, ...] = ("none_use_api", "none_use_pretrained", "prompt_or_rag")
"""Modes that need no training at all."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to train: what, where, on how many devices, how spread, with which memory savers.

    `micro_batch` is in samples a device; None is the largest that fits. `paged` trees read their table from disk.
    """

    mode: Mode
    site: Site
    count: int
    parallel: Parallel
    precision: str
    checkpointing: bool
    micro_batch: float | None = None
    paged: bool = False

    @property
    def id(self) -> str:
        saver = "+ckpt" if self.checkpointing else "+paged" if self.paged else ""
        return f"{self.mode}/{self.site.id}x{self.count}/{self.parallel}/{self.precision}{saver}"

    @property
    def nodes(self) -> int:
        return -(-self.count // self.site.devices_a_node)

    @property
    def placement(self) -> str:
        """The row of d_placement this stands for; "" when nothing is trained."""
        if self.site.kind == "none":
            return ""
        if self.site.kind == "cpu":
            return "big_cpu_server" if self.site.host_memory_bytes >= 2.5e11 else "laptop_cpu"
        if self.nodes > 1:
            return "multi_node"
        return "single_gpu" if self.count == 1 or self.parallel == "none" else "node_multi_gpu"

    @property
    def savers(self) -> tuple[str, ...]:
        """The rows of d_memory it uses, in the catalogue's order."""
        used = (
            ("bf16_mixed", self.precision != "fp32" and self.mode not in UNTRAINED),
            ("activation_ckpt", self.checkpointing),
            ("shard_states", self.parallel in ("fsdp2", "hsdp")),
            ("lora", self.mode == "lora"),
            ("qlora", self.mode == "qlora"),
            ("external_memory", self.paged),
        )
        return tuple(saver for saver, on in used if on)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """All candidates of a search, stored as columns too: each is made once and kept under its name."""

    rows: tuple[Candidate, ...]
    columns: dict[str, Number] = field(default_factory=dict)

    def column(self, name: str, of: Callable[[Candidate], float | bool | str]) -> Number:
        """One value a candidate, shape (candidates, 1)."""
        if name not in self.columns:
            self.columns[name] = column([of(candidate) for candidate in self.rows])
        return self.columns[name]

    def flat(self, name: str, of: Callable[[Candidate], float | bool | str]) -> Number:
        """One value a candidate, shape (candidates,)."""
        return self.column(name, of)[:, 0]
