"""Answering token by token.

Letters: P parameters, w bytes a weight, F flop a second, W bytes a second of device memory.
"""

from advisor.number import Number


def decode_time(weights: Number, batch: Number, context: Number, kv_token: Number, bandwidth: Number) -> Number:
    """Seconds a token: all weights and everybody's keys and values are read once, (P w + batch x context x kv)/W
    (SCALING)."""
    return (weights + batch * context * kv_token) / bandwidth


def prefill_time(parameters: Number, tokens: Number, flops: Number, reach: Number) -> Number:
    """Seconds to the first token without a queue: 2 P prompt / (F reach) (SCALING)."""
    return 2.0 * parameters * tokens / (flops * reach)


def critical_batch(flops: Number, bandwidth: Number) -> Number:
    """Tokens at once above which decoding waits for arithmetic and no longer for memory: F / W (SCALING)."""
    return flops / bandwidth
