"""Which architectures of training are worth estimating."""

from advisor.candidates.needs import needs
from advisor.candidates.propose import propose

__all__ = ["needs", "propose"]
