"""What one device computes and moves for one micro batch, in seconds.

Letters: T tokens of a micro batch on a device, L layers, h hidden, s sequence, V vocabulary, t tensor parallel degree.
Every function takes floats or arrays that broadcast.
"""

from dataclasses import dataclass

from advisor.number import Number, choose, larger
from advisor.values.constants import Constants
from advisor.values.runs import FULL, NO_CKPT, SELECTIVE, Run, Shape

SHORT_ATTENTION = 650.0
"""Tokens of a sequence at which attention runs at half the speed that it reaches on long ones: 83, 118, 150, 171, 182
and 190 TFLOP/s forward and backward at 512 to 16,384 tokens, causal, on an A100 (FLASH)."""
FIRST_FLASH, FIRST = 0.57, 0.75
"""What the first FlashAttention reaches of the second's speed on an A100 (FLASH), and the number that stands for it;
numbers between it and 1 stand for kernels of which nobody says which they are."""
BACKWARD_ATTENTION = 2.5
"""Five matrix products in backward for two in forward: fused attention computes the scores again (FLASH)."""


@dataclass(frozen=True, slots=True)
class Micro:
    """Seconds that one layer and the head take for a micro batch, forward and backward."""

    matmul: Number
    attention: Number
    moving: Number
    launching: Number
    head: Number

    @property
    def layer(self) -> Number:
        """A layer takes as long as its kernels, or as launching them."""
        return larger(self.matmul + self.attention + self.moving, self.launching)


def active_weights(shape: Shape) -> Number:
    """Weights of a layer that a token passes."""
    return shape.attention_weights + shape.dense_weights + shape.routed_active


def layer_weights(shape: Shape) -> Number:
    """All weights of a layer."""
    return shape.attention_weights + shape.dense_weights + shape.routed_weights


def table_weights(shape: Shape) -> Number:
    """Tables of tokens at both ends, one where they are tied."""
    return shape.vocabulary * shape.hidden * (2.0 - shape.tied)


def parameters(shape: Shape) -> Number:
    """All weights of the model."""
    return layer_weights(shape) * shape.layers + table_weights(shape)


def attention_flops(shape: Shape, tokens: Number) -> Number:
    """Forward: two products of 2 T s d a flops, half of them where attention is causal (SCALING, EAI_CALC)."""
    return 4.0 * tokens * shape.sequence * shape.filled * shape.attended * shape.attending * (1.0 - 0.5 * shape.causal)


def tokens_a_device(run: Run) -> Number:
    """Tokens of a micro batch on a device, without padding that is left out."""
    return run.layout.micro * run.shape.sequence * run.shape.filled / run.layout.context


USUAL_WIDTH = 4096.0
"""Hidden size that constants of matrix products refer to."""
MASKED = 0.15
"""Tokens that an encoder predicts of those it reads (BERT's pre-training: 15% are masked)."""


def predicted_tokens(run: Run, tokens: Number) -> Number:
    """Tokens that logits are computed for."""
    return tokens * choose(run.shape.causal > 0, 1.0, MASKED)


def recomputed(run: Run) -> Number:
    """1 where whole layers run forward twice."""
    return choose(run.layout.checkpoint >= FULL, 1.0, 0.0)


def by_operation(run: Run) -> Number:
    """1 where selective recomputation keeps every second matrix product and what attention gives, as PyTorch's does
    (TITAN); elsewhere it computes attention again and nothing else (KORTHIKANTI)."""
    return choose(run.layout.checkpoint == SELECTIVE, run.software.native, 0.0)


def micro_s(run: Run, k: Constants) -> Micro:
    """Seconds of a layer and of the head for one micro batch, without communication."""
    tokens, again = tokens_a_device(run), recomputed(run)
    passes = 1.0 + run.software.backward * (1.0 + run.software.trained) + again + 0.5 * by_operation(run)
    again = again + by_operation(run)
    return Micro(
        matmul=2.0 * active_weights(run.shape) * tokens * passes / run.layout.tensor / matmul_rate(run, k),
        attention=_attention(run, k, tokens),
        moving=_moving(run, k, tokens) * _share_of_passes(run, again),
        launching=_launching(run, k) * _share_of_passes(run, again),
        head=_head(run, k, tokens),
    )  # fmt: skip


def _share_of_passes(run: Run, again: Number) -> Number:
    """Passes over one forward and one backward, which counts twice; forward once more where layers run twice."""
    return (1.0 + 2.0 * run.software.backward + again) / 3.0


