"""The story: find out, conclude, write down; and later, conclude again.

    project -> answers, machine, rates, evidence -> Known (advisor.lock) -> decision -> record
                                                      check <- configs <- |

`find_out` touches the world. `conclude` only calculates: the same facts and catalogue give the same decision.
"""

import os
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from advisor import __version__, catalog, record
from advisor.answers import load_questions
from advisor.conclude import Grounds, conclude, digest, stands, think, turned
from advisor.decide.lasting import lasting
from advisor.errors import BadInput
from advisor.expect import expectation
from advisor.find_out import ANSWERS, LOCK, Found, Wish, find_out, from_files, with_rates
from advisor.project import answers_file, lock
from advisor.shelf import shelf
from advisor.stale import snapshot, staleness
from advisor.values.decision import Conclusion
from advisor.values.expected import Expected
from advisor.values.facts import Known
from advisor.values.finding import Place
from advisor.values.prospect import Prospect, Turn
from advisor.values.staleness import Staleness

__all__ = [
    "ANSWERS", "Found", "Grounds", "Wish", "conclude", "conclusion_of", "expected", "find_out", "grounds", "preserve",
    "propose_again", "prospect", "recheck", "save", "turns", "with_rates",
]  # fmt: skip


@cache
def grounds(language: str = "en") -> Grounds:
    """The questions and the catalogue, with the names that people call the questions by; read once a language."""
    questions = load_questions(shelf("questionnaires"), language)
    labels = {question.id: question.label for question in questions}
    choices = {question.id: question.choice_texts for question in questions if question.choice_texts}
    return Grounds(questions, replace(catalog.load(language), labels=labels, choices=choices))


def conclusion_of(known: Known, on: Grounds) -> Conclusion:
    """The decision from what the lock keeps, so that today's is the one that CI derives again."""
    return lasting(conclude(lock.kept(known), on), on.questions, on.tables)


def prospect(known: Known, on: Grounds, *, ahead: bool = True) -> Prospect:
    """Where things stand, on the numbers that the record will be decided from; see `conclude.stands`."""
    return stands(lock.kept(known), on, ahead=ahead)


def turns(known: Known, on: Grounds, id: str) -> tuple[Turn, ...]:
    """What other answers to a question would lead to, on the same numbers."""
    return turned(lock.kept(known), on, id)


def preserve(
    conclusion: Conclusion, known: Known, on: Grounds, wish: Wish, *, today: date, dry_run: bool = False
) -> tuple[record.Written, tuple[Path, ...]]:
    """Writes answers, lock, record and evidence; returns the record and every path that changed."""
    known, split = lock.kept(known), wish.split or record.is_split(wish.home)
    decision = {"title": conclusion.title, "from": snapshot(conclusion.answers, known)}
    extra = {
        "versions": {"advisor": __version__, "catalog": on.tables.as_of},
        "digest": conclusion.digest,
        "decision": decision | ({"parts": record.digests(conclusion)} if split else {}),
    }
    beside = {wish.home / LOCK: lock.text_of(known, extra).encode()}
    written = record.write(
        conclusion, wish.project, out=_other_home(wish), date=today, dry_run=dry_run,
        superseding=wish.superseding, beside=beside, split=split,
    )  # fmt: skip
    return written, () if dry_run else written.paths


def save(known: Known, wish: Wish, ids: tuple[str, ...]) -> None:
    """Keeps these answers in advisor.yaml."""
    if ids:
        answers_file.save(wish.home / ANSWERS, {id: known.answered[id] for id in ids})


def recheck(folder: Path) -> Staleness | None:
    """Does the decision still follow from advisor.yaml and advisor.lock? None: yes, or nothing was decided.

    Raises BadInput for a file that cannot be used, a lock without its digest among them.
    """
    on = grounds()
    files = from_files(folder, on)
    if files is None:
        return None
    known, locked = files
    if not locked.digest:
        raise BadInput("does not say what was decided", where=str(folder / LOCK), remedy="write it: advisor plan")
    thought = think(known, on)
    return None if digest(thought) == locked.digest else staleness(thought, known, locked, on, folder / LOCK)


def propose_again(folder: Path, *, today: date, superseding: int | None = None) -> tuple[Path, ...]:
    """Decides again from advisor.yaml and advisor.lock and writes the proposal; returns the files that changed."""
    on = grounds()
    files = from_files(folder, on)
    if files is None:
        raise BadInput("there is no advisor.lock", where=str(folder), remedy="decide first: advisor plan")
    wish = Wish(folder, folder, superseding=superseding)
    return preserve(conclusion_of(files[0], on), files[0], on, wish, today=today)[1]


def expected(folder: Path) -> Expected | None:
    """What the recorded decision leads one to expect in the project's configs."""
    on = grounds()
    files = from_files(folder, on)
    if files is None:
        return None
    ours = [each for each in record.listed(folder) if each.ours]
    spread = next((each for each in reversed(ours) if each.decision == "d_parallel"), None)
    last = spread or (ours[-1] if ours else None)
    place = Place(os.path.relpath(last.path)) if last is not None else None
    return expectation(think(files[0], on, shares=False), files[0], place)


def _other_home(wish: Wish) -> Path | None:
    return None if wish.home == wish.project else wish.home
