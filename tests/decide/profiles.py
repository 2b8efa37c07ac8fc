"""Random profiles: any task, any of the answers, any machine."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from scenarios.cases import grounds, known

from advisor.values.facts import Known, Question

SIZES: Mapping[str, tuple[float, float]] = {
    "bytes": (6, 13), "bytes/month": (6, 12), "bytes/s": (6, 10), "samples": (1, 9), "tokens": (3, 12),
    "examples": (0, 6), "h": (-1, 3), "s": (0, 6), "ms": (0, 5), "1/s": (-2, 4), "parameters": (5, 11.3),
    "USD": (0, 6), "USD/month": (0, 6), "runs": (0, 2), "epochs": (0, 2), "rows": (3, 9), "devices": (0, 7),
    "s/sample": (-5, 0), "files": (0, 8), "ratio": (-2, 0), "percentile": (1.7, 2), "h/day": (-1, 1.38),
    "ratio/year": (-1, 1), "experts": (0, 2), "": (0, 3),
}  # fmt: skip
"""Powers of ten between which numbers of a unit are drawn."""
CARDS = ("", "1x rtx3090", "4x rtx4090", "1x a100-sxm4-80gb", "8x h100-sxm5-80gb")
NOT_VARIED = ("task", "model.layers", "model.hidden", "model.heads", "model.kv_heads", "model.head_dim", "model.ffn")
"""The task is always there; shapes that contradict each other are another test's."""


def _value(question: Question) -> st.SearchStrategy[Any] | None:
    if question.type == "yes_no":
        return st.booleans()
    if question.type == "choice":
        return st.sampled_from(question.choices)
    if question.type == "choices":
        several = [choice for choice in question.choices if choice not in ("none", "nobody")]
        one = st.sampled_from(question.choices).map(lambda choice: [choice])
        return st.one_of(one, st.lists(st.sampled_from(several), min_size=2, max_size=3, unique=True))
    if question.type == "number" and question.unit in SIZES:
        low, high = SIZES[question.unit]
        return st.floats(low, high).map(lambda power: float(f"{10**power:.3g}")).map(_within(question))
    return None


def _within(question: Question) -> Any:
    low = question.minimum if question.minimum is not None else 0.0
    high = question.maximum if question.maximum is not None else float("inf")
    whole = question.unit in (
        "samples", "tokens", "examples", "parameters", "runs", "rows", "devices", "files", "experts",
    )  # fmt: skip
    return lambda value: min(max(float(round(value)) if whole else value, low), high)


VALUES = {
    question.id: value
    for question in grounds().questions
    if question.changes and question.id not in NOT_VARIED and (value := _value(question)) is not None
}


@st.composite
def answers(draw: st.DrawFn, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A task and up to twenty-four other answers, some of them said to be unknown."""
    task = next(question for question in grounds().questions if question.id == "task")
    ids = draw(st.lists(st.sampled_from([id for id in VALUES if id not in without]), max_size=24, unique=True))
    said = {id: draw(st.one_of(st.none(), VALUES[id], VALUES[id], VALUES[id])) for id in ids}
    return {"task": draw(st.sampled_from(task.choices)), **said}


@st.composite
def machines(draw: st.DrawFn) -> dict[str, Any]:
    """A laptop, a workstation or a server, with or without cards."""
    return {
        "cpus": draw(st.sampled_from((2, 8, 32, 96))),
        "memory": draw(st.sampled_from((8e9, 3.2e10, 2.56e11, 1e12))),
        "gpus": draw(st.sampled_from(CARDS)),
    }


@st.composite
def profiles(draw: st.DrawFn) -> Known:
    return known(draw(answers()), draw(machines()))
