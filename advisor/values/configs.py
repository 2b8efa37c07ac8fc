"""What a training configuration says, whatever format it is written in, each value with its place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from advisor.figure import Scalar
from advisor.values.finding import Place, Severity

ClashKind = Literal["options", "method", "engine", "zero", "experts", "sequence"]


@dataclass(frozen=True, slots=True)
class At:
    """One value where it stands.

    `value` is None when it is decided elsewhere ("auto", `${...}`, null, a placeholder): nothing may be
    concluded from it. `raw` is the text as written; `quoted` says that quotation marks made it text.
    A non-empty section (mapping or list) has the value True. `reader` is the kind of parser that the
    owning tool uses: `json`, or `yaml` for the YAML 1.1 of PyYAML.
    """

    value: Scalar
    raw: str
    place: Place
    yaml_path: str
    quoted: bool = False
    reader: str = "json"

    @property
    def number(self) -> float | None:
        """The value when it is a number (no bool, no text that looks like one)."""
        return self.value if isinstance(self.value, int | float) and not isinstance(self.value, bool) else None

    @property
    def whole(self) -> int | None:
        """The value when it is a whole number; 8.0 counts."""
        number = self.number
        return int(number) if number is not None and abs(number) < 2**53 and number == int(number) else None

    @property
    def on(self) -> bool:
        """True only when the file says so: the flag is true, or the section or text is not empty."""
        return self.value is True or (isinstance(self.value, str) and bool(self.value.strip()))

    @property
    def word(self) -> str | None:
        """The value as a lower-case word; an unquoted `no` of YAML 1.1 is the word again that was written."""
        if isinstance(self.value, bool):
            return self.raw.lower()
        return self.value.strip().lower() if isinstance(self.value, str) else None

    @property
    def key(self) -> str:
        """The last part of the path: the name of the setting as its tool calls it."""
        return self.yaml_path.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A setting under its old name: where it stands, the name `now`, and what becomes of the old one.

    It is a note where a version that is still common wants the old name.
    """

    at: At
    now: str
    fate: str
    severity: Severity = "warning"


@dataclass(frozen=True, slots=True)
class Clash:
    """Settings of one tool that it does not accept together, or of which one has no effect.

    `told` says what is wrong, with the values; the finding stands at `at`. `kind` says what clashes: options
    that exclude each other, a method with its model or optimizer, sharding engines, ZeRO with what it shards,
    the split of the experts, or that of the sequence.
    """

    kind: ClashKind
    told: str
    remedy: str
    at: At
    others: tuple[At, ...] = ()
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Devices:
    """What a configuration runs on: the GPU's name ("" where it is not known), and how many of it in all."""

    name: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Training that does not fit: bytes on each device, and what `device` has.

    `between` is the 90% range of an estimate; without it `needs_bytes` is the state before activations. `instead`
    says what would bring it down, and to how many bytes.
    """

    needs_bytes: float
    has_bytes: float
    device: str
    between: tuple[float, float] | None = None
    instead: tuple[tuple[str, float], ...] = ()


Short = Callable[["ConfigFacts", Devices], Shortfall | None]
"""Tells whether a configuration's training fits the devices it runs on."""


@dataclass(frozen=True, slots=True)
class ConfigFacts:
    """The facts of one configuration; a fact that the file does not state is None.

    Sizes count samples, processes, machines or steps. `engine` is the launcher's own word for how it
    distributes; `deepspeed` and `fsdp` are set when that engine is configured; `deepspeed_file` is a path
    to a configuration in another file, as written. Parallel degrees are numbers of ranks. `elastic` is set
    where something else sets the batch (elasticity, a batch schedule). `devices` counts GPUs of one machine,
    or of the whole run where `machines` is None. `shards_sequence` is on where tensor parallelism splits the
    sequence too. `uneven_stages` is on where pipeline stages may differ in layers. `rounds_batch` says that
    the tool rounds a global batch that does not divide, instead of stopping.
    """

    format: str
    place: Place
    micro_batch: At | None = None
    gradient_accumulation: At | None = None
    global_batch: At | None = None
    elastic: At | None = None
    num_processes: At | None = None
    machines: At | None = None
    machine_rank: At | None = None
    main_address: At | None = None
    rendezvous: At | None = None
    engine: At | None = None
    deepspeed: At | None = None
    deepspeed_file: At | None = None
    fsdp: At | None = None
    zero_stage: At | None = None
    offload_optimizer: At | None = None
    offload_parameters: At | None = None
    pipeline_stages: At | None = None
    tensor_parallel: At | None = None
    context_parallel: At | None = None
    sequence_parallel: At | None = None
    data_replicas: At | None = None
    data_shards: At | None = None
    mixed_precision: At | None = None
    fp16: At | None = None
    bf16: At | None = None
    gradient_checkpointing: At | None = None
    optimizer: At | None = None
    learning_rate: At | None = None
    warmup_steps: At | None = None
    warmup_ratio: At | None = None
    max_steps: At | None = None
    epochs: At | None = None
    trains: At | None = None
    save_strategy: At | None = None
    save_steps: At | None = None
    evaluation_strategy: At | None = None
    evaluation_steps: At | None = None
    load_best: At | None = None
    devices: At | None = None
    rounds_batch: bool = False
    model: At | None = None
    revision: At | None = None
    remote_code: At | None = None
    adapter: At | None = None
    seed: At | None = None
    layers: At | None = None
    hidden_size: At | None = None
    attention_heads: At | None = None
    key_value_heads: At | None = None
    head_size: At | None = None
    sequence_length: At | None = None
    longest_sequence: At | None = None
    experts: At | None = None
    expert_parallel: At | None = None
    expert_tensor_parallel: At | None = None
    shards_sequence: At | None = None
    virtual_stage_layers: At | None = None
    uneven_stages: At | None = None
    minimum_rate: At | None = None
    checkpointing: At | None = None
    dropouts: tuple[At, ...] = ()
    files: tuple[At, ...] = ()
    clashes: tuple[Clash, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    loader_workers: At | None = None
