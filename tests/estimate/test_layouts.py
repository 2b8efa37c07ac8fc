"""Steps, memory and serving of every layout: what must hold whatever the constants."""

from dataclasses import fields, replace

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.constants import constants
from advisor.estimate.answering import answering
from advisor.estimate.holding import held
from advisor.estimate.kept import in_flight
from advisor.estimate.layers import parameters
from advisor.estimate.steps import step
from advisor.values.runs import FULL, NO_CKPT, Device, Layout, Run, Serve, Shape, Software, Traffic, together

K = constants()
LLAMA_8B = Shape(
    layers=32.0, hidden=4096.0, heads=32.0, attended=4096.0, kv_values=2048.0,
    attention_weights=4096.0 * 128 * (2 * 32 + 2 * 8), dense_weights=3 * 4096.0 * 14336, routed_weights=0.0,
    routed_active=0.0, copies=0.0, ffn_values=4 * 14336.0, vocabulary=128256.0, tied=0.0, causal=1.0, attending=1.0,
    sequence=4096.0,
)  # fmt: skip
ONE = Layout(
    devices=1.0, tensor=1.0, pipeline=1.0, virtual=1.0, context=1.0, expert=1.0, zero=0.0, hybrid=0.0, micro=1.0,
    batch=8.0, checkpoint=NO_CKPT, sequence_parallel=0.0, node=8.0, last=0.0,
)  # fmt: skip
H100 = Device(
    memory=8e10, modern=1.0, flops=9.9e14, flops_8=1.98e15, reach=0.8, bandwidth=3.35e12, link=4.5e11, fabric=5e10
)
MEGATRON = Software(
    fused=1.0, flash=2.0, overlapping=1.0, eight=0.0, activation_bytes=2.0, weight_bytes=2.0, gradient_bytes=4.0,
    state_bytes=12.0, trained=1.0, logit_bytes=6.0,
)  # fmt: skip
RUN = Run(LLAMA_8B, ONE, H100, MEGATRON)


def laid(**changes: float) -> Run:
    return replace(RUN, layout=replace(ONE, **changes))


def seconds(run: Run) -> float:
    return float(step(run, K).total)


def test_parameters_of_a_known_model() -> None:
    """Llama 3.1 8B has 8.03 billion parameters."""
    assert parameters(LLAMA_8B) == pytest.approx(8.03e9, rel=0.002)


def test_parts_of_a_step_add_up() -> None:
    """What is shown of a step adds up to it, and what is shown of memory to what the process holds."""
    parts = step(laid(devices=64.0, tensor=4.0, pipeline=4.0, batch=64.0, zero=1.0), K)
    assert sum(float(getattr(parts, part.name)) for part in fields(parts)) == pytest.approx(float(parts.total))
    kept = held(RUN, K)
    assert sum(float(getattr(kept, part.name)) for part in fields(kept)) == pytest.approx(float(kept.process))


def test_one_of_each_is_a_single_device() -> None:
    """With every degree at 1 nothing waits for another device."""
    parts = step(RUN, K)
    assert all(float(getattr(parts, name)) == 0 for name in ("tensor", "context", "expert", "pipeline", "bubble"))
    assert float(parts.gradients) == 0


def test_bubble_is_that_of_the_schedule() -> None:
    """(p-1)/v micro batches of a stage are idle: interleaving two virtual stages halves them."""
    plain, twice = laid(devices=4.0, pipeline=4.0), laid(devices=4.0, pipeline=4.0, virtual=2.0)
    assert float(step(twice, K).bubble) == pytest.approx(float(step(plain, K).bubble) / 2, rel=0.02)


def test_micro_batches_under_way() -> None:
    """The first stage of p keeps p micro batches, p (1 + (p-1)/(p v)) where interleaved (KORTHIKANTI)."""
    assert float(in_flight(laid(devices=8.0, pipeline=8.0, batch=64.0))) == 8
    assert float(in_flight(laid(devices=8.0, pipeline=8.0, batch=64.0, virtual=2.0))) == pytest.approx(8 * (1 + 7 / 16))


def test_full_recomputation_costs_a_third_and_saves_most() -> None:
    """Matrix products of layers take 4/3 of the time, activations a fraction (ML_ENG)."""
    plain, again = RUN, laid(checkpoint=FULL)
    assert float(step(again, K).matmul) == pytest.approx(float(step(plain, K).matmul) * 4 / 3)
    assert float(held(again, K).activations) < 0.2 * float(held(plain, K).activations)


