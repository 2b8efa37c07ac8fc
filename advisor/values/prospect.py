"""What the interview shows beside a question: where things stand, and what can still change."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prospect:
    """The provisional recommendation on the answers so far.

    `agreement` is the smallest acceptability (0..1) over the decisions; `options_left` counts options that
    no hard limit removed; `removed` maps an option's name to what removed it; `open_questions` are the ids of
    questions whose answer can still change a choice.
    """

    headline: str
    agreement: float
    options_left: int
    removed: tuple[tuple[str, str], ...]
    open_questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one possible answer would lead to: `answer` as a person types it, `effect` in one line ("" for none)."""

    answer: str
    effect: str
