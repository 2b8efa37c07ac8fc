import csv
import hashlib
import json
import re
from pathlib import Path

import pytest

from advisor import units
from advisor.answers.questions import load_questions
from advisor.project import answers_file
from advisor.shelf import shelf

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
SECTIONS, TRIAGE = EXAMPLES / "package-sections", EXAMPLES / "breast-mass-triage"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("example", [SECTIONS, TRIAGE], ids=lambda path: path.name)
def test_an_example_is_small_and_says_where_its_data_come_from(example: Path) -> None:
    """What lies in data/ and model/ is under 400 kB, and the README names source, date and licence."""
    size = sum(file.stat().st_size for folder in ("data", "model") for file in (example / folder).glob("*"))
    assert size < 400_000
    text = (example / "README.md").read_text(encoding="utf-8")
    for word in ("Licence", "2026", "make_data.py"):
        assert word in text


@pytest.mark.parametrize("example", [SECTIONS, TRIAGE], ids=lambda path: path.name)
def test_the_answers_of_an_example_can_be_read(example: Path) -> None:
    """Every key is a question, every value is one that it takes, and editors find the schema."""
    answers = answers_file.read(example / "advisor.yaml", load_questions(shelf("questionnaires")))
    assert len(answers) >= 12
    assert all(fact.known for fact in answers.values())
    first = (example / "advisor.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")


def test_the_descriptions_are_those_of_the_readme() -> None:
    """Digests and counts of the README are those of the files."""
    text = (SECTIONS / "README.md").read_text(encoding="utf-8")
    for name in ("train", "test"):
        file = SECTIONS / "data" / f"{name}.jsonl"
        assert digest(file) in text
        assert f"{len(rows(file)):,}" in text


def test_no_description_stands_on_both_sides() -> None:
    """Texts are unique, short lines, and both files have the same twelve labels."""
    train, test = (rows(SECTIONS / "data" / f"{name}.jsonl") for name in ("train", "test"))
    texts = [row["text"].casefold() for row in train + test]
    assert len(texts) == len(set(texts))
    assert {row["label"] for row in train} == {row["label"] for row in test}
    assert len({row["label"] for row in train}) == 12
    assert max(len(text.split()) for text in texts) == 29


def test_the_model_is_the_published_one() -> None:
    """The configuration is byte for byte the published one, and has the parameters that the README states."""
    file = SECTIONS / "model" / "config.json"
    assert file.stat().st_size == 483
    config = json.loads(file.read_text())
    h, ffn, layers = config["dim"], config["hidden_dim"], config["n_layers"]
    embeddings = (config["vocab_size"] + config["max_position_embeddings"]) * h + 2 * h
    block = 4 * (h * h + h) + 2 * (2 * h) + (h * ffn + ffn) + (ffn * h + h)
    head = (h * h + h) + (h * 12 + 12)
    stated = re.search(r"has ([\d,]+) parameters", (SECTIONS / "README.md").read_text(encoding="utf-8"))
    assert stated is not None
    assert units.parse(stated[1], "parameters") == embeddings + layers * block + head


def test_the_two_training_configurations_agree() -> None:
    """Precision of TrainingArguments and of Accelerate are the same, and one process means one."""
    import yaml

    arguments = json.loads((SECTIONS / "configs" / "training_args.json").read_text())
    accelerate = yaml.safe_load((SECTIONS / "configs" / "accelerate.yaml").read_text())
    assert accelerate["mixed_precision"] == ("bf16" if arguments["bf16"] else "no")
    assert accelerate["distributed_type"] == "NO"
    assert accelerate["num_processes"] == accelerate["num_machines"] == 1


def test_csv_and_parquet_hold_the_same_rows() -> None:
    """The clinic's table is the same in both formats, value for value."""
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(TRIAGE / "data" / "train.parquet").to_pylist()
    with (TRIAGE / "data" / "train.csv").open(newline="") as file:
        lines = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert lines == table
    assert len(lines) == 455


def test_the_masses_are_those_that_scikit_learn_ships() -> None:
    """Training and test rows together are the public data set, label included."""
    datasets = pytest.importorskip("sklearn.datasets")
    source = datasets.load_breast_cancer()
    ours = []
    for name in ("train", "test"):
        with (TRIAGE / "data" / f"{name}.csv").open(newline="") as file:
            ours += [tuple(map(float, row)) for row in list(csv.reader(file))[1:]]
    theirs = [
        (*features, float(label == 0)) for features, label in zip(source.data.tolist(), source.target, strict=True)
    ]
    assert sorted(ours) == sorted(theirs)
