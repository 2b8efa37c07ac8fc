"""advisor schema: what editors check advisor.yaml with."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.answers import load_questions, load_words, read_value
from advisor.cli.schema import schema
from advisor.project import answers_file
from advisor.shelf import shelf
from advisor.values.reading import MACHINE_KEYS

QUESTIONS = load_questions(shelf("questionnaires"))
BY_ID = {row.id: row for row in QUESTIONS}
SCHEMA = schema(QUESTIONS, load_words(shelf("questionnaires")).machine)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def _errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_it_is_a_schema() -> None:
    """It is a valid JSON Schema that describes every question and every fact about the machine."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"].keys() == {"schema", *BY_ID, *(row.id for row in MACHINE_KEYS)}
    assert all(len(entry["description"]) > 10 for entry in SCHEMA["properties"].values())


@pytest.mark.parametrize(
    "text",
    [
        "schema: 1\n",
        "schema: 1\ntask: text_clf\nteam: null\ndata.formats: [csv, jsonl]\ndata.sensitive: health\n",
        "schema: 1\nserving.latency: {value: 50, unit: ms}\ndata.bytes: 80 GB\ndata.samples: 12140\n",
        "schema: 1\nserving.offline: yes\nrules.explain: true\nhardware.spot: 'no'\npurpose.goal: sort\n",
        "schema: 1\nmachine.cpus: 8\nmachine.memory: {value: 64, unit: GB}\nmachine.cpu_flags: [avx2]\n",
    ],
)
def test_good_files(text: str, tmp_path: Path) -> None:
    """What the schema accepts here, the tool reads too."""
    assert _errors(text) == []
    (tmp_path / "advisor.yaml").write_text(text, encoding="utf-8")
    answers_file.read(tmp_path / "advisor.yaml", QUESTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "task: text_clf\n",
        "schema: 2\n",
        "schema: 1\ntaks: text_clf\n",
        "schema: 1\ntask: text_clff\n",
        "schema: 1\ndata.formats: [csv, parket]\n",
        "schema: 1\ndata.formats: []\n",
        "schema: 1\nserving.percentile: 30\n",
        "schema: 1\nserving.latency: fast\n",
        "schema: 1\nserving.latency: {value: 50, unit: GB}\n",
        "schema: 1\nserving.latency: {unit: ms}\n",
        "schema: 1\nserving.offline: perhaps\n",
        "schema: 1\nmachine.cpus: 0\n",
        "schema: 1\npurpose.goal: [a]\n",
    ],
)
def test_bad_files(text: str) -> None:
    """Unknown keys and choices, wrong units, ranges and types are marked in the editor."""
    assert _errors(text)


@given(st.data())
def test_whatever_is_saved_is_valid(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    """What the tool saves is valid under the schema, also to tools that read YAML 1.1."""
    row = data.draw(st.sampled_from(QUESTIONS))
    answers = {
        "choice": st.sampled_from(row.choices or ("x",)),
        "choices": st.lists(st.sampled_from(row.choices or ("x",)), min_size=1, max_size=1),
        "yes_no": st.booleans(),
        "number": st.floats(row.minimum or 0.001, row.maximum or 1e9).map(
            lambda x: min(round(x) or row.minimum or 1, math.floor(row.maximum or 1e9))
        ),
        "text": st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20),
    }
    fact = read_value(row, data.draw(st.none() | answers[row.type]))
    file = tmp_path_factory.getbasetemp() / "valid.yaml"
    file.unlink(missing_ok=True)
    answers_file.save(file, {row.id: fact})
    assert _errors(file.read_text(encoding="utf-8")) == []


def test_the_command(tmp_path: Path) -> None:
    """`advisor schema` prints it, and --out writes the file that advisor.yaml names in its first line."""
    shown = subprocess.run([sys.executable, "-m", "advisor", "schema"], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout) == SCHEMA
    answers_file.save(tmp_path / "advisor.yaml", {"team": read_value(BY_ID["team"], "solo")})
    first = (tmp_path / "advisor.yaml").read_text(encoding="utf-8").splitlines()[0]
    name = first.partition("$schema=")[2]
    command = [sys.executable, "-m", "advisor", "schema", "--out", name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / name).read_text(encoding="utf-8")) == SCHEMA


def test_the_command_without_a_folder(tmp_path: Path) -> None:
    """A place that cannot be written is told with exit status 3."""
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "advisor", "schema", "--out", str(tmp_path / "file" / "x.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
