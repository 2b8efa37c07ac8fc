"""One pass of decoding: seconds in which a replica makes one further token for each of its requests.

Letters: b requests at once, L layers, h hidden, t tensor parallel degree, E experts.
"""

from dataclasses import dataclass

from advisor.estimate.caching import read_keys
from advisor.estimate.layers import active_weights
from advisor.number import Number, at_least, choose, larger
from advisor.values.constants import Constants
from advisor.values.runs import Serve

USUAL_CLOCK = 1.755e9
"""Hz that the constants of launching refer to: an H100 at work."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Seconds of the parts of a pass."""

    reading: Number
    arithmetic: Number
    layers: Number
    scheduling: Number
    tensor: Number

    @property
    def total(self) -> Number:
        return self.reading + self.arithmetic + self.layers + self.scheduling + self.tensor


def one_pass(run: Serve, batch: Number, k: Constants) -> Pass:
    """The parts of a pass over `batch` requests of a replica. Matrix products hide behind reading their weights or
    the other way round; attention reads keys and values in kernels of its own (roofline, SCALING)."""
    traffic, layers = run.traffic, run.shape.layers
    together = at_least(batch / traffic.pipeline, 1.0)
    reach = run.device.bandwidth * k["serve_bandwidth"]
    weights, keys = read_weights(run, together) / traffic.tensor / reach, read_keys(run, together) / reach
    seen, unpacked = together * (1.0 + traffic.drafted), unpacking(run, together, k)
    flops = 2.0 * (active_weights(run.shape) * layers + run.shape.vocabulary * run.shape.hidden) * seen
    multiplied = flops / traffic.tensor / (peak(run) * k["serve_matmul"])
    above = at_least(larger(multiplied - weights, unpacked - weights * run.device.host), 0.0)
    launching = larger(layers * k["serve_launch"] * traffic.eager - (weights + keys + above), 0.0)
    return Pass(
        reading=weights + keys,
        arithmetic=above,
        layers=choose(traffic.eager > 0, launching, layers * captured(run, k)),
        scheduling=(k["serve_step"] + k["serve_request"] * batch) * traffic.mixed,
        tensor=_collectives(run, seen, k),
    )


def captured(run: Serve, k: Constants) -> Number:
    """Seconds that the kernels of a layer take however little they do, in captured graphs: more of them in a layer of
    experts (routing, sorting, putting together), each as long as the clock is slow."""
    routed = choose(run.shape.copies > 0, k["serve_routing"], 0.0)
    return (k["serve_layer"] + routed) * USUAL_CLOCK / run.device.clock


def read_weights(run: Serve, batch: Number) -> Number:
    """Bytes of weights that a replica reads in a pass: all once, of experts those that somebody needs. Replicas of a
    mixture share their experts: each reads its part of them for the requests of all (attention alone is data
    parallel)."""
    head = run.shape.vocabulary * run.shape.hidden * larger(run.traffic.weight_bytes, 1.0)
    return passed_weights(run, batch) * run.traffic.weight_bytes + head


def passed_weights(run: Serve, batch: Number) -> Number:
    """Weights of all layers that some token of a pass goes through: of E experts, of which each token takes k, those
    that b tokens take are E (1 - (1 - k/E)^b)."""
    shape, traffic = run.shape, run.traffic
    share = shape.routed_active / larger(shape.routed_weights, 1.0)
    touched = (1.0 - (1.0 - share) ** (batch * (1.0 + traffic.drafted) * traffic.replicas)) / traffic.replicas
    return (shape.attention_weights + shape.dense_weights + shape.routed_weights * touched) * shape.layers


def unpacking(run: Serve, batch: Number, k: Constants) -> Number:
    """Seconds in which weights of fewer bits than are multiplied in become numbers again: some operations a weight
    outside of the matrix units. Processors do it while they wait for memory."""
    packed = choose((run.traffic.weight_bytes < 2.0) & (run.traffic.eight == 0.0), 1.0, 0.0)
    return packed * passed_weights(run, batch) * k["serve_unpack"] / run.traffic.tensor / run.device.scalar


def _collectives(run: Serve, tokens: Number, k: Constants) -> Number:
    """Two all-reduces a layer, fused with what follows them in TensorRT-LLM; two exchanges more where attention is
    data parallel and experts are shared."""
    traffic, layers = run.traffic, run.shape.layers
    start = k["serve_collective"] * choose(traffic.fused > 0, k["serve_fused"], 1.0)
    reduced = choose(traffic.tensor > 1, 2.0 * layers * (start + reduced_s(run, tokens, k)), 0.0)
    shared = (traffic.replicas > 1) & (run.shape.copies > 0)
    sent = 2.0 * tokens * run.shape.copies * run.shape.hidden / (run.device.link * k["link_reach"])
    return reduced + choose(shared, 2.0 * layers * (k["serve_collective"] + sent), 0.0)


def reduced_s(run: Serve, tokens: Number, k: Constants) -> Number:
    """Seconds that the hidden state of `tokens` is under way in one all-reduce."""
    sent = 2.0 * 2.0 * tokens * run.shape.hidden * (run.traffic.tensor - 1.0) / run.traffic.tensor
    return sent / (run.device.link * k["link_reach"])


def peak(run: Serve) -> Number:
    """flop/s that matrices are multiplied at, by the data sheet."""
    return choose(run.traffic.eight > 0, run.device.flops_8, run.device.flops)
