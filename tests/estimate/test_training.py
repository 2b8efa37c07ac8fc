"""Training estimates: what must hold for every workload, machine and layout."""

from dataclasses import replace

import numpy
import pytest
from estimate.samples import CPU, DECODER, ENCODER, GPU, IMAGE, MLP, ONE, TREES, long, sized, train
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.candidates import propose
from advisor.candidates.propose import TRAINED
from advisor.number import interval
from advisor.values.candidates import UNTRAINED
from advisor.values.workload import Span, exactly, within

WORKS = (ENCODER, DECODER, IMAGE, MLP)
MODES = st.sampled_from(TRAINED)
FACTORS = st.floats(1.01, 50.0)
COLUMNS = ("memory_bytes", "step_s", "run_s", "cost_usd", "energy_j")
relaxed = settings(deadline=None, max_examples=60)


def fast(speed):
    """The same device with every rate of arithmetic `speed` times as high."""
    return replace(GPU, flops=tuple((dtype, rate.times(speed)) for dtype, rate in GPU.flops))


@relaxed
@given(mode=MODES, work=st.sampled_from((ENCODER, DECODER)), factor=FACTORS, checkpointing=st.booleans())
def test_memory_grows_with_batch_sequence_and_parameters(mode, work, factor, checkpointing):
    """A larger micro batch, longer sequences or more parameters never take less memory."""
    one = replace(ONE, mode=mode, checkpointing=checkpointing, micro_batch=1.0)
    less = train(work, one).memory_bytes
    assert (train(work, replace(one, micro_batch=factor)).memory_bytes >= less).all()
    assert (train(long(work, work.training.sequence * factor), one).memory_bytes >= less).all()
    larger = sized(work, work.model.parameters.times(factor))
    assert (train(larger, one).memory_bytes >= less).all()


@relaxed
@given(mode=MODES, work=st.sampled_from(WORKS), factor=FACTORS, checkpointing=st.booleans())
def test_faster_devices_never_take_longer(mode, work, factor, checkpointing):
    """More flop/s never make a run longer."""
    slow = replace(ONE, mode=mode, checkpointing=checkpointing)
    table = train(work, slow, replace(slow, site=fast(factor)))
    assert (table.run_s[1] <= table.run_s[0] * (1 + 1e-12)).all()


@relaxed
@given(mode=MODES, work=st.sampled_from(WORKS), parallel=st.sampled_from(("ddp", "fsdp2")), factor=st.integers(2, 4))
def test_more_devices_never_take_longer_where_traffic_is_free(mode, work, parallel, factor):
    """With the same layout and no limit of the links, more devices never make a run longer."""
    site = replace(GPU, link=exactly(1e18), fabric=exactly(1e18))
    fewer = replace(ONE, mode=mode, site=site, count=2, parallel=parallel, micro_batch=1.0)
    table = train(work, fewer, replace(fewer, count=2 * factor))
    assert (table.run_s[1] <= table.run_s[0] * (1 + 1e-12)).all()


@pytest.mark.parametrize("work", [*WORKS, TREES], ids=lambda work: work.kind)
def test_one_candidate_alone_is_what_it_is_among_many(work):
    """Estimating a candidate by itself or among two hundred gives the same numbers to twelve digits."""
    field = propose(work.family, (CPU, GPU), (*UNTRAINED, *TRAINED))
    table = train(work, *field.rows)
    for row in range(0, len(field.rows), 7):
        alone = train(work, field.rows[row])
        for column in COLUMNS:
            numpy.testing.assert_allclose(getattr(table, column)[row], getattr(alone, column)[0], rtol=1e-12)


@pytest.mark.parametrize("work", [*WORKS, TREES], ids=lambda work: work.kind)
def test_the_value_lies_within_its_interval(work):
    """Every estimate is finite, not negative, and inside its own 90% interval; no training costs nothing."""
    field = propose(work.family, (CPU, GPU), (*UNTRAINED, *TRAINED))
    table = train(work, *field.rows)
    for column in COLUMNS:
        value, low, high = interval(getattr(table, column))
        assert numpy.isfinite(high).all()
        assert (low >= 0).all()
        assert ((low <= value) & (value <= high)).all()
    idle = [row for row, candidate in enumerate(field.rows) if candidate.mode in UNTRAINED]
    assert not table.run_s[idle].any()
    assert not table.memory_bytes[idle].any()


