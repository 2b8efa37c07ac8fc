"""Networks of images as the formulas of steps and memory see them: convolutions, vision transformers, diffusion.

A sample passes every weight as often as the network multiplies with it, so a network is told by its multiplications a
sample, by the values that convolutions and matrix products put out, and by those that are kept for backward. Small and
depthwise convolutions are bound by the values they move, not by what they multiply.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.estimate.doubt import OFF_STATES
from advisor.number import Number, anywhere, ceiling, choose, larger
from advisor.values.constants import Constants, Fitted, Spread
from advisor.values.runs import Shape

OWN: Mapping[str, str] = {
    "matmul": "image_matmul", "short": "image_short", "moves_fused": "image_moves", "moves_eager": "image_moves_planes",
    "launch_fused": "image_launch", "launch_eager": "image_launch", "kept_inside": "image_kept",
}  # fmt: skip
"""The constants that networks of images have of their own, in the place of those of language models."""
FORWARD: Mapping[str, str] = {**OWN, "moves_fused": "image_moves_forward", "moves_eager": "image_moves_forward"}
"""The same of what is only answered: norms are folded, nothing is kept."""
TRAINED, ANSWERED = 1.0, 2.0
USUAL_PIXELS, LEAST_TOKENS = 224.0, 0.01
KERNELS = 3.5
"""Kernels for each convolution or matrix product, with norms, activations and sums (median of 618 networks counted)."""
KEPT = 1.9
"""Values kept for backward over those that convolutions and matrix products put out (the same; 1.2 to 3.3)."""
PEAK = 0.12
"""Of all values put out the share that the largest operation reads and writes (the same; 0.04 to 0.35)."""
HELD_AT_ONCE = 2.0
"""Inputs and outputs of the largest operation that are there without backward, with a second branch."""


@dataclass(frozen=True, slots=True)
class Network:
    """One sample: `parameters`, `macs` multiplied and added, `values` that convolutions and matrix products put out,
    `kept` for backward, `peak` values of the largest operation, `kernels` launched."""

    parameters: Number
    macs: Number
    values: Number
    kept: Number
    peak: Number
    kernels: Number


def image_shape(network: Network, pixels: Number, *, trained: Number = 1.0, largest: Number = 0.0) -> Shape:
    """The shape for samples of `pixels` a side; a token stands for as much of one as an image of 224. Without
    backward (`trained` 0) a layer holds what its largest operation does. What is kept beside what is moved stands as
    `kv_values`."""
    layers = ceiling(larger(network.kernels / KERNELS, 1.0))
    tokens = larger((pixels / USUAL_PIXELS) ** 2, LEAST_TOKENS)
    moved = network.values / layers / tokens
    held = choose(trained > 0, network.kept / layers, HELD_AT_ONCE * network.peak) / tokens
    return Shape(
        layers=layers, hidden=0.0, heads=1.0, attended=0.0, kv_values=held - moved, attention_weights=0.0,
        dense_weights=0.0, routed_weights=network.parameters / layers,
        routed_active=network.macs / layers / tokens, copies=0.0,
        ffn_values=moved, vocabulary=0.0, tied=1.0, causal=0.0, attending=0.0, sequence=tokens, kernels=KERNELS,
        largest=largest, image=float(choose(trained > 0, TRAINED, ANSWERED)),
    )  # fmt: skip


def constants_of(shape: Shape, k: Constants) -> Constants:
    """The constants that hold for the shape: of rows that are images those of images."""
    if not anywhere(shape.image > 0):
        return k
    answered = shape.image == ANSWERED
    own = {name: choose(answered, k[FORWARD[name]], k[trained]) for name, trained in OWN.items()}
    return {**k, **{name: choose(shape.image > 0, value, k[name]) for name, value in own.items()}}


def fitted_for(kind: str, fitted: Fitted) -> Fitted:
    """What estimating a kind of work rests on: of images their own constants and widths, under the usual names."""
    if kind != "image":
        return fitted
    k, spreads = fitted.constants, fitted.spreads
    own = {name: k[mine] for name, mine in OWN.items()}
    return Fitted({**k, **own}, {**spreads, "step": spreads["image"], "memory": spreads["image_memory"]})


def images_range(states: Number, rest: Number, spread: Spread, matters: float) -> tuple[Number, Number]:
    """(low, high) of states, which are counted, and the rest of a device; `matters` is how far assumptions move it."""
    low, high = spread.around(1.0, matters)
    return states * OFF_STATES[0] + rest * low, states * OFF_STATES[1] + rest * high
