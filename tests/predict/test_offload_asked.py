"""Offloading and schedules as rows and flags ask for them."""

import pytest

from advisor.cli.shell import run
from advisor.errors import BadInput
from advisor.predict import files
from advisor.predict.detail import trained
from advisor.predict.table import training_rows
from advisor.predict.variants import helps

GROUND = files.ground()
ROW = {
    "config_id": "one", "arch_key": "llama-3.1-8b", "gpu": "RTX 4090", "gpus": "1", "seq": "2048", "micro_batch": "1",
    "global_batch": "8", "framework": "deepspeed", "act_ckpt": "full",
}  # fmt: skip


@pytest.mark.parametrize("said", ["optimizer", "optimizer+params CPU", "activations", "cpu", "CPU offload (chapter 5)"])
def test_rows_may_offload(said: str) -> None:
    """The words of published tables are understood; what is assumed of the machine is said."""
    found = next(training_rows([{**ROW, "offload": said}], GROUND))
    assert found["status"] == "assumed", found
    assert "machine" in found["reason"]


@pytest.mark.parametrize("said", ["nvme", "optimizer on disk", "somewhere"])
def test_what_is_not_covered_is_said(said: str) -> None:
    """Disks and words that name nothing are answered with a reason."""
    found = next(training_rows([{**ROW, "offload": said}], GROUND))
    assert found["status"] == "not_covered"
    assert "offloading" in found["reason"]


def test_an_unknown_schedule_is_refused() -> None:
    """A schedule that nobody knows says which there are."""
    with pytest.raises(BadInput, match="zb1p"):
        trained({**ROW, "schedule": "dual"}, GROUND)


def test_offloading_is_among_what_helps() -> None:
    """Where nothing but offloading or an adapter lets a model fit, offloading is among what would help."""
    found = trained({**ROW, "precision": "bf16", "task": "full finetune"}, GROUND)
    assert {"offload_all", "offload_optimizer"} & {one.name for one in helps(found, GROUND, trained)}


def test_the_machine_is_told_what_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """`--offload optimizer` prints what the machine's memory has to hold."""
    asked = ["estimate", "train", "--model", "llama-3.1-8b", "--on", "1x H100-SXM-80GB", "--offload", "optimizer"]
    assert run([*asked, "--plain", "--explain"]) == 0
    assert "in the memory of each machine" in " ".join(capsys.readouterr().out.split())
