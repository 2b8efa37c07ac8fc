"""Real configurations of public repositories, and copies with one seeded defect each.

The files are not part of the project (their licences differ); the tests skip where the folder is missing.
"""

import csv
import os
from pathlib import Path

import pytest

from advisor.check import check
from advisor.check.outcome import Outcome
from advisor.check.rules import RULES

CORPUS = Path(os.environ.get("ADVISOR_CORPUS", Path(__file__).parents[3] / "shared" / "configs"))
FORMATS = {"accelerate_yaml", "deepspeed_json", "hf_trainer_yaml"}
VERDICTS = {
    # every finding on the unmodified files, read by a person: all are true
    ("bigscience-workshop_bigscience__jz__configs__deepspeed__ds_zero2.json", "ADV044", "warning", 39),
    ("bigscience-workshop_bigscience__jz__configs__deepspeed__ds_zero3.json", "ADV044", "warning", 48),
    ("haotian-liu_LLaVA__scripts__zero3.json", "ADV008", "error", 1),
}
NAMED_ONLY = {
    ("skypilot-org_skypilot__llm__axolotl__axolotl-spot.yaml", "ADV008", "error", 34),  # a stray 4
}

pytestmark = pytest.mark.skipif(not (CORPUS / "seeded").is_dir(), reason="the corpus of configurations is not here")


def checked(*paths: Path) -> Outcome:
    return check(paths, rederive=lambda _: None, expect=lambda _: None)


def found(outcome: Outcome) -> set[tuple[str, str, str, int]]:
    return {(Path(each.place.path).name, each.rule, each.severity, each.place.line) for each in outcome.findings}


def test_real_files_give_only_true_findings() -> None:
    """On the unmodified files, walked or named one by one, nothing is found but what a person has found true."""
    assert found(checked(CORPUS / "real")) == VERDICTS
    files = [path for path in (CORPUS / "real").rglob("*") if path.is_file()]
    assert found(checked(*files)) == VERDICTS | NAMED_ONLY


def test_seeded_defects_are_found() -> None:
    """Each seeded defect of a format and a rule that exist is found with the right rule on the right line."""
    ours = {rule.id for rule in RULES}
    with (CORPUS / "seeded" / "index.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["format"] in FORMATS and row["rule"] in ours]
    missed = [row["file"] for row in rows if not _is_found(row)]
    assert len(rows) > 30
    assert missed == []


def _is_found(row: dict[str, str]) -> bool:
    lines = {finding[3] for finding in found(checked(CORPUS / "seeded" / row["file"])) if finding[1] == row["rule"]}
    return (
        bool(lines)
        if row["lines_ok"] == "any"
        else bool({str(line) for line in lines} & set(row["lines_ok"].split(";")))
    )
