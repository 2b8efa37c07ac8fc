"""The rows that we vouch for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One row of accelerators.yaml. Rates are dense; `tflops` by dtype in 1e12 flop/s, bandwidth in 1e9 bytes/s.
    `unified`: its memory is the machine's memory."""

    id: str
    vendor: str
    memory_gb: float
    memory_gbps: float
    tflops: Mapping[str, float]
    link_gbps: float
    pcie_gen: str
    tdp_w: float | None
    match: tuple[str, ...]
    aliases: tuple[str, ...]
    source: str
    confidence: str
    unified: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """USD an accelerator-hour, on demand, as a range with its date."""

    accelerator: str
    low: float
    high: float
    typical: float
    as_of: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hosted:
    """USD a million tokens (input, output) of hosted models that stand for sizes up to `parameters`."""

    id: str
    parameters: float
    low: tuple[float, float]
    typical: tuple[float, float]
    high: tuple[float, float]
    as_of: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A hard limit of an option: the condition that must hold, the answer it is about, what to say if not."""

    condition: str
    answer: str
    say: str


@dataclass(frozen=True, slots=True)
class Note:
    """When an option that is no candidate of its own is due beside what was chosen, and what to say of it: `{name}`
    stands for a fact."""

    condition: str
    say: str


@dataclass(frozen=True, slots=True)
class Option:
    """One possible choice of a decision; `scores` are ordinal intervals 1..5 on fixed anchors."""

    id: str
    decision: str
    name: str
    complexity: int
    scores: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    suits: str = ""
    gains: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    lifecycle: str = ""
    sources: tuple[str, ...] = ()
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A question that the architecture must answer; `name` is what it is called in a sentence."""

    id: str
    name: str
    title: str
    step: int
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that is said of a decision where its condition holds."""

    id: str
    decision: str
    condition: str
    say: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that exclude each other, or that no machine can meet: when, which, what to say, and the way out."""

    id: str
    kind: Literal["contradiction", "impossible"]
    condition: str
    answers: tuple[str, ...]
    say: str
    out: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A quality that options are scored on: `matters` gives it weight, `important` puts it among the first wants."""

    id: str
    name: str
    anchor: str
    matters: str
    important: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where something that is vouched for stands; `trust` is A, B or C."""

    id: str
    title: str
    url: str
    date: str
    trust: str


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What died, was renamed or has a successor: the names it goes by in requirements, images and commands."""

    name: str
    status: str
    since: str
    use: str
    packages: tuple[str, ...]
    sources: tuple[str, ...]
    images: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The whole catalogue.

    `review_by` is when its shortest-lived fact, a price, goes stale; `good_until` says for `prices` and `lifecycle` how
    long each is good. `tasks` maps a task to its defaults (parameters,
    layers, metric, …). `phrases` are the sentences that decisions are explained with, `labels` the names of questions
    in them, `choices` the words of their choices.
    """

    as_of: str
    review_by: str
    accelerators: Mapping[str, Accelerator]
    prices: Mapping[str, Price]
    decisions: tuple[DecisionRow, ...]
    options: Mapping[str, tuple[Option, ...]]
    gates: tuple[Gate, ...]
    attributes: Mapping[str, Attribute]
    tasks: Mapping[str, Mapping[str, object]]
    sources: Mapping[str, Source]
    lifecycle: tuple[Lifecycle, ...]
    complexity_cap: Mapping[str, int]
    too_close_below: float
    phrases: Mapping[str, Any]
    labels: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    good_until: Mapping[str, str] = field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    hosted: tuple[Hosted, ...] = ()

    def say(self, phrase: str, **values: object) -> str:
        """The phrase of templates/<language>/phrases.yaml with its values; `a.b` is the phrase b of the group a."""
        group, _, member = phrase.partition(".")
        text = self.phrases[group][member] if member else self.phrases[group]
        return str(text).format(**values)
