"""The parts of a training estimate, each where it alone decides."""

from dataclasses import replace

import pytest
from estimate.samples import DECODER, ENCODER, FITTED, GPU, IMAGE, ONE, train

from advisor.estimate.policies import ADAPTER, NF4_BYTES, adapter_parameters
from advisor.estimate.runs import LOGIT_BYTES
from advisor.estimate.shapes import LARGEST
from advisor.estimate.training import EVALUATION, SETUP_S
from advisor.values.workload import exactly

STATES, KEPT = "weights, gradients, optimizer states", "activations, logits, buffers"
WORKSPACE = FITTED.constants["workspace"]
FREE = tuple((dtype, exactly(1e21)) for dtype in ("fp32", "bf16"))
"""Arithmetic that takes no time."""


def steps(work, *candidates):
    return train(work, *candidates).step_s[:, 0]


def part(name, work, *candidates):
    return train(work, *candidates).parts[name][:, 0]


def batched(work, batch):
    return replace(work, training=replace(work.training, batch=float(batch)))


def test_sharded_weights_are_gathered_in_every_pass():
    """Twenty samples a device in micro batches of sixteen are two passes, and move twice the bytes of one."""
    slow = replace(GPU, link=exactly(1e7))
    candidate = replace(ONE, site=slow, count=2, parallel="fsdp2", micro_batch=16.0)
    one, two = (steps(batched(ENCODER, batch), candidate)[0] for batch in (32, 40))
    assert two / one == pytest.approx(2.0, rel=0.02)


def test_a_small_model_waits_for_its_launches():
    """With free arithmetic and memory a step is launching its layers, a third more with recomputation."""
    site = replace(GPU, flops=FREE, bandwidth=exactly(1e18))
    plain = replace(ONE, site=site, micro_batch=32.0)
    launched = steps(ENCODER, plain, replace(plain, checkpointing=True))
    assert launched[0] == pytest.approx(12 * 0.9e-3, rel=0.01)
    assert launched[1] / launched[0] == pytest.approx(4 / 3, rel=0.01)


def test_frozen_weights_spare_a_third_of_the_arithmetic():
    """LoRA computes no gradients of frozen weights; unpacking 4-bit weights takes some of that back."""
    full, lora, qlora = steps(
        DECODER, *(replace(ONE, mode=mode, micro_batch=2.0) for mode in ("full_finetune", "lora", "qlora"))
    )
    assert 0.6 < lora / full < 0.8
    assert 1.05 < qlora / lora < 1.15


def test_a_linear_probe_only_looks():
    """With a frozen encoder there is one forward pass and no backward."""
    full, probe = steps(
        ENCODER, *(replace(ONE, mode=mode, micro_batch=32.0) for mode in ("full_finetune", "linear_probe"))
    )
    assert 0.3 < probe / full < 0.5


def test_recomputing_moves_more_too():
    """Where moving activations is all that takes time, recomputation takes a third more of it."""
    site = replace(GPU, flops=FREE)
    plain = replace(ONE, site=site, micro_batch=256.0)
    moved = steps(IMAGE, plain, replace(plain, checkpointing=True))
    assert moved[1] / moved[0] == pytest.approx(4 / 3, rel=0.02)


def test_states_of_mixed_precision():
    """A full fine-tune holds 18 bytes a parameter; over N devices an Nth of 16, their working copy gathered aside."""
    whole, sharded = part(STATES, DECODER, ONE, replace(ONE, count=8, parallel="fsdp2"))
    assert whole == pytest.approx(18 * 8.03e9)
    assert sharded == pytest.approx(16 * 8.03e9 / 8)


def test_states_of_adapters():
    """LoRA holds 2 bytes a frozen parameter and 18 a trained one; QLoRA 0.55, with both tables of tokens and, for a
    moment, the layer in use in 16 bits."""
    lora, qlora = part(STATES, DECODER, *(replace(ONE, mode=mode) for mode in ("lora", "qlora")))
    trained = sum(ADAPTER[1:]) * adapter_parameters(32, 4096, 14336)
    tables = 2 * 128256 * 4096
    body = 8.03e9 - tables
    assert lora == pytest.approx(2 * 8.03e9 + trained)
    assert qlora == pytest.approx(body * (NF4_BYTES + 2 / 32) + 2 * tables + trained)


def test_optimizers_take_less():
    """8-bit states spare six bytes a parameter."""
    small = replace(DECODER, training=replace(DECODER.training, optimizer="adamw8bit"))
    assert part(STATES, DECODER, ONE)[0] - part(STATES, small, ONE)[0] == pytest.approx(6 * 8.03e9)


def test_embedding_tables_are_held():
    """A billion values of embedding tables take 16 GB with their gradients and states."""
    work = replace(ENCODER, model=replace(ENCODER.model, embedding_values=1e9))
    assert part(STATES, work, ONE)[0] - part(STATES, ENCODER, ONE)[0] == pytest.approx(1.6e10)


def test_activations_of_an_image_network():
    """What is counted is kept, with a little beside; checkpointing leaves a third of it; fp32 doubles it."""
    plain = replace(ONE, micro_batch=64.0)
    ways = (plain, replace(plain, checkpointing=True), replace(plain, precision="fp32"))
    mixed, kept, wide = part(KEPT, IMAGE, *ways) - WORKSPACE
    assert 1.0 <= mixed / (64 * 4.3e7) < 1.1
    assert kept == pytest.approx(LARGEST * mixed, rel=0.1)
    assert wide == pytest.approx(2 * mixed)


def test_activations_of_a_decoder():
    """Every layer is kept (norms in fp32 and what reads them, queries, keys and values of all heads, a gated MLP: TUNE,
    TITAN), and the logits of every token."""
    found = part(KEPT, DECODER, replace(ONE, micro_batch=2.0))[0] - WORKSPACE
    around, inside = 8 * 4096, 4 * 4096 + 4 * 14336
    layers = 32 * 2 * 2 * 2048 * (around + inside)
    assert found == pytest.approx(layers + LOGIT_BYTES * 2 * 2048 * 128256)


def test_a_run_is_its_steps_and_their_surroundings():
    """Samples x epochs / batch steps, with evaluation, after setting up."""
    table = train(ENCODER, ONE)
    count = 1e5 * 3 / 32
    assert table.run_s[0, 0] == pytest.approx(table.step_s[0, 0] * count * EVALUATION + SETUP_S[1])


def test_every_device_gets_a_sample():
    """A batch smaller than the devices is one sample on each, so the run has fewer steps, each as long as that."""
    spread = replace(ONE, count=8, parallel="ddp")
    table = train(batched(DECODER, 2), spread)
    assert table.step_s[0, 0] == pytest.approx(steps(batched(DECODER, 8), spread)[0])
    assert table.run_s[0, 0] == pytest.approx(table.step_s[0, 0] * 1e5 * 3 / 8 * EVALUATION + SETUP_S[1])


def test_reduced_gradients_hide_behind_arithmetic():
    """On a fast link data parallelism over eight devices takes little longer than one at the same share."""
    alone = steps(batched(DECODER, 8), replace(ONE, micro_batch=8.0))[0]
    spread = steps(batched(DECODER, 64), replace(ONE, count=8, parallel="ddp", micro_batch=8.0))[0]
    assert alone < spread < 1.2 * alone
