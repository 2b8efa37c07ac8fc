"""Checks a project's configurations against each other, against what their tools accept, and against the record."""

from advisor.check.checking import check
from advisor.check.outcome import SEVERITIES, Outcome
from advisor.check.report import REPORTS

__all__ = ["REPORTS", "SEVERITIES", "Outcome", "check"]
