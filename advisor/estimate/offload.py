"""What a step waits for where states, weights or activations lie in the memory of the machine."""

from advisor.estimate.compute import overlapped
from advisor.estimate.layers import tokens_a_device
from advisor.estimate.links import data_parallel, local_parameters, trained_here
from advisor.number import Number, anywhere, ceiling, choose, larger, smaller
from advisor.values.constants import Constants
from advisor.values.runs import FULL, Run

OPTIMIZER_BYTES = 30.0
"""Read and written once a step for a trained value: gradient, master copy, two moments, the new weight."""
HOST_BYTES_S, HOST_BYTES_S_MORE = 6e10, 2e10
"""What the processors of a machine with one device update at, and with each further one (EXPERT; eight reach 180 to 380
GB/s by LAMBDA_405B: 4 s for 405 billion values over 8 machines)."""


def update_s(run: Run) -> Number:
    """Seconds in which the machine updates the trained values of all its devices; new weights go back in 16 bits while
    others are updated (ZERO_OFFLOAD)."""
    values, devices = trained_here(run), smaller(run.layout.devices, run.layout.node)
    speed = HOST_BYTES_S + HOST_BYTES_S_MORE * (devices - 1.0)
    return larger(OPTIMIZER_BYTES * values * devices / speed, 2.0 * values / run.device.host_link)


def host_s(run: Run, busy: Number, passes: Number, k: Constants) -> Number:
    """Seconds beyond `busy` in which bytes go between devices and their machine; as much of them is hidden as of
    gathering sharded weights."""
    software = run.software
    if not anywhere(software.states_away + software.weights_away + software.activations_away > 0):
        return 0.0
    sent = passes * (_gradients(run) + _weights(run) + _activations(run))
    return overlapped(busy, sent / run.device.host_link, k["sharded_unhidden"]) - busy


def _gradients(run: Run) -> Number:
    """A micro batch: gradients in 16 bits up, each rank its part where they are divided (ZERO_OFFLOAD)."""
    return choose(run.software.states_away > 0, 2.0 * trained_here(run), 0.0)


def _weights(run: Run) -> Number:
    """A micro batch: weights down twice, for forward and backward, each rank its part where they are sharded."""
    ranks = choose(run.layout.zero >= 3, data_parallel(run) * run.layout.context, 1.0)
    each = smaller(run.software.weight_bytes, 2.0)
    return choose(run.software.weights_away > 0, 2.0 * each * local_parameters(run) / ranks, 0.0)


def _activations(run: Run) -> Number:
    """A micro batch: what layers keep goes up in forward and comes down in backward; inputs of layers alone where the
    rest is computed again."""
    shape, layout, software = run.shape, run.layout, run.software
    values = 8.0 * shape.hidden + 2.0 * shape.attended + shape.kv_values + shape.ffn_values
    values = choose(layout.checkpoint >= FULL, shape.hidden, values)
    split = choose(layout.checkpoint >= FULL, choose(layout.sequence_parallel > 0, layout.tensor, 1.0), layout.tensor)
    layers = ceiling(shape.layers / layout.pipeline - 1e-9)
    kept = values / split * tokens_a_device(run) * software.activation_bytes * layers
    return choose(software.activations_away > 0, 2.0 * kept, 0.0)
