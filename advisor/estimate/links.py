"""What the devices of a run send each other, in seconds before anything hides it.

Letters: T tokens of a micro batch on a device, h hidden, t tensor, p pipeline, c context, e expert, n data parallel.
"""

from advisor.estimate.layers import parameters, recomputed, tokens_a_device
from advisor.number import Number, at_least, ceiling, choose, larger, smaller
from advisor.values.constants import Constants
from advisor.values.runs import ZBV, Run

FEW = 0.5
"""What collectives of few ranks reach less: 60, 70 and 75% of the links with 2, 4 and 8 (AIC_NCCL)."""
NEWER_REACH, NEWER_WAIT = 1.05, 0.6
"""Links of sm_90 and later reach more of their data sheet than those of an A100, and wait less (AIC_NCCL)."""
BUCKET_BYTES = 5.0e8
"""Weights, and gradients, that are sent at a time."""


def data_parallel(run: Run) -> Number:
    """Replicas of the model: what tensor, pipeline and context parallelism leave of the devices."""
    layout = run.layout
    return at_least(layout.devices / (layout.tensor * layout.pipeline * layout.context), 1.0)


def local_parameters(run: Run) -> Number:
    """Weights that a device works on, before sharding by data parallelism. Experts are spread over their own degree;
    the tables of the ends belong to the first and last stage, here to all alike."""
    shape, layout = run.shape, run.layout
    spread = layout.tensor * layout.pipeline
    routed = shape.routed_weights * shape.layers
    return (parameters(shape) - routed) / spread + routed / (spread * layout.expert)


def micro_batches(run: Run) -> Number:
    """Micro batches of a step that pass each pipeline."""
    return at_least(ceiling(run.layout.batch / (run.layout.micro * data_parallel(run))), 1.0)


def trained_here(run: Run) -> Number:
    """Trained values that a device, or its host, updates."""
    ranks = data_parallel(run) * run.layout.context
    return local_parameters(run) * run.software.trained / choose(run.layout.zero >= 1, ranks, 1.0)


def lane(run: Run, span: Number, within: Number, k: Constants) -> Number:
    """Bytes/s that each device gets in a collective over `within` neighbours of a group that reaches over `span`
    devices: the links of a node, or the node's network cards shared among the groups that use them."""
    few = at_least(smaller(span, run.layout.node), 2.0)
    reached = run.device.link * k["link_reach"] * choose(run.device.modern > 0.0, NEWER_REACH, 1.0)
    inside = reached * (1.0 - FEW / few)
    neighbours = at_least(smaller(within, run.layout.node), 1.0)
    outside = smaller(reached, run.device.fabric * k["fabric_reach"] * neighbours)
    return choose(span <= run.layout.node, inside, outside)


def tensor_s(run: Run, k: Constants) -> Number:
    """A layer: two all-reduces forward and two backward, 2 (t-1)/t T h bytes each way; forward's once more where
    layers are computed again; with sequence parallelism inputs are gathered once more (KORTHIKANTI)."""
    layout = run.layout
    reduced = 2.0 * run.shape.hidden * tokens_a_device(run) * 2.0 * (layout.tensor - 1.0) / layout.tensor
    times = 4.0 + 2.0 * recomputed(run) + 1.0 * layout.sequence_parallel
    wait = k["collective_s"] * choose(run.device.modern > 0.0, NEWER_WAIT, 1.0)
    sent = reduced * times / lane(run, layout.tensor, layout.tensor, k)
    return choose(layout.tensor > 1, sent + times * wait, 0.0)


def context_s(run: Run, k: Constants) -> Number:
    """A layer: keys and values go once around the ring forward, and with their gradients twice backward."""
    layout = run.layout
    around = 2.0 * run.shape.kv_values / layout.tensor * tokens_a_device(run) * (layout.context - 1.0)
    speed = lane(run, layout.tensor * layout.context, 1.0, k)
    return (3.0 + recomputed(run)) * around * run.shape.attending / speed


def expert_s(run: Run, k: Constants) -> Number:
    """A layer: a copy of each token goes to each of its experts and back, forward and backward."""
    layout, shape = run.layout, run.shape
    sent = 4.0 * 2.0 * shape.hidden * tokens_a_device(run) * shape.copies * (layout.expert - 1.0) / layout.expert
    return sent / lane(run, layout.tensor * layout.expert, layout.expert, k)


def pipeline_s(run: Run, k: Constants) -> Number:
    """A micro batch: activations forward and gradients backward over each boundary of each virtual stage."""
    layout = run.layout
    chunks = choose(layout.schedule == ZBV, 2.0, layout.virtual)
    sent = 2.0 * 2.0 * run.shape.hidden * tokens_a_device(run) / layout.tensor * chunks
    neighbours = layout.tensor * layout.context
    speed = choose(neighbours * layout.pipeline <= layout.node, run.device.link * k["link_reach"],
                   run.device.fabric * k["fabric_reach"])  # fmt: skip
    return choose(layout.pipeline > 1, sent / speed, 0.0)


def gradients_s(run: Run, passes: Number, k: Constants) -> Number:
    """A step: gradients reduced over data and context parallel ranks; weights gathered where they are sharded
    (twice a pass with ZeRO-3, once a step with ZeRO-1 and 2)."""
    layout, software = run.layout, run.software
    ranks = data_parallel(run) * layout.context
    spread = layout.tensor * layout.pipeline
    local = local_parameters(run)
    share = (ranks - 1.0) / ranks
    group = choose(layout.hybrid > 0, smaller(ranks, layout.node), ranks)
    wide = lane(run, layout.tensor * ranks * larger(1.0, spread / layout.tensor), layout.node / layout.tensor, k)
    narrow = lane(run, layout.tensor * group, layout.node / layout.tensor, k)
    trained = software.trained * smaller(software.gradient_bytes, 2.0)
    replicated = 2.0 * trained * local * share / wide
    gathered = 2.0 * software.trained * local * (group - 1.0) / group / narrow
    reduced = choose(layout.hybrid > 0, 2.0, 1.0) * trained * local * share / wide
    partly = reduced + gathered + hops_s(run, ceiling(2.0 * local / BUCKET_BYTES), group, k)
    across = choose(layout.hybrid > 0, 2.0 * trained * local / group * (1.0 - group / ranks) / wide, 0.0)
    fully = passes * (4.0 + 2.0 * software.trained) * local * (group - 1.0) / group / narrow + across
    return choose(layout.zero >= 3, fully, choose(layout.zero >= 1, partly, replicated))


def hops_s(run: Run, many: Number, group: Number, k: Constants) -> Number:
    """What `many` pairs of a gather and a reduction, once a step, wait for messages that pass all ranks of a ring in
    turn. Within a node, in all-reduces, which go along trees, and where all of it runs beside other work that is
    short."""
    far = (group * run.layout.tensor > run.layout.node) * (run.software.overlapping <= 0.0)
    return choose(far, 2.0 * many * group * k["hop_s"], 0.0)
