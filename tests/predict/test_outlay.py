"""What a whole run takes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import catalog
from advisor.cli.shell import run
from advisor.predict import files
from advisor.predict.asked import machine_cells, model_cells
from advisor.predict.detail import Part, trained
from advisor.predict.outlay import Outlay, outlay
from advisor.values.catalog import Price
from advisor.values.runs import Run

ASKED = ["estimate", "train", "--model", "llama-3.1-8b", "--on", "8x H100-SXM-80GB", "--batch", "64", "--zero", "3"]
GROUND = files.ground()


def _outlay(tokens: float, low: float = 2.0, high: float = 2.0) -> tuple[Part, Run, Outlay]:
    row = {
        "config_id": "x", "seq": "4096", "global_batch": "64", "micro_batch": "1", "zero_stage": "3",
        "precision": "bf16", "task": "pretrain",
        **model_cells("llama-3.1-8b", GROUND.models), **machine_cells("8x H100-SXM-80GB", GROUND.accelerators),
    }  # fmt: skip
    found = trained(row, GROUND)
    price = Price("x", low, high, 2.0, "2026-01-01", ())
    step, kind = found.head["step_s"], GROUND.accelerators[row["gpu"]]
    return step, found.run, outlay(step, found.run, tokens, kind, price)


@given(st.floats(1e6, 1e13))
def test_a_run_takes_its_steps(tokens: float) -> None:
    """Seconds of a run are seconds of a step times tokens over tokens of a step, and all devices are paid for."""
    step, _, takes = _outlay(tokens)
    steps = tokens / (64 * 4096)
    assert takes.run_s.value == pytest.approx(steps * step.value)
    assert takes.run_s.high == pytest.approx(steps * step.high)
    assert takes.device_s.value == pytest.approx(8 * takes.run_s.value)
    assert takes.cost_usd
    assert takes.cost_usd.value == pytest.approx(takes.device_s.value / 3600 * 2.0 * 1.4)


def test_independent_doubts_add_as_squares() -> None:
    """A cost is less certain than the time and than the price, and more certain than both at their worst at once."""
    _, _, known = _outlay(1e9)
    _, _, doubted = _outlay(1e9, low=1.0, high=4.0)
    assert known.cost_usd
    assert doubted.cost_usd
    assert doubted.cost_usd.high > known.cost_usd.high
    assert doubted.cost_usd.high < 2.0 * known.cost_usd.high
    assert doubted.cost_usd.low > known.cost_usd.low / 2.0


def test_the_tokens_of_a_run_tell_its_time_cost_and_energy(capsys: pytest.CaptureFixture[str]) -> None:
    """`--tokens` adds what the whole run takes, in the text and in the JSON; without it nothing is said of a run."""
    assert run([*ASKED, "--tokens", "100B"]) == 0
    text = capsys.readouterr().out
    assert "device-hours" in text
    assert "\ncost " in text
    assert "kWh" in text
    assert run([*ASKED, "--tokens", "100B", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["spent"]
    assert found["run_s"]["low"] < found["run_s"]["value"] < found["run_s"]["high"]
    assert found["energy_j"]["value"] > 1e9
    assert run(ASKED) == 0
    assert "device-hours" not in capsys.readouterr().out


def test_a_service_says_what_its_answers_cost(capsys: pytest.CaptureFixture[str]) -> None:
    """USD of a million tokens are the price of the machine over what it answers; a GPU without a price has none."""
    serving = ["estimate", "serve", "--model", "llama-3.1-8b", "--concurrency", "32"]
    assert run([*serving, "--on", "1x H100-SXM-80GB", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    price = catalog.load().prices["h100-sxm5-80gb"]
    cost = price.typical / 3600 / found["estimate"]["tokens_per_s_total"] * 1e6
    assert found["spent"]["million_tokens_usd"]["value"] == pytest.approx(cost, rel=1e-3)
    assert run([*serving, "--on", "1x H100-SXM-80GB"]) == 0
    assert "a million tokens of answers" in " ".join(capsys.readouterr().out.split())
    assert run([*serving, "--on", "1x RTX 4090", "--json"]) == 0
    priced = "rtx4090" in catalog.load().prices
    assert ("spent" in json.loads(capsys.readouterr().out)) is priced
