"""Waiting: how many replicas a load needs. Loads are requests a second, times seconds (KNEE)."""

import math

MOST_SERVERS = 1000
"""More than this is a data centre, and another question."""


def erlang_c(servers: int, load: float) -> float:
    """Probability that a request waits; `load` = arrivals x service time, below `servers`."""
    if load >= servers:
        return 1.0
    term, total = 1.0, 1.0
    for k in range(1, servers):
        term *= load / k
        total += term
    last = term * load / servers * servers / (servers - load)
    return last / (total + last)


def wait_at(servers: int, load: float, service_s: float, percentile: float) -> float:
    """Seconds waited at a percentile: S ln(P_wait / (1-p)) / (c (1-rho)), never below zero."""
    if load >= servers:
        return math.inf
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


def replicas(arrivals_per_s: float, service_s: float, limit_s: float, percentile: float) -> int:
    """The fewest servers below their knee whose wait and service stay within `limit_s`; 0 when none can."""
    if service_s > limit_s:
        return 0
    load = arrivals_per_s * service_s
    if load > MOST_SERVERS:
        return 0
    servers = max(1, math.ceil(load))
    while load / servers > knee(servers) or wait_at(servers, load, service_s, percentile) + service_s > limit_s:
        servers += 1 if servers < 64 else servers // 16
        if servers > 2 * MOST_SERVERS:
            return 0
    return servers
