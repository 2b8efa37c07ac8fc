"""Cost and energy."""

from advisor.number import Number

SERVER_OVERHEAD = (1.3, 1.4, 1.5)
"""The rest of the server over its accelerators (EXPERT)."""
PUE = (1.09, 1.25, 1.5)
"""Power of the building over power of the machines (ENERGY_PROMPT)."""
LOAD = (0.6, 0.75, 0.9)
"""Power drawn over the rated power in training (ML_ENG)."""
HIDDEN = (0.3, 0.4, 0.5)
"""Storage, egress and idle time over the price of the devices (GPU_TIERS)."""


def train_cost(device_s: Number, price_per_hour: Number, hidden: Number) -> Number:
    """USD: device-hours x price x (1 + storage, egress, idle) (GPU_TIERS)."""
    return device_s / 3600.0 * price_per_hour * (1.0 + hidden)


def energy(device_s: Number, rated_w: Number, load: Number, overhead: Number) -> Number:
    """Joules: device-seconds x rated power x load x server and building overhead (ML_ENG)."""
    return device_s * rated_w * load * overhead


def breakeven_tokens(replica_cost: Number, price_per_token: Number) -> Number:
    """Tokens a month above which one's own replica is cheaper than an API (EXPERT)."""
    return replica_cost / price_per_token
