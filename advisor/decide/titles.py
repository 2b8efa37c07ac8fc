"""The title, the summary and the drivers of a record."""

from collections.abc import Mapping

from advisor.decide.architecture import Architecture
from advisor.decide.options import wants
from advisor.decide.readings import place
from advisor.decide.screen import answered
from advisor.figure import Fact, Scalar
from advisor.values.catalog import Tables
from advisor.values.facts import Answer

MUSTS = (
    "data.may_leave", "serving.offline", "serving.latency", "train.deadline", "train.budget", "train.budget_month",
    "hardware.rent", "model.secrecy", "team",
)  # fmt: skip
"""Answers that set hard limits, in the order a reader wants them."""


LIMIT_NOTHING: Mapping[str, tuple[Scalar, ...]] = {
    "data.may_leave": ("yes",), "serving.offline": (False,), "hardware.rent": (True,),
    "model.secrecy": ("none_public_weights", "low"),
}  # fmt: skip
"""Answers that rule nothing out, and so drive nothing."""


def title(architecture: Architecture, tables: Tables) -> str:
    """One line: how the model is trained, and how it answers."""
    return tables.say("title", train=_train(architecture, tables), serve=_serve(architecture, tables))


def summary(architecture: Architecture, tables: Tables) -> str:
    """One sentence for the screen."""
    serve = _serve(architecture, tables)
    return tables.say("summary", train=f"{_train(architecture, tables)}.", serve=f"{serve[:1].upper()}{serve[1:]}.")


def _train(architecture: Architecture, tables: Tables) -> str:
    winner = architecture.winner
    if not winner.feasible:
        return tables.say("title_train.infeasible")
    trees = architecture.facts["family"].value == "trees"
    mode = "trees" if trees and winner.candidate.mode == "from_scratch" else winner.candidate.mode
    return tables.say(f"title_train.{mode}", place=place(winner.candidate, tables))


def _serve(architecture: Architecture, tables: Tables) -> str:
    topology = next(decided for decided in architecture.decisions if decided.id == "d_topology")
    return tables.say(f"title_serve.{topology.chosen[0] if topology.chosen else 'infeasible'}")


def drivers(architecture: Architecture, answers: Mapping[str, Answer], tables: Tables) -> tuple[str, ...]:
    """What must hold, as far as somebody said so, then what is wanted first."""
    said = [
        _must(id, answers[id].fact, tables)
        for id in MUSTS
        if answers[id].how == "answered" and answers[id].fact.value not in (None, *LIMIT_NOTHING.get(id, ()))
    ]
    row = next(row for row in tables.decisions if row.id == "d_topology")
    want = wants(row, architecture.facts, tables)
    names = " and ".join(tables.attributes[id].name for id in want.important if id != "fit") or "simplicity"
    return (*said, tables.say("driver_want", attributes=names))


def _must(id: str, fact: Fact, tables: Tables) -> str:
    label = tables.labels.get(id, id)
    if fact.value is True:
        return label
    return tables.say("driver_must", answer=label, value=answered(fact, tables))
