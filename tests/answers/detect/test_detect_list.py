"""The list of detectors, and what `look` promises as a whole."""

import ast
import sys
from pathlib import Path

import pytest
import yaml

from advisor.answers import detect
from advisor.answers.detect import look
from advisor.answers.detect.content.magic import FORMAT
from advisor.errors import BadInput
from advisor.shelf import shelf

FOLDER = Path(detect.__file__).parent


def test_the_list_names_every_file_of_the_folder() -> None:
    """A detector that is added to the folder is added to the list, and the other way round."""
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert files == {*detect.DETECTORS, *detect.CONCLUSIONS}
    assert len(set(detect.DETECTORS)) == len(detect.DETECTORS)


def questions() -> dict[str, dict[str, object]]:
    rows = (
        row for path in shelf("questionnaires").glob("*.yaml") for row in yaml.safe_load(path.read_text())["questions"]
    )
    return {row["id"]: row for row in rows}


def test_formats_are_choices_of_the_question() -> None:
    """Every format that can be detected is one that a person could have answered."""
    assert set(FORMAT.values()) <= set(questions()["data.formats"]["choices"])  # type: ignore[call-overload]


def test_nothing_that_could_run_foreign_code_is_imported() -> None:
    """No detector imports pickle, subprocess or torch, nor calls exec, eval or an import of the project's code."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {"pickle", "subprocess", "torch", "runpy", "joblib"} & {name.split(".")[0] for name in names}, (
                path
            )
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            assert called not in {"exec", "eval", "__import__"}, path


def test_an_empty_project_says_nothing(tmp_path: Path) -> None:
    """An empty folder gives no facts and no notes."""
    found = look(tmp_path)
    assert not found.facts
    assert found.notes == ()


def test_a_missing_project_is_bad_input(tmp_path: Path) -> None:
    """A folder that is not there is named, with what to do."""
    with pytest.raises(BadInput) as caught:
        look(tmp_path / "nowhere")
    assert "nowhere" in caught.value.where
    assert caught.value.remedy


def test_missing_data_are_bad_input(tmp_path: Path) -> None:
    """A --data path that is not there is an error, not an empty data set."""
    with pytest.raises(BadInput, match="no such data"):
        look(tmp_path, data=(tmp_path / "gone",))


def test_addresses_are_noted_not_opened(tmp_path: Path) -> None:
    """An address given as data says where the data are and leaves the rest to be answered."""
    found = look(tmp_path, data=(Path("s3://bucket/reviews"),))
    assert found.facts["data.location"].value == "object_store"
    assert "data.bytes" not in found.facts
    assert any("remote" in note for note in found.notes)


def test_the_same_files_give_the_same_look(tmp_path: Path) -> None:
    """Looking twice gives equal facts and notes."""
    (tmp_path / "data").mkdir()
    for number in range(30):
        (tmp_path / "data" / f"part{number:02}.csv").write_text("a,label\n" + "1,x\n2,y\n" * number)
    first, second = look(tmp_path), look(tmp_path)
    assert dict(first.facts) == dict(second.facts)
    assert first.notes == second.notes


def test_values_of_choice_questions_are_among_their_choices(tmp_path: Path) -> None:
    """What is detected for a question with choices is one of them."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.csv").write_text(
        "text,label\n" + "the quick brown fox jumps,a\nover the lazy dog now,b\n" * 9
    )
    (tmp_path / "train.py").write_text("from peft import LoraConfig\nLoraConfig()\n")
    (tmp_path / "go.mod").write_text("module x\n")
    (tmp_path / "main.go").write_text("package main\n")
    rows = questions()
    facts = look(tmp_path).facts
    assert {"task", "serving.caller", "train.optimizer", "data.formats"} <= facts.keys()
    for id, fact in facts.items():
        choices = rows.get(id, {}).get("choices")
        if choices:
            values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
            assert set(values) <= set(choices), id  # type: ignore[call-overload]
        unit = rows.get(id, {}).get("unit")
        if unit is not None and rows[id]["type"] == "number":
            assert fact.unit == unit, id


def test_a_text_project_needs_no_heavy_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV and a config are read without pyarrow, numpy or yaml being imported on their account."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.csv").write_text("a,label\n1,x\n2,y\n3,x\n4,y\n")
    for name in ("pyarrow", "pyarrow.parquet", "numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    assert look(tmp_path).facts["data.samples"].value == 4
