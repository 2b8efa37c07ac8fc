"""The interview: one question at a time, every answer saved before the next is asked."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from advisor.answers import wording
from advisor.answers.agenda import agenda
from advisor.answers.questions import Words
from advisor.answers.settle import TaskDefaults, settle
from advisor.errors import AdvisorError, BadInput, Interrupted
from advisor.figure import Fact
from advisor.values.facts import Answer, Question
from advisor.values.prospect import Prospect, Turn
from advisor.values.reading import read_value

Facts = Mapping[str, Fact]
End = Literal["finished", "quit", "closed"]
_KEYS = re.compile("\x1b")
"""What arrow and function keys send, where the terminal does not edit the line."""


class Screen(Protocol):
    """What the interview is shown on."""

    @property
    def width(self) -> int: ...

    def say(self, text: str, style: str = "plain", indent: int = 0) -> None:
        """One paragraph, wrapped; style is plain, strong, faint, good or bad."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the interview takes from outside.

    `read_line` shows a prompt and returns a line, raising EOFError when there are no more; `save` makes an
    answer last before it returns (a Fact without value is a skipped one); `prospect` is where things stand on
    these answers, None when that cannot be said yet; `turns` are what other answers to a question would
    lead to; `resume` is the command that goes on from here.
    """

    screen: Screen
    read_line: Callable[[str], str]
    save: Callable[[str, Fact], None]
    prospect: Callable[[Facts], Prospect | None]
    turns: Callable[[str, Facts], tuple[Turn, ...]]
    words: Words
    resume: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """All answers, those from before included, and how the interview ended: `closed` is a closed input."""

    answered: dict[str, Fact]
    ended: End


def interview(
    questions: Iterable[Question], answered: Facts, evidence: Facts, task_defaults: TaskDefaults, desk: Desk
) -> Outcome:
    """Asks what is worth asking. Raises Interrupted (130) on Ctrl-C; what was answered is saved."""
    talk = _Talk(tuple(questions), dict(answered), evidence, task_defaults, desk)
    try:
        ended = talk.run()
    except KeyboardInterrupt:
        desk.screen.say("")
        what = "Stopped. Your answers are saved." if talk.answered else "Stopped before anything was answered."
        raise Interrupted(what, remedy=f"Go on with: {desk.resume}") from None
    return Outcome(talk.answered, ended)


class _Talk:
    """One interview under way."""

    def __init__(
        self, questions: tuple[Question, ...], answered: dict[str, Fact], evidence: Facts, task_defaults: TaskDefaults,
        desk: Desk,
    ) -> None:  # fmt: skip
        self.questions = questions
        self.answered = answered
        self.evidence = evidence
        self.task_defaults = task_defaults
        self.desk = desk
        self.asked: list[str] = []
        self.typed: set[str] = set()
        self.again: set[str] = set()
        self.forced: str | None = None
        self.prospect: Prospect | None = None

    def run(self) -> End:
        self.prospect = self.desk.prospect(self.answered)
        if self._to_ask():
            self._say("how_to_answer", style="faint")
        while rows := self._to_ask():
            question = next((row for row in rows if row.id == self.forced), rows[0])
            self.forced = None
            total = len(self.asked) + len(rows)
            end = self._put(question, total)
            if end is not None:
                self._say("saved" if end == "quit" else "closed", resume=self.desk.resume)
                return end
        if self.prospect is not None:
            self.desk.screen.say(wording.farewell(self._still_open(self.prospect), self.desk.words))
        return "finished"

    def _settled(self, without: str = "") -> dict[str, Answer]:
        answered = {id: fact for id, fact in self.answered.items() if id != without}
        return settle(self.questions, answered, self.evidence, self.task_defaults)

    def _to_ask(self) -> tuple[Question, ...]:
        open_questions = self.prospect.open_questions if self.prospect else None
        return agenda(self.questions, self._settled(), self.task_defaults, open_questions, self.again)

    def _still_open(self, prospect: Prospect) -> tuple[Question, ...]:
        """What nobody answered and nothing showed, though it could change the recommendation."""
        settled = self._settled()
        seen = ("answered", "detected")
        return tuple(
            row for row in self.questions if row.id in prospect.open_questions and settled[row.id].how not in seen
        )

    def _put(self, question: Question, total: int) -> End | None:
        """Asks until there is an answer, or a wish to go back or to stop."""
        default = self._default(question)
        self._show(question, total)
        while True:
            try:
                line = self.desk.read_line(self._prompt(question, default)).strip()
            except EOFError:
                self.desk.screen.say("")
                return "closed"
            match line.lower():
                case "quit":
                    return "quit"
                case _ if _KEYS.search(line):
                    self._say("no_editing", style="bad", indent=2)
                case "?":
                    self._explain(question)
                case "back" if self._back(question):
                    return None
                case "back":
                    self._say("first_question", indent=2)
                case _ if self._answer(question, line, default):
                    return None

    def _show(self, question: Question, total: int) -> None:
        screen = self.desk.screen
        screen.say("")
        screen.say(wording.heading(question, len(self.asked) + 1, total, self.desk.words), "strong")
        for line in wording.choices(question, screen.width):
            screen.say(line, indent=3)
        if question.type == "choices":
            self._say("several", style="faint", indent=3)

    def _default(self, question: Question) -> Fact:
        """What Enter takes: what was typed before, else what would be assumed without this question."""
        if question.id in self.again and question.id in self.typed:
            return self.answered[question.id]
        fact = self._settled(without=question.id)[question.id].fact
        return replace(fact, low=None, high=None, provenance="answered", source="answered")

    def _prompt(self, question: Question, default: Fact) -> str:
        if question.required and not default.known:
            return "> "
        shown = wording.default(question, default, self.desk.words)
        if len(shown) > self.desk.screen.width // 2:
            self.desk.screen.say(shown, "faint")
            return "> "
        return f"{shown} > "

    def _explain(self, question: Question) -> None:
        settled = self._settled(without=question.id)[question.id]
        turns = self.desk.turns(question.id, self.answered)
        found = self.evidence.get(question.id)
        for line in wording.explanation(question, found, settled, turns, self.desk.words):
            self.desk.screen.say(line, indent=2)

    def _back(self, question: Question) -> bool:
        """Makes the question asked before this one the next; both are then asked, if they still make sense."""
        if not self.asked:
            return False
        self.forced = self.asked.pop()
        self.again.add(self.forced)
        if question.id in self.answered:
            self.again.add(question.id)
        return True

    def _answer(self, question: Question, line: str, default: Fact) -> bool:
        """Takes the line as the answer; False, with the reason on the screen, when it cannot be one."""
        try:
            fact = self._read(question, line, default)
        except BadInput as error:
            self.desk.screen.say(wording.refused(question, line, error, self.desk.words), "bad", indent=2)
            return False
        self.answered[question.id] = fact
        self.again.discard(question.id)
        self.asked.append(question.id)
        self._keep(fact)
        before, self.prospect = self.prospect, self.desk.prospect(self.answered)
        self.desk.screen.say(wording.taken(question, fact, self.desk.words), "good", indent=2)
        first = question.required and not default.known  # until now nothing could be recommended
        for said in wording.outcome(None if first else before, self.prospect, self.desk.words):
            self.desk.screen.say(said, "faint", indent=2)
        return True

    def _read(self, question: Question, line: str, default: Fact) -> Fact:
        skipped = line.lower() == "skip" or (not line and not default.known)
        if skipped and question.required:
            raise BadInput(f"{wording.capital(question.label)} must be known", remedy="choose one, or quit")
        if skipped:
            self.typed.discard(question.id)
            return read_value(question, None)
        if not line:
            return default
        fact = read_value(question, line)
        self.typed.add(question.id)
        return fact

    def _keep(self, fact: Fact) -> None:
        """Saves the answer; when that is refused, the message holds what was typed."""
        try:
            self.desk.save(fact.id, fact)
        except KeyboardInterrupt:
            self.desk.save(fact.id, fact)
            raise
        except AdvisorError as error:
            lost = f"this answer is not saved: {self.desk.resume} --set {shlex.quote(_setting(fact))}"
            raise type(error)(error.what, where=error.where, remedy=f"{error.remedy}\n  {lost}".strip()) from None

    def _say(self, phrase: str, *, style: str = "plain", indent: int = 0, **gaps: str) -> None:
        self.desk.screen.say(self.desk.words.phrases[phrase].format(**gaps), style, indent)


def _setting(fact: Fact) -> str:
    value = fact.value
    if value is None:
        return f"{fact.id}=null"
    if isinstance(value, bool):
        return f"{fact.id}={'yes' if value else 'no'}"
    if isinstance(value, tuple):
        return f"{fact.id}={','.join(value)}"
    return f"{fact.id}={value} {fact.unit}".strip() if fact.unit else f"{fact.id}={value}"
