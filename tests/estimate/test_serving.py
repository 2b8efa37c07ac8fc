"""Serving estimates: latency, replicas, memory and cost, by topology."""

from dataclasses import replace

import pytest
from estimate.samples import DECODER, ENCODER, IMAGE, MLP, TREES
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import estimate
from advisor.estimate.replica import Gpu, forward_flops, on_cpu, on_gpu
from advisor.estimate.serving import CPU_HOUR_USD, TO_CLIENT, WAY
from advisor.values.workload import Span, exactly

L4 = Gpu("l4", 2.4e10, 3.0e11, 1.21e14, exactly(0.7))
H100 = Gpu("h100", 8e10, 3.35e12, 9.89e14, exactly(2.95))
GPUS = (L4, H100)
WORKS = (ENCODER, DECODER, IMAGE, MLP, TREES)
relaxed = settings(deadline=None, max_examples=50)


def asked(work, **limits):
    return replace(work, serving=replace(work.serving, **limits))


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.kind)
def test_every_topology_has_a_latency(work):
    """Each topology has a latency with its interval, and the value lies inside."""
    found = estimate.serving(work, GPUS)
    assert set(found.latency_s) == set(WAY) == set(found.token_s)
    for span in (*found.latency_s.values(), *found.token_s.values(), found.memory_bytes, found.cost_month_usd):
        assert 0 <= span.low <= span.value <= span.high


@relaxed
@given(work=st.sampled_from(WORKS), load=st.floats(0.1, 50.0), more=st.floats(1.0, 10.0))
def test_more_load_never_costs_less(work, load, more):
    """A higher peak never needs less money a month, as long as the limits can be met at all."""
    little = estimate.serving(asked(work, peak_per_s=load, latency_s=5.0), GPUS)
    much = estimate.serving(asked(work, peak_per_s=load * more, latency_s=5.0), GPUS)
    if little.replicas and much.replicas:
        assert much.cost_month_usd.value >= little.cost_month_usd.value * (1 - 1e-9)


@relaxed
@given(work=st.sampled_from(WORKS), latency=st.floats(0.05, 5.0))
def test_what_is_chosen_meets_the_latency(work, latency):
    """If replicas are named, an answer from them comes within the latency that was asked for."""
    found = estimate.serving(asked(work, latency_s=latency, peak_per_s=2.0), GPUS)
    if found.replicas:
        assert found.latency_s["rpc_service"].value <= latency * (1 + 1e-9)


def test_an_impossible_latency_has_no_replicas():
    """Nothing answers in a microsecond: zero replicas say so, and the latency shown is that of the fastest."""
    found = estimate.serving(asked(ENCODER, latency_s=1e-6), GPUS)
    assert found.replicas == 0
    assert found.latency_s["rpc_service"].value > 1e-6


def test_a_rate_of_tokens_that_memory_cannot_give_has_no_replicas():
    """If every further token takes longer than asked for, no number of replicas helps."""
    assert estimate.serving(asked(DECODER, token_s=1e-5, latency_s=5.0), GPUS).replicas == 0
    assert estimate.serving(asked(DECODER, token_s=0.1, latency_s=5.0), GPUS).replicas > 0


def test_eight_billion_parameters_decode_at_the_speed_of_memory():
    """8B in 16 bits on one H100 takes at least 4.8 ms a token alone, and 5 to 9 ms in a real engine (SCALING)."""
    alone = replace(H100, memory_bytes=1.8e10 / 0.9)
    replica = on_gpu(asked(DECODER, tokens=256.0, answer_tokens=64.0), alone)
    assert replica.name == "1x h100"
    assert replica.parallel < 60
    assert 0.0048 < replica.token_s.low < replica.token_s.value < 0.009


def test_large_models_stand_on_several_devices():
    """A model that one device cannot hold stands on a power of two of them, and costs as many."""
    size = exactly(7.0e10)
    work = replace(DECODER, model=replace(DECODER.model, parameters=size, active=size, layers=80.0, hidden=8192.0))
    replica = on_gpu(work, H100)
    assert replica.name == "4x h100"
    assert replica.hour_usd.value == pytest.approx(4 * 2.95)


def test_bert_answers_on_cpus_in_a_tenth_of_a_second():
    """BERT-base with 256 tokens takes 60 to 250 ms on a server of eight CPUs."""
    replica = on_cpu(asked(ENCODER, tokens=256.0), CPU_HOUR_USD)
    assert 0.06 < replica.first_s.value < 0.25


def test_a_tight_latency_moves_text_to_a_gpu():
    """What a CPU answers in time stays on CPUs; half that time needs an accelerator."""
    easy = asked(ENCODER, tokens=256.0, latency_s=1.0, peak_per_s=0.1)
    assert not estimate.serving(easy, GPUS).on_gpu
    assert estimate.serving(asked(easy, latency_s=0.05), GPUS).on_gpu


def test_trees_need_no_accelerator():
    """Boosted trees are served from CPUs, even where accelerators are cheap."""
    free = (replace(L4, hour_usd=exactly(0.0)),)
    found = estimate.serving(TREES, free)
    assert not found.on_gpu
    assert found.weights_bytes < 1e8


def test_the_way_to_the_client_counts_where_it_is_asked():
    """Latency measured at the client adds the way to every answer from a server, and none to one on the device."""
    here, there = (estimate.serving(ENCODER, GPUS, at_client=client) for client in (False, True))
    added = there.latency_s["rpc_service"].value - here.latency_s["rpc_service"].value
    assert added == pytest.approx(TO_CLIENT.value)
    assert there.latency_s["on_device"] == here.latency_s["on_device"]


def test_tables_looked_up_are_not_multiplied():
    """A single pass over a request does not multiply with the table of tokens, a decoder does once more."""
    seen = forward_flops(asked(ENCODER, tokens=100.0)).value
    body = 1.1e8 - 30522 * 768
    assert seen == pytest.approx((2 * body + 4 * 12 * 768 * 100) * 100)


def test_a_wider_size_widens_the_latency():
    """What is not known about the model is not known about the latency."""
    wide = replace(ENCODER, model=replace(ENCODER.model, active=Span(1.1e8, 5e7, 3e8)))
    sure, unsure = (on_cpu(work, CPU_HOUR_USD).first_s for work in (ENCODER, wide))
    assert unsure.high / unsure.low > sure.high / sure.low
