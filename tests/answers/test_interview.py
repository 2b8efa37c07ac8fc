"""The interview, driven by lines that stand in for a person; the real terminal is in tests/terminal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.answers import Desk, Outcome, interview, load_questions, load_words, read_value
from advisor.errors import Interrupted, Lacking
from advisor.figure import Fact
from advisor.shelf import shelf
from advisor.values.prospect import Prospect, Turn

QUESTIONS = load_questions(shelf("questionnaires"))
BY_ID = {row.id: row for row in QUESTIONS}
WORDS = load_words(shelf("questionnaires"))
TASKS: dict[str, dict[str, object]] = {
    "text_clf": {"family": "neural", "parameters": 1.1e8, "latency_ms": 200, "metric": "macro F1"},
    "tabular_clf": {"family": "trees", "latency_ms": 100, "metric": "PR-AUC"},
}
Facts = Mapping[str, Fact]


@dataclass
class Person:
    """Types the lines, remembers what was shown and saved."""

    lines: list[Any]
    open_questions: tuple[str, ...] | None = None
    removed: Callable[[Facts], tuple[tuple[str, str], ...]] = lambda _: ()
    effects: tuple[Turn, ...] = ()
    width: int = 80
    shown: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    saved: dict[str, object] = field(default_factory=dict)

    def say(self, text: str, style: str = "plain", indent: int = 0) -> None:
        assert style in ("plain", "strong", "faint", "good", "bad")
        self.shown.append(" " * indent + text)
        if style == "bad":
            self.refused.append(text)

    def read_line(self, prompt: str) -> str:
        self.shown.append(prompt)
        if not self.lines:
            raise EOFError
        line = self.lines.pop(0)
        if isinstance(line, BaseException):
            raise line
        return str(line)

    def save(self, id: str, fact: Fact) -> None:
        self.saved[id] = fact.value

    def prospect(self, answered: Facts) -> Prospect | None:
        if self.open_questions is None:
            return None
        removed = self.removed(answered)
        return Prospect("a service" if removed else "an API", 0.6, 9 - len(removed), removed, self.open_questions)

    def turns(self, _: str, __: Facts) -> tuple[Turn, ...]:
        return self.effects

    def talk(self, answered: Facts | None = None, **evidence: object) -> Outcome:
        found = {id.replace("__", "."): value for id, value in evidence.items()}
        facts = {id: Fact(id, value, source="tickets.jsonl") for id, value in found.items()}  # type: ignore[arg-type]
        desk = Desk(self, self.read_line, self.save, self.prospect, self.turns, WORDS, "advisor plan --resume")
        return interview(QUESTIONS, answered or {}, facts, TASKS, desk)

    @property
    def asked(self) -> list[str]:
        """The ids of the questions that were put, in order."""
        texts = {row.text: row.id for row in QUESTIONS}
        heads = [line.split("  ")[1] for line in self.shown if line[:1].isdigit() and " of ~" in line]
        return [texts[head] for head in heads]

    @property
    def screen(self) -> str:
        return "\n".join(self.shown)


def _task(name: str = "text_clf") -> dict[str, Fact]:
    return {"task": read_value(BY_ID["task"], name)}


def test_enter_takes_the_default_shown() -> None:
    """Enter takes what stands in brackets, saves it and echoes it in words."""
    person = Person(["", ""])
    person.talk(_task(), data__samples=12140)
    assert "[1 on this machine's disk] > " in person.shown
    assert "  Place of the data: on this machine's disk" in person.shown
    assert person.saved == {"data.location": "laptop_disk", "data.may_leave": "yes"}


def test_everything_by_enter() -> None:
    """A person who only presses Enter gets to the end with every default, each saved."""
    person = Person([""] * 30)
    outcome = person.talk(_task(), data__samples=12140)
    assert outcome.ended == "finished"
    assert set(person.asked) == set(person.saved)
    assert person.saved["model.parameters"] == 110_000_000
    assert "data.samples" not in person.asked, "it was detected"


def test_only_what_makes_sense_is_asked() -> None:
    """A question whose condition is false, or that was answered or detected, is not asked."""
    person = Person([""] * 30)
    person.talk({**_task("tabular_clf"), "team": read_value(BY_ID["team"], "solo")}, data__location="object_store")
    assert not {"model.parameters", "team", "data.location", "task"} & set(person.asked)
    assert person.asked == sorted(person.asked, key=lambda id: BY_ID[id].asked or 0)


def test_only_what_can_change_something_is_asked() -> None:
    """Beside the talk's six and what is always asked, only questions that can still change the recommendation are."""
    person = Person([""] * 30, open_questions=("team", "data.growth"))
    person.talk(_task(), data__location="object_store")
    assert "team" in person.asked
    assert all(BY_ID[id].six or BY_ID[id].always or id == "team" for id in person.asked)
    assert "Not asked, but could change this: growth of the data (data.growth)." in person.screen


