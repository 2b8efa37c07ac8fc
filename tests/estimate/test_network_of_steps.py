"""What layouts cost on the links, against each other, whatever the constants."""

from dataclasses import replace

import pytest
from estimate.test_layouts import RUN, K, laid

from advisor.estimate.layers import micro_s
from advisor.estimate.links import gradients_s, tensor_s
from advisor.estimate.steps import step
from advisor.values.runs import FULL, NO_CKPT, SELECTIVE, Run

PYTORCH = replace(RUN.software, overlapping=0.0, native=1.0, flash=1.0)


def of(run: Run, **software: float) -> Run:
    return replace(run, software=replace(run.software, **software))


@pytest.mark.parametrize("tensor", [2.0, 4.0, 8.0, 16.0])
def test_tensor_parallelism_between_nodes_is_slower(tensor: float) -> None:
    """The same degree within a node takes at most a quarter of what it takes where nodes are smaller than it."""
    run = laid(devices=tensor, tensor=tensor, batch=16.0)
    inside = tensor_s(replace(run, layout=replace(run.layout, node=16.0)), K)
    outside = tensor_s(replace(run, layout=replace(run.layout, node=1.0)), K)
    assert outside > 4.0 * inside > 0.0


@pytest.mark.parametrize("tensor", [1.0, 2.0, 4.0])
def test_twice_the_tensor_parallelism_is_no_free_lunch(tensor: float) -> None:
    """A micro batch twice as large over twice as many devices for a layer takes longer: products are narrower, and
    results are exchanged."""

    def layers_s(tensor: float, micro: float) -> float:
        parts = step(laid(devices=8.0, tensor=tensor, micro=micro, batch=16.0), K)
        return float(parts.matmul + parts.attention + parts.moving + parts.tensor)

    assert layers_s(2.0 * tensor, 2.0) > layers_s(tensor, 1.0)


def test_selective_recomputation_costs_between_none_and_all() -> None:
    """PyTorch's selective recomputation costs less than all and more than none, and so does Megatron's."""
    for run in (RUN, replace(RUN, software=PYTORCH)):
        none, some, all_ = (
            float(step(replace(run, layout=replace(run.layout, checkpoint=kind)), K).total)
            for kind in (NO_CKPT, SELECTIVE, FULL)
        )
        assert none < some < all_


def test_pytorch_keeps_attention_where_megatron_does_not() -> None:
    """By operation every second product runs again and attention does not; elsewhere it is the other way round."""
    some = laid(checkpoint=SELECTIVE)
    megatron, pytorch = micro_s(some, K), micro_s(of(some, native=1.0), K)
    plain = micro_s(laid(checkpoint=NO_CKPT), K)
    assert megatron.matmul == plain.matmul < pytorch.matmul
    assert pytorch.attention == plain.attention < megatron.attention


def test_sharding_within_nodes_pays_at_many_ranks_only() -> None:
    """Over 1,024 devices states sharded within a node are faster than over all ranks, whose rings are long."""
    slow = of(laid(devices=1024.0, zero=1.0, batch=8192.0), overlapping=0.0)
    near = replace(slow, layout=replace(slow.layout, hybrid=1.0))
    assert gradients_s(near, 1.0, K) < gradients_s(slow, 1.0, K)
    few = of(laid(devices=8.0, zero=1.0, batch=64.0), overlapping=0.0)
    assert gradients_s(few, 1.0, K) == pytest.approx(float(gradients_s(of(few, overlapping=1.0), 1.0, K)), rel=1e-9)


def test_attention_is_slower_on_short_sequences_and_with_its_first_kernels() -> None:
    """At the same number of tokens attention takes a time that grows less than the sequence; the kernels of the first
    FlashAttention take longer than those of the second."""
    short, long = (
        float(
            micro_s(
                replace(RUN, shape=replace(RUN.shape, sequence=length), layout=replace(RUN.layout, micro=many)), K
            ).attention
        )
        for length, many in ((1024.0, 16.0), (16384.0, 1.0))
    )
    assert 8.0 * short < long < 16.0 * short
    assert micro_s(of(RUN, flash=0.75), K).attention > micro_s(of(RUN, flash=1.0), K).attention


def test_sequence_parallelism_divides_what_norms_move() -> None:
    """Without it every rank of tensor parallelism moves the values around attention and MLP whole."""
    whole = micro_s(laid(devices=8.0, tensor=8.0), K).moving
    divided = micro_s(laid(devices=8.0, tensor=8.0, sequence_parallel=1.0), K).moving
    assert divided == pytest.approx(float(micro_s(laid(), K).moving) / 8.0)
    assert whole > 1.2 * divided
