"""A measured run corrects the estimate of one like it, and is refused for one that is not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.cli.shell import run
from advisor.errors import BadInput
from advisor.predict import files
from advisor.predict.detail import trained
from advisor.predict.observed import Correction, corrected
from advisor.predict.table import Ground

GROUND: Ground = files.ground()
RUN = {
    "schema": 1, "model": "llama-3.1-8b", "on": "8x H100", "framework": "torchtitan", "seq": 4096, "global_batch": 32,
    "micro_batch": 1, "zero_stage": 3, "act_ckpt": "selective", "precision": "bf16",
}  # fmt: skip
ROW = {
    "arch_key": "llama-3.1-8b", "gpu": "h100-sxm5-80gb", "gpus": "8", "framework": "torchtitan", "seq": "4096",
    "global_batch": "32", "micro_batch": "1", "zero_stage": "3", "act_ckpt": "selective", "precision": "bf16",
}  # fmt: skip


def told(folder: Path, **changes: Any) -> Path:
    path = folder / "run.json"
    path.write_text(json.dumps({name: value for name, value in {**RUN, **changes}.items() if value is not None}))
    return path


def correction(folder: Path, row: dict[str, str], **changes: Any) -> tuple[Any, Any, Correction]:
    before = trained(row, GROUND)
    after, said = corrected(before, told(folder, **changes), GROUND, trained)
    return before, after, said


def test_the_same_run_is_nearly_believed(tmp_path: Path) -> None:
    """A run that took 20% longer moves its own estimate by almost as much, and the range becomes a third of it."""
    slow = trained(ROW, GROUND).head["step_s"].value * 1.2
    before, after, said = correction(tmp_path, ROW, step_s=slow)
    assert 1.17 < said.factors["step_s"] <= 1.2
    step, old = after.head["step_s"], before.head["step_s"]
    assert step.high / step.low < (old.high / old.low) ** 0.5
    assert step.low < slow < step.high
    assert sum(part.value for part in after.time.values()) == pytest.approx(step.value)
    assert after.head["process_bytes"] == before.head["process_bytes"]


def test_further_away_less_is_believed(tmp_path: Path) -> None:
    """Another model, sequence or layout moves the estimate less, always between what was estimated and measured."""
    slow = trained(ROW, GROUND).head["step_s"].value * 1.2
    same = correction(tmp_path, ROW, step_s=slow)[2]
    larger = correction(tmp_path, {**ROW, "seq": "8192"}, step_s=slow)[2]
    layout = correction(tmp_path, {**ROW, "seq": "8192", "act_ckpt": "full"}, step_s=slow)[2]
    assert 1.0 < layout.factors["step_s"] < larger.factors["step_s"] < same.factors["step_s"]


@settings(deadline=None, max_examples=20)
@given(st.floats(0.5, 2.0), st.sampled_from(["2048", "4096", "16384"]), st.sampled_from(["8", "16", "64"]))
def test_a_correction_never_overshoots(tmp_path_factory: Any, off: float, seq: str, gpus: str) -> None:
    """The factor lies between 1 and what was measured over what was estimated; the range never widens."""
    folder = tmp_path_factory.mktemp("run")
    row = {**ROW, "seq": seq, "gpus": gpus, "global_batch": "64"}
    size = trained(ROW, GROUND).head["process_bytes"].value * off
    before, after, said = correction(folder, row, process_bytes=size)
    factor = said.factors["process_bytes"]
    assert min(1.0, off) - 1e-9 <= factor <= max(1.0, off) + 1e-9
    held, old = after.head["process_bytes"], before.head["process_bytes"]
    assert held.high / held.low <= old.high / old.low
    assert sum(part.value for part in after.memory.values()) == pytest.approx(held.value)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"on": "8x A100-80GB"}, "another accelerator"),
        ({"framework": "megatron-core"}, "another framework"),
        ({"precision": "fp8"}, "another kind of number"),
        ({"task": "lora finetune"}, "another task"),
        ({"model": "mixtral-8x7b"}, "another kind of model"),
        ({"model": "llama-3-70b"}, "parameters differ by a factor of 8"),
        ({"seq": 131072}, "sequence differ by a factor of 32"),
        ({"on": "512x H100", "global_batch": 512}, "devices differ by a factor of 64"),
    ],
)
def test_unlike_runs_are_refused(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    """What differs too much is named."""
    with pytest.raises(BadInput, match="too different to correct") as told_of:
        correction(tmp_path, ROW, step_s=3.0, **changes)
    assert why in told_of.value.what


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not readable as JSON"),
        ("[1]", "one object"),
        ('{"model": "llama-3.1-8b"', "not readable as JSON"),
        ('{"model": 3, "on": "8x H100"}', "'model' is missing or no text"),
        ('{"model": "llama-3.1-8b", "on": "8x H100", "colour": 1}', "'colour' is no key"),
        ('{"model": "llama-3.1-8b", "on": "8x H100", "step_s": "fast"}', "no positive number"),
        ('{"model": "llama-3.1-8b", "on": "8x H100", "step_s": NaN}', "no positive number"),
        (
            '{"model": "llama-3.1-8b", "on": "8x H100", "framework": "torchtitan", "step_s": 1e9}',
            "times what is estimated",
        ),
        ('{"model": "llama-9", "on": "8x H100", "step_s": 1}', "no model"),
        ('{"model": "llama-3.1-8b", "on": "8x H900", "step_s": 1}', "no accelerator"),
        ('{"model": "llama-3.1-8b", "on": "8x H100", "framework": "torchtitan"}', "measures nothing"),
        ("[" * 100000, "not readable as JSON"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, why: str) -> None:
    """A file that cannot be used ends with 2, its name and what is wrong with it."""
    (tmp_path / "run.json").write_text(text)
    asked = ["estimate", "train", "--model", "llama-3.1-8b", "--on", "8x H100", "--framework", "torchtitan"]
    assert run([*asked, "--observed", str(tmp_path / "run.json")]) == 2
    assert why in capsys.readouterr().err


def test_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer says by which file it was corrected and how close the runs are."""
    path = told(tmp_path, step_s=trained(ROW, GROUND).head["step_s"].value * 1.1)
    asked = [
        "--model",
        "llama-3.1-8b",
        "--on",
        "8x H100",
        "--framework",
        "torchtitan",
        "--seq",
        "4096",
        "--batch",
        "32",
    ]
    asked += ["--micro-batch", "1", "--zero", "3", "--checkpointing", "selective", "--task", "pretrain"]
    (path).write_text(json.dumps({**json.loads(path.read_text()), "task": "pretrain"}))
    assert run(["estimate", "train", *asked, "--observed", str(path)]) == 0
    assert "corrected by" in capsys.readouterr().out
    assert run(["estimate", "train", *asked, "--observed", str(path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    parts = sum(part["value"] for part in document["parts"]["time_s"].values())
    assert document["estimate"]["step_s"] == pytest.approx(parts)
    assert document["observed"]["factors"]["step_s"] > 1.0


def test_the_page_shows_a_run_that_is_taken(tmp_path: Path) -> None:
    """The RUN.json of docs/estimates.md corrects its own run."""
    page = (Path(__file__).parents[2] / "docs" / "estimates.md").read_text(encoding="utf-8")
    example = json.loads(page.split("```json")[1].split("```")[0])
    (tmp_path / "run.json").write_text(json.dumps(example))
    before = trained({**ROW, "seq": "8192", "global_batch": "64"}, GROUND)
    _, said = corrected(before, tmp_path / "run.json", GROUND, trained)
    assert set(said.factors) == {"step_s", "process_bytes"}
    assert said.closeness == 0.95