def test_what_was_detected_is_no_loose_end() -> None:
    """The end names no question whose answer was found in the project."""
    person = Person([""] * 30, open_questions=("data.bytes", "data.growth"))
    person.talk(_task(), data__bytes=1000)
    assert "size of the data (data.bytes)" not in person.screen


def test_some_questions_are_always_asked() -> None:
    """Whether all inputs are known is asked even when that alone changes nothing, and the goal at the end."""
    person = Person([""] * 30, open_questions=())
    person.talk(_task())
    assert "serving.inputs_known" in person.asked
    assert "serving.staleness" not in person.asked
    assert person.asked[-1] == "purpose.goal"


def test_known_inputs_open_the_question_of_their_age() -> None:
    """How old an answer may be matters only once all inputs are known: then it is asked, and not before."""
    known = {"serving.inputs_known": read_value(BY_ID["serving.inputs_known"], "yes")}
    person = Person([""] * 30, open_questions=())
    person.talk({**_task(), **known})
    assert "serving.staleness" in person.asked


def test_an_answer_that_changes_nothing_is_echoed_in_one_line() -> None:
    """Options are counted only when one went or came back; the first answer is told without what was never there."""
    person = Person(["", "same_premises_only"], open_questions=("data.may_leave",))
    person.removed = lambda facts: (
        (("hosted API", "x"),) if facts.get("data.may_leave", Fact("", "")).value == "same_premises_only" else ()
    )
    person.talk(_task(), data__samples=12140)
    assert person.screen.count("options left") == 1
    assert "removed: hosted API · 8 options left" in person.screen


def test_a_long_list_of_options_is_cut() -> None:
    """An answer that removes many options names a few and says how many more there are."""
    person = Person(["", "same_premises_only"], open_questions=("data.may_leave",))
    many = tuple((f"option {letter}", "x") for letter in "abcdefg")
    person.removed = lambda facts: (
        many if facts.get("data.may_leave", Fact("", "")).value == "same_premises_only" else ()
    )
    person.talk(_task(), data__samples=12140)
    assert "removed: option a, option b, option c, option d and 3 more" in person.screen


def test_arrow_keys_are_explained() -> None:
    """What an arrow key sends is no answer, whatever the question; the question is asked again."""
    person = Person(["\x1b[A", "1\x1b[D", "\x1bOP", ""])
    person.talk(_task())
    assert person.screen.count("Arrow and function keys do nothing here") == 3
    assert "\x1b" not in person.screen
    assert person.saved["data.location"] == "laptop_disk"


def test_nothing_more_can_change() -> None:
    """The end says so when no other answer would change the recommendation."""
    person = Person([""] * 30, open_questions=())
    person.talk(_task())
    assert person.shown[-1] == "Nothing else you may answer changes the recommendation."


def test_required_first() -> None:
    """The task has no default: it is asked first, and neither Enter nor skip gets past it."""
    person = Person(["", "skip", "text_clf"])
    person.talk()
    assert person.asked[0] == "task"
    assert person.shown.count("  Task must be known: choose one, or quit") == 2
    assert person.saved == {"task": "text_clf"}


def test_wrong_input_is_asked_again() -> None:
    """What cannot be an answer is refused with the reason, and the same question waits for another."""
    person = Person(["colour", "99", "text_clff", "4", "object_store", "200", "quit"])
    outcome = person.talk()
    assert person.screen.count("What does the model do?") == 1
    assert "'colour' is none of these: type a number from 1 to 18" in person.screen
    assert "'text_clff' is none of these: did you mean text_clf?" in person.screen
    assert outcome.answered["task"].value == "text_clf"


