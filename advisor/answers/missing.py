"""What must be known and is not, told to someone who cannot be asked."""

from collections.abc import Iterable, Mapping

from advisor.errors import BadInput
from advisor.values.facts import Answer, Question


def missing(questions: Iterable[Question], settled: Mapping[str, Answer]) -> tuple[Question, ...]:
    """The required questions whose answer is unknown."""
    return tuple(
        question
        for question in questions
        if question.required and not (question.id in settled and settled[question.id].fact.known)
    )


def refusal(questions: Iterable[Question], where: str = "") -> BadInput:
    """The error for `missing`: its remedy is one pasteable `--set key=value` line a question."""
    rows = tuple(questions)
    needed = " and ".join(question.id for question in rows)
    lines = [f"--set {question.id}={_example(question)}{_others(question)}" for question in rows]
    return BadInput(
        f"{needed} must be known, and could not be detected",
        where=where,
        remedy="\n  ".join(["add to the command, or answer in a terminal:", *lines]),
    )


def _example(question: Question) -> str:
    if question.choices:
        return question.choices[0]
    return {"number": "1", "yes_no": "yes"}.get(question.type, "TEXT")


def _others(question: Question) -> str:
    return f"    # or {', '.join(question.choices[1:])}" if len(question.choices) > 1 else ""
