"""A small program that holds the real interview, with a toy in place of the decision. Driven in a real terminal.

Usage: toy.py ANSWERS_FILE [--plain]
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from advisor.answers import Desk, interview, load_questions, load_words, missing, refusal, settle
from advisor.cli.screen import can_ask, first_screen, screen
from advisor.errors import AdvisorError
from advisor.figure import Fact
from advisor.project import answers_file
from advisor.shelf import shelf
from advisor.values.prospect import Prospect, Turn

TASKS = {
    "text_clf": {"family": "neural", "parameters": 110_000_000, "latency_ms": 200, "metric": "macro F1"},
    "tabular_clf": {"family": "trees", "latency_ms": 100, "metric": "PR-AUC"},
    "text_gen": {"family": "neural", "parameters": 8_000_000_000, "latency_ms": 10_000, "metric": "task success"},
}
EVIDENCE = {"data.samples": Fact("data.samples", 12140, "samples", source="tickets.jsonl")}


def prospect(answered: Mapping[str, Fact]) -> Prospect | None:
    if "task" not in answered:
        return None
    stays = "data.may_leave" in answered and answered["data.may_leave"].value != "yes"
    removed = (("hosted API", "data.may_leave"), ("spot cloud", "data.may_leave")) if stays else ()
    return Prospect(
        headline="an internal service" if stays else "a hosted API",
        agreement=0.7,
        options_left=6 - len(removed),
        removed=removed,
        open_questions=("data.may_leave", "serving.latency", "team", "data.growth"),
    )


def turns(question: str, _: Mapping[str, Fact]) -> tuple[Turn, ...]:
    if question != "data.may_leave":
        return ()
    return (Turn("same_premises_only", "removes hosted API and spot cloud"), Turn("yes", ""))


def main() -> int:
    path = Path(sys.argv[1])
    folder = shelf("questionnaires")
    questions = load_questions(folder)
    try:
        answered = answers_file.read(path, questions)
        on = screen(plain="--plain" in sys.argv)
        if can_ask("--no-input" in sys.argv):
            rows = {"Machine": "2 CPUs · 4 GB RAM", "Project": "tickets.jsonl, 12,140 rows", "So far": "nothing yet"}
            first_screen(on, "~/work/tickets", path.name, rows)
            desk = Desk(
                screen=on,
                read_line=on.read_line,
                save=lambda id, fact: answers_file.save(path, {id: fact}),
                prospect=prospect,
                turns=turns,
                words=load_words(folder),
                resume="advisor plan --resume",
            )
            outcome = interview(questions, answered, EVIDENCE, TASKS, desk)
            print(f"ended {outcome.ended} with {len(outcome.answered)}")
            answered = outcome.answered
            if outcome.ended != "finished":
                return 0
        if lacking := missing(questions, settle(questions, answered, EVIDENCE, TASKS)):
            raise refusal(lacking)
    except AdvisorError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