def test_numbers_are_refused_with_both_readings() -> None:
    """An ambiguous number is asked again, with what to type."""
    person = Person(["quit"])
    known = {id: read_value(BY_ID[id], raw) for id, raw in (("data.location", 1), ("data.may_leave", "yes"))}
    person.lines = ["1.000", "12 GB", "12k", "quit"]
    person.talk({**_task(), **known})
    assert "1.000 can be read as 1000 or as 1: type 1000 or 1" in person.screen
    assert "'GB' is not a unit of samples" in person.screen
    assert "  Training data: 12,000 samples" in person.shown
    assert person.saved == {"data.samples": 12000}


def test_help() -> None:
    """`?` tells why it is asked, what was found, and which answer would change the recommendation; then asks again."""
    effects = (Turn("same_premises_only", "removes hosted API"), Turn("yes", ""))
    person = Person(["", "?", "same_prem", "quit"], open_questions=("data.may_leave",), effects=effects)
    person.talk(_task(), data__samples=5)
    assert BY_ID["data.may_leave"].why in person.screen
    assert "Assumed so far: yes, anywhere" in person.screen
    assert "within our own premises → removes hosted API" in person.screen
    assert person.saved["data.may_leave"] == "same_premises_only"


def test_help_when_nothing_turns() -> None:
    """`?` says it when no answer would change the recommendation."""
    person = Person(["?"])
    person.talk(_task())
    assert "No answer to this changes the recommendation as things stand." in person.screen


def test_skip_leaves_it_unknown() -> None:
    """skip saves an unknown, which stays unknown whatever the default."""
    person = Person(["skip", "quit"])
    outcome = person.talk(_task())
    assert person.saved == {"data.location": None}
    assert outcome.answered["data.location"].value is None
    assert "  Place of the data: left unknown" in person.shown


def test_enter_without_a_default_leaves_it_unknown() -> None:
    """Where no default is there, the brackets say so and Enter leaves it unknown."""
    person = Person(["object_store", ""])
    person.talk(_task())
    assert "[leave it unknown] > " in person.shown
    assert person.saved["data.samples"] is None


def test_back() -> None:
    """back puts the question before again, with what was typed as its default."""
    person = Person(["object_store", "back", "", "5k", "quit"])
    person.talk(_task())
    assert person.asked[:3] == ["data.location", "data.samples", "data.location"]
    assert person.shown.count("[4 in an object store (S3 and the like)] > ") == 1
    assert person.saved == {"data.location": "object_store", "data.samples": 5000}


def test_back_at_the_start() -> None:
    """back at the first question says that it is the first."""
    person = Person(["back", "quit"])
    person.talk(_task())
    assert "  This is the first question." in person.shown


def test_back_computes_afresh() -> None:
    """After going back, conditions and the defaults that Enter takes follow the new answer."""
    person = Person(["text_clf", *[""] * 30])
    person.talk()
    assert (person.saved["serving.latency"], person.saved["metrics.offline"]) == (200, "macro F1")
    upto = person.asked.index("serving.latency")
    person = Person(["text_clf", *[""] * upto, *["back"] * (upto + 1), "tabular_clf", *[""] * 30])
    person.talk()
    assert (person.saved["serving.latency"], person.saved["metrics.offline"]) == (100, "PR-AUC")
    again = person.asked[len(person.asked) - person.asked[::-1].index("task") :]
    assert "model.parameters" not in again


def test_back_keeps_what_was_typed() -> None:
    """What was typed, rather than taken by Enter, is the default again after going back over it."""
    person = Person(["text_clf", "stream", "back", "back", "text_clf", "", "quit"])
    person.talk()
    assert person.saved == {"task": "text_clf", "data.location": "stream"}


def test_counter() -> None:
    """The counter goes up by one an answer, and never says more than there are."""
    person = Person([""] * 30)
    person.talk(_task())
    counters = [line.split("  ")[0] for line in person.shown if " of ~" in line]
    numbers = [tuple(map(int, counter.split(" of ~"))) for counter in counters]
    assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1))
    assert all(number <= total for number, total in numbers)
    assert numbers[-1][0] == numbers[-1][1]


