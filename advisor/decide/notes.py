"""What goes with a training and is no choice of its own: read off the figures of what was chosen."""

import re
from collections.abc import Mapping
from math import ceil

from advisor.decide.readings import Winner
from advisor.decide.screen import answered
from advisor.decide.situation import computed
from advisor.figure import Fact, rounded
from advisor.rule import judge
from advisor.values.candidates import UNTRAINED
from advisor.values.catalog import Note, Tables
from advisor.values.decision import Statement
from advisor.values.workload import Workload

Facts = Mapping[str, Fact]
SPOT_SAVES = (0.5, 0.7, 0.9)
"""Of the price on demand (GPU_TREND)."""
MONTH_H = 730.0
SCORE_BYTES = 5.0
"""Of attention stored for backward, a head and pair of tokens (KORTHIKANTI)."""
LOGIT_BYTES = 8.0
HEAD_SIZE = 64.0
_NAMED = re.compile(r"\{([\w.]+)\}")


def notes(facts: Facts, tables: Tables) -> tuple[Statement, ...]:
    """The notes of all options that are due on these facts, in the order of the decisions."""
    return tuple(
        Statement(option.id, _filled(option.note, facts, tables), option.sources, about=row.id)
        for row in tables.decisions
        for option in tables.options[row.id]
        if option.note is not None and judge(option.note.condition, facts).holds
    )


def _filled(note: Note, facts: Facts, tables: Tables) -> str:
    return _NAMED.sub(lambda name: answered(facts[name[1]], tables), note.say)


def chosen_facts(winner: Winner, work: Workload, facts: Facts) -> dict[str, Fact]:
    """What conditions of notes may read of the training that was chosen; nothing is true of what is not trained."""
    candidate, trained = winner.candidate, winner.candidate.mode not in UNTRAINED and winner.feasible
    rented = trained and candidate.site.kind == "rented"
    hours = winner.run.value / 3600.0 if trained else 0.0
    runs = facts["train.runs"].number if facts["train.runs"].known else 1.0
    logits, scores = _logits(winner, work), _scores(winner, work)
    found = (
        computed("train.rented", rented),
        computed("train.impossible", not winner.feasible),
        computed("train.context", candidate.split.context if trained else 0),
        computed("train.states", candidate.states),
        computed("train.accumulated", _accumulated(winner, work) if trained else 0),
        computed("train.scores", scores if trained else 0.0, "bytes"),
        computed("train.logits", logits if trained else 0.0, "bytes"),
        computed("train.logit_share", _percent(logits, winner.memory.value) if trained else 0.0, "%"),
        computed("train.filled", _percent(winner.memory.high, candidate.site.memory_bytes) if trained else 0.0, "%"),
        computed("train.hours", hours, "h"),
        computed("train.busy", _percent(hours * runs, MONTH_H) if rented else 0.0, "%"),
        computed("train.cost", rounded(winner.cost.value) if trained else 0.0, "USD"),
        _spot(winner.cost.value if rented else 0.0),
    )
    return {fact.id: fact for fact in found}


def _percent(part: float, whole: float) -> float:
    return float(round(min(100.0 * part / whole, 100.0))) if whole else 0.0


def _spot(usd: float) -> Fact:
    low, value, high = (usd * share for share in SPOT_SAVES)
    return Fact("train.spot_saves", value, "USD", low, high, provenance="computed", source="computed")


def _accumulated(winner: Winner, work: Workload) -> int:
    """Micro batches of a step on each device."""
    if work.family == "trees":
        return 0
    each = max(work.training.batch / winner.candidate.ranks, 1.0)
    return max(ceil(each / max(winner.micro_batch, 1) - 1e-9), 1)


def _tokens(winner: Winner, work: Workload) -> float:
    """Of a micro batch on a device, where samples are sequences."""
    if work.kind not in ("encoder", "decoder"):
        return 0.0
    return winner.micro_batch * work.training.sequence / winner.candidate.split.context


def _scores(winner: Winner, work: Workload) -> float:
    """Bytes of a layer's scores for a micro batch, were they stored."""
    heads = work.model.hidden / HEAD_SIZE / winner.candidate.split.tensor
    return SCORE_BYTES * heads * work.training.sequence * _tokens(winner, work)


def _logits(winner: Winner, work: Workload) -> float:
    """Bytes of logits with their copies, where tokens are predicted."""
    predicts = work.model.predicts_tokens
    return LOGIT_BYTES * _tokens(winner, work) * work.model.vocabulary / winner.candidate.split.tensor * predicts
