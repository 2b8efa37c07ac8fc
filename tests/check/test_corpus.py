"""Real configurations of public repositories, and copies with one seeded defect each.

The files are not part of the project (their licences differ); the tests skip where the folder is missing. Every
finding on the unmodified files was read by a person, whose verdict stands in corpus_verdicts.csv: `true` should be
reported, `disputable` is what some would reject.
"""

import csv
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from advisor import catalog
from advisor.check import check
from advisor.check.checking import gathered, judged
from advisor.check.material import absolute
from advisor.check.outcome import Outcome
from advisor.check.reading import read
from advisor.predict.files import ground
from advisor.predict.short import shortfall
from advisor.values.expected import Expected

CORPUS = Path(os.environ.get("ADVISOR_CORPUS", Path(__file__).parents[3] / "shared" / "configs"))
FORMATS = (
    "accelerate_yaml",
    "axolotl_yaml",
    "composer_yaml",
    "deepspeed_json",
    "docker",
    "dvc_mlflow",
    "helm_values",
    "hf_trainer_yaml",
    "kubernetes",
    "lightning_yaml",
    "llamafactory_yaml",
    "megatron_yaml",
    "neox_yaml",
    "ray_yaml",
    "skypilot_yaml",
    "torchserve",
    "torchtitan_toml",
    "torchtune_yaml",
    "triton_pbtxt",
)
RECALL = 0.95
DISPUTABLE_FILES = 1 / 20
NO_DEFECT = {
    # what was seeded does no harm, or the accepted line has nothing to do with it
    ("ADV022", "k8_model_too_big", 49): "accepts only the line after the removed setting; found on the model's line",
}

pytestmark = pytest.mark.skipif(not (CORPUS / "seeded").is_dir(), reason="the corpus of configurations is not here")

Row = dict[str, str]
GROUND = ground()


def checked(*paths: Path) -> Outcome:
    tables = catalog.load().lifecycle
    return check(
        paths,
        rederive=lambda _: None,
        expect=lambda _: None,
        lifecycle=lambda: tables,
        shortfall=partial(shortfall, ground=GROUND),
    )


def rows(file: Path) -> Iterator[Row]:
    with file.open(newline="", encoding="utf-8") as text:
        yield from csv.DictReader(text)


@pytest.mark.parametrize("format", FORMATS)
def test_seeded_defects_are_found(format: str) -> None:
    """At least 95 of 100 seeded defects of each format are found with the right rule on the right line."""
    ours = [row for row in rows(CORPUS / "seeded" / "index.csv") if row["format"] == format]
    ours = [row for row in ours if not _is_harmless(row)]
    missed = [f"{row['file']}: {row['rule']} on {row['lines_ok']}" for row in ours if not _is_found(row)]
    assert ours
    assert len(missed) <= (1 - RECALL) * len(ours), "\n".join(missed)


def _is_harmless(row: Row) -> bool:
    seed = (row["rule"], row["recipe"])
    return seed in NO_DEFECT or (*seed, int(row["line"])) in NO_DEFECT


@pytest.mark.parametrize("case", ["sky_missing_cfg", "sky_world"])
def test_defects_across_files_are_found(case: str) -> None:
    """A launch line and the file that it names are held against each other, through what the task copies where."""
    (row,) = [row for row in rows(CORPUS / "seeded" / "index.csv") if row["recipe"] == case]
    assert _is_found(row, "/".join(row["file"].split("/")[:2]))


@pytest.mark.parametrize(
    ("case", "decided"),
    [
        ("drift_gpu_sky", Expected(accelerator="l4", gpus=1, machines=1, on_demand=True)),
        ("drift_engine_modal", Expected(parallelism="fsdp2")),
        ("drift_model_lf", Expected(model="meta-llama/Llama-4-Scout-17B-16E-Instruct")),
        ("drift_seq_modal", Expected(sequence_length=8192)),
        ("drift_gpu_k8s", Expected(accelerator="h100-sxm5-80gb", gpus=1, machines=1)),
    ],
)
def test_drift_from_a_decision_is_found(case: str, decided: Expected) -> None:
    """A project that does otherwise than it decided is found on the line that does: GPU, engine, model, length."""
    (row,) = [row for row in rows(CORPUS / "seeded" / "index.csv") if row["recipe"] == case]
    folder = CORPUS / "seeded" / "multi" / case
    files = tuple(path for path in folder.rglob("*") if path.is_file())
    readings = [read(path.as_posix(), path.read_bytes(), named=True) for path in files]
    found = judged(gathered(readings, (), {absolute(folder.as_posix()): decided}), {})
    lines = {str(each.place.line) for each in found if each.rule == row["rule"]}
    assert lines & set(row["lines_ok"].split(";"))


def _is_found(row: Row, folder: str = "") -> bool:
    findings = checked(CORPUS / "seeded" / (folder or row["file"])).findings
    lines = {str(each.place.line) for each in findings if each.rule == row["rule"]}
    return bool(lines) if row["lines_ok"] == "any" else bool(lines & set(row["lines_ok"].split(";")))


@pytest.mark.parametrize("format", FORMATS)
def test_findings_on_real_files_are_those_that_were_read(format: str) -> None:
    """On the unmodified files nothing is found but what a person has read, and no error that is not true."""
    files = sorted(path for path in (CORPUS / "real" / format).iterdir() if path.is_file())
    findings = [each for path in files for each in checked(path).findings]
    found = {(Path(each.place.path).name, each.rule, each.severity, str(each.place.line)) for each in findings}
    known = list(rows(Path(__file__).with_name("corpus_verdicts.csv")))
    assert found == {
        (row["file"], row["rule"], row["severity"], row["line"]) for row in known if row["format"] == format
    }
    assert all(row["verdict"] == "true" for row in known if row["severity"] == "error")


def test_disputable_warnings_are_rare() -> None:
    """At most one file in twenty has a warning that some would reject."""
    known = list(rows(Path(__file__).with_name("corpus_verdicts.csv")))
    disputable = {row["file"] for row in known if row["verdict"] == "disputable" and row["severity"] != "note"}
    files = sum(1 for format in FORMATS for path in (CORPUS / "real" / format).iterdir() if path.is_file())
    assert len(disputable) <= DISPUTABLE_FILES * files


def test_a_walk_over_all_real_files(tmp_path: Path) -> None:
    """All of them at once, of every format, are read without a crash, and what is found is no more than one by one."""
    whole = {(each.rule, each.place) for each in checked(CORPUS / "real").findings}
    files = [path for path in (CORPUS / "real").rglob("*") if path.is_file()]
    assert whole <= {(each.rule, each.place) for each in checked(*files).findings}
    assert checked(tmp_path).findings == ()
