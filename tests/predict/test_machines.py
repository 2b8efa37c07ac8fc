"""Searches from the command line: the front of a machine, and the smallest machine for a deadline and a budget."""

import json
from typing import Any

import pytest

from advisor import catalog
from advisor.cli.shell import run
from advisor.predict import files
from advisor.predict.machines import Wanted, machines, on_machine, smallest

GROUND, PRICES = files.ground(), catalog.load().prices
ROW = {"arch_key": "llama-3.1-8b", "seq": "4096", "global_batch": "64", "framework": "megatron-core"}
SEARCH = ["estimate", "train", "--model", "llama-3.1-8b", "--framework", "megatron-core", "--seq", "4096", "--search"]
ON = ["--on", "8x H100", "--on", "8x A100-80GB", "--on", "64x H100"]


def found(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run([*SEARCH, "--batch", "64", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_front_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """One machine: how many layouts were estimated, and the best of them with step, memory, cost and set-up."""
    assert run([*SEARCH, "--batch", "64", "--on", "8x H100"]) == 0
    shown = capsys.readouterr().out
    for word in ("layouts estimated", "micro 1", "USD a billion tokens", "set-up counts"):
        assert word in shown


def test_no_layout_of_the_front_beats_another(capsys: pytest.CaptureFixture[str]) -> None:
    """In the document each layout is better than each other in time, memory or set-up."""
    (machine,) = found(capsys, "--on", "8x H100")["machines"]
    rows = [(one["step_s"]["value"], one["process_bytes"]["value"], one["complexity"]) for one in machine["front"]]
    for one in rows:
        for other in rows:
            assert one == other or any(mine < theirs for mine, theirs in zip(one, other, strict=True))


def test_a_tighter_deadline_needs_more(capsys: pytest.CaptureFixture[str]) -> None:
    """With time one machine of eight is the smallest; without, the one of 64; with none of it, nothing is."""
    loose, tight, never = (
        found(capsys, *ON, "--tokens", "10B", "--deadline", deadline)["smallest"]
        for deadline in ("90 days", "1 day", "1 min")
    )  # fmt: skip
    assert loose["machine"] == "8x A100-80GB"
    assert tight["machine"] == "64x H100"
    assert tight["run_s"]["value"] <= 86400
    assert never is None


def test_a_budget_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """What is chosen costs no more than was allowed; too little money is said with what comes nearest."""
    best = found(capsys, *ON, "--tokens", "1B", "--budget", "2000")["smallest"]
    assert best["cost_usd"]["value"] <= 2000
    assert run([*SEARCH, "--batch", "64", *ON, "--tokens", "1B", "--budget", "1"]) == 0
    assert "no machine of these" in capsys.readouterr().out


def test_any_machine_stands_for_all_with_a_price() -> None:
    """`any` is every priced accelerator in every count; the smallest found is the cheapest that keeps the limit."""
    names = machines(["any"], PRICES)
    assert len(names) == 11 * len(PRICES)
    few = [name for name in names if name.startswith(("1x", "8x"))]
    wanted = Wanted(tokens=1e9, deadline_s=86400.0 * 3)
    seen = [on_machine(name, ROW, GROUND, PRICES, wanted) for name in few]
    best = smallest(seen, wanted)
    assert best is not None
    surely = [machine.per_hour for machine in seen if any(not machine.doubt(one, wanted) for one in machine.choices)]
    assert best[0].per_hour == min(surely)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--on", "8x H100"], "--batch is missing"),
        (["--batch", "64"], "--on is missing"),
        (["--batch", "64", "--on", "8x H100", "--deadline", "2 days"], "--tokens is missing"),
        (["--batch", "64", "--on", "8x H100", "--deadline", "soon", "--tokens", "1B"], "--deadline"),
        (["--batch", "64", "--on", "8x H100", "--budget", "-5", "--tokens", "1B"], "--budget"),
        (["--batch", "64", "--on", "8x H100", "--tokens", "nan"], "--tokens"),
        (["--batch", "64", "--on", "8x H100", "--tp", "2"], "finds the degrees itself"),
        (["--batch", "64", "--on", "8x H1000"], "did you mean"),
        (["--batch", "999999999999", "--on", "8x H100"], "beyond anything"),
        (["--batch", "64", "--on", "999999x H100"], ""),
    ],
)
def test_bad_searches_are_named(capsys: pytest.CaptureFixture[str], words: list[str], why: str) -> None:
    """What cannot be searched ends with 2 and says what is missing or wrong; impossible divisions are an answer."""
    status = run([*SEARCH, *words])
    said = capsys.readouterr()
    assert status == (2 if why else 0), said.err
    assert why in said.err


def test_several_machines_need_a_search(capsys: pytest.CaptureFixture[str]) -> None:
    """Two machines without a search are refused."""
    assert run(["estimate", "train", "--model", "llama-3.1-8b", "--on", "8x H100", "--on", "4x H100"]) == 2
    assert "compared by --search" in capsys.readouterr().err


def test_networks_of_images_are_not_searched(capsys: pytest.CaptureFixture[str]) -> None:
    """A network of images has one layout: a search says so and what to leave out."""
    assert run(["estimate", "train", "--model", "resnet50", "--on", "1x A100", "--batch", "256", "--search"]) == 2
    assert "one layout" in capsys.readouterr().err
