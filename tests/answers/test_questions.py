"""The rows of the questionnaires and their words."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from advisor.answers import load_questions, load_words
from advisor.answers.questions import FILES
from advisor.errors import BadInput
from advisor.shelf import shelf
from advisor.values.facts import Question

FOLDER = shelf("questionnaires")
QUESTIONS = load_questions(FOLDER)
SIX = {"where", "fit", "gpus", "time", "preprocess", "metrics"}
SERVING = (
    "serving.latency", "serving.load.peak", "serving.offline", "data.may_leave", "model.secrecy",
    "serving.replace_within", "serving.caller", "team",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the questionnaires that a test may spoil."""
    shutil.copytree(FOLDER, tmp_path / "questionnaires")
    return tmp_path / "questionnaires"


def _spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _row(**columns: object) -> str:
    row = {"id": "extra", "knowledge": "q_x", "group": "purpose", "type": "yes_no", "changes": ["d_metrics"], **columns}
    return f"- {yaml.safe_dump(row, default_flow_style=True, width=1000).strip()}\n"


def _add(folder: Path, row: str, words: str = '{label: L, text: "T?", why: W.}') -> None:
    _spoil(folder, "core.yaml", "questions:\n", f"questions:\n{row}")
    _spoil(folder, "text/en.yaml", "questions:\n", f"questions:\n  extra: {words}\n")


def test_the_talk_is_covered() -> None:
    """All six questions of the talk and what fixes the serving side are among the questions."""
    assert {row.six for row in QUESTIONS if row.six} == SIX
    asked = {row.id for row in QUESTIONS if row.asked is not None}
    assert asked.issuperset(SERVING)
    assert len(QUESTIONS) == 91


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row.id)
def test_words_can_be_read(row: Question) -> None:
    """Each question is one line that asks, says why in one or two sentences, and has a short label."""
    assert "?" in row.text
    assert "\n" not in row.text
    assert len(row.text) <= 90
    assert row.why.endswith(".")
    assert 20 <= len(row.why) <= 260
    assert len(row.label) <= 36
    assert set(row.choice_texts) == set(row.choices)
    assert len(set(row.choice_texts.values())) == len(row.choices)


def test_places_in_the_interview_are_unique() -> None:
    """No two questions stand at the same place of the interview."""
    places = [row.asked for row in QUESTIONS if row.asked is not None]
    assert len(set(places)) == len(places)


def test_every_decision_has_words() -> None:
    """Each decision that a question changes can be named."""
    words = load_words(FOLDER)
    assert {decision for row in QUESTIONS for decision in row.changes} == set(words.decides)


def test_rows_are_where_the_docs_say() -> None:
    """The three files hold all the rows, each file its own."""
    ids = [row["id"] for file in FILES for row in yaml.safe_load((FOLDER / file).read_text())["questions"]]
    assert ids == [row.id for row in QUESTIONS]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (_row(colour="red"), "'colour' is not a column"),
        (_row(type="colour"), "'colour' is not a type"),
        (_row(ask_if="task ="), "not a condition"),
        (_row(ask_if="data.bites > 3"), "nothing is called data.bites"),
        (_row(ask_if="task == text_clff"), "nothing is called text_clff"),
        (_row(compute="open(1)", type="number"), "calls open"),
        (_row(default="perhaps"), "neither yes nor no"),
        (_row(default={"task": "metric"}), "from_task"),
        (_row(asked="soon"), "extra"),
        (_row(ask_if="extra"), "extra waits for itself"),
        (_row(type="choice", choices=["a"]), "do not go together"),
        (_row(choices="a"), "choices is a list"),
        (_row(knowledge=None), "knowledge is missing"),
        (_row(minimum="low"), "extra"),
        (_row(required="perhaps"), "required is true or false"),
    ],
)
def test_a_bad_row_is_named(folder: Path, row: str, says: str) -> None:
    """A row that cannot be used is refused with the file, the line and what is wrong."""
    _add(folder, row)
    with pytest.raises(BadInput) as caught:
        load_questions(folder)
    assert says in caught.value.what
    place = caught.value.where.rsplit("/", 1)[-1]
    assert re.fullmatch(r"core\.yaml:\d+", place)


def test_a_good_row_is_read(folder: Path) -> None:
    """A new question is one row and its words."""
    _add(
        folder,
        _row(type="number", unit="ms", minimum=1, default="2 s", ask_if="serving.offline", asked=99, required=True),
    )
    row = next(row for row in load_questions(folder) if row.id == "extra")
    assert (row.default, row.minimum, row.asked, row.required, row.text) == (2000, 1.0, 99, True, "T?")


def test_the_same_id_twice(folder: Path) -> None:
    """An id that is used twice is refused, with both places."""
    _spoil(folder, "serve.yaml", "id: serving.latency", "id: team")
    with pytest.raises(BadInput, match="team is there twice") as caught:
        load_questions(folder)
    assert "core.yaml:" in caught.value.what
    assert "serve.yaml:" in caught.value.where


def test_a_circle_is_refused(folder: Path) -> None:
    """Questions whose conditions wait for each other are refused."""
    _spoil(folder, "core.yaml", "{id: team,", "{id: team, ask_if: serving.offline,")
    _spoil(folder, "serve.yaml", "{id: serving.offline,", "{id: serving.offline, ask_if: team == solo,")
    with pytest.raises(BadInput, match=r"waits for itself, through serving\.offline, team"):
        load_questions(folder)


def test_words_that_nobody_asks_for(folder: Path) -> None:
    """Words without a question, and a question without words, are refused."""
    _spoil(folder, "text/en.yaml", "  team:\n", "  team_size:\n")
    with pytest.raises(BadInput, match="team has no words"):
        load_questions(folder)
    _spoil(folder, "text/en.yaml", "  team_size:\n", "  extra: {label: L}\n  team:\n")
    with pytest.raises(BadInput, match="words for extra"):
        load_questions(folder)


@pytest.mark.parametrize("language", ["xx", "../../en", ""])
def test_a_language_that_is_not_there(language: str) -> None:
    """A language without words is refused, and those there are are named."""
    with pytest.raises(BadInput) as caught:
        load_questions(FOLDER, language)
    assert "en" in caught.value.remedy
