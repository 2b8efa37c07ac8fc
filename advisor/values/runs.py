"""A run as the formulas of estimating see it: shape of the model, layout, device, software. One row or a million.

Every field is a float or an array; arrays have one value a row. SI units: bytes, flop/s, bytes/s.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeVar

from advisor.number import Number

NO_CKPT, SELECTIVE, FULL = 0.0, 1.0, 2.0
"""What is computed again in backward: nothing, the attention, whole layers."""
ONE_F_ONE_B, ZB1P, ZB2P, ZBV = 0.0, 1.0, 2.0, 3.0
"""Schedules of a pipeline: one forward, one backward; without most of the bubble at the same memory, without any at
twice, without any over two half stages a device (ZERO_BUBBLE)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The model. Weights are counted a layer, as the mean over its layers.

    `attention_weights`, `dense_weights` (used by every token), `routed_weights` (experts; `routed_active` of them a
    token, in `copies` experts). `attended` is heads x size of a head; `kv_values` what a token leaves behind in a
    layer. `ffn_values` are what a token's MLP keeps for backward, `attending` the share of layers with attention,
    `causal` 1 or 0.

    Where a sample passes weights more or less than once a token (convolutions, tables that are only looked up), all
    that are stored count as `routed_weights` and what is multiplied as `routed_active`, without `copies`. `kernels` are
    those of a layer over a transformer's, `largest` the share of all activations that whole recomputation leaves where
    layers are of unequal size. `filled` is the share of a sequence that is computed, where padding is left out; `gated`
    1 where an MLP has a gate, and so three products for four values of its width instead of two for two.
    `image` 1 where a sample is an image: its constants are those of images, a token is a sample.
    """

    layers: Number
    hidden: Number
    heads: Number
    attended: Number
    kv_values: Number
    attention_weights: Number
    dense_weights: Number
    routed_weights: Number
    routed_active: Number
    copies: Number
    ffn_values: Number
    vocabulary: Number
    tied: Number
    causal: Number
    attending: Number
    sequence: Number
    kernels: Number = 1.0
    largest: Number = 0.0
    filled: Number = 1.0
    gated: Number = 0.0
    image: Number = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """How the run is spread. `micro` sequences a replica at a time, `batch` in a step; `node` devices share fast links.

    `zero` is 0 to 3; `checkpoint` one of NO_CKPT, SELECTIVE, FULL; `hybrid` 1 where states are sharded in a node only;
    `last` 1 where memory is looked at on the last stage, else on the fullest. `schedule` of a pipeline: ONE_F_ONE_B,
    interleaved where `virtual` is above 1, or one that puts weights' gradients where a stage would idle.
    """

    devices: Number
    tensor: Number
    pipeline: Number
    virtual: Number
    context: Number
    expert: Number
    zero: Number
    hybrid: Number
    micro: Number
    batch: Number
    checkpoint: Number
    sequence_parallel: Number
    node: Number
    last: Number
    schedule: Number = 0.0


@dataclass(frozen=True, slots=True)
class Device:
    """One accelerator; `modern` 1 from the generation on that needs its own kernels (sm_90).

    `flops` and `flops_8` are dense peaks in 16 bits (or what the run multiplies in) and in 8; `reach` the best measured
    share of `flops`; `link` and `fabric` bytes/s one way within and between nodes, each, `host_link` to and from the
    machine's own memory. `host` 1 for the processors of
    a machine, which launch their kernels themselves. `scalar` is flop/s in 32 bits outside of matrix units, `clock` Hz
    at work.
    """

    memory: Number
    modern: Number
    flops: Number
    flops_8: Number
    reach: Number
    bandwidth: Number
    link: Number
    fabric: Number
    host: Number = 0.0
    host_link: Number = 2.5e10
    scalar: Number = 6.7e13
    clock: Number = 1.755e9


@dataclass(frozen=True, slots=True)
class Software:
    """`fused` 1 where kernels are compiled or fused, 0 eager; `flash` 1 where scores of attention are never stored, 2
    where its kernels are also made for the device's generation, 0.75 where they are the first that did so;
    `overlapping` 1 where communication of tensor parallelism runs beside its matrix products; `eight` 1 where matrices
    are multiplied in 8 bits. Bytes a value of weights, gradients and states (master copy and moments); `trained` is the
    share of weights that are trained, `logit_bytes` what a logit takes with its copies. `backward` 0 where nothing runs
    backward but a small head.
    `gradients_stay` 1 where gradients have buffers of their own; 0 where backward makes them as it frees activations.
    `eager` 1 where norms, activations and casts are operations of their own, which keep copies for backward; `native` 1
    where PyTorch's own parallelism and selective recomputation run; `mlp_kept` the share of an MLP's values that are
    not computed again. `states_away`, `weights_away`, `activations_away` 1 where
    gradients and states, weights, what backward needs lie in the machine's memory; its processors then update weights.
    """

    fused: Number
    flash: Number
    overlapping: Number
    eight: Number
    activation_bytes: Number
    weight_bytes: Number
    gradient_bytes: Number
    state_bytes: Number
    trained: Number
    logit_bytes: Number
    backward: Number = 1.0
    gradients_stay: Number = 1.0
    eager: Number = 0.0
    native: Number = 0.0
    mlp_kept: Number = 1.0
    states_away: Number = 0.0
    weights_away: Number = 0.0
    activations_away: Number = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    shape: Shape
    layout: Layout
    device: Device
    software: Software


@dataclass(frozen=True, slots=True)
class Traffic:
    """How a model is served: `replicas` copies, each over `tensor` x `pipeline` devices; requests of `input` tokens
    answered in `output`; `concurrency` of them at once. Bytes a weight and a kept value; `eight` 1 where
    matrices are multiplied in 8 bits. `eager` 1 where each kernel is launched from Python, 2 where weights are unpacked
    by kernels of their own; `mixed` 1 where prefill takes time from decoding on the same devices;
    `fused` 1 where all-reduces are fused with the kernels around them.
    `drafted` tokens are guessed before each pass, each kept with the chance `accepted` and made in the share `drafting`
    of a pass's time."""

    tensor: Number
    pipeline: Number
    replicas: Number
    input: Number
    output: Number
    concurrency: Number
    weight_bytes: Number
    kv_bytes: Number
    eight: Number
    eager: Number
    mixed: Number
    fused: Number = 0.0
    drafted: Number = 0.0
    accepted: Number = 0.0
    drafting: Number = 0.0


@dataclass(frozen=True, slots=True)
class Serve:
    shape: Shape
    device: Device
    traffic: Traffic


Part = TypeVar("Part", Shape, Layout, Device, Software, Traffic)


def _joined(parts: list[Part], join: Callable[[list[float]], Number]) -> Part:
    names = [field.name for field in fields(parts[0])]
    return type(parts[0])(**{name: join([getattr(part, name) for part in parts]) for name in names})


def together(runs: list[Run], join: Callable[[list[float]], Number]) -> Run:
    """Many runs as one whose fields are made by `join` from theirs."""
    return Run(
        _joined([run.shape for run in runs], join),
        _joined([run.layout for run in runs], join),
        _joined([run.device for run in runs], join),
        _joined([run.software for run in runs], join),
    )


def served_together(runs: list[Serve], join: Callable[[list[float]], Number]) -> Serve:
    """Many serving runs as one whose fields are made by `join` from theirs."""
    return Serve(
        _joined([run.shape for run in runs], join),
        _joined([run.device for run in runs], join),
        _joined([run.traffic for run in runs], join),
    )
