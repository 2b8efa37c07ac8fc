"""What a row leaves out widens the range of memory by what it moves, and nothing else."""

import math

import pytest

from advisor.predict import files
from advisor.predict.table import training_rows
from advisor.predict.training import read

GROUND = files.ground()
FULL = {
    "config_id": "full", "arch_key": "llama-3.1-8b", "task": "pretrain", "framework": "torchtitan 2025",
    "gpu": "H100-80GB", "gpus": "8", "seq": "8192", "micro_batch": "1", "global_batch": "8", "zero_stage": "3",
    "act_ckpt": "full", "precision": "bf16", "optimizer": "AdamW",
    "notes": "eager",
}  # fmt: skip


def doubt(**changes: str):
    found = read({**FULL, **changes}, GROUND.models, GROUND.accelerators)
    assert found.run is not None
    return found


def test_a_run_described_in_full_is_not_doubted():
    """Where a row says all that matters, nothing is assumed."""
    assert doubt().assumed == ()
    assert doubt().doubt.more == 0


@pytest.mark.parametrize("cell", ["seq", "micro_batch"])
def test_how_much_is_worked_on_at_a_time_moves_what_is_kept_both_ways(cell: str):
    """An unknown length or micro batch may double what is kept, or halve it; what is counted stays."""
    found = doubt(**{cell: ""}).doubt
    assert found.less == pytest.approx(math.log(2), abs=0.05)
    assert found.more == pytest.approx(math.log(2), abs=0.05)
    assert found.counted_less == found.counted_more == 0


def test_whether_layers_are_compiled_is_seldom_said():
    """A run that may be compiled may hold less; nothing is said of it, and nothing where the row tells."""
    assert doubt(notes="").doubt.less > 0.2
    assert doubt(notes="").doubt.more == 0
    assert doubt(notes="").assumed == ()
    assert doubt(notes="torch compile").doubt.less == 0


def test_virtual_stages_that_nobody_states_are_doubt_upwards():
    """Within one machine none are assumed; the last stage keeps more where there are some."""
    megatron = {"framework": "Megatron-Core", "zero_stage": "1", "pp": "4"}
    assert doubt(**megatron).doubt.more > 0.3
    assert doubt(**megatron, vp="2").doubt.more == 0


def test_checkpointing_that_nobody_states_moves_downwards_only():
    """None is assumed, so that a run which has it holds less, never more."""
    found = doubt(act_ckpt="").doubt
    assert found.less > 1
    assert found.more == 0


def test_states_of_an_unknown_optimizer_are_at_most_those_of_adamw():
    """AdamW is assumed and said; others keep less."""
    found = doubt(optimizer="")
    assert "AdamW" in found.assumed
    assert found.doubt.counted_less > 0.2
    assert found.doubt.counted_more == 0


@pytest.mark.parametrize("task", ["grpo", "PPO finetune", "RLHF"])
def test_other_models_beside_the_one_that_learns_are_doubt_upwards(task: str):
    """What learns by reinforcement has a reference or a generator on the same devices, of which a row says nothing."""
    found = doubt(task=task)
    assert any("reference" in said for said in found.assumed)
    assert found.doubt.more >= 1
    assert found.doubt.less < 0.2


def test_two_moments_in_8_bits_take_two_bytes():
    """Of weights in 32 bits and in 16 alike."""
    for precision in ("bf16", "bf16-true"):
        run = doubt(precision=precision, optimizer="8-bit AdamW").run
        assert run.software.state_bytes == 2


@pytest.mark.parametrize(
    ("said", "kept"), [("MLP checkpoint lvl 1", 0.5), ("MLP checkpoint lvl 2", 0.0), ("none", 1.0),
                       ("MLP checkpoint lvl 1 on 24 layers, lvl 2 on 24", 0.25)],
)  # fmt: skip
def test_recomputing_the_mlp_alone_is_understood(said: str, kept: float):
    """By its level, or as a mean over layers where they differ."""
    assert doubt(act_ckpt=said).run.software.mlp_kept == kept


@pytest.mark.parametrize(
    ("framework", "notes", "bytes_each"),
    [("torchtitan 2024-12", "", 12), ("torchtitan 2025-06", "torch compile", 4), ("transformers", "liger kernel", 1),
     ("torchtune", "", 1.5), ("Megatron-Core", "", 6)],
)  # fmt: skip
def test_what_a_logit_takes_hangs_on_how_its_loss_is_computed(framework: str, notes: str, bytes_each: float):
    """In fp32 by single operations, compiled, fused with the last product, in chunks, in place."""
    assert doubt(framework=framework, notes=notes).run.software.logit_bytes == bytes_each


def test_a_range_is_wider_where_more_was_assumed():
    """Leaving out length and checkpointing widens the range of a table's row."""
    rows = [FULL, {**FULL, "config_id": "less", "seq": "", "act_ckpt": ""}]
    one, other = training_rows(rows, GROUND)

    def width(cells: dict[str, str]) -> float:
        return float(cells["peak_process_bytes_high"]) / float(cells["peak_process_bytes_low"])

    assert width(other) > 1.5 * width(one)
