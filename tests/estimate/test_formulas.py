"""Every formula against the vectors of its sources."""

from importlib import import_module
from pathlib import Path

import pytest
import yaml
from estimate import by_model

from advisor.estimate import compute
from advisor.estimate.policies import ADAPTER, MIXED, adapter_parameters, policy

VECTORS = yaml.safe_load((Path(__file__).parent / "vectors.yaml").read_text())
BYTES = {
    "adamw_mixed": 18, "adamw_bf16_states": 14, "adamw8bit": 12, "sgd": 14, "muon_hybrid": 14, "all_bf16_adamw": 8,
    "all_bf16_adam8bit": 6,
}  # fmt: skip
"""Bytes a parameter by the tables of ML_ENG, MEGATRON, BNB, TITAN."""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["formula"])
def test_vector(vector):
    """A formula gives what its source calculated or measured."""
    module, name = vector["call"].split(".")
    room = by_model if module == "by_model" else import_module(f"advisor.estimate.{module}")
    found = getattr(room, name)(**vector["of"])
    assert float(found) * vector.get("times", 1.0) == pytest.approx(vector["gives"], rel=vector["within"])


def test_every_vector_names_its_source():
    """Each vector says where it comes from and whether it was measured."""
    assert all(vector["source"] and vector["kind"] in ("calc", "measured") for vector in VECTORS)


def test_bubble_of_the_whole_time():
    """Eight stages and 32 micro-batches idle 17.9% of the time they take."""
    idle = by_model.pipeline_bubble(8, 32)
    assert idle / (1 + idle) == pytest.approx(0.179, abs=0.001)


@pytest.mark.parametrize(("optimizer", "each"), BYTES.items())
def test_an_optimizer_takes_what_its_policy_takes(optimizer, each):
    """Weights, gradients and states of an optimizer come to the bytes of its sources."""
    assert sum(policy(optimizer, plain=False, sharded=False)) == each


@pytest.mark.parametrize("optimizer", MIXED)
def test_fp32_keeps_no_second_copy(optimizer):
    """In fp32 a weight and its gradient take four bytes each; AdamW's states eight more."""
    weight, gradient, state = policy(optimizer, plain=True, sharded=False)
    assert (weight, gradient) == (4, 4)
    assert weight + gradient + state <= 16


def test_sharded_weights_have_their_working_copy_only_while_used():
    """Over many devices AdamW takes 16 bytes a parameter: the copy in 16 bits is gathered layer by layer (TITAN)."""
    assert sum(policy("adamw_mixed", plain=False, sharded=True)) == 16


def test_activations_of_a_long_sequence_lie_in_the_measured_range():
    """8B at 32768 tokens with checkpointing: 8 + 7 + 16 GiB were measured (ML_ENG)."""
    layer = by_model.layer_activations(32768, 4096, 14336, True, eager=1.0)
    assert 0.75 * layer <= 7 * 2**30 <= 1.35 * layer
    kept = by_model.checkpointed(32768, 4096, 32, layer)
    assert kept == pytest.approx(15 * 2**30, rel=0.25)


def test_adapters_of_a_8b_model_are_under_one_per_cent():
    """Rank 16 on every linear layer of an 8B model trains some 42 million values, at 18 bytes each."""
    assert 3.5e7 < adapter_parameters(32, 4096, 14336) < 5e7
    assert sum(ADAPTER) == 18


@pytest.mark.parametrize(
    ("measured_gib", "parameters", "bytes_each"), [(14.4 / 1.0737, 2.85e9, 2.0), (8.5, 3.21e9, 2.0)]
)
def test_lora_leaves_room_for_its_weights(measured_gib, parameters, bytes_each):
    """Frozen weights in 16 bits take most, and never more, of what LoRA was measured to take (PEFT, TUNE)."""
    held = by_model.states(parameters, bytes_each, 1)
    assert 0.35 * measured_gib * 2**30 < held < measured_gib * 2**30


def test_communication_is_at_best_hidden():
    """A step takes at least its arithmetic, at least its traffic, at most both together."""
    for compute_s, comm_s in ((2.0, 1.0), (1.0, 2.0), (1.0, 0.0)):
        hidden, bare = compute.overlapped(compute_s, comm_s, 0.0), compute.overlapped(compute_s, comm_s, 1.0)
        assert hidden == max(compute_s, comm_s)
        assert bare == compute_s + comm_s
