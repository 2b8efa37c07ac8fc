"""What a workload makes worth a thought beside the plain layouts of a few devices."""

from advisor.number import ceiling, log2
from advisor.values.candidates import Needs
from advisor.values.workload import Workload

CLUSTERS = ((5e21, (128, 512)), (1e24, (2048,)), (1e25, (8192, 16384)))
"""(flops of a run, devices): 32 of the fastest rented devices compute the first in about a week; published runs of so
many flops took so many devices a month or two (DeepSeek-V3 2048, Llama 3.1 405B 16,384)."""
HEAVY_BYTES = 8e9
"""Of states: more than the smallest cards that people train on have."""
STATE_BYTES = 18.0
"""A trained weight in mixed precision with AdamW (ML_ENG)."""
WIDE = 4096.0
"""Hidden size from which cutting matrices leaves pieces that fill a device (SCALING)."""
LARGE = 1.3e10
"""Weights from which a copy of the model is worth cutting: below, states of one node's devices hold it (ML_ENG)."""
LONG_TOKENS = 8192.0
"""A sequence from which its activations may be what does not fit (MEGATRON)."""
TABLE_BYTES = 4e9
"""Of embedding tables with their optimizer's states, from which they may not fit beside the rest."""
HOST_BYTES = 16.0
"""Beside the device for each trained weight: fp32 weight and two moments, gradients in transit (PEFT: 12 and more)."""
STAGES = (4, 16)
"""Stages of a pipeline: what published layouts of 70B to 671B have (MEGATRON)."""
RANKS = 512
"""Up to so many ranks the batch is raised to one sample a rank; beyond, no recipe is known to bear it (EXPERT)."""


def needs(work: Workload, *, any_optimizer: bool = True) -> Needs:
    """`any_optimizer` is False where somebody asked for one."""
    model, training = work.model, work.training
    deep, size = work.kind in ("encoder", "decoder"), model.parameters.high
    heavy = work.kind not in ("mlp", "trees") and STATE_BYTES * size > HEAVY_BYTES
    wide = deep and size >= LARGE and model.hidden >= WIDE
    clusters = tuple(count for least, counts in CLUSTERS if flops(work) > least for count in counts)
    return Needs(
        clusters=clusters,
        heavy=heavy,
        wide=wide,
        long=deep and heavy and training.sequence >= LONG_TOKENS,
        experts=deep and model.active.value < 0.7 * model.parameters.value and size >= LARGE,
        tables=16.0 * model.embedding_values > TABLE_BYTES,
        any_optimizer=any_optimizer and heavy and training.optimizer == "adamw_mixed",
        stages=tuple(stages for stages in STAGES if wide and stages <= model.layers),
        ranks=_power_above(training.batch) if max(clusters, default=0) > RANKS < training.batch else RANKS,
        host_bytes=_power_above(HOST_BYTES * size) if heavy else 0.0,
    )


def _power_above(value: float) -> int:
    return int(2.0 ** ceiling(log2(value)))


def flops(work: Workload) -> float:
    """Of a run: 6 a weight and token, or three forward passes a sample."""
    model, training = work.model, work.training
    each = 3.0 * model.forward_flops or 6.0 * model.active.value
    return each * training.tokens.value * training.epochs
