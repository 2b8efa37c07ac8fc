"""One formula of the literature at a time, as the model of steps, memory and serving gives it.

Everything else is taken away: constants at what is ideal, links that never wait, models without all that is not asked.
"""

from dataclasses import replace

from advisor.catalog.constants import constants
from advisor.estimate.answering import answering, prefill_s
from advisor.estimate.holding import held, logit_bytes
from advisor.estimate.kept import activations
from advisor.estimate.kept import layer_activations as kept_by_layer
from advisor.estimate.layers import active_weights, attention_flops
from advisor.estimate.links import gradients_s
from advisor.estimate.steps import step
from advisor.values.runs import FULL, NO_CKPT, Device, Layout, Run, Serve, Shape, Software, Traffic

IDEAL = {
    **constants(), "matmul": 1.0, "short": 0.0, "fragments": 1.0, "workspace": 0.0, "context": 0.0, "collectives": 0.0,
    "link_reach": 1.0, "fabric_reach": 1.0, "serve_bandwidth": 1.0, "serve_matmul": 1.0, "serve_layer": 0.0,
    "serve_step": 0.0, "serve_request": 0.0, "serve_prompt": 0.0, "serve_eight": 1.0,
    "launch_eager": 0.0, "launch_fused": 0.0,
}  # fmt: skip
SHAPE = Shape(
    layers=1.0, hidden=1.0, heads=1.0, attended=1.0, kv_values=2.0, attention_weights=0.0, dense_weights=1.0,
    routed_weights=0.0, routed_active=0.0, copies=0.0, ffn_values=0.0, vocabulary=0.0, tied=1.0, causal=1.0,
    attending=1.0, sequence=1.0,
)  # fmt: skip
LAYOUT = Layout(
    devices=1.0, tensor=1.0, pipeline=1.0, virtual=1.0, context=1.0, expert=1.0, zero=0.0, hybrid=0.0, micro=1.0,
    batch=1.0, checkpoint=NO_CKPT, sequence_parallel=0.0, node=1e9, last=0.0,
)  # fmt: skip
DEVICE = Device(
    memory=8e10, modern=0.0, flops=1e15, flops_8=2e15, reach=1.0, bandwidth=1e30, link=1.0, fabric=1.0
)  # fmt: skip
SOFTWARE = Software(
    fused=1.0, flash=1.0, overlapping=0.0, eight=0.0, activation_bytes=2.0, weight_bytes=2.0, gradient_bytes=2.0,
    state_bytes=12.0, trained=1.0, logit_bytes=6.0,
)  # fmt: skip
RUN = Run(SHAPE, LAYOUT, DEVICE, SOFTWARE)


def sized(parameters, layers=1.0, **layout):
    """A model that is nothing but so many weights."""
    return replace(
        RUN,
        shape=replace(SHAPE, layers=layers, dense_weights=parameters / layers),
        layout=replace(LAYOUT, **layout),
    )


def flops_token(parameters, layers, hidden, sequence, causal):
    shape = replace(
        SHAPE, layers=layers, hidden=hidden, attended=hidden, dense_weights=parameters / layers, sequence=sequence,
        causal=float(causal),
    )  # fmt: skip
    return 3.0 * layers * (2.0 * active_weights(shape) + attention_flops(shape, 1.0))


def train_time(parameters, tokens, devices, flops, mfu):
    return flops_token(parameters, 1.0, 1.0, 0.0, True) * tokens / (devices * flops * mfu)


def _states(run):
    kept = held(run, IDEAL)
    return kept.weights + kept.gradients + kept.states


def states(parameters, bytes_each, shards):
    run = sized(parameters, devices=shards, zero=3.0)
    return _states(
        replace(run, software=replace(SOFTWARE, weight_bytes=bytes_each, gradient_bytes=0.0, state_bytes=0.0))
    )


def zero(parameters, ranks, stage):
    return _states(sized(parameters, devices=ranks, zero=float(stage)))


def _layer(tokens, hidden, ffn, gated, **changes):
    shape = replace(
        SHAPE, hidden=hidden, attended=hidden, kv_values=2.0 * hidden, ffn_values=(4.0 if gated else 2.0) * ffn,
        gated=float(gated), sequence=tokens,
    )  # fmt: skip
    return replace(RUN, shape=replace(shape, **changes))


