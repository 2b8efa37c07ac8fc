"""Serving estimates: latency, replicas, memory and cost, by topology."""

from dataclasses import replace

import pytest
from estimate.samples import DECODER, ENCODER, FITTED, IMAGE, MLP, TREES
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import catalog, estimate
from advisor.estimate.handheld import held
from advisor.estimate.hardware import cheapest
from advisor.estimate.replica import WHOLE, Way, replica
from advisor.estimate.serving import TO_CLIENT, WAY
from advisor.rates.sites import accelerator_site
from advisor.values.workload import Places, Span, exactly

TABLES = catalog.load()
L4, H100 = (
    replace(accelerator_site(TABLES.accelerators[id], TABLES.prices[id]), price=exactly(usd))
    for id, usd in (("l4", 0.7), ("h100-sxm5-80gb", 2.95))
)
SITES = (L4, H100)
WORKS = (ENCODER, DECODER, IMAGE, MLP, TREES)
PLAIN = Way(1.0, 1.0, 4.0)
relaxed = settings(deadline=None, max_examples=50)


def serving(work, sites=SITES, **how):
    return estimate.serving(work, Places(sites), FITTED, **how)


def on(work, site, way=PLAIN):
    return replica(work, site, way, FITTED)


def asked(work, **limits):
    return replace(work, serving=replace(work.serving, **limits))


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.kind)
def test_every_topology_has_a_latency(work):
    """Each topology has a latency with its interval, and the value lies inside."""
    found = serving(work)
    assert set(found.latency_s) == set(WAY) == set(found.token_s)
    for span in (*found.latency_s.values(), *found.token_s.values(), found.memory_bytes, found.cost_month_usd):
        assert 0 <= span.low <= span.value <= span.high


@relaxed
@given(work=st.sampled_from(WORKS), load=st.floats(0.1, 50.0), more=st.floats(1.0, 10.0))
def test_more_load_never_costs_less(work, load, more):
    """A higher peak never needs less money a month, as long as the limits can be met at all."""
    little = serving(asked(work, peak_per_s=load, latency_s=5.0))
    much = serving(asked(work, peak_per_s=load * more, latency_s=5.0))
    if little.replicas and much.replicas:
        assert much.cost_month_usd.value >= little.cost_month_usd.value * (1 - 1e-9)


@relaxed
@given(work=st.sampled_from(WORKS), latency=st.floats(0.05, 5.0))
def test_what_is_chosen_meets_the_latency(work, latency):
    """If replicas are named, an answer from them comes within the latency that was asked for."""
    found = serving(asked(work, latency_s=latency, peak_per_s=2.0))
    if found.replicas:
        assert found.latency_s["rpc_service"].value <= latency * (1 + 1e-9)


def test_an_impossible_latency_has_no_replicas():
    """Nothing answers in a microsecond: zero replicas say so, and the latency shown is that of the fastest."""
    found = serving(asked(ENCODER, latency_s=1e-6))
    assert found.replicas == 0
    assert found.latency_s["rpc_service"].value > 1e-6


def test_a_rate_of_tokens_that_memory_cannot_give_has_no_replicas():
    """If every further token takes longer than asked for, no number of replicas helps."""
    assert serving(asked(DECODER, token_s=1e-5, latency_s=5.0)).replicas == 0
    assert serving(asked(DECODER, token_s=0.1, latency_s=5.0)).replicas > 0


def test_eight_billion_parameters_decode_at_the_speed_of_memory():
    """8B in 16 bits on one H100 takes at least 4.8 ms a token alone, and 5 to 9 ms in a real engine (SCALING)."""
    alone = on(asked(DECODER, tokens=256.0, answer_tokens=64.0), H100, Way(1.0, 1.0, 2.0))
    assert 0.0048 < alone.token_s.value < 0.009
    assert alone.token_s.low < alone.token_s.value < alone.token_s.high


@relaxed
@given(parallel=st.sampled_from((1.0, 4.0, 16.0)), devices=st.sampled_from((1.0, 2.0, 4.0)))
def test_sharing_a_replica_is_slower_for_each_and_faster_for_all(parallel, devices):
    """Twice the requests at once never come sooner and hold more, yet give more tokens in all; fewer bits never hold
    more."""
    few, many = (on(DECODER, H100, Way(devices, count, 2.0)) for count in (parallel, 2 * parallel))
    assert many.token_s.value >= few.token_s.value
    assert many.first_s.value >= few.first_s.value
    assert many.memory_bytes > few.memory_bytes
    assert 2 * parallel / many.token_s.value > parallel / few.token_s.value
    assert on(DECODER, H100, Way(devices, parallel, 1.0)).memory_bytes < few.memory_bytes


