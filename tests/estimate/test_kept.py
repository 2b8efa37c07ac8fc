"""What layers keep for backward, and how far memory may be off."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.constants import constants, document, spreads
from advisor.estimate.doubt import Doubt, memory_range
from advisor.estimate.holding import held
from advisor.estimate.kept import (
    activations,
    every_second_product,
    in_flight,
    in_flight_last,
    layer_activations,
    layer_input,
    micro_batch,
)
from advisor.values.runs import FULL, NO_CKPT, SELECTIVE, ZB2P, Device, Layout, Run, Shape, Software

K = constants()
LLAMA = Shape(
    layers=32.0, hidden=4096.0, heads=32.0, attended=4096.0, kv_values=2048.0, attention_weights=41943040.0,
    dense_weights=3 * 4096 * 14336.0, routed_weights=0.0, routed_active=0.0, copies=0.0, ffn_values=4 * 14336.0,
    vocabulary=128256.0, tied=0.0, causal=1.0, attending=1.0, sequence=8192.0, gated=1.0,
)  # fmt: skip
GPT = replace(LLAMA, kv_values=8192.0, dense_weights=8 * 4096.0**2, ffn_values=8 * 4096.0, gated=0.0)
LAYOUT = Layout(
    devices=8.0, tensor=1.0, pipeline=1.0, virtual=1.0, context=1.0, expert=1.0, zero=3.0, hybrid=0.0, micro=2.0,
    batch=16.0, checkpoint=NO_CKPT, sequence_parallel=0.0, node=8.0, last=0.0,
)  # fmt: skip
DEVICE = Device(
    memory=8e10, modern=1.0, flops=9.89e14, flops_8=1.98e15, reach=0.8, bandwidth=3.35e12, link=4.5e11, fabric=5e10
)  # fmt: skip
EAGER = Software(
    fused=0.0, flash=1.0, overlapping=0.0, eight=0.0, activation_bytes=2.0, weight_bytes=4.0, gradient_bytes=4.0,
    state_bytes=8.0, trained=1.0, logit_bytes=12.0, gradients_stay=0.0, eager=1.0, native=1.0,
)  # fmt: skip
RUN = Run(LLAMA, LAYOUT, DEVICE, EAGER)
FUSED = replace(RUN, software=replace(EAGER, fused=1.0, eager=0.0, native=0.0))


def laid(run: Run, **changes: float) -> Run:
    return replace(run, layout=replace(run.layout, **changes))


def test_a_fused_layer_keeps_what_its_products_read():
    """34 bytes a value of the hidden size with a plain MLP of four times the width and dropout (KORTHIKANTI); with a
    gate no masks, and three values of its width instead of four."""
    tokens = 2 * 8192.0
    plain = layer_activations(replace(FUSED, shape=GPT), K)
    assert plain == pytest.approx(34 * 4096 * tokens)
    gated = layer_activations(FUSED, K)
    assert gated == pytest.approx(2 * tokens * (4 * 4096 + 2 * 4096 + 2048 + 3 * 14336))


def test_an_eager_layer_keeps_norms_in_fp32_keys_of_all_heads_and_every_value_of_its_mlp():
    """45 bytes a value of the hidden size for Llama 3.2 3B, as torchtune's own table has them, against 32 compiled."""
    shape = replace(
        LLAMA, hidden=3072.0, attended=3072.0, kv_values=2048.0, dense_weights=3 * 3072 * 8192.0, ffn_values=4 * 8192.0
    )
    each = 2 * 8192.0 * 3072
    eager = layer_activations(replace(RUN, shape=shape), K) / each
    compiled = layer_activations(replace(FUSED, shape=shape), K) / each
    assert eager == pytest.approx(45, abs=1)
    assert compiled == pytest.approx(31, abs=2)


def test_selective_recomputation_keeps_every_second_product():
    """Input, queries, values, what attention gives, the first and the last product of the MLP: 15.5 bytes a value of
    the hidden size for Llama 8B, of which torchtitan's runs kept 16 to 18 with the layer at work."""
    run = laid(RUN, checkpoint=SELECTIVE)
    each = 2 * 8192.0 * 4096
    assert every_second_product(run) / each == pytest.approx(15.5)
    assert activations(run, K) == pytest.approx(32 * every_second_product(run) + layer_activations(run, K))


def test_what_is_computed_again_is_there_once_however_many_micro_batches_are_under_way():
    """With whole recomputation each micro batch of a pipeline keeps inputs of layers; one layer is at work."""
    run = laid(RUN, checkpoint=FULL, pipeline=4.0, zero=1.0, devices=4.0)
    found = held(run, K)
    each, working = micro_batch(run, K)
    assert (each, working) == (8 * layer_input(run), layer_activations(run, K))
    first, last = 4 * each + working, each + working
    assert float(found.activations) in (pytest.approx(first), pytest.approx(last))


@pytest.mark.parametrize(
    ("stages", "virtual", "first", "last"), [(1, 1, 1, 1), (4, 1, 4, 1), (4, 3, 5, 3), (2, 6, 2 + 1 / 6, 2 - 1 / 6)]
)
def test_micro_batches_of_the_first_and_the_last_stage(stages, virtual, first, last):
    """p and one in 1F1B; interleaved p + (p-1)/v and p - (p-1)/v: 3 of them are what Megatron's tests hold on the last
    of 4 stages of 3 virtual ones, to the hundredth of all their memory."""
    run = laid(RUN, pipeline=float(stages), virtual=float(virtual), devices=float(stages), batch=64.0)
    assert float(in_flight(run)) == pytest.approx(first)
    assert float(in_flight_last(run)) == pytest.approx(last)


