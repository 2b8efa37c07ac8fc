"""Waiting: how many replicas a load needs. Loads are requests a second, times seconds (KNEE)."""

import math

MOST_REPLICAS = 1000
"""More than this is a data centre, and another question."""
MANY = 4096
"""Of so many servers, below their knee, one is always free."""


def erlang_c(servers: int, load: float) -> float:
    """Probability that a request waits; `load` = arrivals x service time, below `servers`. By the recursion of losses
    (Erlang B), which no number of servers makes overflow."""
    if load >= servers:
        return 1.0
    lost = 1.0
    for k in range(1, servers + 1):
        lost = load * lost / (k + load * lost)
    return lost / (1.0 - load / servers * (1.0 - lost))


def wait_at(servers: int, load: float, service_s: float, percentile: float) -> float:
    """Seconds waited at a percentile: S ln(P_wait / (1-p)) / (c (1-rho)), never below zero."""
    if load >= servers:
        return math.inf
    if servers > MANY and load <= servers * knee(servers):
        return 0.0
    chance = erlang_c(servers, load) / (1.0 - percentile / 100.0)
    return max(0.0, service_s * math.log(max(chance, 1.0)) / (servers - load))


def md1_wait(utilisation: float, service_s: float) -> float:
    """Mean wait before one server whose service always takes the same: S rho / (2 (1-rho))."""
    return service_s * utilisation / (2.0 * (1.0 - utilisation))


def mm1_response(utilisation: float, service_s: float) -> float:
    """Mean wait and service of one server: S / (1-rho); the 99th percentile is 4.6 times that (KNEE)."""
    return service_s / (1.0 - utilisation)


def knee(servers: int) -> float:
    """Utilisation where the queue turns up: (c+1)^(-1/c). One server: 0.5; eight: 0.76."""
    return float((servers + 1) ** (-1.0 / servers))


def replicas(arrivals_per_s: float, service_s: float, limit_s: float, percentile: float, at_once: int = 1) -> int:
    """The fewest replicas below their knee, each answering `at_once` requests, whose wait and service stay within
    `limit_s`; 0 when none can."""
    if service_s > limit_s:
        return 0
    load = arrivals_per_s * service_s
    if load > MOST_REPLICAS * at_once:
        return 0
    count = max(1, math.ceil(load / at_once))
    while (
        load / (count * at_once) > knee(count * at_once)
        or wait_at(count * at_once, load, service_s, percentile) + service_s > limit_s
    ):
        count += 1 if count < 64 else count // 16
        if count > 2 * MOST_REPLICAS:
            return 0
    return count
