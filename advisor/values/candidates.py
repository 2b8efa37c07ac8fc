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
Parallel = Literal[
    "none", "independent_runs", "ddp", "zero1", "zero2", "fsdp2", "hsdp", "tp", "cp", "ep", "pp", "nd_hybrid",
    "embedding_sharding",
]  # fmt: skip
States = Literal["", "adamw8bit", "bf16_states", "cpu_offload", "nvme_offload"]
"""How optimizer states are kept where not as the optimizer has them: in 8 or 16 bits, in the host's memory, on disk."""

UNTRAINED: tuple[Mode, ...] = ("none_use_api", "none_use_pretrained", "prompt_or_rag")
"""Modes that need no training at all."""


SHARDED: tuple[Parallel, ...] = ("zero1", "zero2", "fsdp2", "hsdp", "tp", "cp", "ep", "pp", "nd_hybrid")
"""Spreads that divide optimizer states by the data-parallel ranks, if nothing else."""


@dataclass(frozen=True, slots=True)
class Split:
    """Over how many devices one copy of the model is cut; experts are spread over the ranks of data parallelism."""

    tensor: int = 1
    pipeline: int = 1
    context: int = 1
    expert: int = 1

    @property
    def devices(self) -> int:
        return self.tensor * self.pipeline * self.context

    @property
    def id(self) -> str:
        """The degrees above one: `t8p4`."""
        degrees = (("t", self.tensor), ("p", self.pipeline), ("c", self.context), ("e", self.expert))
        return "".join(f"{letter}{degree}" for letter, degree in degrees if degree > 1)


WHOLE = Split()


@dataclass(frozen=True, slots=True)
class Needs:
    """What a workload makes worth a thought beside the plain layouts.

    `clusters` are numbers of devices beyond those that any site is offered in; `heavy`: states of all weights may
    exceed a small card; `wide`: matrices are large enough to cut; `long`: sequences are; `experts`: tokens pass a few
    of many; `tables`: looked-up rows may exceed a card; `any_optimizer`: nobody asked for one; `stages` are lengths of
    pipelines, `ranks` the most that the batch bears; `host_bytes` are states kept beside the devices. Numbers are
    coarse, so that workloads that differ little share their candidates.
    """

    clusters: tuple[int, ...] = ()
    heavy: bool = False
    wide: bool = False
    long: bool = False
    experts: bool = False
    tables: bool = False
    any_optimizer: bool = False
    stages: tuple[int, ...] = ()
    ranks: int = 512
    host_bytes: float = 0.0


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
    split: Split = WHOLE
    states: States = ""

    @property
    def id(self) -> str:
        saver = ("+ckpt" if self.checkpointing else "+paged" if self.paged else "") + f"+{self.states}".rstrip("+")
        spread = f"{self.parallel}-{self.split.id}".rstrip("-")
        return f"{self.mode}/{self.site.id}x{self.count}/{spread}/{self.precision}{saver}"

    @property
    def devices(self) -> int:
        """Devices that share one run."""
        return 1 if self.parallel in ("none", "independent_runs") else self.count

    @property
    def ranks(self) -> int:
        """Copies of the model that share the samples of one run."""
        return max(self.devices // self.split.devices, 1)

    @property
    def last_resort(self) -> bool:
        """States lie off the device, so that every step waits for them."""
        return self.states in ("cpu_offload", "nvme_offload")

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
            ("adamw8bit", self.states == "adamw8bit"),
            ("bf16_states", self.states == "bf16_states"),
            ("shard_states", self.parallel in SHARDED and self.ranks > 1),
            ("lora", self.mode == "lora"),
            ("qlora", self.mode == "qlora"),
            ("cpu_offload", self.states == "cpu_offload"),
            ("nvme_offload", self.states == "nvme_offload"),
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
