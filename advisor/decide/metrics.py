"""Which metrics decide: what the task is measured by, how the data are split, what an error costs."""

from collections.abc import Mapping

from advisor.decide.screen import shown
from advisor.figure import Fact
from advisor.values.catalog import DecisionRow, Tables
from advisor.values.decision import Consequence, Decided

Facts = Mapping[str, Fact]
ALARMING = ("tabular_clf", "text_clf", "image_clf", "detection", "segmentation", "other")
"""Tasks in which a threshold turns a score into a false alarm or a miss."""


def metrics(row: DecisionRow, facts: Facts, task: Mapping[str, object], tables: Tables) -> Decided:
    """The metrics, with the reasons in the project's own answers."""
    named = [name.strip() for name in str(facts["metrics.offline"].value or task["metric"]).split(",")]
    split = facts["metrics.slice"].value
    reasons = [tables.say("split_by", split=split) if split else tables.say("split_group")]
    wrong, missed = facts["metrics.cost_false_positive"], facts["metrics.cost_false_negative"]
    if wrong.known and missed.known:
        threshold = wrong.number / max(wrong.number + missed.number, 1e-12)
        costs = {"wrong": shown(wrong.value, "USD"), "missed": shown(missed.value, "USD")}
        reasons.append(tables.say("threshold", threshold=f"{threshold:.2g}", **costs))
    elif facts["task"].value in ALARMING:
        reasons.append(tables.say("no_error_cost"))
    notes = [Consequence(False, tables.say("trap", trap=task["trap"]))] if task.get("trap") else []
    if facts["metrics.online"].known:
        how = shown(facts["metrics.online_test"].value)
        reasons.append(tables.say("online", metric=facts["metrics.online"].value, how=how))
    else:
        notes.append(Consequence(False, tables.say("no_online")))
    return Decided(
        id=row.id,
        title=row.title,
        status="decided",
        chosen=tuple(name.lower().replace(" ", "_") for name in named),
        chosen_names=tuple(name.replace("_", " ") for name in named),
        because=tuple(reasons),
        consequences=tuple(notes),
        sources=("EXPERT",),
    )