def test_no_stage_keeps_more_micro_batches_than_there_are():
    """Two micro batches of a step are all that any stage keeps."""
    run = laid(RUN, pipeline=4.0, virtual=4.0, devices=4.0, batch=4.0)
    assert float(in_flight(run)) == 2
    assert float(in_flight_last(run)) == 2
    assert float(in_flight_last(laid(run, virtual=1.0, schedule=ZB2P, batch=64.0))) == 4


def test_pytorchs_tensor_parallelism_keeps_gathered_inputs():
    """Inputs of products are whole on every rank, though norms are divided; Megatron gathers them again."""
    split = {"tensor": 8.0, "sequence_parallel": 1.0, "devices": 64.0}
    ours, megatron = laid(FUSED, **split), laid(FUSED, **split)
    ours = replace(ours, software=replace(ours.software, native=1.0))
    more = layer_activations(ours, K) - layer_activations(megatron, K)
    assert more == pytest.approx(2 * 2 * 8192 * 4096 * 2 * (1 - 1 / 8))


@pytest.mark.parametrize(("kept", "share"), [(1.0, 1.0), (0.5, 0.5), (0.0, 0.0)])
def test_recomputing_the_mlp_alone_leaves_a_share_of_its_values(kept, share):
    """Half of a plain MLP's values where its activation is computed again, none where its first product is too."""
    run = replace(FUSED, shape=GPT, software=replace(FUSED.software, mlp_kept=kept))
    none = replace(run, software=replace(run.software, mlp_kept=0.0))
    mlp = 2 * 2 * 8192 * 8 * 4096
    assert layer_activations(run, K) - layer_activations(none, K) == pytest.approx(share * mlp)


RUNS = st.builds(
    lambda micro, sequence, tensor, context, zero, ckpt, eager, native: replace(
        RUN,
        shape=replace(LLAMA, sequence=sequence),
        layout=replace(
            LAYOUT, devices=64.0, micro=micro, batch=64.0 * micro, tensor=tensor, context=context, zero=zero,
            checkpoint=ckpt, sequence_parallel=float(tensor > 1),
        ),
        software=replace(EAGER, eager=eager, native=native),
    ),
    st.sampled_from([1.0, 2.0, 4.0]), st.sampled_from([1024.0, 4096.0, 32768.0]), st.sampled_from([1.0, 2.0, 8.0]),
    st.sampled_from([1.0, 2.0]), st.sampled_from([0.0, 1.0, 2.0, 3.0]), st.sampled_from([NO_CKPT, SELECTIVE, FULL]),
    st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0]),
)  # fmt: skip


@given(RUNS)
def test_more_to_hold_is_never_less_memory(run):
    """Longer sequences, larger micro batches, more layers and eager kernels never need less; more tensor parallelism,
    checkpointing and sharding never more of activations or states."""
    before = held(run, K)
    for more in (
        replace(run, shape=replace(run.shape, sequence=2 * run.shape.sequence)),
        laid(run, micro=2 * run.layout.micro, batch=2 * run.layout.batch),
        replace(run, shape=replace(run.shape, layers=run.shape.layers + 8)),
        replace(run, software=replace(run.software, eager=1.0)),
    ):
        assert float(held(more, K).process) >= float(before.process) * (1 - 1e-12)
    assert activations(laid(run, checkpoint=FULL), K) <= activations(run, K) * (1 + 1e-12)
    divided = held(laid(run, tensor=2 * run.layout.tensor, sequence_parallel=1.0), K)
    assert float(divided.allocated) <= float(before.allocated) * (1 + 1e-12)
    assert float(held(laid(run, zero=3.0), K).counted) <= float(before.counted) * (1 + 1e-12)


@given(RUNS)
def test_parts_add_up_and_context_parallelism_divides(run):
    """Allocated, reserved and process are sums of their parts; twice the context parallelism with twice the sequence
    keeps the same."""
    found = held(run, K)
    parts = (found.weights, found.gradients, found.states, found.activations, found.logits, found.buffers)
    assert float(found.allocated) == pytest.approx(float(sum(parts)))
    assert float(found.process) == pytest.approx(float(found.allocated + found.fragments + found.context))
    spread = replace(
        laid(run, context=2 * run.layout.context), shape=replace(run.shape, sequence=2 * run.shape.sequence)
    )
    assert activations(spread, K) == pytest.approx(activations(run, K))


DOUBTS = st.builds(Doubt, *(4 * [st.floats(0, 2)]))


@given(st.floats(1e6, 1e12), st.floats(1e6, 1e12), DOUBTS, DOUBTS)
def test_doubts_only_widen_the_range(states, rest, one, other):
    """The range holds the estimate; another doubt never makes it narrower, in no order."""
    spread = spreads()["memory"]
    low, high = memory_range(states, rest, spread, one)
    assert low <= states + rest <= high
    wider_low, wider_high = memory_range(states, rest, spread, one.beside(other))
    assert wider_low <= low * (1 + 1e-12)
    assert wider_high >= high * (1 - 1e-12)
    assert other.beside(one).less == pytest.approx(one.beside(other).less)


def test_the_range_of_a_run_described_in_full_says_something():
    """Of a device that holds as much in states as beside them, 90% lie between 15% less and 40% more."""
    low, high = memory_range(1.0, 1.0, spreads()["memory"])
    assert low > 2.0 * 0.85
    assert high < 2.0 * 1.4


def test_fitted_constants_of_memory_carry_rows_and_sources():
    """What is fitted on rows of memory names at least two sources that it rests on."""
    fitted = [row for row in document()["constants"] if row["group"] == "memory"]
    assert [row["id"] for row in fitted] == ["fragments"]
    assert all(row["rows"] > 20 and len(row["sources"]) >= 2 for row in fitted)
