"""Serving a decoder: seconds to the first token, seconds a further one, bytes of a device, at a steady load.

Letters: b requests at once on a replica, P seconds to read a prompt, o tokens of an answer, L layers.

Requests that come as others leave share the devices: in the time that one stays, each of the b - 1 others is replaced
once, and its prompt is read. A request therefore stays b P + o x (seconds of a pass), whatever the order of work (the
law of Little); what is waited for before the first token is not waited for after it.
"""

from dataclasses import dataclass

from advisor.estimate.caching import asked, memory, running, weights_bytes
from advisor.estimate.decoding import captured, one_pass, peak, reduced_s
from advisor.estimate.layers import active_weights, attention_flops
from advisor.number import Number, choose, larger, smaller
from advisor.values.constants import Constants
from advisor.values.runs import Serve


@dataclass(frozen=True, slots=True)
class Answering:
    """Seconds of the parts of a further token, which add up to `token_s`; seconds to the first, `queued_s` of them for
    the prompts of others and for a place in memory; bytes of a device."""

    reading: Number
    arithmetic: Number
    layers: Number
    scheduling: Number
    tensor: Number
    prefill: Number
    drafting: Number
    first_s: Number
    queued_s: Number
    memory_bytes: Number

    @property
    def token_s(self) -> Number:
        whole = self.reading + self.arithmetic + self.layers + self.scheduling + self.tensor
        return whole + self.prefill + self.drafting


def answering(run: Serve, k: Constants) -> Answering:
    """The parts of serving at a steady load of `concurrency` requests. Those whose keys and values do not fit wait
    until others have left."""
    traffic, batch = run.traffic, running(run, k)
    one, gained = one_pass(run, batch, k), tokens_a_pass(run)
    prompt, others = prefill_s(run, k), traffic.mixed * (batch - 1.0)
    each = prompt / traffic.pipeline
    stolen = (1.0 - k["serve_queue"]) * others * each / traffic.output
    passes = smaller(others / traffic.output, 1.0) * larger(_with_prompts(run, k) - one.total, 0.0)
    drafting = traffic.drafted * traffic.drafting * (one.reading + one.layers) / gained
    prefill = larger(stolen, (1.0 - k["serve_queue"]) * passes)
    queued = k["serve_queue"] * others * each
    first = larger(prompt, traffic.mixed * _with_prompts(run, k)) + queued
    first = first + traffic.mixed * (one.total + k["serve_arrival"] * (1.0 - run.device.host))
    stays = first + traffic.output * (one.total / gained + drafting + prefill)
    waiting = (asked(run) / batch - 1.0) * stays
    return Answering(
        reading=one.reading / gained,
        arithmetic=one.arithmetic / gained,
        layers=one.layers / gained,
        scheduling=one.scheduling / gained,
        tensor=one.tensor / gained,
        drafting=drafting,
        prefill=prefill,
        first_s=first + waiting,
        queued_s=queued + waiting,
        memory_bytes=memory(run, asked(run), k),
    )  # fmt: skip


def tokens_a_pass(run: Serve) -> Number:
    """Tokens that a pass is expected to yield: (1 - a^(d+1)) / (1 - a) of d drafted ones, each kept with the chance a
    (Leviathan 2023, from memory of arXiv 2211.17192); 1 where nothing is drafted."""
    kept, drafted = run.traffic.accepted, run.traffic.drafted
    return (1.0 - kept ** (drafted + 1.0)) / (1.0 - kept)


def prefill_s(run: Serve, k: Constants) -> Number:
    """Seconds to read one prompt: arithmetic at a share of the peak, less of it in 8 bits, or reading the weights;
    accelerators also launch the kernels of each layer."""
    traffic, layers = run.traffic, run.shape.layers
    flops = 2.0 * _multiplied(run, k) * layers * traffic.input
    flops = flops + attention_flops(run.shape, traffic.input) * layers
    weights = weights_bytes(run) * traffic.tensor * traffic.pipeline / run.device.bandwidth
    reach = k["serve_prefill"] * choose(traffic.eight > 0, k["serve_eight"], 1.0)
    busy = larger(flops / (peak(run) * reach), weights) / traffic.tensor
    reduced = choose(traffic.tensor > 1, 2.0 * layers * reduced_s(run, traffic.input, k), 0.0)
    return busy + reduced + layers * captured(run, k) * (1.0 - run.device.host)


def _multiplied(run: Serve, k: Constants) -> Number:
    """Weights of a layer that a token goes through, those of experts by as much more as their products are slower:
    each sees few of the tokens, and tokens are sorted and sent before and after."""
    shape = run.shape
    routed = choose(shape.copies > 0, shape.routed_active * (1.0 / k["serve_experts"] - 1.0), 0.0)
    return active_weights(shape) + routed


def _with_prompts(run: Serve, k: Constants) -> Number:
    """Seconds that a pass with prompts in it takes at least: its kernels are launched one by one, as graphs are
    captured for passes of known size only. Processors launch nothing."""
    return run.shape.layers * k["serve_prompt"] * (1.0 - run.device.host)
