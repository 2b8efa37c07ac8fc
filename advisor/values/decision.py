"""What was decided, and everything a sceptical reviewer will ask for."""

from dataclasses import dataclass
from typing import Literal

from advisor.figure import Fact, Figure, Scalar
from advisor.values.facts import Answer

Status = Literal["decided", "too_close", "infeasible", "not_needed"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An option that passed every hard limit; `acceptability` is its share of first ranks, 0..1.

    `good` and `bad` are what the record says for and against it: short phrases, no full stop. `regret` is the most
    that choosing it may lose, over all weights and scores, on the scale of values 0..1; `central` are the weights that
    speak for it, as (attribute, weight), and `confidence` how often it is first at those (None: not worked out);
    `beaten_by` is an option that is no worse in anything and better in something, "" for none.
    """

    option: str
    name: str
    acceptability: float
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    regret: float | None = None
    central: tuple[tuple[str, float], ...] = ()
    confidence: float | None = None
    beaten_by: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """An option that broke a hard limit: which answer set the limit, the limit and the value in the user's units."""

    option: str
    name: str
    by: str
    limit: str
    value: str
    say: str


@dataclass(frozen=True, slots=True)
class Tipping:
    """Verified by deciding again: the answer, its value now, the value where the choice changes, and to what.

    `to` joins options with +; it is "" when no option is left and "not_needed" when nothing is to be decided; `called`
    names those options as people read them ("": as `to`).
    """

    answer: str
    now: Scalar
    flips_at: Scalar
    unit: str
    to: str
    called: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer as it is and as it would have to be; `say` tells it in words, with the distance."""

    answer: str
    now: Scalar
    to: Scalar
    unit: str
    say: str


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A way out, verified by deciding again: with these answers changed and all others as they are, `to` is chosen."""

    changes: tuple[Change, ...]
    to: tuple[str, ...]
    say: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """What cannot be had together, to be said before anything else.

    `kind` is `contradiction` (two answers exclude each other), `impossible` (no machine or network can do it),
    `infeasible` (no option of the decision `about` passes every limit) or `unmet` (what is chosen there gives little of
    something that was wanted first). `answers` are the questions at odds; `out` says a way out in words where there are
    no `relaxations`. Phrases without a full stop.
    """

    id: str
    kind: Literal["contradiction", "impossible", "infeasible", "unmet"]
    about: str
    answers: tuple[str, ...]
    say: str
    out: str = ""
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequence:
    good: bool
    text: str


@dataclass(frozen=True, slots=True)
class Scaling:
    """What `count` accelerators would do instead of `now`: `faster` is how many times sooner a run ends (in `run_s`),
    `efficiency` the share of the added accelerators that this uses, 0..1 for all but a lucky cache."""

    now: int
    count: int
    parallel: str
    run_s: float
    faster: float
    efficiency: float
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of the architecture.

    Where it is too close to call, `cheapest_question` is the assumed answer that settles it and `experiment` what to
    measure of the two best. `together` are pairs of answers that change it where neither does alone.
    """

    id: str
    title: str
    status: Status
    chosen: tuple[str, ...]
    chosen_names: tuple[str, ...]
    because: tuple[str, ...]
    ranking: tuple[Ranked, ...] = ()
    removed: tuple[Removed, ...] = ()
    tipping: tuple[Tipping, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    cheapest_question: str | None = None
    experiment: str = ""
    together: tuple[Relaxation, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SixRow:
    """One of the talk's six questions, answered in one line; `how` is answered, detected, computed or assumed."""

    question: str
    answer: str
    how: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Something a gate has to say, with its sources; `about` is the decision that it belongs to."""

    id: str
    text: str
    sources: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A default that was kept. `matters` is the share of decisions that its other values would change, 0..1."""

    answer: str
    value: Scalar
    unit: str
    matters: float


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The whole outcome of `conclude`: what the record is written from.

    `title` states the decision in one line; `summary` says it for the screen (the record does not show it).
    `sources` are (id, title, address); `review_by` is an ISO date, and `review_because` says what is too old from then
    on. `because`,
    consequences and statements are phrases without a full stop, so that sentences can be made of them.
    """

    project: str
    title: str
    summary: str
    answers: dict[str, Answer]
    decisions: tuple[Decided, ...]
    estimates: dict[str, Figure]
    facts: dict[str, Fact]
    six: tuple[SixRow, ...]
    statements: tuple[Statement, ...]
    assumptions: tuple[Assumption, ...]
    drivers: tuple[str, ...]
    catalog_as_of: str
    review_by: str
    advisor_version: str
    sources: tuple[tuple[str, str, str], ...]
    digest: str
    conflicts: tuple[Conflict, ...] = ()
    scaling: Scaling | None = None
    review_because: str = ""

    @property
    def relaxations(self) -> tuple[Relaxation, ...]:
        """Every way out of every conflict."""
        return tuple(way for conflict in self.conflicts for way in conflict.relaxations)
