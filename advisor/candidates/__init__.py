"""Which architectures of training are worth estimating."""

from advisor.candidates.propose import needs_cluster, propose

__all__ = ["needs_cluster", "propose"]
