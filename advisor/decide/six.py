"""The talk's six questions, each answered in a line, with how the answer came about."""

from collections.abc import Mapping

from advisor import units
from advisor.decide.architecture import Architecture
from advisor.decide.readings import place, said
from advisor.decide.screen import answered
from advisor.values.candidates import UNTRAINED
from advisor.values.catalog import Tables
from advisor.values.decision import SixRow
from advisor.values.estimates import ServingEstimates
from advisor.values.facts import Answer

Answers = Mapping[str, Answer]
ORDER = ("answered", "detected", "computed", "assumed")


def six_rows(
    architecture: Architecture, answers: Answers, tables: Tables, serve: ServingEstimates
) -> tuple[SixRow, ...]:
    """One row a question, in the talk's order."""
    rows = (
        ("where", _where(answers, tables), _how(answers, "data.location", "data.formats", "data.bytes")),
        ("fit", _fit(architecture, tables, serve), "computed"),
        ("gpus", _gpus(architecture, tables), "computed"),
        ("time", _time(architecture, answers, tables), f"{_how(answers, 'train.deadline', 'train.runs')}, computed"),
        ("preprocess", _preprocess(architecture, tables), f"{_how(answers, 'preprocessing.kind')}, computed"),
        ("metrics", _metrics(answers, tables), _how(answers, "metrics.offline", "metrics.slice")),
    )
    return tuple(SixRow(tables.say(f"six.{id}"), answer, how) for id, answer, how in rows)


def _how(answers: Answers, *ids: str) -> str:
    """How the known ones among these came about, each way once, the strongest first."""
    ways = {answers[id].how for id in ids if answers[id].fact.known} or {"assumed"}
    return ", ".join(way for way in ORDER if way in ways)


def _said(answers: Answers, id: str, tables: Tables) -> str:
    fact = answers[id].fact
    return answered(fact, tables) if fact.known else tables.say(f"not_known.{id}")


def _where(answers: Answers, tables: Tables) -> str:
    return tables.say(
        "six_where",
        location=_said(answers, "data.location", tables),
        formats=_said(answers, "data.formats", tables),
        bytes=_said(answers, "data.bytes", tables),
        samples=_said(answers, "data.samples", tables),
    )


def _fit(architecture: Architecture, tables: Tables, serve: ServingEstimates) -> str:
    winner = architecture.winner
    size = serve.memory_bytes
    needs = units.say(size.value, "bytes", size.low, size.high)
    if winner.hosted:
        return tables.say("six_fit_hosted")
    if winner.candidate.mode in UNTRAINED:
        return tables.say("six_fit_none", serve=needs)
    room = units.say(winner.candidate.site.memory_bytes, "bytes")
    fits = winner.memory.high <= winner.candidate.site.memory_bytes
    phrase = "six_fit_yes" if fits else "six_fit_no"
    return tables.say(phrase, memory=said(winner.memory), room=room, place=place(winner.candidate, tables), serve=needs)


def _gpus(architecture: Architecture, tables: Tables) -> str:
    winner = architecture.winner
    if winner.candidate.mode in UNTRAINED:
        return tables.say("six_gpus_untrained")
    where, run = place(winner.candidate, tables), said(winner.run)
    if winner.candidate.site.kind == "cpu":
        return tables.say("six_gpus_none", place=where, run=run)
    if winner.candidate.count == 1 or winner.candidate.parallel == "none":
        return tables.say("six_gpus_one", place=where, run=run)
    return tables.say("six_gpus_many", count=winner.candidate.count, place=where, run=run)


def _time(architecture: Architecture, answers: Answers, tables: Tables) -> str:
    deadline = _said(answers, "train.deadline", tables)
    if architecture.winner.candidate.mode in UNTRAINED:
        return tables.say("six_time_untrained", deadline=deadline)
    runs = _said(answers, "train.runs", tables)
    return tables.say("six_time", deadline=deadline, runs=runs, run=said(architecture.winner.run))


def _preprocess(architecture: Architecture, tables: Tables) -> str:
    chosen = next(decided for decided in architecture.decisions if decided.id == "d_preproc")
    if not chosen.chosen:
        return chosen.because[0]
    hours = architecture.facts["preproc.core_hours"]
    return tables.say(
        "six_preprocess",
        how=", ".join(chosen.chosen_names),
        cpu=units.say(hours.number * 3600.0, "s"),
    )


def _metrics(answers: Answers, tables: Tables) -> str:
    split = answers["metrics.slice"].fact.value
    by = tables.say("split_by", split=split) if split else tables.say("split_group")
    return tables.say("six_metrics", metrics=_said(answers, "metrics.offline", tables), split=by)
