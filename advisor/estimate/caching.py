"""Keys and values that requests leave behind: how large they are, over which devices they lie, how many fit.

Letters: b requests at once, t tensor parallel degree, L layers.
"""

from advisor.estimate.layers import layer_weights, table_weights
from advisor.number import Number, at_least, choose, floor, larger, smaller
from advisor.values.constants import Constants
from advisor.values.runs import Serve

FILLED = 0.92
"""Share of a device's memory that an engine takes for weights, keys and values (vLLM and TensorRT-LLM: 0.9 of what the
driver tells, which is a little more than the name says)."""
GROWN = 0.75
"""Share of its answer that a running request has pages for: pages are given as it grows, and a request is only let in
where some are left for its end (between half an answer and all of it: EXPERT)."""


def kept_bytes(run: Serve) -> Number:
    """Bytes that a token leaves behind in all layers."""
    return run.shape.kv_values * run.shape.layers * run.shape.attending * run.traffic.kv_bytes


def cache_ranks(run: Serve) -> Number:
    """Devices that the keys and values of a request are spread over: at most as many as there are heads of them; the
    latent of MLA is one, which every device of a tensor parallel group keeps whole."""
    heads = floor(run.shape.kv_values * run.shape.heads / at_least(2.0 * run.shape.attended, 1.0) + 1e-6)
    return smaller(run.traffic.tensor, at_least(heads, 1.0))


def read_keys(run: Serve, batch: Number) -> Number:
    """Bytes of keys and values that each device reads for one token of each request, in the middle of the answer."""
    return batch * (run.traffic.input + run.traffic.output / 2.0) * kept_bytes(run) / cache_ranks(run)


def running(run: Serve, k: Constants) -> Number:
    """Requests of a replica that run at once: those that are there, or as many as keys and values of fit."""
    traffic = run.traffic
    each = (traffic.input + GROWN * traffic.output) * kept_bytes(run) / cache_ranks(run) / traffic.pipeline
    most = (FILLED * run.device.memory - memory(run, 0.0, k)) / at_least(each, 1.0)
    return smaller(asked(run), at_least(most, 1.0))


def asked(run: Serve) -> Number:
    """Requests of a replica that are there at once."""
    return at_least(run.traffic.concurrency / run.traffic.replicas, 1.0)


def weights_bytes(run: Serve) -> Number:
    """Bytes of weights on a device: tables of tokens stay in 16 bits, experts are spread over all replicas."""
    traffic = run.traffic
    layer = layer_weights(run.shape) - run.shape.routed_weights * (1.0 - 1.0 / traffic.replicas)
    body = layer * run.shape.layers * traffic.weight_bytes
    return (body + table_weights(run.shape) * larger(traffic.weight_bytes, 2.0)) / (traffic.tensor * traffic.pipeline)


def memory(run: Serve, batch: Number, k: Constants) -> Number:
    """Weights, keys and values of whole requests, workspace and context; what drafts keeps as much of its own as it
    takes of a pass, which is bound by the same bytes."""
    traffic = run.traffic
    draft = 1.0 + choose(traffic.drafted > 0, traffic.drafting, 0.0)
    keys = batch * (traffic.input + traffic.output) * kept_bytes(run) / (cache_ranks(run) * traffic.pipeline)
    work = 4.0 * 4096.0 * run.shape.vocabulary / traffic.tensor
    shared = choose(traffic.tensor > 1, k["collectives"], 0.0)
    return draft * (weights_bytes(run) + keys) + work + k["context"] + shared
