"""What lies in the machine's memory leaves the device, and costs the way there and back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.holding import held, host_bytes
from advisor.estimate.offload import update_s
from advisor.estimate.steps import step
from advisor.predict import files
from advisor.predict.training import read
from advisor.values.runs import Run

GROUND = files.ground()
K = GROUND.constants
ROW = {
    "config_id": "one", "arch_key": "llama-3.1-8b", "gpu": "H100-SXM-80GB", "gpus": "8", "seq": "4096",
    "micro_batch": "1", "global_batch": "64", "zero_stage": "3", "act_ckpt": "full", "framework": "deepspeed",
    "precision": "bf16", "task": "pretrain",
}  # fmt: skip
OFFLOADS = ("optimizer", "params", "activations", "optimizer+params", "optimizer+params+activations")


def run(**cells: str) -> Run:
    found = read({**ROW, **cells}, GROUND.models, GROUND.accelerators).run
    assert found is not None
    return found


@pytest.mark.parametrize("offload", OFFLOADS)
@pytest.mark.parametrize("stage", ["0", "2", "3"])
def test_what_leaves_the_device_lies_in_the_machine(offload: str, stage: str) -> None:
    """A device holds less, its machine more than nothing, and a step takes no less than one whose states stay."""
    here, away = run(zero_stage=stage), run(zero_stage=stage, offload=offload)
    assert held(away, K).allocated < held(here, K).allocated
    assert host_bytes(away, K) > 0
    assert host_bytes(here, K) == 0
    assert step(away, K).total >= step(here, K).total


def test_states_away_are_the_states_that_were_there() -> None:
    """Gradients, fp32 weights and moments are in the machine's memory to the byte: 16 bytes a weight in all."""
    away = run(offload="optimizer", zero_stage="0", gpus="1", global_batch="8")
    weights = held(away, K).weights / 2.0
    assert host_bytes(away, K) == pytest.approx(weights * 14.0)
    assert held(away, K).states == 0
    assert held(away, K).gradients == pytest.approx(1e9)


@given(devices=st.sampled_from([1, 2, 4, 8, 16, 64]))
def test_more_machines_update_sooner(devices: int) -> None:
    """Sharded over more devices, a machine never takes longer to update its part."""
    few, many = (run(offload="optimizer", gpus=str(count), global_batch="128") for count in (devices, 2 * devices))
    assert update_s(many) <= update_s(few)


def test_a_slower_way_takes_longer() -> None:
    """The copies of a step take time in proportion to the way where nothing else is longer."""
    away = run(offload="params", micro_batch="1")
    slow = replace(away, device=replace(away.device, host_link=away.device.host_link / 100.0))
    slower = replace(away, device=replace(away.device, host_link=away.device.host_link / 200.0))
    assert step(away, K).offload < step(slow, K).offload < step(slower, K).offload


def test_schedules_without_a_bubble() -> None:
    """A third of the bubble, or none; at twice the activations or twice the way between stages (ZERO_BUBBLE)."""
    piped = {"pp": "4", "vp": "1", "zero_stage": "1", "act_ckpt": "none"}
    plain, zb1p, zb2p, zbv = (run(**piped, schedule=name) for name in ("1f1b", "zb1p", "zb2p", "zbv"))
    assert step(zb1p, K).bubble == pytest.approx(step(plain, K).bubble / 3.0)
    assert step(zb2p, K).bubble == step(zbv, K).bubble == 0
    assert step(zbv, K).pipeline == pytest.approx(2.0 * step(plain, K).pipeline)
    assert held(zb2p, K).activations == pytest.approx(2.0 * held(plain, K).activations)
    assert held(zb1p, K).allocated == held(zbv, K).allocated == held(plain, K).allocated
