"""Speculative decoding: what a pass yields, and when guessing pays."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.answering import answering, tokens_a_pass
from advisor.predict import files
from advisor.predict.serving import read_serving
from advisor.predict.table import serving_rows
from advisor.values.runs import Serve

GROUND = files.ground()
ROW = {
    "config_id": "one", "arch_key": "llama-3.1-8b", "gpu": "H100-SXM-80GB", "gpus": "1", "precision": "bf16",
    "engine": "vllm", "input_len": "1000", "output_len": "200", "concurrency": "1",
}  # fmt: skip


def run(**cells: str) -> Serve:
    found = read_serving({**ROW, **cells}, GROUND.models, GROUND.accelerators).run
    assert found is not None
    return found


def test_a_pass_yields_what_was_calculated() -> None:
    """Five guesses of which eight of ten are kept yield 3.69 tokens a pass, none kept 1, and so without guesses."""
    assert tokens_a_pass(run(draft_tokens="5", acceptance="0.8")) == pytest.approx(3.68928)
    assert tokens_a_pass(run(draft_tokens="5", acceptance="0")) == 1.0
    assert tokens_a_pass(run()) == 1.0


@given(drafted=st.integers(1, 8), chance=st.floats(0.05, 0.95))
def test_the_better_the_guesses_the_faster(drafted: int, chance: float) -> None:
    """A further token comes sooner the more guesses are kept, and never sooner than free guesses would bring it."""
    times = [
        answering(run(draft_tokens=str(drafted), acceptance=f"{kept:.4f}", draft_cost="0.05"), GROUND.constants).token_s
        for kept in (0.0, chance, 0.99)
    ]
    assert all(later < sooner for sooner, later in pairwise(times))
    assert times[2] > answering(run(), GROUND.constants).token_s / (drafted + 1.0)


def test_guessing_costs_where_arithmetic_binds() -> None:
    """One request gains; a thousand at once, whose pass is bound by arithmetic, gain less."""
    gains = [
        answering(run(concurrency=many), GROUND.constants).token_s
        / answering(run(concurrency=many, draft_tokens="4", acceptance="0.7"), GROUND.constants).token_s
        for many in ("1", "1000")
    ]
    assert gains[0] > 1.5
    assert gains[1] < gains[0]


def test_rows_draft_and_say_what_was_assumed() -> None:
    """A row that drafts without saying how well is answered with what was assumed; shares above 1 are refused."""
    found = next(serving_rows([{**ROW, "draft_tokens": "4"}], GROUND))
    assert found["status"] == "assumed"
    assert "drafted tokens kept" in found["reason"]
    wrong = next(serving_rows([{**ROW, "draft_tokens": "4", "acceptance": "7"}], GROUND))
    assert wrong["status"] == "not_covered"
