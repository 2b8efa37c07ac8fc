"""What publications call devices and frameworks."""

import pytest

from advisor import catalog
from advisor.errors import BadInput
from advisor.predict.devices import accelerator, device, node
from advisor.predict.shapes import Notes
from advisor.predict.software import framework, multiplied, software

ACCELERATORS = catalog.load().accelerators
SAID = (
    # name, row, GB, TB/s, dense TFLOP/s in 16 bits
    ("B200", "b200-sxm-180gb", 180, 7.7, 2250),
    ("DGX B200", "b200-sxm-180gb", 180, 7.7, 2250),
    ("GB200 NVL72", "gb200-186gb", 186, 8.0, 2500),
    ("MI300X", "mi300x", 192, 5.3, 1307),
    ("AMD Instinct MI325X", "mi325x", 256, 6.0, 1307),
    ("H200", "h200-sxm-141gb", 141, 4.8, 989),
    ("A100-SXM4-40GB", "a100-sxm4-40gb", 40, 1.555, 312),
    ("A100-40", "a100-sxm4-40gb", 40, 1.555, 312),
    ("A100-80-PCIe", "a100-pcie-80gb", 80, 1.935, 312),
    ("A100-40-PCIe", "a100-pcie-80gb", 40, 1.555, 312),
    ("H100-96", "h100-sxm5-80gb", 103, 2.4, 884),
    ("H100-SXM 96GB HBM2e 2.4TB/s, 500W cap", "h100-sxm5-80gb", 96, 2.4, 884),
    ("H100 94GB", "h100-nvl-94gb", 94, 3.938, 835),
    ("L40S", "l40s", 48, 0.864, 362),
    ("RTX 4090", "rtx4090", 24, 1.008, 165),
    ("Gaudi 2", "gaudi2", 96, 2.45, 432),
    ("TPU v5p", "tpu-v5p", 95, 2.765, 459),
    ("V100 16GB", "v100-sxm2-32gb", 16, 0.9, 125),
)


@pytest.mark.parametrize(("name", "row", "gigabytes", "terabytes_per_s", "teraflops"), SAID)
def test_devices_are_what_publications_call_them(name, row, gigabytes, terabytes_per_s, teraflops):
    """Newer and smaller versions of a chip have their own memory, bandwidth and clock, not those of its usual row."""
    found = accelerator(name, ACCELERATORS)
    seen = device(name, "", "16", found)
    assert found.id == row
    assert seen.memory / 1e9 == pytest.approx(gigabytes, rel=0.01)
    assert seen.bandwidth / 1e12 == pytest.approx(terabytes_per_s, rel=0.01)
    assert seen.flops / 1e12 == pytest.approx(teraflops, rel=0.01)


def test_a_number_before_a_name_is_no_part_of_it():
    """`8x H100` names an H100."""
    assert accelerator("8x H100", ACCELERATORS).id == accelerator("8xH100", ACCELERATORS).id == "h100-sxm5-80gb"


def test_names_of_families_are_not_guessed():
    """A name that several generations share is refused with those that it may mean."""
    for name in ("TPU", "Gaudi"):
        with pytest.raises(BadInput, match="did you mean"):
            accelerator(name, ACCELERATORS)


def test_racks_and_pods_share_fast_links_beyond_a_server():
    """72 devices of an NVL72 rack and a whole TPU pod are one node, however many hosts they hang on."""
    assert node(ACCELERATORS["gb200-186gb"], 256.0, 64.0) == 72.0
    assert node(ACCELERATORS["tpu-v5p"], 512.0, 128.0) == 8960.0
    assert node(ACCELERATORS["h100-sxm5-80gb"], 32.0, 8.0) == 4.0


@pytest.mark.parametrize("name", ["Megatron-Bridge", "Megatron-Core r0.8.0", "NeMo 25.02", "mbridge"])
def test_todays_megatron_is_not_that_of_2021(name):
    """Its newer names mean attention that stores no scores, and communication beside matrix products."""
    known = framework({"framework": name})
    assert (known.flash, known.overlapping) == (2.0, 1.0)
    assert framework({"framework": "Megatron-LM", "gpu": "H100"}).flash == 2.0
    assert framework({"framework": "Megatron-LM", "gpu": "A100"}).flash == 0.0


def test_a_part_of_a_word_is_no_framework():
    """PaddlePaddle is not NVIDIA's DeepLearningExamples (DLE)."""
    assert framework({"framework": "PaddlePaddle"}) != framework({"framework": "NVIDIA DLE PaddlePaddle"})


@pytest.mark.parametrize("said", ["fp8", "FP8-mixed", "float8 rowwise", "mxfp8", "fp8_e4m3", "fp8 hybrid", "amp_fp8"])
def test_eight_bits_are_read(said):
    """Every usual spelling of 8-bit training is one."""
    assert multiplied({"precision": said}) == "8"


@pytest.mark.parametrize("said", ["nvfp4", "fp4", "NVFP4 mixed", "mxfp4"])
def test_four_bits_are_taken_as_eight_and_said(said):
    """Training in 4 bits is estimated as in 8, and that this is assumed is said with its doubt."""
    notes = Notes()
    assert software({"precision": said, "framework": "nemo", "act_ckpt": "none"}, notes).eight == 1.0
    assert any("4 bits" in word for word in notes.said)
    assert notes.matters >= 0.1