def layer_activations(tokens, hidden, ffn, gated, eager=0.0):
    run = _layer(tokens, hidden, ffn, gated)
    return kept_by_layer(replace(run, software=replace(SOFTWARE, eager=eager)), IDEAL)


def unfused_attention(tokens, heads, sequence):
    run = _layer(sequence, 1.0, 1.0, False, heads=heads)
    run = replace(run, layout=replace(LAYOUT, micro=tokens / sequence))
    stored = replace(run, software=replace(SOFTWARE, flash=0.0))
    return kept_by_layer(stored, IDEAL) - kept_by_layer(run, IDEAL)


def checkpointed(tokens, hidden, layers, one_layer):
    run = _layer(tokens, hidden, 1.0, False, layers=layers)
    run = replace(run, layout=replace(LAYOUT, checkpoint=FULL))
    return activations(run, IDEAL) - kept_by_layer(run, IDEAL) + one_layer


def logits(tokens, vocabulary, bytes_each=6.0):
    run = _layer(tokens, 1.0, 1.0, False, vocabulary=vocabulary)
    return logit_bytes(replace(run, software=replace(SOFTWARE, logit_bytes=bytes_each)))


def ddp_traffic(parameters, bytes_each, ranks):
    run = sized(parameters, devices=ranks)
    return gradients_s(replace(run, software=replace(SOFTWARE, gradient_bytes=bytes_each)), 1.0, IDEAL)


def fsdp_traffic(parameters, bytes_each, ranks):
    return bytes_each / 2.0 * gradients_s(sized(parameters, devices=ranks, zero=3.0), 1.0, IDEAL)


def hsdp_traffic(parameters, bytes_each, shards, nodes):
    run = sized(parameters, devices=float(shards * nodes), zero=3.0, hybrid=1.0, node=float(shards))
    within = replace(run, layout=replace(run.layout, devices=float(shards), hybrid=0.0))
    software, device = replace(SOFTWARE, gradient_bytes=bytes_each), replace(DEVICE, fabric=1.0 / shards)
    whole, inside = (replace(one, software=software, device=device) for one in (run, within))
    return gradients_s(whole, 1.0, IDEAL) - gradients_s(inside, 1.0, IDEAL)


def pipeline_bubble(stages, micro_batches):
    run = sized(1e9, layers=float(stages), devices=float(stages), pipeline=float(stages), batch=float(micro_batches))
    parts = step(replace(run, device=replace(DEVICE, link=1e30)), IDEAL)
    return parts.bubble / (parts.matmul + parts.attention + parts.moving + parts.launching)


def _serve(parameters, batch, context, kv_values, flops=1e30, bandwidth=1e30):
    traffic = Traffic(
        tensor=1.0, pipeline=1.0, replicas=1.0, input=context, output=0.0, concurrency=batch, weight_bytes=2.0,
        kv_bytes=2.0, eight=0.0, eager=0.0, mixed=0.0,
    )  # fmt: skip
    shape = replace(SHAPE, dense_weights=parameters, kv_values=kv_values, attended=0.0, hidden=0.0)
    return Serve(shape, replace(DEVICE, memory=1e30, flops=flops, bandwidth=bandwidth), traffic)


def kv_token(layers, kv_width):
    some, more = (_serve(1.0, 1.0, context, 2.0 * kv_width) for context in (0.0, 1.0))
    kept = [
        answering(
            replace(run, shape=replace(run.shape, layers=layers), traffic=replace(run.traffic, output=1.0)), IDEAL
        )
        for run in (some, more)
    ]
    return kept[1].memory_bytes - kept[0].memory_bytes


def decode_time(weights, batch, context, kv_token, bandwidth):
    run = _serve(weights / 2.0, batch, context, kv_token / 2.0, bandwidth=bandwidth)
    return answering(replace(run, traffic=replace(run.traffic, output=1e-9)), IDEAL).reading


def prefill_time(parameters, tokens, flops, reach):
    return prefill_s(_serve(parameters, 1.0, tokens, 0.0, flops=flops), {**IDEAL, "serve_prefill": reach})


def critical_batch(flops, bandwidth):
    many = 1e6
    run = _serve(1e9, many, 0.0, 0.0, flops=flops, bandwidth=bandwidth)
    found = answering(replace(run, traffic=replace(run.traffic, output=1.0)), IDEAL)
    return found.reading / ((found.reading + found.arithmetic) / many)
