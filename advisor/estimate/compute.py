"""Arithmetic and time in training.

Letters: P active parameters, L layers, h hidden, s sequence, N ranks, W bytes a second, F flop a second.
"""

from advisor.number import Number, larger, smaller

MATMUL_SHARE = 0.80
"""What the matrix multiplications of a layer reach of the best large one on the device.

This, ATTENTION_SHARE, LAYER_MOVES, LOGIT_MOVES, LAUNCH_S and UNHIDDEN were fitted together on 437 public measurements
of 13 sources (decoders and BERT on 9 kinds of GPU, 1 to 2048 of them, no tensor or pipeline parallelism) and then
rounded. On the 404 of them that a candidate expresses the median error is 15% as the mean over sources; 17% where each
source is left out of a fit of the same formula. tests/published/README.md says more.
"""
ATTENTION_SHARE = 0.33
"""The same for fused attention (fitted; the kernel alone reaches more on long sequences)."""
LAYER_MOVES = 10.0
"""How often a value kept for backward is moved between memory and cores in a step by everything that is no matrix
multiplication: norms, activations, residuals, dropout, casts (fitted, 8 to 12; compiled code needs fewer)."""
LOGIT_MOVES = 3.0
"""How often the logits, at 6 bytes a value, are moved (fitted, 2 to 3)."""
IMAGE_MOVES = 5.0
IMAGE_SHARE = 0.6
"""LAYER_MOVES and MATMUL_SHARE of convolutional networks in channels-last layout. ResNet-50 in mixed precision comes to
2500 images a second on an A100, 1000 on a V100, 780 on an RTX 3090, 340 on a T4; published are 2700, 1300, 830 to 1220
and 400 (model tables of NVIDIA's examples and of timm)."""
MLP_SHARE = 0.15
"""The same of small dense networks: 5 to 20% of the data sheet (EXPERT)."""
QUALITY = {
    "encoder": (0.58, 1.0, 1.6),
    "decoder": (0.58, 1.0, 1.5),
    "image": (0.45, 1.0, 1.4),
    "mlp": (0.2, 1.0, 3.0),
}
"""Speed over the estimate: eager or compiled, fused or not, what nobody asks about. Measured on the public rows for
transformers; the other two EXPERT."""
MEASURED_QUALITY = (0.7, 1.0, 1.35)
"""The same where training steps were measured on the device itself: other shapes, other libraries."""
YARDSTICK = {"cpu": (384.0, 128.0), "gpu": (1024.0, 512.0)}
"""(hidden, sequence) of the training step that is measured: kernels/train_transformer.py."""
LAUNCH_S = {"encoder": 0.9e-3, "decoder": 0.9e-3, "image": 0.45e-3, "mlp": 0.15e-3}
"""Time to launch one layer's forward and backward kernels from Python: a floor under small layers (fitted for
transformers, 0.9 to 1.0 ms; the others by their number of kernels)."""
LAUNCH_SPREAD = (0.45, 1.0, 2.0)
CPU_LAUNCH_SHARE = 0.25
"""A layer on CPUs waits for no second processor: EXPERT."""
UNHIDDEN = (0.1, 0.45, 0.8)
"""Share of communication that no computation hides, or the other way round (fitted, 0.4 to 0.5)."""
QLORA_SLOWER = (1.0, 1.15, 1.5)
"""Weights unpacked at every use: 2 to 28% fewer tokens a second than LoRA (TUNE)."""
FULL_RECOMPUTE = 4.0 / 3.0
"""Hardware over model flops with full activation checkpointing (ML_ENG)."""


def forward_flops_token(parameters: Number, layers: Number, hidden: Number, sequence: Number, causal: bool) -> Number:
    """2 P + 4 L h s a token; half of the attention term when it is causal (SCALING, EAI_CALC)."""
    return 2.0 * parameters + (2.0 if causal else 4.0) * layers * hidden * sequence


def flops_token(parameters: Number, layers: Number, hidden: Number, sequence: Number, causal: bool) -> Number:
    """Forward and backward: 6 P + 12 L h s, causal 6 L h s (SCALING, EAI_CALC)."""
    return 3.0 * forward_flops_token(parameters, layers, hidden, sequence, causal)


def train_time(parameters: Number, tokens: Number, devices: Number, flops: Number, mfu: Number) -> Number:
    """T = 6 P D / (n F MFU) (ML_ENG)."""
    return 6.0 * parameters * tokens / (devices * flops * mfu)


def optimal_tokens(parameters: Number) -> Number:
    """About 20 tokens a parameter make best use of a fixed computation (CHINCHILLA)."""
    return 20.0 * parameters


def ddp_traffic(parameters: Number, bytes_each: Number, ranks: Number) -> Number:
    """Bytes a rank moves in a step: 2 P bytes (N-1)/N (ML_ENG)."""
    return 2.0 * parameters * bytes_each * (ranks - 1.0) / ranks


def fsdp_traffic(parameters: Number, bytes_each: Number, ranks: Number) -> Number:
    """3 P bytes (N-1)/N: two gathers and one reduction (ML_ENG)."""
    return 3.0 * parameters * bytes_each * (ranks - 1.0) / ranks


def hsdp_traffic(parameters: Number, bytes_each: Number, shards: Number, nodes: Number) -> Number:
    """Bytes a rank moves between nodes when states are sharded within them: its shard of the gradients, reduced."""
    return ddp_traffic(parameters / shards, bytes_each, nodes)


def pipeline_bubble(stages: Number, micro_batches: Number, virtual: Number = 1.0) -> Number:
    """Idle over ideal time: (p-1)/(v m)."""
    return (stages - 1.0) / (virtual * micro_batches)


def network_bound_tokens(flops: Number, bytes_per_s: Number) -> Number:
    """Data parallelism waits for the network below this many tokens a device: F / W (SCALING)."""
    return flops / bytes_per_s


def overlapped(compute_s: Number, comm_s: Number, unhidden: Number) -> Number:
    """The longer of the two, and the share of communication that nothing hides (ML_ENG)."""
    return larger(compute_s, comm_s) + unhidden * smaller(comm_s, compute_s)


def cpus_needed(samples_per_s: Number, cpu_s: Number) -> Number:
    """CPUs that prepare samples as fast as they are used, at 80% (EXPERT)."""
    return samples_per_s * cpu_s / 0.8


def load_need(samples_per_s: Number, sample_bytes: Number, devices: Number, utilisation: Number) -> Number:
    """Bytes a second from storage (MLPERF_STORAGE)."""
    return samples_per_s * sample_bytes * devices / utilisation


TREE_VALUES_PER_S = (2e7, 6e7, 1.5e8)
"""Values (rows x features x trees) a CPU bins a second in histogram boosting: EXPERT, from public HIGGS runs."""
TREE_OVERHEAD_S = 2e-3
PAGED_SLOWER = (1.3, 2.0, 4.0)
"""Trees whose bins are read from disk at every level over trees in memory (EXPERT, after XGB_EXTMEM)."""


def tree_time(rows: Number, features: Number, trees: Number, cpus: Number, values_per_s: Number) -> Number:
    """Histogram boosting: every tree passes over every value, plus what a tree costs in itself."""
    return rows * features * trees / (cpus * values_per_s) + trees * TREE_OVERHEAD_S
