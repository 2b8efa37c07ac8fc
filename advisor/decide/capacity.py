"""How many replicas, what a pause costs, and what a hosted model would cost instead."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from advisor import units
from advisor.decide.options import choose, undecided
from advisor.decide.situation import computed, spanned
from advisor.figure import Fact
from advisor.values.catalog import DecisionRow, Hosted, Tables
from advisor.values.decision import Decided
from advisor.values.estimates import ServingEstimates
from advisor.values.workload import Span, Workload, exactly

Facts = Mapping[str, Fact]
REPLICATED = ("rpc_service", "async_queue", "streaming", "edge_box", "hybrid_split", "hybrid_cascade",
              "confidential_server")  # fmt: skip
"""Places of serving that consist of replicas."""
ENGINE_START_S, PROCESS_START_S = Span(20.0, 5.0, 90.0), Span(2.0, 0.5, 10.0)
"""A container scheduled and an engine or a plain process started, weights apart: EXPERT."""
LOADED_BYTES_S = Span(1e9, 3e8, 3e9)
"""Weights read from a store or disk into memory: EXPERT."""
SERVER_BYTES = 6.4e10
"""Memory of a server of 8 CPUs, 8 GB each: EXPERT."""
SECONDS_A_MONTH = 730.0 * 3600.0


def capacity_facts(serve: ServingEstimates, work: Workload) -> dict[str, Fact]:
    """Replicas and what they run on, the load and percentile they are counted for, the cold start of one [ms], what
    all cost a month [USD]."""
    return {
        "serve.peak": computed("serve.peak", work.serving.peak_per_s, "1/s"),
        "serve.percentile": computed("serve.percentile", work.serving.percentile, "percentile"),
        **_replicas_of(serve),
    }


@lru_cache(maxsize=64)
def _replicas_of(serve: ServingEstimates) -> dict[str, Fact]:
    loaded = exactly(max(serve.weights_bytes, 1.0)).over(LOADED_BYTES_S)
    start = (ENGINE_START_S if serve.on_gpu else PROCESS_START_S).plus(loaded)
    return {
        "serve.replicas": computed("serve.replicas", float(serve.replicas), "replicas"),
        "serve.server": computed("serve.server", serve.hardware),
        "serve.cold_start": spanned("serve.cold_start", start.times(1e3), "ms"),
        "serve.cost": spanned("serve.cost", serve.cost_month_usd, "USD/month"),
    }


def hosted_facts(mean_per_s: Fact, work: Workload, hosted: tuple[Hosted, ...]) -> dict[str, Fact]:
    """What the same tokens cost a month from a hosted model at the mean load [USD], by the prices of the class that
    the model's size stands for; nothing where no text is generated."""
    if work.kind != "decoder" or not mean_per_s.known:
        return {}
    size = work.model.active.value
    price = next((row for row in hosted if size <= row.parameters), hosted[-1])
    asked = mean_per_s.number * SECONDS_A_MONTH / 1e6
    tokens, answer = work.serving.tokens, work.serving.answer_tokens

    def usd(rates: tuple[float, float]) -> float:
        return asked * (tokens * rates[0] + answer * rates[1])

    paid = Span(usd(price.typical), usd(price.low), usd(price.high))
    return {"hosted.cost": spanned("hosted.cost", paid, "USD/month")}


def capacity(row: DecisionRow, facts: Facts, tables: Tables, *, shares: bool = True) -> Decided:
    """Replicas for the place that was chosen, with their figures as reasons."""
    topology = str(facts["d_topology"].value)
    if topology not in REPLICATED:
        return undecided(row, "infeasible" if not topology else "not_needed", tables.say(_without(topology)))
    if facts["g_train_mode"].value == "none_use_api":
        return undecided(row, "not_needed", tables.say("provider_scales"))
    found = choose(row, facts, tables, shares=shares)
    return replace(found, because=(*_counted(facts, tables), *found.because)) if shares else found


def _without(topology: str) -> str:
    return f"unreplicated.{topology}" if topology else "runs_nowhere"


def _counted(facts: Facts, tables: Tables) -> list[str]:
    told = []
    if facts["serve.replicas"].number and facts["serving.load.peak"].known and facts["serving.percentile"].known:
        told.append(_replicas(facts, tables))
    held = facts["serve.memory"]
    if not facts["serve.on_gpu"].value and held.number > SERVER_BYTES:
        told.append(tables.say("replica_memory", memory=_said(held), server=units.say(SERVER_BYTES, "bytes")))
    told.append(tables.say("cold_start", start=units.say(facts["serve.cold_start"].number / 1e3, "s")))
    if "hosted.cost" in facts and facts["serve.cost"].number:
        told.append(_break_even(facts, tables))
    return told


def _replicas(facts: Facts, tables: Tables) -> str:
    return tables.say(
        "replicas",
        count=f"{facts['serve.replicas'].number:g}",
        hardware=facts["serve.server"].value,
        peak=units.say(facts["serve.peak"].number, "1/s"),
        percentile=f"{facts['serve.percentile'].number:g}",
        cost=_said(facts["serve.cost"]) if facts["serve.cost"].number else tables.say("no_rent"),
    )


def _break_even(facts: Facts, tables: Tables) -> str:
    """A hosted model is paid by the token and own replicas by the hour: at which mean load both cost the same."""
    hosted, own, mean = facts["hosted.cost"], facts["serve.cost"], facts["serving.load.mean"].number
    even = mean * own.number / hosted.number if hosted.number else 0.0
    said = {"hosted": _said(hosted), "mean": units.say(mean, "1/s"), "even": units.say(even, "1/s")}
    return tables.say("break_even", **said)


def _said(fact: Fact) -> str:
    return units.say(fact.number, fact.unit, fact.low, fact.high)
