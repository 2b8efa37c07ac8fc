"""Answers and evidence in, a workload out."""

from advisor.workload.describe import describe

__all__ = ["describe"]
