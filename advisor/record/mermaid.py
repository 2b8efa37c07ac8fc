"""The picture of a record: training, serving, what is handed over, and who holds the weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from advisor.record.words import words
from advisor.values.decision import Conclusion, Decided

Shape = Literal["service", "table", "library", "queue", "stream", "device", "edge", "split", "cascade", "hosted"]

_SHAPES: Mapping[str, Shape] = {
    "batch_scoring": "table",
    "embedded_lib": "library",
    "rpc_service": "service",
    "confidential_server": "service",
    "async_queue": "queue",
    "streaming": "stream",
    "on_device": "device",
    "edge_box": "edge",
    "hybrid_split": "split",
    "hybrid_cascade": "cascade",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """What the drawing shows, "" for what was not decided. `shape` says how predictions reach the caller.

    `crossing_in` is what is sensitive in the inputs, `crossing_out` what the caller gets; `ours` says that an edge box
    stands on the premises of those who own the model.
    """

    shape: Shape
    topology: str
    data: str
    preparing: str
    training: str
    place: str
    metrics: str
    artefact: str
    runtime: str
    crossing_in: str = ""
    crossing_out: str = ""
    ours: bool = False


def picture(conclusion: Conclusion) -> Picture | None:
    """The parts of the drawing; None when where the model runs could not be decided: there is nothing to draw."""
    decided = {each.id: each for each in conclusion.decisions}
    topology = decided.get("d_topology")
    if topology is None or not topology.chosen:
        return None
    parallel = decided.get("d_parallel")
    several = parallel is not None and parallel.status != "not_needed" and parallel.chosen not in ((), ("none",))
    place, mode = _names(decided.get("d_placement")), decided.get("g_train_mode")
    hosted = mode is not None and mode.chosen == ("none_use_api",)
    return Picture(
        shape="hosted" if hosted else _SHAPES.get(topology.chosen[0], "service"),
        topology=_names(topology),
        data=_names(decided.get("d_data_format")),
        preparing=_names(decided.get("d_preproc")),
        training=_names(decided.get("g_train_mode")),
        place=f"{place}, {_names(parallel)}" if several and place else place,
        metrics=_names(decided.get("d_metrics")),
        artefact=_names(decided.get("d_artefact")),
        runtime=_names(decided.get("d_runtime")),
        crossing_in=_said("data.sensitive", conclusion),
        crossing_out=_said("serving.output", conclusion),
        ours="data.may_leave" in conclusion.answers
        and conclusion.answers["data.may_leave"].fact.value == "same_premises_only",
    )


def _said(id: str, conclusion: Conclusion) -> str:
    """An answer in the words of the interview; "" for none, or for an unknown one."""
    answer = conclusion.answers.get(id)
    if answer is None or not answer.fact.known or answer.fact.value in ("none", ("none",), ()):
        return ""
    value, called = answer.fact.value, words().choices.get(id, {})
    return ", ".join(called.get(str(each), str(each)) for each in (value if isinstance(value, tuple) else (value,)))


def _names(decided: Decided | None) -> str:
    return " + ".join(decided.chosen_names) if decided is not None else ""
