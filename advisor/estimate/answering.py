"""Serving a decoder: seconds to the first token, seconds a further one, bytes of a device.

Letters: b requests at once on a replica, L layers, h hidden, t tensor parallel degree, E experts.
"""

from dataclasses import dataclass

from advisor.estimate.layers import active_weights, attention_flops, layer_weights, table_weights
from advisor.number import Number, at_least, choose, larger
from advisor.values.constants import Constants
from advisor.values.runs import Serve


@dataclass(frozen=True, slots=True)
class Answering:
    """Seconds of the parts of a further token, which add up to `token_s`; seconds to the first; bytes of a device."""

    reading: Number
    arithmetic: Number
    layers: Number
    tensor: Number
    prefill: Number
    drafting: Number
    first_s: Number
    memory_bytes: Number

    @property
    def token_s(self) -> Number:
        return self.reading + self.arithmetic + self.layers + self.tensor + self.prefill + self.drafting


def answering(run: Serve, k: Constants) -> Answering:
    """The parts of serving at a steady load of `concurrency` requests."""
    traffic, layers = run.traffic, run.shape.layers
    batch = at_least(traffic.concurrency / traffic.replicas, 1.0)
    reading = read_bytes(run, batch) / traffic.tensor / (run.device.bandwidth * k["serve_bandwidth"])
    seen, gained = batch * (1.0 + traffic.drafted), tokens_a_pass(run)
    flops = 2.0 * (active_weights(run.shape) * layers + run.shape.vocabulary * run.shape.hidden) * seen
    arithmetic = flops / traffic.tensor / (_peak(run) * k["serve_matmul"])
    first, busy = prefill_s(run, k), larger(reading, arithmetic)
    launching = larger(layers * k["serve_launch"] * traffic.eager - busy, 0.0)
    overhead = choose(traffic.eager > 0, launching, layers * k["serve_layer"]) + k["serve_step"] * traffic.mixed
    reduced = 2.0 * layers * (k["serve_collective"] + _reduced(run, seen, k))
    return Answering(
        reading=reading / gained,
        arithmetic=larger(arithmetic - reading, 0.0) / gained,
        layers=overhead / gained,
        tensor=choose(traffic.tensor > 1, reduced, 0.0) / gained,
        drafting=traffic.drafted * traffic.drafting * (reading + overhead) / gained,
        prefill=traffic.mixed * k["serve_stolen"] * (batch - 1.0) * first / traffic.output,
        first_s=first * (1.0 + k["serve_queue"] * traffic.mixed * (batch - 1.0)),
        memory_bytes=memory(run, batch, k),
    )  # fmt: skip


def tokens_a_pass(run: Serve) -> Number:
    """Tokens that a pass is expected to yield: (1 - a^(d+1)) / (1 - a) of d drafted ones, each kept with the chance a
    (Leviathan 2023, from memory of arXiv 2211.17192); 1 where nothing is drafted."""
    kept, drafted = run.traffic.accepted, run.traffic.drafted
    return (1.0 - kept ** (drafted + 1.0)) / (1.0 - kept)


def read_bytes(run: Serve, batch: Number) -> Number:
    """Bytes that a replica reads for one token of each of its requests: weights once, of experts those that somebody
    needs, and everybody's keys and values at the middle of the answer (SCALING). Replicas of a mixture share their
    experts: each reads its part of them for the requests of all (attention alone is data parallel)."""
    shape, traffic = run.shape, run.traffic
    share = shape.routed_active / larger(shape.routed_weights, 1.0)
    touched = (1.0 - (1.0 - share) ** (batch * (1.0 + traffic.drafted) * traffic.replicas)) / traffic.replicas
    weights = (shape.attention_weights + shape.dense_weights + shape.routed_weights * touched) * shape.layers
    head = shape.vocabulary * shape.hidden * larger(traffic.weight_bytes, 1.0)
    return weights * traffic.weight_bytes + head + batch * (traffic.input + traffic.output / 2.0) * _kept(run)


def _kept(run: Serve) -> Number:
    """Bytes that a token leaves behind in all layers."""
    return run.shape.kv_values * run.shape.layers * run.shape.attending * run.traffic.kv_bytes


def prefill_s(run: Serve, k: Constants) -> Number:
    """Seconds to read one request, at the peak that matrices are multiplied at."""
    traffic = run.traffic
    flops = 2.0 * active_weights(run.shape) * run.shape.layers * traffic.input
    flops = flops + attention_flops(run.shape, traffic.input) * run.shape.layers
    weights = weights_bytes(run) * traffic.tensor / run.device.bandwidth
    busy = larger(flops / (_peak(run) * k["serve_prefill"]), weights) / traffic.tensor
    reduced = choose(traffic.tensor > 1, 2.0 * run.shape.layers * _reduced(run, traffic.input, k), 0.0)
    return busy + reduced + run.shape.layers * k["serve_layer"]


def _reduced(run: Serve, tokens: Number, k: Constants) -> Number:
    """Seconds of one all-reduce of the hidden state of `tokens`."""
    sent = 2.0 * 2.0 * tokens * run.shape.hidden * (run.traffic.tensor - 1.0) / run.traffic.tensor
    return sent / (run.device.link * k["link_reach"])


def _peak(run: Serve) -> Number:
    return choose(run.traffic.eight > 0, run.device.flops_8, run.device.flops)


def weights_bytes(run: Serve) -> Number:
    """Bytes of weights on a device: tables of tokens stay in 16 bits, experts are spread over all replicas."""
    traffic = run.traffic
    layer = layer_weights(run.shape) - run.shape.routed_weights * (1.0 - 1.0 / traffic.replicas)
    body = layer * run.shape.layers * traffic.weight_bytes
    return (body + table_weights(run.shape) * larger(traffic.weight_bytes, 2.0)) / (traffic.tensor * traffic.pipeline)


def memory(run: Serve, batch: Number, k: Constants) -> Number:
    """Weights, keys and values of whole requests, workspace and context."""
    traffic = run.traffic
    keys = batch * (traffic.input + traffic.output) * _kept(run) / (traffic.tensor * traffic.pipeline)
    work = 4.0 * 4096.0 * run.shape.vocabulary / traffic.tensor
    return weights_bytes(run) + keys + work + k["context"] + choose(traffic.tensor > 1, k["collectives"], 0.0)
