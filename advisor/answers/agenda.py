"""Which questions are still to be asked, in which order."""

from collections.abc import Collection, Iterable, Mapping

from advisor import rule
from advisor.answers.settle import Facts, TaskDefaults, asks, names
from advisor.values.facts import Answer, Question


def agenda(
    questions: Iterable[Question],
    settled: Mapping[str, Answer],
    task_defaults: TaskDefaults,
    open_questions: Collection[str] | None,
    again: Collection[str] = (),
) -> tuple[Question, ...]:
    """The questions to ask, in the order of the interview.

    Those whose condition holds, that nobody answered and nothing detected; of these the required, the
    talk's six, those that are always asked, and those that can still change something (`open_questions`;
    None when that is not known yet). Those in `again` (the person went back over them) are asked although they
    were answered.
    """
    known = names(settled, task_defaults)
    rows = sorted((question for question in questions if question.asked is not None), key=lambda row: row.asked or 0)
    return tuple(
        question
        for question in rows
        if asks(question, settled, task_defaults)
        and (question.id in again or (_unanswered(settled[question.id]) and _worth(question, open_questions, known)))
    )


def _unanswered(answer: Answer) -> bool:
    return answer.how not in ("answered", "detected")


def _worth(question: Question, open_questions: Collection[str] | None, known: Facts) -> bool:
    if open_questions is None or question.required or question.six or question.id in open_questions:
        return True
    return question.always == "true" or bool(question.always and rule.judge(question.always, known).holds)
