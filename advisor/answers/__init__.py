"""Detect first, ask second, assume last: from questions to one answer each, and how it came about."""

from advisor.answers.ask import Desk, Outcome, interview
from advisor.answers.missing import missing, refusal
from advisor.answers.questions import Words, load_questions, load_words
from advisor.answers.settle import asks, in_order, names, resettle, settle
from advisor.values.reading import parse_setting, read_value, spoken

__all__ = [
    "Desk",
    "Outcome",
    "Words",
    "asks",
    "in_order",
    "interview",
    "load_questions",
    "load_words",
    "missing",
    "names",
    "parse_setting",
    "read_value",
    "refusal",
    "resettle",
    "settle",
    "spoken",
]
