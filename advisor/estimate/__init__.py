"""Memory, time, traffic, serving, cost, energy: arithmetic only."""

from advisor.estimate.serving import serving
from advisor.estimate.training import training

__all__ = ["serving", "training"]
