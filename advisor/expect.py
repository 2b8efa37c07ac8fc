"""What the recorded decision leads one to expect in the project's configurations."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from advisor.conclude import Thought
from advisor.figure import Fact
from advisor.values.candidates import UNTRAINED
from advisor.values.expected import Expected
from advisor.values.facts import Answer, Known
from advisor.values.finding import Place

_VOUCHED = ("answered", "measured")
_HOUR_S = 3600.0


def expectation(thought: Thought, known: Known, record: Place | None) -> Expected:
    """The decided training, and the model and limits that were decided from; a part that is open is None."""
    model, parameters = known.evidence.get("model.name"), _vouched(thought.answers, "model.parameters")
    limits = Expected(
        record=record.path if record else "",
        model=str(model.value) if model is not None and model.known else None,
        parameters=parameters.number if parameters is not None else None,
        on_demand=_said(thought.answers, "hardware.spot") == "no",
        deadline_s=_deadline_s(thought.answers),
        budget_usd=_number(thought.answers, "train.budget"),
        **_stated(thought.answers),
    )
    return _trained(thought, limits)


def _stated(answers: Mapping[str, Answer]) -> dict[str, Any]:
    """What people said of their GPUs and sizes, which holds where the decision itself trains nothing as well."""
    kind, count = _said(answers, "hardware.accelerator"), _number(answers, "hardware.count")
    times = re.fullmatch(r"(?:(\d+)\s*x\s*)?(.+)", str(kind)) if kind else None
    gpus = int(count) if count else int(times[1]) if times and times[1] else None
    sequence, batch = (_number(answers, f"train.{name}") for name in ("sequence", "batch"))
    return {
        "accelerator": times[2] if times else None,
        "gpus": gpus if times else None,
        "sequence_length": int(sequence) if sequence else None,
        "global_batch": int(batch) if batch else None,
    }


def _trained(thought: Thought, limits: Expected) -> Expected:
    winner = thought.architecture.winner
    candidate = winner.candidate
    family = thought.architecture.facts["family"].value
    if candidate.mode in UNTRAINED or candidate.site.kind == "none" or not winner.feasible or family == "trees":
        return limits
    gpus = None if candidate.site.kind == "cpu" else candidate.count  # a process without a GPU is no news
    return replace(
        limits,
        parallelism=candidate.parallel,
        gpus=gpus,
        machines=candidate.nodes,
        accelerator=candidate.site.accelerator or None if gpus else limits.accelerator,
        price_usd_h=candidate.site.price.value or None,
        precision=candidate.precision if gpus else None,  # type: ignore[arg-type]
        train_mode=candidate.mode,
        micro_batch=winner.micro_batch,
        global_batch=int(thought.answers["train.batch"].fact.number),
        sequence_length=int(thought.answers["train.sequence"].fact.number),
        tensor=candidate.split.tensor,
        pipeline=candidate.split.pipeline,
        context=candidate.split.context,
        experts=candidate.split.expert,
    )


def _vouched(answers: Mapping[str, Answer], id: str) -> Fact | None:
    """The fact behind an answer that someone gave, or that was found, and not a default."""
    fact = answers[id].fact if id in answers else None
    return fact if fact is not None and fact.known and fact.provenance in _VOUCHED else None


def _said(answers: Mapping[str, Answer], id: str) -> object:
    fact = _vouched(answers, id)
    return fact.value if fact is not None else None


def _number(answers: Mapping[str, Answer], id: str) -> float | None:
    fact = _vouched(answers, id)
    return fact.number if fact is not None else None


def _deadline_s(answers: Mapping[str, Answer]) -> float | None:
    hours = _number(answers, "train.deadline")
    return None if hours is None else hours * _HOUR_S
