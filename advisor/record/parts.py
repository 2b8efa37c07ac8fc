"""The conclusion taken apart, a part for each decision: what records are written from where each has its own."""

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from advisor.record.view import names
from advisor.record.words import words
from advisor.values.decision import Assumption, Conclusion, Decided

TRAINING = ("g_train_mode", "d_time", "d_memory", "d_placement", "d_parallel")
SERVING = ("d_topology", "d_artefact", "d_runtime", "d_scale")
_PLACED = "d_placement"
"""The decision whose record names the machine, which no id of an option does."""


@dataclass(frozen=True, slots=True)
class Related:
    """A record of another decision: its title as a link's text, the stem of its file; `before` says that this one
    rests on it, else it rests on this one."""

    title: str
    stem: str
    before: bool


def parts(whole: Conclusion, recorded: Container[str]) -> tuple[Conclusion, ...]:
    """A conclusion with one decision for each that is open, or that has a record (`recorded`) and falls away now.

    Title, digest, estimates, assumptions and conflicts are those of the decision; what people asked for stays.
    """
    kept = (each for each in whole.decisions if each.status != "not_needed" or each.id in recorded)
    return tuple(_part(whole, each) for each in kept)


def digests(whole: Conclusion) -> dict[str, str]:
    """The digest of every decision: another one when it comes out otherwise."""
    return {decided.id: _digest(whole, decided) for decided in whole.decisions}


def relations(whole: Conclusion, decision: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(decisions that took an option from this one, decisions from which this one took an option)."""
    ids = {each.id for each in whole.decisions}
    took = {each.id: {out.by for out in each.removed} & ids for each in whole.decisions}
    after = tuple(id for id in took if decision in took[id] and id != decision)
    return tuple(each.id for each in whole.decisions if each.id in took[decision] - {decision}), after


def _part(whole: Conclusion, decided: Decided) -> Conclusion:
    tipping = {tip.answer for tip in decided.tipping}
    return replace(
        whole,
        title=_title(decided),
        decisions=(decided,),
        estimates={id: figure for id, figure in whole.estimates.items() if _concerns(id, decided.id)},
        six=(),
        statements=tuple(each for each in whole.statements if each.about == decided.id),
        assumptions=tuple(_own(whole.assumptions, tipping)),
        conflicts=tuple(each for each in whole.conflicts if each.about in ("", decided.id)),
        scaling=whole.scaling if decided.id == "d_parallel" else None,
        sources=tuple(source for source in whole.sources if source[0] in _cited(whole, decided)),
        digest=_digest(whole, decided),
    )


def _title(decided: Decided) -> str:
    about = words().decides.get(decided.id, decided.title)
    state = {"not_needed": "nothing to decide", "infeasible": "no option left"}.get(decided.status, "")
    return f"{about[:1].upper()}{about[1:]}: {state or names(decided)}"


def _digest(whole: Conclusion, decided: Decided) -> str:
    where = whole.title.partition(";")[0] if decided.id == _PLACED else ""
    text = repr((decided.id, decided.status == "not_needed", decided.chosen, where))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _concerns(estimate: str, decision: str) -> bool:
    return decision in (TRAINING if estimate.startswith("train.") else SERVING)


def _own(assumptions: Iterable[Assumption], tipping: Container[str]) -> Iterable[Assumption]:
    return (replace(each, matters=1.0) for each in assumptions if each.answer in tipping)


def _cited(whole: Conclusion, decided: Decided) -> set[str]:
    said = (each.sources for each in whole.statements if each.about == decided.id)
    return {*decided.sources, *(id for sources in said for id in sources)}
