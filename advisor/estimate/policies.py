"""Bytes a value of weights, gradients and optimizer states, by optimizer, precision and what is trained."""

from collections.abc import Mapping

Policy = tuple[float, float, float]
"""(weights, gradients, states with their master copy)."""

MIXED: Mapping[str, Policy] = {
    "adamw_mixed": (6.0, 4.0, 8.0), "sgd": (6.0, 4.0, 4.0), "adamw_bf16_states": (6.0, 4.0, 4.0),
    "adamw8bit": (6.0, 4.0, 2.0), "paged8bit": (6.0, 4.0, 2.0), "adafactor": (6.0, 4.0, 0.5),
    "muon_hybrid": (6.0, 4.0, 4.0), "all_bf16_adamw": (2.0, 2.0, 4.0), "all_bf16_adam8bit": (2.0, 2.0, 2.0),
}  # fmt: skip
"""fp32 weights, gradients and two moments, beside working copies in 16 bits, 18 bytes with AdamW; the last two keep no
fp32 copy (ML_ENG, MEGATRON, BNB, TITAN, MUON, TUNE). What an adapter's optimizer does to the few values that it
trains is counted as AdamW."""
WORKING = 2.0
"""Of the 6 bytes of a weight those of its copy in 16 bits, which sharded weights have only while they are used."""
ADAPTER: Policy = (2.0, 4.0, 12.0)
"""A frozen weight in 16 bits; a trained value with fp32 gradient, master copy and moments (PEFT)."""
NF4_BYTES = 0.55
"""A 4-bit weight with its scales (PEFT, FLUX_QLORA)."""
RANK = 16.0
HEAD_PARAMETERS = 1e6
"""Of a linear head on frozen features."""
EMBEDDING_ADAM_BYTES = 16.0
"""An embedding value in fp32 with its gradient and Adam's states (TORCHREC)."""


def policy(optimizer: str, *, plain: bool, sharded: bool) -> Policy:
    """Bytes where all weights are trained; `plain` in fp32, without a second copy of anything."""
    weight, gradient, state = MIXED.get(optimizer, MIXED["adamw_mixed"])
    if plain:
        return 4.0, 4.0, state
    return (weight - WORKING if sharded and weight > 4.0 else weight), gradient, state


def with_states(found: Policy) -> Policy:
    """The fp32 copy of the weights counted with the states, where both are divided and the working copy is not: 6 bytes
    and 12 over the ranks (MEGATRON)."""
    weight, gradient, state = found
    master = weight - WORKING if weight > 4.0 else 0.0
    return weight - master, gradient, state + master


def adapter_parameters(layers: float, hidden: float, ffn: float, rank: float = RANK) -> float:
    """Trained values of adapters on every linear layer: r (in + out) for q, k, v, o and three MLP matrices (PEFT)."""
    return rank * layers * (8.0 * hidden + 3.0 * (hidden + ffn))
