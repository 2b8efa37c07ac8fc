"""The estimates that are written down, by the ids of the contract."""

from advisor.decide.architecture import Architecture
from advisor.figure import Figure, rounded
from advisor.values.candidates import UNTRAINED
from advisor.values.estimates import ServingEstimates
from advisor.values.workload import Span

TRAIN_INPUTS = ("model.parameters", "data.samples", "data.tokens", "train.epochs", "train.batch", "train.sequence")
SERVE_INPUTS = ("model.parameters", "serving.load.peak", "serving.latency", "serving.percentile")


def estimates(architecture: Architecture, serve: ServingEstimates) -> dict[str, Figure]:
    """Figures by id, rounded to four significant digits."""
    winner = architecture.winner
    found = []
    if winner.candidate.mode not in UNTRAINED:
        site = f"site {winner.candidate.site.id}"
        trained = (winner.step, winner.run, winner.memory, winner.cost, winner.energy)
        found += [_rounded(figure, (*TRAIN_INPUTS, site)) for figure in trained]
    topology = next(decided for decided in architecture.decisions if decided.id == "d_topology")
    if topology.chosen:
        latency = serve.latency_s[topology.chosen[0]]
        found.append(_figure("serve.latency", latency, "s", "way + wait at the percentile + forward flops / rate"))
        if serve.token_s[topology.chosen[0]].value:
            found.append(_figure("serve.ttft", latency, "s", "way + queue + 2 P prompt / (F reach)"))
            tpot = serve.token_s[topology.chosen[0]]
            found.append(_figure("serve.tpot", tpot, "s", "(weights + keys and values) / (bandwidth x reach)"))
    found.append(_figure("serve.memory.peak", serve.memory_bytes, "bytes", "weights + working set"))
    if topology.chosen and topology.chosen[0] not in ("on_device", "batch_scoring", "embedded_lib"):
        count = Span(serve.replicas, serve.replicas, serve.replicas)
        found.append(_figure("serve.replicas", count, "replicas", "Erlang C at the percentile, below the knee"))
        found.append(_figure("serve.cost.month", serve.cost_month_usd, "USD/month", "replicas x 730 h x price"))
    return {figure.id: figure for figure in found}


def _figure(id: str, span: Span, unit: str, formula: str) -> Figure:
    return _rounded(Figure(id, span.value, span.low, span.high, unit, formula), SERVE_INPUTS)


def _rounded(figure: Figure, inputs: tuple[str, ...]) -> Figure:
    return Figure(
        figure.id,
        rounded(figure.value),
        rounded(figure.low),
        rounded(figure.high),
        figure.unit,
        figure.formula,
        inputs,
        figure.trust,
    )
