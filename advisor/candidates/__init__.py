"""Which architectures of training are worth estimating."""

from advisor.candidates.propose import propose

__all__ = ["propose"]
