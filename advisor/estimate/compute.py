"""Arithmetic and time in training.

Letters: P active parameters, L layers, h hidden, s sequence, N ranks, W bytes a second, F flop a second.
"""

from advisor.number import Number, larger, smaller

MODEL_REACH = {
    "encoder": (0.30, 0.52, 0.72),
    "decoder": (0.35, 0.55, 0.72),
    "image": (0.12, 0.28, 0.50),
    "mlp": (0.03, 0.15, 0.50),
}
"""What a training step reaches of the best matrix multiplication. Transformers: 33 to 50% of the data sheet at a
reach of 80% (TITAN, ML_ENG); convolutions 20 to 40%, small models 5 to 20% of the data sheet (EXPERT)."""
MEASURED_REACH = (0.65, 1.0, 1.35)
"""A workload over the training step that was measured on the same device: other shapes, other libraries."""
LAUNCH_S = (0.4e-3, 0.9e-3, 1.8e-3)
"""Time to launch one layer's forward and backward kernels from Python: a floor under small layers (EXPERT)."""
CPU_LAUNCH_S = 0.2e-3
UNHIDDEN = (0.05, 0.15, 0.35)
"""Share of communication that no computation hides (SCALING, EXPERT)."""
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


def tree_time(rows: Number, features: Number, trees: Number, cpus: Number, values_per_s: Number) -> Number:
    """Histogram boosting: every tree passes over every value, plus what a tree costs in itself."""
    return rows * features * trees / (cpus * values_per_s) + trees * TREE_OVERHEAD_S
