"""What several parts of an estimate share: work that hides behind other work, and feeding the devices."""

from advisor.number import Number, larger, smaller


def overlapped(compute_s: Number, comm_s: Number, unhidden: Number) -> Number:
    """The longer of the two, and the share of the shorter that nothing hides (ML_ENG)."""
    return larger(compute_s, comm_s) + unhidden * smaller(comm_s, compute_s)


def cpus_needed(samples_per_s: Number, cpu_s: Number) -> Number:
    """CPUs that prepare samples as fast as they are used, at 80% (EXPERT)."""
    return samples_per_s * cpu_s / 0.8


def load_need(samples_per_s: Number, sample_bytes: Number, devices: Number, utilisation: Number) -> Number:
    """Bytes a second from storage (MLPERF_STORAGE)."""
    return samples_per_s * sample_bytes * devices / utilisation