def test_zero_shards_what_its_stage_says() -> None:
    """Stage 1 spreads states, 2 also gradients, 3 also weights, over the data parallel ranks (ZERO_SUMMARY)."""
    kept = [held(laid(devices=8.0, zero=float(stage)), K) for stage in range(4)]
    assert [float(kept[0].states / one.states) for one in kept] == pytest.approx([1, 8, 8, 8])
    assert [float(kept[0].gradients / one.gradients) for one in kept] == pytest.approx([1, 1, 8, 8])
    assert [float(kept[0].weights / one.weights) for one in kept] == pytest.approx([1, 1, 1, 8])


SIZES = st.sampled_from([1.0, 2.0, 4.0, 8.0])


@settings(max_examples=60, deadline=None)
@given(tensor=SIZES, pipeline=SIZES, zero=st.sampled_from([0.0, 1.0, 2.0, 3.0]), data=SIZES, micro=SIZES)
def test_longer_and_larger_never_costs_less(
    tensor: float, pipeline: float, zero: float, data: float, micro: float
) -> None:
    """Longer sequences, larger batches and more layers never need less time or memory."""
    layout = replace(
        ONE, devices=tensor * pipeline * data, tensor=tensor, pipeline=pipeline, zero=zero, micro=micro,
        batch=micro * data * 8, sequence_parallel=float(tensor > 1),
    )  # fmt: skip
    run = replace(RUN, layout=layout)
    longer = replace(run, shape=replace(LLAMA_8B, sequence=8192.0))
    deeper = replace(run, shape=replace(LLAMA_8B, layers=64.0))
    for more in (longer, deeper):
        assert seconds(more) >= seconds(run)
        assert held(more, K).process >= held(run, K).process
    assert seconds(replace(run, layout=replace(layout, batch=2 * layout.batch))) >= seconds(run)


@settings(max_examples=40, deadline=None)
@given(tensor=SIZES, zero=st.sampled_from([0.0, 1.0, 2.0, 3.0]), data=SIZES)
def test_more_devices_never_need_more_memory_each(tensor: float, zero: float, data: float) -> None:
    """At the same layout and micro batch, twice the data parallel ranks hold no more each."""
    some = laid(devices=tensor * data * 2, tensor=tensor, zero=zero, batch=64.0)
    more = laid(devices=tensor * data * 4, tensor=tensor, zero=zero, batch=64.0)
    assert held(more, K).allocated <= held(some, K).allocated * (1 + 1e-12)


def test_rows_and_single_runs_agree() -> None:
    """A table gives what each of its rows gives alone, to 1e-12."""
    runs = [
        laid(devices=8.0 * tensor, tensor=tensor, zero=zero, batch=64.0)
        for tensor in (1.0, 2.0, 8.0)
        for zero in (0.0, 1.0, 3.0)
    ]
    table = together(runs, lambda values: numpy.array(values))
    assert step(table, K).total == pytest.approx([seconds(run) for run in runs], rel=1e-12)
    assert held(table, K).process == pytest.approx([float(held(run, K).process) for run in runs], rel=1e-12)


def serving(**changes: float) -> Serve:
    traffic = Traffic(
        tensor=1.0, pipeline=1.0, replicas=1.0, input=1024.0, output=256.0, concurrency=1.0, weight_bytes=2.0,
        kv_bytes=2.0, eight=0.0, eager=0.0, mixed=1.0,
    )  # fmt: skip
    return Serve(LLAMA_8B, H100, replace(traffic, **changes))


def test_decoding_is_no_faster_than_reading() -> None:
    """A token of an 8B model in 16 bits cannot come faster than an H100 reads 15 GB: 4.5 ms (SCALING)."""
    assert 4.5e-3 < float(answering(serving(), K).token_s) < 9e-3


def test_serving_grows_with_its_load() -> None:
    """More requests at once take longer a token, hold more, and give more tokens in all."""
    few, many = (answering(serving(concurrency=count), K) for count in (4.0, 32.0))
    assert many.token_s > few.token_s
    assert many.memory_bytes > few.memory_bytes
    assert 32 / many.token_s > 4 / few.token_s
