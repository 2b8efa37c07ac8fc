"""`plan`, `estimate` and `fits` say the same of the same run, and what they say keeps its units."""

from dataclasses import replace

import numpy
import pytest
from estimate.samples import CPU, DECODER, ENCODER, FITTED, GPU, IMAGE, MLP, ONE, long, train
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import catalog, estimate
from advisor.catalog.models import models
from advisor.estimate.holding import held
from advisor.estimate.steps import step
from advisor.predict.training import read
from advisor.rates.sites import accelerator_site
from advisor.values.candidates import Candidate, Field
from advisor.values.constants import Fitted
from advisor.values.workload import exactly, within

TABLES = catalog.load()
WORKS = (ENCODER, DECODER, IMAGE, MLP)
COUNTS = st.sampled_from((2, 4, 8, 16, 64))
relaxed = settings(deadline=None, max_examples=60)
ROW = {
    "arch_key": "llama-3.1-8b", "gpu": "H100-SXM-80GB", "gpus": "8", "seq": "8192", "micro_batch": "2",
    "global_batch": "16", "zero_stage": "3", "act_ckpt": "none", "framework": "pytorch", "precision": "bf16",
}  # fmt: skip
WAYS = [
    ({}, 8, "fsdp2", False),
    ({"act_ckpt": "full"}, 8, "fsdp2", True),
    ({"gpus": "32", "global_batch": "64"}, 32, "fsdp2", False),
    ({"gpus": "32", "global_batch": "64", "zero_stage": "3 (HSDP)"}, 32, "hsdp", False),
    ({"gpus": "1", "global_batch": "2", "zero_stage": "0"}, 1, "none", False),
]


@pytest.mark.parametrize(("cells", "count", "parallel", "again"), WAYS, ids=lambda value: str(value))
def test_plan_and_estimate_agree(cells, count, parallel, again):
    """The middle of a candidate's step and memory is what `estimate train` says of the same run; what is left over is
    how many bytes of copies a logit and a weight have, which a row says and a plan does not know. Nor does a plan count
    on gradients being freed before the next forward pass."""
    run = read({**ROW, **cells}, models(), TABLES.accelerators).run
    run = replace(run, software=replace(run.software, gradients_stay=1.0))
    site = accelerator_site(TABLES.accelerators["h100-sxm5-80gb"])
    work = long(replace(DECODER, training=replace(DECODER.training, batch=2.0 * count)), 8192.0)
    one = Candidate("from_scratch", site, count, parallel, "bf16", again, 2.0)
    table = train(work, one)
    assert table.step_s[0, 0] == pytest.approx(float(step(run, FITTED.constants).total), rel=0.01)
    kept = held(run, FITTED.constants)
    copies = 2.0 * 8.03e9 * (parallel == "none") - 4.0 * 2 * 8192 * 128256
    assert table.memory_bytes[0, 0] == pytest.approx(float(kept.process) + 1.06 * copies, rel=0.01)


@relaxed
@given(work=st.sampled_from(WORKS), faster=st.floats(1.5, 50.0), parallel=st.sampled_from(("none", "ddp", "fsdp2")))
def test_a_machine_twice_as_fast_takes_half_the_time(work, faster, parallel):
    """Where nothing costs time of its own, all rates of a machine times a factor divide its step by that factor."""
    free = {**FITTED.constants, "launch_eager": 0.0, "launch_fused": 0.0, "collective_s": 0.0, "image_launch": 0.0}
    quick = replace(
        GPU, flops=tuple((dtype, rate.times(faster)) for dtype, rate in GPU.flops),
        bandwidth=GPU.bandwidth.times(faster), link=GPU.link.times(faster), fabric=GPU.fabric.times(faster),
    )  # fmt: skip
    count = 1 if parallel == "none" else 8
    rows = [replace(ONE, site=site, count=count, parallel=parallel, micro_batch=1.0) for site in (GPU, quick)]
    table = estimate.training(work, Field(tuple(rows)), Fitted(free, FITTED.spreads))
    assert table.step_s[0] == pytest.approx(table.step_s[1] * faster, rel=1e-9)


@relaxed
@given(work=st.sampled_from((ENCODER, DECODER)), fewer=COUNTS, more=COUNTS, parallel=st.sampled_from(("ddp", "fsdp2")))
def test_more_devices_never_need_more_memory_each(work, fewer, more, parallel):
    """At the same layout and micro batch, no draw of a device's memory grows with the number of devices."""
    fewer, more = sorted((fewer, more))
    site = replace(GPU, devices_a_node=64)
    few, many = (replace(ONE, site=site, count=count, parallel=parallel, micro_batch=1.0) for count in (fewer, more))
    table = train(work, few, many)
    assert (table.memory_bytes[1] <= table.memory_bytes[0] * (1 + 1e-12)).all()


