"""Queues: how long requests wait, and how many replicas a load needs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.queue import erlang_c, knee, replicas, wait_at

LOADS = st.floats(0.01, 200.0)
SERVICES = st.floats(0.001, 5.0)
PERCENTILES = st.sampled_from((50.0, 90.0, 95.0, 99.0, 99.9))


def meets(count, arrivals_per_s, service_s, limit_s, percentile):
    load = arrivals_per_s * service_s
    return load / count <= knee(count) and wait_at(count, load, service_s, percentile) + service_s <= limit_s


@given(arrivals=LOADS, service=SERVICES, room=st.floats(1.0, 20.0), percentile=PERCENTILES)
def test_replicas_meet_the_limit_and_one_fewer_does_not(arrivals, service, room, percentile):
    """The number of replicas keeps the wait within the limit; with one fewer the limit or the knee is passed."""
    limit = service * room
    count = replicas(arrivals, service, limit, percentile)
    if not count:
        assert arrivals * service > 900 or room < 1.0 + 1e-9
        return
    assert meets(count, arrivals, service, limit, percentile)
    if 1 < count <= 64:
        assert not meets(count - 1, arrivals, service, limit, percentile)


@given(arrivals=LOADS, service=SERVICES, room=st.floats(1.1, 20.0), percentile=PERCENTILES, more=st.floats(1.0, 3.0))
def test_more_load_never_needs_fewer_replicas(arrivals, service, room, percentile, more):
    """Twice the requests never need fewer replicas; a looser limit never needs more."""
    count = replicas(arrivals, service, service * room, percentile)
    busier = replicas(arrivals * more, service, service * room, percentile)
    assert not busier or busier >= count
    assert replicas(arrivals, service, service * room * more, percentile) <= count or not count


@given(servers=st.integers(1, 300), utilisation=st.floats(0.01, 0.99))
def test_the_chance_to_wait_is_one_and_falls_with_servers(servers, utilisation):
    """The probability to wait lies between 0 and 1, and more servers at the same utilisation make it smaller."""
    chance = erlang_c(servers, servers * utilisation)
    assert 0.0 <= chance <= 1.0
    assert erlang_c(servers + 1, (servers + 1) * utilisation) <= chance + 1e-12


@given(utilisation=st.floats(0.01, 0.99))
def test_one_server_waits_as_often_as_it_is_busy(utilisation):
    """With one server, a request waits exactly when the server is busy."""
    assert erlang_c(1, utilisation) == pytest.approx(utilisation)


def test_a_service_that_is_too_slow_has_no_number_of_replicas():
    """If one request alone takes longer than the limit, no number of replicas helps; nor for a load without end."""
    assert replicas(1.0, 0.3, 0.2, 99.0) == 0
    assert replicas(1e7, 0.1, 1.0, 99.0) == 0


def test_an_overloaded_queue_never_ends():
    """At or above the capacity of the servers the wait has no bound."""
    assert wait_at(2, 2.0, 1.0, 99.0) == math.inf


def test_no_requests_need_one_replica():
    """A service nobody calls still has one replica."""
    assert replicas(0.0, 0.1, 1.0, 99.0) == 1
