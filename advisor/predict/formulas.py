"""The formulas of an estimate with its own numbers in them, as a reader would check them by hand.

Each is arithmetic that evaluates to its value: the tests do so. `source` names rows of catalog/sources.yaml and, with a
`k:`, constants of catalog/constants.yaml; `id` is the formula of catalog/formulas.yaml that it belongs to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advisor.estimate.answering import prefill_s, tokens_a_pass
from advisor.estimate.caching import asked, cache_ranks, read_keys, running, weights_bytes
from advisor.estimate.decoding import read_weights
from advisor.estimate.holding import logit_bytes, stage_parameters
from advisor.estimate.kept import activations, in_flight, layer_activations
from advisor.estimate.layers import (
    active_weights,
    attention_flops,
    by_operation,
    matmul_rate,
    parameters,
    tokens_a_device,
)
from advisor.estimate.links import data_parallel, micro_batches
from advisor.estimate.offload import OPTIMIZER_BYTES
from advisor.predict.detail import Estimated
from advisor.values.constants import Constants
from advisor.values.runs import ZB1P


@dataclass(frozen=True, slots=True)
class Line:
    """`part = letters = numbers = value unit [source]`; `id` is the formula that `advisor explain` knows."""

    part: str
    letters: str
    numbers: str
    value: float
    unit: str
    id: str
    source: str


def lines(found: Estimated, k: Constants) -> tuple[Line, ...]:
    """Every formula whose value is more than nothing."""
    rows = _training(found, k) if "step_s" in found.head else _serving(found, k)
    return tuple(line for line in rows if line.value > 0)


def _training(found: Estimated, k: Constants) -> Iterator[Line]:
    run = found.run
    yield from _sizes(run)
    yield from _times(found, k)
    yield from _held(found, k)
    total = " + ".join(_n(part.value) for part in found.time.values() if part.value > 0)
    yield Line("step", "sum of all parts", total, found.head["step_s"].value, "s", "train_step", "ML_ENG, SCALING")
    sizes = " + ".join(_n(part.value) for part in found.memory.values() if part.value > 0)
    yield Line(
        "process", "sum of all parts", sizes, found.head["process_bytes"].value, "bytes", "train_memory", "ML_ENG"
    )


def _sizes(run: Any) -> Iterator[Line]:
    shape, layout = run.shape, run.layout
    layer = (parameters(shape) - shape.vocabulary * shape.hidden * (2.0 - shape.tied)) / shape.layers
    yield Line(
        "parameters", "layers x weights of a layer + tables x vocabulary x hidden",
        f"{_n(shape.layers)} * {_n(layer)} + {_n(2.0 - shape.tied)} * {_n(shape.vocabulary)} * {_n(shape.hidden)}",
        float(parameters(shape)), "weights", "flops_token", "SCALING",
    )  # fmt: skip
    yield Line(
        "tokens of a micro batch", "micro batch x sequence without padding / context",
        f"{_n(layout.micro)} * {_n(shape.sequence * shape.filled)} / {_n(layout.context)}", float(tokens_a_device(run)),
        "tokens", "flops_token", "EAI_CALC",
    )  # fmt: skip
    yield Line(
        "micro batches", "batch / (micro batch x replicas), at least 1",
        f"max(1, {_n(layout.batch)} / ({_n(layout.micro)} * {_n(data_parallel(run))}))", float(micro_batches(run)),
        "a step", "pipeline_bubble", "SC21",
    )  # fmt: skip


def _times(found: Estimated, k: Constants) -> Iterator[Line]:
    run, shape, layout, software = found.run, found.run.shape, found.run.layout, found.run.software
    tokens, many, layers = tokens_a_device(run), micro_batches(run), -(-shape.layers // layout.pipeline)
    again = 1.0 if layout.checkpoint >= 2 else 0.0
    passes = 1.0 + software.backward * (1.0 + software.trained) + again + 0.5 * float(by_operation(run))
    device, rate = run.device, matmul_rate(run, k)
    peak, reached = (device.flops_8, k["matmul_8"]) if software.eight > 0.5 else (device.flops, k["matmul"])
    yield Line(
        "rate of matrix products", "flop/s x best share x share reached x what small or packed matrices leave",
        f"{_n(peak)} * {_n(device.reach)} * {_n(reached)} * {_n(rate / (peak * device.reach * reached))}",
        float(rate), "flop/s", "train_step",
        "steps.csv, ML_ENG; k: matmul, matmul_8, short, unpacking",
    )  # fmt: skip
    yield Line(
        "matmul", "micro batches x layers x 2 x active weights x tokens x passes / tensor / rate",
        f"{_n(many)} * {_n(layers)} * 2 * {_n(active_weights(shape))} * {_n(tokens)} * {_n(passes)} / "
        f"{_n(layout.tensor)} / {_n(matmul_rate(run, k))}",
        found.time["matmul"].value, "s", "flops_token", "SCALING, EAI_CALC",
    )  # fmt: skip
    yield Line(
        "attention, forward", "4 x tokens x sequence x heads x width x layers with it, half where causal",
        f"4 * {_n(tokens)} * {_n(shape.sequence * shape.filled)} * {_n(shape.attended)} * {_n(shape.attending)} * "
        f"{_n(1.0 - 0.5 * shape.causal)}",
        float(attention_flops(shape, tokens)), "flop a layer", "flops_token", "SCALING, EAI_CALC, FLASH",
    )  # fmt: skip
    if layout.pipeline > 1 and found.time["bubble"].value:
        busy = sum(found.time[name].value for name in ("matmul", "attention", "moving", "launching", "tensor",
                                                       "context", "expert"))  # fmt: skip
        each = (busy + found.time["pipeline"].value) / many
        yield Line(
            "bubble", "(stages - 1) / virtual stages, a third with ZB1P, x time of a micro batch",
            f"({_n(layout.pipeline)} - 1) / {_n(layout.virtual + 2.0 * (layout.schedule == ZB1P))} * {_n(each)}",
            found.time["bubble"].value, "s", "pipeline_bubble", "SC21, KORTHIKANTI, ZERO_BUBBLE",
        )  # fmt: skip
    if software.states_away:
        return
    share = data_parallel(run) * layout.context if layout.zero >= 1 else 1.0
    trained = found.time["optimizer"].value * run.device.bandwidth / OPTIMIZER_BYTES
    yield Line(
        "optimizer", "30 bytes x trained values of a device / bandwidth",
        f"{_n(OPTIMIZER_BYTES)} * {_n(trained * share)} / {_n(share)} / {_n(run.device.bandwidth)}",
        found.time["optimizer"].value, "s", "train_step", "MEGATRON",
    )  # fmt: skip


def _held(found: Estimated, k: Constants) -> Iterator[Line]:
    run, layout, software = found.run, found.run.layout, found.run.software
    here, ranks = float(stage_parameters(run)), float(data_parallel(run) * layout.context)
    group = min(ranks, layout.node) if layout.hybrid > 0 else ranks
    over = {stage: group if layout.zero >= stage else 1.0 for stage in (1, 2, 3)}
    yield Line(
        "weights of a stage", "its layers and tables / tensor", _n(here), here, "weights", "zero", "ZERO_SUMMARY"
    )
    if software.weight_bytes >= 1 and not software.weights_away:
        yield Line(
            "weights", "weights of a stage x bytes / ranks that share them",
            f"{_n(here)} * {_n(software.weight_bytes)} / {_n(over[3])}", found.memory["weights"].value, "bytes",
            "states", "ZERO_SUMMARY",
        )  # fmt: skip
    for name, size, stage in (("gradients", software.gradient_bytes, 2), ("states", software.state_bytes, 1)):
        if not found.memory[name].value or software.states_away:
            continue  # none are there at the peak, or they are in the machine's memory
        yield Line(
            name, "weights of a stage x trained x bytes / ranks that share them",
            f"{_n(here)} * {_n(software.trained)} * {_n(size)} / {_n(over[stage])}", found.memory[name].value, "bytes",
            "states", "ZERO_SUMMARY",
        )  # fmt: skip
    yield Line(
        "activations of a layer", "kept for backward by one layer for one micro batch",
        _n(layer_activations(run, k)), float(layer_activations(run, k)), "bytes", "activations",
        "KORTHIKANTI; k: kept_around, kept_eager, kept_inside",
    )  # fmt: skip
    whole = float(activations(run, k) * in_flight(run))
    if layout.pipeline <= 1 and found.memory["activations"].value == whole:
        yield Line(
            "activations", "of all layers of a micro batch x micro batches under way",
            f"{_n(activations(run, k))} * {_n(in_flight(run))}", whole, "bytes",
            "activations", "KORTHIKANTI",
        )  # fmt: skip
        yield Line(
            "logits", "bytes of a logit x tokens x vocabulary / tensor, 15% of them in an encoder",
            f"{_n(software.logit_bytes)} * {_n(tokens_a_device(run))} * {_n(run.shape.vocabulary)} / "
            + _n(layout.tensor) + ("" if run.shape.causal else " * 0.15"),
            float(logit_bytes(run)), "bytes", "logits", "TUNE, TITAN, KORTHIKANTI",
        )  # fmt: skip
    allocated = found.head["allocated_bytes"].value
    yield Line(
        "fragments", "allocated x (fragments - 1)", f"{_n(allocated)} * ({_n(k['fragments'])} - 1)",
        found.memory["fragments"].value, "bytes", "overhead", "k: fragments",
    )  # fmt: skip


def _serving(found: Estimated, k: Constants) -> Iterator[Line]:
    run, traffic, device = found.run, found.run.traffic, found.run.device
    batch, together = float(asked(run)), float(running(run, k))
    a_pass = max(together / float(traffic.pipeline), 1.0)
    weights, keys = float(read_weights(run, a_pass)), float(read_keys(run, a_pass))
    yield Line("weights read in a pass", "all once, of experts those that somebody needs", _n(weights), weights,
               "bytes", "further_token", "SCALING")  # fmt: skip
    yield Line("keys and values read in a pass", "of all running requests, by each device", _n(keys), keys, "bytes",
               "further_token", "SCALING")  # fmt: skip
    yield Line(
        "reading", "(weights / tensor + keys and values) / (bandwidth x share reached) / tokens that a pass yields",
        f"({_n(weights)} / {_n(traffic.tensor)} + {_n(keys)}) / ({_n(device.bandwidth)} * {_n(k['serve_bandwidth'])})"
        f" / {_n(tokens_a_pass(run))}",
        found.time["reading"].value, "s", "further_token", "SCALING; k: serve_bandwidth",
    )  # fmt: skip
    first = float(prefill_s(run, k))
    yield Line("prefill of one request", "arithmetic or reading weights, and links", _n(first), first,
               "s", "first_token", "SCALING; k: serve_prefill, serve_layer")  # fmt: skip
    yield Line(
        "weights", "weights x bytes / (tensor x stages)", _n(weights_bytes(run)), float(weights_bytes(run)), "bytes",
        "serve_memory", "ML_ENG",
    )  # fmt: skip
    kept = run.shape.kv_values * run.shape.attending * traffic.kv_bytes
    yield Line(
        "keys", "requests x tokens x layers x values x bytes / (devices with their own heads x stages)",
        f"{_n(batch)} * ({_n(traffic.input)} + {_n(traffic.output)}) * {_n(run.shape.layers)} * {_n(kept)} / "
        f"({_n(cache_ranks(run))} * {_n(traffic.pipeline)})",
        found.memory["keys"].value, "bytes", "key_values", "ML_ENG, SCALING",
    )  # fmt: skip
    whole = " + ".join(_n(part.value) for part in found.time.values() if part.value > 0)
    yield Line("further token", "sum of all parts", whole, found.head["tpot_s"].value, "s", "further_token", "SCALING")


def _n(value: Any) -> str:
    """A number as arithmetic takes it, to five digits."""
    return f"{float(value):.5g}"
