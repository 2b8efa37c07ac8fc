"""Names of frameworks, engines and precisions: known ones are taken, others are said to be none."""

import csv
from pathlib import Path

import pytest

from advisor.cli.shell import run
from advisor.predict import files
from advisor.predict.known import ENGINE_NAMES, FRAMEWORK_NAMES, NAMES, spelled, taken_otherwise
from advisor.predict.table import training_rows

TRAIN = ["estimate", "train", "--model", "llama-3.1-8b", "--on", "8x H100"]
SERVE = ["estimate", "serve", "--model", "llama-3.1-8b", "--on", "1x H100"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ([*TRAIN, "--framework", "megatrno"], "did you mean megatron"),
        ([*TRAIN, "--framework", "cuda"], "for instance megatron"),
        ([*TRAIN, "--precision", "bf61"], "did you mean bf16?"),
        ([*TRAIN, "--optimizer", "adamx"], "did you mean adam"),
        ([*SERVE, "--engine", "vlmm"], "did you mean vllm?"),
    ],
)
def test_a_word_that_nothing_knows_is_no_default(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt framework, engine, precision or optimizer is an error with what was perhaps meant."""
    assert run(words) == 2
    told = capsys.readouterr()
    assert meant in told.err
    assert not told.out


@pytest.mark.parametrize("cell", list(NAMES))
def test_every_name_that_is_offered_is_taken(cell: str) -> None:
    """What an error offers is known to the flag, with a version beside it too where it has versions."""
    assert all(spelled(cell, name) for name in NAMES[cell])
    assert all(spelled("framework", f"{name} 2.1") for name in FRAMEWORK_NAMES)
    assert all(spelled("engine", f"{name} 0.9") for name in ENGINE_NAMES)


def test_a_row_with_an_unknown_word_is_assumed_and_says_so() -> None:
    """In a table the row is estimated as usual, wider, and its reason names the word."""
    ground = files.ground()
    row = {"arch_key": "llama-3.1-8b", "gpu": "H100", "gpus": "8", "seq": "4096", "framework": "torchtitan"}
    known, unknown = (next(training_rows([{**row, "precision": precision}], ground)) for precision in ("bf16", "posit"))
    assert unknown["status"] == "assumed"
    assert "precision 'posit' is not known" in unknown["reason"]
    assert float(unknown["step_s_high"]) > float(known["step_s_high"])


def test_words_of_published_rows_are_known() -> None:
    """No published row has a framework, an engine or a precision that is taken for another."""
    published = Path(__file__).parents[1] / "published"
    for name in ("steps.csv", "held.csv", "answers.csv"):
        with (published / name).open(newline="") as lines:
            told = {words for row in csv.DictReader(lines) for words in taken_otherwise(row)}
        assert not told, name


def test_a_folder_is_no_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder after --svg is wrong usage, and said before anything is estimated."""
    assert run([*TRAIN, "--svg", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["explain", "catalog"])
def test_an_empty_name_is_no_name(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`explain ""` and `catalog ""` are wrong usage; without an argument they say what there is."""
    assert run([command, ""]) == 2
    assert "''" in capsys.readouterr().err
    assert run([command]) == 0
