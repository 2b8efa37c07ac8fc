"""Checks a project's configurations against each other, against what their tools accept, and against the record."""

from advisor.check.baseline import baseline_text, beyond, read_baseline
from advisor.check.checking import check
from advisor.check.outcome import SEVERITIES, Outcome
from advisor.check.report import REPORTS
from advisor.check.settings import Settings, find_settings

__all__ = [
    "REPORTS", "SEVERITIES", "Outcome", "Settings", "baseline_text", "beyond", "check", "find_settings",
    "read_baseline",
]  # fmt: skip