def test_large_models_stand_on_several_devices():
    """A 70B model that one device cannot hold stands on several, and costs as many."""
    size = exactly(7.0e10)
    model = replace(DECODER.model, parameters=size, active=size, layers=80.0, hidden=8192.0, ffn=28672.0)
    work = asked(replace(DECODER, model=model), latency_s=5.0)
    found = cheapest(work, Places((H100,)), 0.0, FITTED)
    assert found.count
    assert found.way.devices in (4.0, 8.0)
    assert found.hour_usd.value == pytest.approx(found.way.devices * 2.95)
    assert found.name == f"{found.way.devices:g}x H100-SXM5-80GB"


def test_fewer_bits_are_tried_where_sixteen_are_too_slow():
    """A model whose 16-bit weights cannot be read in time is offered in 8 bits, and the name says so."""
    quickest = min(on(DECODER, H100, Way(float(2**many), 1.0, 2.0)).token_s.value for many in range(4))
    wish = asked(DECODER, token_s=0.98 * quickest, latency_s=5.0, peak_per_s=0.01)
    found = serving(wish, (H100,))
    assert found.replicas
    assert "weights in 8 bits" in found.hardware
    assert "bits" not in serving(asked(wish, token_s=1.1 * quickest), (H100,)).hardware


def test_bert_answers_on_cpus_in_a_tenth_of_a_second():
    """BERT-base with 256 tokens takes 60 to 250 ms on a server of eight CPUs."""
    assert 0.06 < on(asked(ENCODER, tokens=256.0), WHOLE).first_s.value < 0.25


def test_a_phone_is_slower_than_a_server():
    """The same network answers later on the user's device than on a server's processors."""
    for work in (ENCODER, IMAGE, TREES):
        assert on(work, held(work.serving)).first_s.value > on(work, WHOLE).first_s.value


@pytest.mark.parametrize("devices", [(), ("ios",), ("android", "ios"), ("embedded",), ("macos",), ("browser", "macos")])
def test_more_memory_is_no_slower_device(devices: tuple[str, ...]):
    """Of the same kinds of devices, those with more memory are never slower."""
    sites = [
        held(replace(DECODER.serving, devices=devices, device_memory_bytes=size)) for size in (3e5, 1e9, 3e9, 6e9, 1e10)
    ]
    times = [on(DECODER, site).token_s.value for site in sites]
    assert times == sorted(times, reverse=True)


def test_the_slowest_kind_of_device_decides():
    """A phone beside a laptop is planned for as the phone."""
    both = held(replace(DECODER.serving, devices=("ios", "macos"), device_memory_bytes=3e9))
    assert both == held(replace(DECODER.serving, devices=("ios",), device_memory_bytes=3e9))
    assert dict(both.flops) != dict(held(replace(DECODER.serving, devices=("macos",))).flops)


def test_resnet_answers_in_a_moment():
    """ResNet-50 takes 5 to 60 ms an image on eight CPUs and less than 5 on an L4."""
    assert 0.005 < on(IMAGE, WHOLE).first_s.value < 0.06
    assert on(IMAGE, L4, Way(1.0, 1.0, 2.0)).first_s.value < 0.005


def test_a_tight_latency_moves_text_to_a_gpu():
    """What a CPU answers in time stays on CPUs; half that time needs an accelerator."""
    easy = asked(ENCODER, tokens=256.0, latency_s=1.0, peak_per_s=0.1)
    assert not serving(easy).on_gpu
    assert serving(asked(easy, latency_s=0.05)).on_gpu


def test_trees_need_no_accelerator():
    """Boosted trees are served from CPUs, even where accelerators are cheap."""
    free = (replace(L4, price=exactly(0.0)),)
    found = serving(TREES, free)
    assert not found.on_gpu
    assert found.weights_bytes < 1e8


def test_the_way_to_the_client_counts_where_it_is_asked():
    """Latency measured at the client adds the way to every answer from a server, and none to one on the device."""
    here, there = (serving(ENCODER, at_client=client) for client in (False, True))
    added = there.latency_s["rpc_service"].value - here.latency_s["rpc_service"].value
    assert added == pytest.approx(TO_CLIENT.value)
    assert there.latency_s["on_device"] == here.latency_s["on_device"]


def test_tables_looked_up_are_not_multiplied():
    """A larger vocabulary takes an encoder no longer, and a decoder, whose table is multiplied with, does."""
    large = replace(
        ENCODER, model=replace(ENCODER.model, vocabulary=1000.0, parameters=exactly(8.7e7), active=exactly(8.7e7))
    )
    assert on(ENCODER, WHOLE).first_s.value == pytest.approx(on(large, WHOLE).first_s.value, rel=0.02)


def test_a_wider_size_widens_the_latency():
    """What is not known about the model is not known about the latency."""
    size = Span(1.1e8, 5e7, 3e8)
    wide = replace(ENCODER, model=replace(ENCODER.model, active=size, parameters=size))
    sure, unsure = (on(work, WHOLE).first_s for work in (ENCODER, wide))
    assert unsure.high / unsure.low > sure.high / sure.low