@relaxed
@given(work=st.sampled_from((ENCODER, DECODER)), spread=st.floats(1.0, 3.0), more=st.floats(1.3, 3.0))
def test_wider_ranges_never_narrow_an_interval(work, spread, more):
    """When less is known about the size of the model, no interval of memory or time becomes narrower."""
    size = work.model.parameters.value
    one = replace(ONE, micro_batch=1.0)
    before = train(sized(work, within(size, spread)), one, drawn=600)
    after = train(sized(work, within(size, spread * more)), one, drawn=600)
    for column in ("memory_bytes", "run_s"):
        _, low, high = interval(getattr(before, column))
        _, lower, higher = interval(getattr(after, column))
        assert higher[0] / lower[0] >= 0.97 * high[0] / low[0]


def test_the_parts_of_memory_are_its_sum():
    """Weights with states, activations, and the rest add up to the peak."""
    table = train(DECODER, ONE)
    numpy.testing.assert_allclose(sum(table.parts.values()), table.memory_bytes)


def test_the_micro_batch_fits_where_one_sample_fits():
    """The micro batch that is chosen keeps the middle estimate within the device; never more than its share."""
    rows = propose("neural", (GPU,), TRAINED).rows
    table = train(ENCODER, *rows)
    assert (table.memory_bytes[:, 0] <= GPU.memory_bytes).all()
    share = [-(-32 // candidate.count) if candidate.parallel in ("ddp", "fsdp2", "hsdp") else 32 for candidate in rows]
    assert (table.micro_batch[:, 0] <= share).all()


def test_savers_save():
    """Checkpointing, sharding, LoRA and QLoRA each take less memory than the plain way."""
    plain = replace(ONE, micro_batch=4.0)
    ways = (
        plain,
        replace(plain, checkpointing=True),
        replace(plain, count=8, parallel="fsdp2"),
        replace(plain, mode="lora"),
        replace(plain, mode="qlora"),
    )
    memory = train(DECODER, *ways).memory_bytes[:, 0]
    assert (memory[1:] < memory[0]).all()
    assert memory[4] < memory[3]


def test_recomputing_takes_longer():
    """What checkpointing saves in memory it costs in time, about a third."""
    plain = replace(ONE, micro_batch=1.0)
    steps = train(DECODER, plain, replace(plain, checkpointing=True)).step_s[:, 0]
    assert 1.2 < steps[1] / steps[0] < 1.4


def test_a_slow_link_hurts_sharding_more_than_copies():
    """Over a slow link, gathering weights in every pass takes longer than reducing gradients once."""
    slow = replace(GPU, link=exactly(1e10))
    ddp = replace(ONE, site=slow, count=8, parallel="ddp", micro_batch=1.0)
    steps = train(DECODER, ddp, replace(ddp, parallel="fsdp2")).step_s[:, 0]
    assert steps[1] > 1.5 * steps[0]


def test_hsdp_spares_the_network():
    """Where the network between nodes is slow, sharding within nodes is faster than across them."""
    site = replace(GPU, fabric=exactly(2.5e10))
    whole = replace(ONE, site=site, count=32, parallel="fsdp2", micro_batch=1.0)
    steps = train(DECODER, whole, replace(whole, parallel="hsdp")).step_s[:, 0]
    assert steps[1] < steps[0]


def test_a_measured_training_step_replaces_the_guess():
    """Twice the measured rate of the training kernel halves the arithmetic; the interval becomes narrower."""
    wide = replace(CPU, flops=(("fp32", exactly(5e11)),), bandwidth=exactly(2e10))
    slow, quick = (replace(wide, trains=exactly(rate)) for rate in (1e11, 2e11))
    one = replace(ONE, precision="fp32", micro_batch=8.0)
    table = train(long(ENCODER, 512.0), *(replace(one, site=site) for site in (wide, slow, quick)))
    assert table.step_s[1, 0] / table.step_s[2, 0] == pytest.approx(2.0, rel=0.1)
    _, low, high = interval(table.step_s)
    assert high[1] / low[1] < high[0] / low[0]


def test_the_yardstick_measures_itself():
    """For the very network that was measured, the estimate is what was measured."""
    site = replace(CPU, trains=exactly(1.3e11))
    layers, hidden, tokens = 2.0, 384.0, 128.0
    model = replace(
        ENCODER.model, parameters=exactly(12 * layers * hidden**2), active=exactly(12 * layers * hidden**2),
        layers=layers, hidden=hidden, ffn=4 * hidden, vocabulary=0.0,
    )  # fmt: skip
    work = long(replace(ENCODER, model=model, training=replace(ENCODER.training, batch=1e3)), tokens)
    step = train(work, replace(ONE, site=site, precision="fp32", micro_batch=1e3)).step_s[0, 0]
    flops = (72 * layers * hidden**2 + 12 * layers * hidden * tokens) * tokens * 1e3
    assert step == pytest.approx(flops / 1.3e11, rel=0.02)


def test_an_mlp_takes_the_rate_of_the_measured_mlp():
    """Small dense networks are timed by the MLP kernel, not by the transformer."""
    site = replace(CPU, trains=exactly(1.0), trains_mlp=exactly(1e11))
    work = replace(MLP, training=replace(MLP.training, batch=1e5))
    step = train(work, replace(ONE, site=site, precision="fp32", micro_batch=1e5)).step_s[0, 0]
    assert step == pytest.approx(6 * 1.1e8 * 1e5 / 1e11, rel=0.1)


def test_a_stated_utilisation_is_one_of_the_data_sheet():
    """At 40% of the data sheet a step takes its model flops over 0.4 x peak, whatever matrices reach."""
    site = replace(GPU, flops=(("bf16", exactly(2.7e14)),), reach=0.87)
    work = replace(DECODER, training=replace(DECODER.training, utilisation=0.4))
    one = replace(ONE, site=site, micro_batch=1.0)
    multiplied = 8.03e9 - 128256 * 4096
    flops = (6 * multiplied + 6 * 32 * 4096 * 2048) * 2048 * 64
    assert train(work, one).step_s[0, 0] == pytest.approx(flops / (0.4 * 2.7e14 / 0.87), rel=0.05)


def test_the_processors_may_be_what_is_waited_for():
    """A step is never shorter than preparing its samples, on CPUs that one's own devices share."""
    slow = replace(IMAGE, training=replace(IMAGE.training, preprocessing_s=0.05, prepared_each_epoch=True))
    own = replace(GPU, kind="own_gpu", host_cpus=16.0)
    rented = replace(ONE, count=8, parallel="ddp")
    table = train(slow, rented, replace(rented, site=own))
    assert table.step_s[0, 0] == pytest.approx(32 * 0.05 / 0.8 / 16)
    assert table.step_s[1, 0] == pytest.approx(32 * 0.05 / 0.8 / 2)


def test_independent_runs_are_billed_one_by_one():
    """Eight runs side by side cost each what one device costs; eight devices on one run cost eight."""
    site = replace(GPU, price=exactly(2.0))
    runs = (replace(ONE, site=site, count=8, parallel=parallel) for parallel in ("independent_runs", "ddp"))
    table = train(ENCODER, *runs)
    per_hour = table.cost_usd[:, 0] / (table.run_s[:, 0] / 3600)
    assert per_hour == pytest.approx([2.0 * 1.4, 16.0 * 1.4])


def test_trees_take_time_by_values_and_cpus():
    """Boosting a million rows of 28 columns with 500 trees on 16 CPUs takes seconds to a minute."""
    work = replace(TREES, training=replace(TREES.training, samples=exactly(1e6), features=28.0))
    rows = propose("trees", (CPU,), ()).rows
    value, low, high = interval(train(work, *rows).run_s)
    assert 5 < low[0] < value[0] < high[0] < 60


@pytest.mark.parametrize("spread", [Span(1e-9, 1e-9, 1e-9), exactly(1.0)])
def test_next_to_no_data_is_no_error(spread):
    """A project with hardly a sample still gets finite numbers."""
    work = replace(ENCODER, training=replace(ENCODER.training, samples=spread, tokens=spread))
    table = train(work, ONE)
    assert numpy.isfinite(table.run_s).all()
    assert (table.run_s > 0).all()
