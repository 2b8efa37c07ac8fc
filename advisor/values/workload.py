"""What has to be trained and served, in SI units."""

from dataclasses import dataclass
from typing import Literal

from advisor.figure import Provenance

Family = Literal["trees", "neural"]
Kind = Literal["trees", "encoder", "decoder", "image", "mlp"]


@dataclass(frozen=True, slots=True)
class Span:
    """A number with its 90% range."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Span":
        return Span(self.value * factor, self.low * factor, self.high * factor)

    def plus(self, other: "Span") -> "Span":
        return Span(self.value + other.value, self.low + other.low, self.high + other.high)

    def over(self, other: "Span") -> "Span":
        """The quotient, for two positive spans that do not depend on each other."""
        return Span(self.value / other.value, self.low / other.high, self.high / other.low)


def exactly(value: float) -> Span:
    return Span(value, value, value)


def within(value: float, spread: float) -> Span:
    """`value` within a factor of `spread` either way."""
    return Span(value, value / spread, value * spread)


@dataclass(frozen=True, slots=True)
class Model:
    """The shape of the model. `forward_flops` and `activation_bytes` a sample are 0 where tokens decide."""

    parameters: Span
    active: Span
    layers: float
    hidden: float
    kv_width: float
    ffn: float
    gated: bool
    vocabulary: float
    embedding_values: float
    predicts_tokens: bool
    forward_flops: float
    activation_bytes: float
    trees: float


@dataclass(frozen=True, slots=True)
class Training:
    """The data of one run. `tokens` an epoch counts what is computed, padding included; 1 a sample where none."""

    samples: Span
    features: float
    tokens: Span
    sequence: float
    epochs: float
    batch: float
    decoded_bytes: Span
    preprocessing_s: float
    prepared_each_epoch: bool
    optimizer: str
    utilisation: float | None


@dataclass(frozen=True, slots=True)
class Serving:
    """`tokens` in a request; `answer_tokens` generated, 0 for a single pass. `latency_s` is to the first answer,
    `token_s` what each further token may take. `devices` are the kinds that users hold, `device_memory_bytes` what the
    oldest of them has."""

    tokens: float
    answer_tokens: float
    peak_per_s: float
    latency_s: float
    token_s: float
    percentile: float
    devices: tuple[str, ...] = ()
    device_memory_bytes: float = 2e9


@dataclass(frozen=True, slots=True)
class Workload:
    task: str
    family: Family
    kind: Kind
    modality: str
    model: Model
    training: Training
    serving: Serving


@dataclass(frozen=True, slots=True)
class Site:
    """Somewhere to train or to serve: devices of one kind. `flops` is what matrix multiplication reaches, by dtype
    [flop/s], `reach` the share of the data sheet that this is. `bandwidth` of memory, `link` of a device within its
    node and `fabric` of a device's share of the network are those of data sheets [bytes/s one way]; what was measured
    is taken back to one. `trains` and `trains_mlp` are what whole training steps of the two kernels were measured to
    reach, where they were. `host_cpus` are those of the whole host for one's own devices, those that come with each
    for rented ones. `price` is USD a device-hour, 0 for one's own. `modern` devices need kernels of their own
    generation (sm_90 and later). `basis` says where the rates come from."""

    id: str
    kind: Literal["none", "cpu", "own_gpu", "rented"]
    name: str
    accelerator: str
    counts: tuple[int, ...]
    memory_bytes: float
    host_memory_bytes: float
    host_cpus: float
    flops: tuple[tuple[str, Span], ...]
    trains: Span | None
    bandwidth: Span
    link: Span
    price: Span
    tdp_w: float
    provenance: Provenance
    basis: str
    devices_a_node: int = 8
    fabric: Span = Span(1.25e10, 3e9, 5e10)
    trains_mlp: Span | None = None
    reach: float = 1.0
    modern: bool = False
    clock_hz: float = 1.755e9

    @property
    def usable_bytes(self) -> float:
        """What a process may hope for of a device's memory; the rest is the driver's (ML_ENG)."""
        return self.memory_bytes * 0.97


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Sites that are told apart as a whole, so that nothing compares each of them again."""

    sites: tuple[Site, ...]
