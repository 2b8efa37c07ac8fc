"""What is known before anything is concluded: answers, evidence, the machine, its rates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from advisor.figure import Fact

How = Literal["answered", "detected", "computed", "assumed"]


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a questionnaire. `default` may be {"from_task": FIELD}; `asked` is the place in the interview,
    `always` says when it is asked even if its answer alone changes nothing: `true`, or a condition like `ask_if`.

    `ask_if` says when the question makes sense, `compute` how its answer follows from others; `label` is its
    name in a table, `text` its one line, `why` what it decides, `choice_texts` the words for its choices.
    """

    id: str
    knowledge: str
    group: str
    type: Literal["choice", "choices", "number", "text", "yes_no"]
    unit: str = ""
    choices: tuple[str, ...] = ()
    default: object = None
    ask_if: str = ""
    compute: str = ""
    detect: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    asked: int | None = None
    required: bool = False
    always: str = ""
    moves: bool = True
    minimum: float | None = None
    maximum: float | None = None
    six: str = ""
    label: str = ""
    text: str = ""
    why: str = ""
    choice_texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A settled question: the fact, and how it came about. An unknown has `fact.value` None."""

    fact: Fact
    how: How


@dataclass(frozen=True, slots=True)
class Device:
    """One accelerator. `slug` is its row in the catalogue, "" when no row matches the driver's exact name."""

    index: int
    name: str
    slug: str
    memory_bytes: float
    compute_capability: str = ""
    driver: str = ""
    mig: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine is: its limits, never what happened to be free at the moment.

    `facts` holds `machine.cpus`, `machine.memory` (bytes), `machine.cpu_model`, `machine.cpu_flags`
    (list), `machine.disk_type`, `machine.disk_free` (bytes; a limit of today, not locked), `machine.shm`
    (bytes), `machine.container`, `machine.scheduler`, `machine.gpus` (count), `machine.gpu_driver`;
    a fact that could not be had is a gap with its reason.
    """

    facts: Mapping[str, Fact]
    devices: tuple[Device, ...] = ()


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast this machine goes, measured. Facts named `rate.<device>.<kernel>[.<dtype>]`.

    Device is `cpu` or `gpu0`. `rate.cpu.matmul.float32` [flop/s], `rate.cpu.stream` [bytes/s],
    `rate.cpu.train_mlp` and `rate.cpu.train_transformer` [flop/s of the model, 6 x parameters x samples];
    each with the 90% interval over its repetitions. Empty when nothing was measured.
    """

    facts: Mapping[str, Fact]
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything found out: `advisor.yaml` (answered) beside `advisor.lock` (the rest)."""

    project: str
    answered: Mapping[str, Fact]
    evidence: Mapping[str, Fact]
    machine: Machine
    rates: Rates