def _launching(run: Run, k: Constants) -> Number:
    """Seconds to launch a layer's kernels, forward and backward; a host runs them itself."""
    launched = choose(run.software.fused > 0.5, k["launch_fused"], k["launch_eager"])
    return launched * run.shape.kernels * choose(run.device.host > 0, k["launch_host"], 1.0)


def matmul_rate(run: Run, k: Constants) -> Number:
    """flop/s of a layer's matrix products: a share of the best large one, less where the matrices are too small to fill
    an accelerator and where weights of 4 bits are unpacked at every use. Wider layers need fewer tokens: a product has
    as many tiles as tokens x width, each as deep as the width; networks without one are taken as usual."""
    width = choose(run.shape.hidden > 0, run.shape.hidden, USUAL_WIDTH)
    short = choose(run.device.host > 0, 0.0, k["short"]) * run.layout.tensor**0.5 * USUAL_WIDTH / width
    fill = 1.0 / (1.0 + short / tokens_a_device(run))
    plain, eight = run.device.flops * k["matmul"], run.device.flops_8 * k["matmul_8"]
    unpacked = choose(run.software.weight_bytes < 1.0, k["unpacking"], 1.0)
    return choose(run.software.eight > 0.5, eight, plain) * run.device.reach * fill / unpacked


def _attention(run: Run, k: Constants, tokens: Number) -> Number:
    """Arithmetic of attention; where scores are stored, also their way to memory and back. What is known of kernels and
    short sequences is known of accelerators: on processors attention is taken as on long ones."""
    forward = attention_flops(run.shape, tokens) / run.layout.tensor
    backward = choose(run.software.flash > 0.5, BACKWARD_ATTENTION, 2.0)
    again = choose(run.layout.checkpoint > NO_CKPT, 1.0, 0.0) - by_operation(run)
    passes = 1.0 + backward * run.software.backward + again
    fused = (run.software.flash > 0.5) * (run.device.host <= 0.0)
    older = fused * (run.software.flash < 2.0) * (run.device.modern > 0.0)
    first = 1.0 - fused * (1.0 - FIRST_FLASH) * larger(1.0 - run.software.flash, 0.0) / (1.0 - FIRST)
    short = choose(fused, SHORT_ATTENTION, 0.0) / run.shape.sequence
    share = choose(older, k["attention_older"], k["attention"]) * first / (1.0 + short)
    arithmetic = forward * passes / (run.device.flops * run.device.reach * share)
    scores = (
        tokens
        * run.shape.sequence
        * run.shape.filled
        * run.shape.heads
        * run.shape.attending
        * run.software.activation_bytes
    )
    moves = choose(run.software.fused > 0.5, k["score_moves"], k["score_moves_eager"])
    moves = moves * (1.0 + 2.0 * run.software.backward + again) / 3.0
    stored = moves * scores / run.layout.tensor / run.device.bandwidth
    return arithmetic + choose(run.software.flash > 0.5, 0.0, stored)


AROUND = 3.0
"""Of the values that are moved those of norms, dropout and residuals: sequence parallelism divides them, which takes 6%
of a layer's forward pass (KORTHIKANTI, table 4)."""


def _moving(run: Run, k: Constants, tokens: Number) -> Number:
    """Norms, activations, residuals and casts: every kept value is moved some times, fewer in fused kernels."""
    moves = choose(run.software.fused > 0.5, k["moves_fused"], k["moves_eager"])
    moves = moves + run.software.eight * k["moves_8"]
    split = run.layout.tensor
    around = AROUND * run.shape.hidden / choose(run.layout.sequence_parallel > 0.0, split, 1.0)
    inside = (8.0 - AROUND) * run.shape.hidden + 2.0 * run.shape.attended + run.shape.ffn_values
    return moves * (around + inside / split) * tokens * run.software.activation_bytes / run.device.bandwidth


def _head(run: Run, k: Constants, tokens: Number) -> Number:
    """Logits forward and backward, always in 16 bits or more, and their moves at 4 bytes; none where none are kept."""
    size = predicted_tokens(run, tokens) * run.shape.vocabulary / run.layout.tensor * (run.software.logit_bytes > 0)
    rate = run.device.flops * run.device.reach * k["matmul"]
    return 6.0 * size * run.shape.hidden / rate + k["logit_moves"] * 4.0 * size / run.device.bandwidth