@relaxed
@given(
    work=st.sampled_from(WORKS), saver=st.booleans(), mode=st.sampled_from(("full_finetune", "lora", "linear_probe"))
)
def test_one_device_alone_is_one_of_one(work, saver, mode):
    """Every way of spreading a run over a single device is that device alone, in memory and in time."""
    alone = replace(ONE, mode=mode, checkpointing=saver, micro_batch=1.0)
    table = train(work, alone, *(replace(alone, parallel=way) for way in ("ddp", "independent_runs")))
    for column in (table.memory_bytes, table.step_s, table.run_s, table.cost_usd):
        assert column[1] == pytest.approx(column[0], rel=1e-12)
        assert column[2] == pytest.approx(column[0], rel=1e-12)


@relaxed
@given(work=st.sampled_from(WORKS), factor=st.floats(1.1, 20.0))
def test_costs_add_up(work, factor):
    """Money and energy are device-time times a rate: twice the price or the power is twice the bill, and two halves of
    the data cost as much as the whole but for setting up twice."""
    dear = replace(GPU, price=GPU.price.times(factor), tdp_w=GPU.tdp_w * factor)
    rows = tuple(replace(ONE, site=site, micro_batch=1.0) for site in (GPU, dear))
    table = train(work, *rows)
    assert table.cost_usd[1] == pytest.approx(factor * table.cost_usd[0])
    assert table.energy_j[1] == pytest.approx(factor * table.energy_j[0])
    half = replace(
        work,
        training=replace(
            work.training, samples=work.training.samples.times(0.5), tokens=work.training.tokens.times(0.5)
        ),
    )
    part = train(half, rows[0])
    setup = 2.0 * part.run_s[0] - table.run_s[0]
    assert ((setup > 0) & (setup < 700)).all()


@relaxed
@given(work=st.sampled_from(WORKS), batch=st.floats(1.0, 4096.0), more=st.floats(1.0, 8.0))
def test_a_larger_batch_is_a_longer_step_and_no_longer_run(work, batch, more):
    """A step of more samples never takes less time; the samples themselves never come slower for it by more than a
    last micro batch that is not full."""
    small, large = (
        replace(work, training=replace(work.training, batch=size))
        for size in (float(round(batch)), float(round(batch * more)))
    )
    some, many = (train(each, replace(ONE, micro_batch=1.0)).step_s[0, 0] for each in (small, large))
    assert many >= some * (1 - 1e-9)
    assert many / large.training.batch <= some / small.training.batch * 1.01


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.kind)
def test_a_cpu_is_slower_than_a_gpu(work):
    """The same network takes longer on processors, whatever its kind, and all its numbers are finite."""
    table = train(work, ONE, replace(ONE, site=CPU, precision="fp32"))
    assert table.step_s[1, 0] > table.step_s[0, 0]
    assert all(numpy.isfinite(part).all() for part in (table.memory_bytes, table.step_s, table.run_s, table.cost_usd))


def test_a_column_says_the_same_alone():
    """A candidate among hundreds has the numbers that it has alone, to 1e-12."""
    rows = tuple(
        replace(ONE, count=count, parallel=way, checkpointing=saver, micro_batch=2.0)
        for count, way in ((1, "none"), (8, "ddp"), (8, "fsdp2"))
        for saver in (False, True)
    )
    whole = train(DECODER, *rows)
    for place, row in enumerate(rows):
        alone = train(DECODER, row)
        assert alone.step_s[0] == pytest.approx(whole.step_s[place], rel=1e-12)
        assert alone.memory_bytes[0] == pytest.approx(whole.memory_bytes[place], rel=1e-12)


def test_what_is_known_of_tokens_bounds_the_run():
    """If the tokens are known and nobody knows into how many samples they are cut, a run is no less certain."""
    known = replace(DECODER.training, samples=exactly(1e5), tokens=exactly(1e8), sequence=2048.0)
    unknown = replace(known, samples=within(1e5, 10.0))
    sure, unsure = (train(replace(DECODER, training=training), ONE) for training in (known, unknown))
    assert unsure.run_s[0] == pytest.approx(sure.run_s[0], rel=1e-9)
