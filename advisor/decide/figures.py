"""The estimates that are written down, by the ids of the contract, each with the facts beneath it."""

from collections.abc import Mapping
from dataclasses import replace

from advisor.decide.architecture import Architecture
from advisor.figure import Fact, Figure, rounded, weakest
from advisor.values.candidates import UNTRAINED
from advisor.values.estimates import ServingEstimates
from advisor.values.workload import Span, exactly

NETWORK_INPUTS = ("model.parameters", "data.samples", "data.tokens", "train.epochs", "train.batch", "train.sequence")
TREE_INPUTS = ("data.samples", "data.decoded", "train.site")
SERVE_INPUTS = ("model.parameters", "serving.load.peak", "serving.latency", "serving.percentile", "serve.hardware")
ALONE = ("on_device", "batch_scoring", "embedded_lib")
"""Places of serving that need no replicas of their own."""


def bases(architecture: Architecture, serve: ServingEstimates) -> dict[str, Fact]:
    """Where the rates beneath the estimates come from: the site of training, the hardware of serving."""
    site = architecture.winner.candidate.site
    return {
        "train.site": Fact("train.site", site.name, provenance=site.provenance, source=site.basis),
        "serve.hardware": Fact(
            "serve.hardware", serve.hardware, provenance="assumed", source="usual rates of its kind"
        ),
    }


def estimates(architecture: Architecture, serve: ServingEstimates, facts: Mapping[str, Fact]) -> dict[str, Figure]:
    """Figures by id, rounded to four significant digits; the trust of each is that of its weakest input."""
    found = [*_training(architecture), *_serving(architecture, serve)]
    return {figure.id: _grounded(figure, facts) for figure in found}


def _training(architecture: Architecture) -> list[Figure]:
    winner = architecture.winner
    if winner.candidate.mode in UNTRAINED:
        return []
    trees = architecture.facts["family"].value == "trees"
    inputs = TREE_INPUTS if trees else (*NETWORK_INPUTS, "train.site")
    trained = (winner.step, winner.run, winner.memory, winner.cost, winner.energy)
    return [replace(figure, inputs=inputs) for figure in trained]


def _serving(architecture: Architecture, serve: ServingEstimates) -> list[Figure]:
    if architecture.winner.hosted:
        return _hosted(architecture.facts)
    chosen = next(decided for decided in architecture.decisions if decided.id == "d_topology").chosen
    found = [_figure("serve.memory.peak", serve.memory_bytes, "bytes", "weights + working set")]
    if not chosen or chosen[0] not in serve.latency_s:
        return found
    latency, token = serve.latency_s[chosen[0]], serve.token_s[chosen[0]]
    found.append(_figure("serve.latency", latency, "s", "way + wait at the percentile + forward flops / rate"))
    if token.value:
        found.append(_figure("serve.ttft", latency, "s", "way + queue + 2 P prompt / (F reach)"))
        found.append(_figure("serve.tpot", token, "s", "(weights + keys and values) / (bandwidth x reach)"))
    if chosen[0] not in ALONE:
        count = exactly(serve.replicas)
        found.append(_figure("serve.replicas", count, "replicas", "Erlang C at the percentile, below the knee"))
        found.append(_figure("serve.cost.month", serve.cost_month_usd, "USD/month", "replicas x 730 h x price"))
    return found


def _hosted(facts: Mapping[str, Fact]) -> list[Figure]:
    """What the provider is paid: its memory, replicas and times are its own."""
    paid = facts.get("hosted.cost")
    if paid is None:
        return []
    low, high = paid.range
    formula = "mean load x (tokens in x price in + tokens out x price out)"
    inputs = ("serving.load.mean", "model.parameters")
    return [Figure("serve.cost.month", paid.number, low, high, "USD/month", formula, inputs)]


def _figure(id: str, span: Span, unit: str, formula: str) -> Figure:
    return Figure(id, span.value, span.low, span.high, unit, formula, SERVE_INPUTS)


def _grounded(figure: Figure, facts: Mapping[str, Fact]) -> Figure:
    known = tuple(facts[id] for id in figure.inputs if id in facts and facts[id].known)
    return replace(
        figure,
        value=rounded(figure.value),
        low=rounded(figure.low),
        high=rounded(figure.high),
        inputs=tuple(fact.id for fact in known),
        trust=weakest(known),
    )
