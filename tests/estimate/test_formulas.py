"""Every formula against the vectors of its sources."""

from importlib import import_module
from pathlib import Path

import pytest
import yaml

from advisor.estimate import compute, memory

VECTORS = yaml.safe_load((Path(__file__).parent / "vectors.yaml").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["formula"])
def test_vector(vector):
    """A formula gives what its source calculated or measured."""
    module, name = vector["call"].split(".")
    found = getattr(import_module(f"advisor.estimate.{module}"), name)(**vector["of"])
    assert float(found) * vector.get("times", 1.0) == pytest.approx(vector["gives"], rel=vector["within"])


def test_every_vector_names_its_source():
    """Each vector says where it comes from and whether it was measured."""
    assert all(vector["source"] and vector["kind"] in ("calc", "measured") for vector in VECTORS)


def test_bubble_of_the_whole_time():
    """Eight stages and 32 micro-batches idle 17.9% of the time they take."""
    idle = compute.pipeline_bubble(8, 32)
    assert idle / (1 + idle) == pytest.approx(0.179, abs=0.001)


def test_fewer_bytes_a_parameter_with_every_saver():
    """Each step from fp32 copies to 8-bit states in 16 bits takes less memory, by the table of its sources."""
    each = memory.POLICY_BYTES
    ladder = ("mixed_adamw_fp32_grads", "mixed_adamw_bf16_states", "mixed_adamw8bit", "all_bf16_adamw")
    assert [each[policy] for policy in ladder] == [18, 14, 12, 8]
    assert each["all_bf16_adam8bit"] == 6
    assert each["fp32_adamw"] == each["mixed_adamw_fp16_grads"] == 16


@pytest.mark.parametrize(
    ("optimizer", "policy"),
    [
        ("adamw_mixed", "mixed_adamw_fp32_grads"),
        ("adamw_bf16_states", "mixed_adamw_bf16_states"),
        ("adamw8bit", "mixed_adamw8bit"),
        ("sgd", "mixed_sgd_momentum"),
        ("muon_hybrid", "mixed_muon"),
        ("all_bf16_adamw", "all_bf16_adamw"),
        ("all_bf16_adam8bit", "all_bf16_adam8bit"),
    ],
)
def test_an_optimizer_takes_what_its_policy_takes(optimizer, policy):
    """What is added or spared for an optimizer leads to the bytes of its precision policy."""
    assert memory.MIXED_ADAMW_BYTES[1] + memory.STATE_BYTES[optimizer] == memory.POLICY_BYTES[policy]


def test_activations_of_a_long_sequence_lie_in_the_measured_range():
    """8B at 32768 tokens with checkpointing: 8 + 7 + 16 GiB were measured (ML_ENG)."""
    layer = memory.layer_activations(32768, 4096, 14336, True)
    low, _, high = memory.COPIES
    assert low * layer <= 7 * 2**30 <= high * layer
    kept = memory.checkpointed(32768, 4096, 32, layer)
    total = (low * kept + 1.0 * 32768 * 128256, high * kept + 12.0 * 32768 * 128256)
    assert total[0] <= 31 * 2**30 <= total[1]


def test_adapters_of_a_8b_model_are_under_one_per_cent():
    """Rank 16 on every linear layer of an 8B model trains some 42 million values."""
    assert 3.5e7 < memory.lora_parameters(32, 4096, 14336) < 5e7


@pytest.mark.parametrize(
    ("measured_gib", "parameters", "bytes_each"), [(14.4 / 1.0737, 2.85e9, 2.0), (8.5, 3.21e9, 2.0)]
)
def test_lora_leaves_room_for_its_weights(measured_gib, parameters, bytes_each):
    """Frozen weights in 16 bits take most, and never more, of what LoRA was measured to take (PEFT, TUNE)."""
    held = memory.states(parameters, bytes_each, 1)
    assert 0.35 * measured_gib * 2**30 < held < measured_gib * 2**30


def test_a_4_bit_model_keeps_its_tables():
    """The weights of an 8B model in 4 bits come to 5.5 to 7 GB, tables in 16 bits included (measured: 7.9 with
    adapters and activations, TUNE)."""
    assert 5.5e9 < memory.nf4_weights(8.03e9, 2 * 128256 * 4096, 32, 0.55) < 7e9


def test_full_recompute_is_one_forward_more():
    """With full checkpointing the hardware computes 4/3 of the model's flops (ML_ENG)."""
    assert pytest.approx((1 + 1 + 2) / (1 + 2)) == compute.FULL_RECOMPUTE


def test_communication_is_at_best_hidden():
    """A step takes at least its arithmetic, at least its traffic, at most both together."""
    for compute_s, comm_s in ((2.0, 1.0), (1.0, 2.0), (1.0, 0.0)):
        hidden, bare = compute.overlapped(compute_s, comm_s, 0.0), compute.overlapped(compute_s, comm_s, 1.0)
        assert hidden == max(compute_s, comm_s)
        assert bare == compute_s + comm_s