def test_what_an_answer_did() -> None:
    """After an answer one line says how many options are left and what it removed, or gave back."""

    def removed(answered: Facts) -> tuple[tuple[str, str], ...]:
        stays = "data.may_leave" in answered and answered["data.may_leave"].value != "yes"
        return (("hosted API", "data.may_leave"), ("spot cloud", "data.may_leave")) if stays else ()

    lines = ["", "3", "back", "yes", "quit"]
    person = Person(lines, open_questions=("data.may_leave", "team"), removed=removed)
    person.talk(_task(), data__samples=5)
    assert "  removed: hosted API, spot cloud · 7 options left" in person.shown
    assert "  possible again: hosted API, spot cloud · 9 options left" in person.shown
    assert person.shown.count("  now: a service") == 1
    assert person.shown.count("  now: an API") == 1


def test_quit() -> None:
    """quit says how to go on, and keeps what was answered."""
    person = Person(["stream", "quit"])
    outcome = person.talk(_task())
    assert outcome.ended == "quit"
    assert person.shown[-1] == "Your answers are saved. Go on with: advisor plan --resume"
    assert outcome.answered["data.location"].value == "stream"


def test_the_input_ends() -> None:
    """A closed input ends the interview with what was answered, and says how to go on."""
    person = Person(["stream"])
    outcome = person.talk(_task())
    assert outcome.ended == "closed"
    assert "The input ended." in person.shown[-1]
    assert person.saved == {"data.location": "stream"}


@pytest.mark.parametrize("before", [[], ["stream"], ["stream", "?", "7"]])
def test_ctrl_c(before: list[str]) -> None:
    """Ctrl-C at any prompt loses at most the line being typed; status 130, and how to go on."""
    person = Person([*before, KeyboardInterrupt()])
    with pytest.raises(Interrupted, match="saved") as caught:
        person.talk(_task())
    assert caught.value.exit_status == 130
    assert "advisor plan --resume" in caught.value.remedy
    assert len(person.saved) == len([line for line in before if line != "?"])


def test_ctrl_c_while_saving() -> None:
    """Ctrl-C in the middle of a save loses nothing: the answer is saved again before leaving."""
    person = Person(["stream"])
    calls = []

    def save(id: str, fact: Fact) -> None:
        calls.append((id, fact.value))
        if len(calls) == 1:
            raise KeyboardInterrupt

    person.save = save  # type: ignore[method-assign]
    with pytest.raises(Interrupted):
        person.talk(_task())
    assert calls == [("data.location", "stream")] * 2


@pytest.mark.parametrize(
    ("line", "setting"),
    [("stream", "--set data.location=stream"), ("skip", "--set data.location=null")],
)
def test_an_answer_that_cannot_be_saved(line: str, setting: str) -> None:
    """When the disk is full, the message holds the answer in a form to paste."""

    def save(_: str, __: Fact) -> None:
        raise Lacking("cannot be written (no space left on device)", where="advisor.yaml", remedy="free some space")

    person = Person([line])
    person.save = save  # type: ignore[method-assign]
    with pytest.raises(Lacking, match="no space left") as caught:
        person.talk(_task())
    assert caught.value.exit_status == 3
    assert f"advisor plan --resume {setting}" in caught.value.remedy


def test_going_on_later() -> None:
    """Answers of an earlier run, unknowns included, are not asked again."""
    person = Person(["stream", "skip", "quit"])
    outcome = person.talk(_task())
    later = Person([""] * 30)
    later.talk(outcome.answered)
    assert not {"data.location", "data.samples"} & set(later.asked)
    assert later.asked


WORDS_TYPED = ["", "?", "back", "skip", "1", "2", "yes", "no", "10", "text_clf", "tabular_clf", "1.000", "nonsense"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS_TYPED) | st.text(max_size=5), max_size=40))
def test_whatever_is_typed(lines: list[str]) -> None:
    """Whatever is typed, the interview ends, and what it returns is what it saved."""
    person = Person(list(lines), open_questions=tuple(BY_ID))
    outcome = person.talk()
    assert outcome.ended in ("finished", "quit", "closed")
    assert {id: fact.value for id, fact in outcome.answered.items()} == person.saved


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["", "back"]), max_size=40))
def test_every_default_shown_can_be_taken(lines: list[str]) -> None:
    """No default that is shown is ever refused, wherever one goes back."""
    person = Person(["text_clf", *lines, *[""] * 60])
    assert person.talk().ended == "finished"
    assert person.refused == []
