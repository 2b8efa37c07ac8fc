"""All layouts of a machine in one pass: the same numbers as one at a time, and nothing better is left out."""

from dataclasses import replace
from functools import lru_cache

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import BadInput
from advisor.estimate.holding import held
from advisor.estimate.steps import step
from advisor.predict import files
from advisor.predict.search import complexity, measured, search
from advisor.predict.space import at, divisors, spreads
from advisor.predict.training import read
from advisor.values.runs import Layout, Run

DENSE = {"arch_key": "llama-3.1-8b", "gpu": "h100-sxm5-80gb", "seq": "4096", "framework": "megatron-core"}
MIXTURE = {**DENSE, "arch_key": "mixtral-8x7b"}
GROUND = files.ground()


@lru_cache(maxsize=32)
def run_of(model: str, devices: int, batch: int) -> Run:
    row = {**(DENSE if model == "dense" else MIXTURE), "gpus": str(devices), "global_batch": str(batch)}
    found = read({**row, "micro_batch": "1"}, GROUND.models, GROUND.accelerators).run
    assert found is not None
    return found


RUNS = st.tuples(
    st.sampled_from(["dense", "mixture"]), st.sampled_from([1, 2, 6, 8, 16, 64]), st.sampled_from([64, 96])
)


def every(run: Run, experts: int) -> list[tuple[Layout, float, float, int]]:
    """All layouts that can exist, with what the pass over arrays says of each."""
    rows = []
    for spread in spreads(run, experts):
        tables = measured(spread, run, GROUND.constants)
        for place in zip(*numpy.nonzero(numpy.broadcast_to(spread.possible, tables[0].shape)), strict=True):
            where = tuple(int(index) for index in place)
            seconds, size, level = (table[where] for table in tables)
            rows.append((at(spread, where), float(seconds), float(size), int(level)))
    return rows


@settings(deadline=None, max_examples=8)
@given(RUNS, st.randoms(use_true_random=False))
def test_one_at_a_time_says_the_same(asked: tuple[str, int, int], random: object) -> None:
    """A layout alone and in the pass over arrays agree to 1e-12 in time and memory, and in complexity."""
    run, k = run_of(*asked), GROUND.constants
    rows = every(run, 8 if asked[0] == "mixture" else 0)
    for layout, seconds, size, level in random.sample(rows, min(60, len(rows))):  # type: ignore[attr-defined]
        alone = replace(run, layout=layout)
        assert seconds == pytest.approx(float(step(alone, k).total), rel=1e-12)
        assert size == pytest.approx(float(held(alone, k).process), rel=1e-12)
        assert level == complexity(layout)


@settings(deadline=None, max_examples=8)
@given(RUNS)
def test_nothing_better_is_left_out(asked: tuple[str, int, int]) -> None:
    """Every layout that fits is matched, within 2%, by one of the front in time, memory and complexity."""
    run, experts = run_of(*asked), 8 if asked[0] == "mixture" else 0
    rows, found = every(run, experts), search(run, experts, GROUND.constants)
    assert found.estimated == len(rows)
    fitting = [row for row in rows if row[2] <= run.device.memory]
    assert found.fitting == len(fitting)
    for _, seconds, size, level in fitting:
        assert any(
            one.step_s <= seconds * 1.0201 and one.process_bytes <= size * 1.0201 and one.complexity <= level
            for one in found.front
        )
    assert [found.leanest.process_bytes] == [min(row[2] for row in rows)] if found.leanest else not rows


@settings(deadline=None, max_examples=6)
@given(RUNS)
def test_only_layouts_that_can_exist(asked: tuple[str, int, int]) -> None:
    """Degrees divide devices, heads, layers, experts and batch, and no layout comes twice."""
    run, experts = run_of(*asked), 8 if asked[0] == "mixture" else 0
    layouts = [row[0] for row in every(run, experts)]
    assert len(set(layouts)) == len(layouts)
    for layout in layouts:
        replicas = layout.devices / (layout.tensor * layout.pipeline * layout.context)
        assert replicas == int(replicas)
        assert run.layout.batch % (layout.micro * replicas) == 0
        assert run.shape.heads % layout.tensor == 0
        assert run.shape.layers % (layout.pipeline * layout.virtual) == 0
        assert (experts or 1) % layout.expert == 0


def test_one_device_has_its_plain_layouts() -> None:
    """On one device only the micro batch and recomputation are left to choose."""
    run = run_of("dense", 1, 64)
    assert search(run, 0, GROUND.constants).estimated == len(divisors(64)) * 3


def test_absurd_machines_are_refused() -> None:
    """Millions of devices are named instead of searched for hours."""
    run = run_of("dense", 8, 64)
    with pytest.raises(BadInput, match="beyond what is searched"):
        search(replace(run, layout=replace(run.layout, devices=2.0**30)), 0, GROUND.constants)
