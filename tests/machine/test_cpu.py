"""What the processor is."""

import pytest

from advisor.machine import cpu

XEON = """processor\t: 0
model name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
cpu MHz\t\t: 2699.998
flags\t\t: fpu sse4_2 avx avx2 fma f16c avx512f avx512bw avx512_bf16 amx_tile amx_bf16 hypervisor

processor\t: 1
model name\t: Something else
"""
GRAVITON = """processor\t: 0
BogoMIPS\t: 2100.00
Features\t: fp asimd asimdhp asimddp sve i8mm bf16 paca
CPU implementer\t: 0x41
CPU part\t: 0xd40
"""


def found(world):
    return {fact.id.removeprefix("machine."): fact for fact in cpu.facts(world)}


def test_x86(make_world):
    """Model and instruction sets of an x86 processor are read; those that decide no speed are left out."""
    facts = found(make_world({"/proc/cpuinfo": XEON}))
    assert facts["cpu_model"].value == "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz"
    assert facts["cpu_flags"].value == (
        "sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512_bf16", "amx_tile", "amx_bf16",
    )  # fmt: skip


def test_arm(make_world):
    """An Arm processor has numbers for a name: they are translated, and asimd is called neon."""
    facts = found(make_world({"/proc/cpuinfo": GRAVITON}))
    assert facts["cpu_model"].value == "Arm Neoverse V1"
    assert facts["cpu_flags"].value == ("neon", "asimdhp", "asimddp", "bf16", "i8mm", "sve")
    assert not facts["cpu_ghz"].known


def test_unknown_arm_part_keeps_its_numbers(make_world):
    """A part that no table knows is named by its numbers rather than guessed."""
    text = GRAVITON.replace("0xd40", "0xfff")
    assert "0xfff" in found(make_world({"/proc/cpuinfo": text}))["cpu_model"].value


def test_clock_prefers_the_base(make_world):
    """The base clock is the value and the turbo clock the upper end of its range."""
    folder = "/sys/devices/system/cpu/cpu0/cpufreq"
    files = {
        "/proc/cpuinfo": XEON,
        f"{folder}/base_frequency": "2000000\n",
        f"{folder}/cpuinfo_max_freq": "3800000\n",
    }
    fact = found(make_world(files))["cpu_ghz"]
    assert (fact.value, fact.low, fact.high, fact.unit) == (2.0, 2.0, 3.8, "GHz")


def test_clock_in_the_name(make_world):
    """Without /sys the clock stands in the model's name."""
    assert found(make_world({"/proc/cpuinfo": XEON}))["cpu_ghz"].value == 2.7


@pytest.mark.parametrize(("flags", "remark"), [("avx hypervisor", "hypervisor"), ("avx", "of the moment")])
def test_clock_of_cpuinfo_says_what_it_is_worth(make_world, flags, remark):
    """The megahertz of /proc/cpuinfo are the last resort, and the source warns."""
    text = f"model name : AMD EPYC\ncpu MHz : 2596.126\nflags : {flags}\n"
    fact = found(make_world({"/proc/cpuinfo": text}))["cpu_ghz"]
    assert fact.value == 2.596
    assert remark in fact.source


def test_mac(make_world):
    """On macOS sysctl answers what /proc does elsewhere."""
    said = (
        "machdep.cpu.brand_string: Apple M3 Max\nhw.optional.arm.FEAT_BF16: 1\n"
        "hw.optional.arm.FEAT_I8MM: 1\nhw.optional.arm.FEAT_SME: 0\n"
    )
    facts = found(make_world(system="darwin", sysctl=lambda: said))
    assert facts["cpu_model"].value == "Apple M3 Max"
    assert facts["cpu_flags"].value == ("neon", "bf16", "i8mm")


def test_intel_mac(make_world):
    """An Intel Mac lists its features in Apple's spelling."""
    said = "machdep.cpu.features: SSE4.2 AVX1.0 FMA\nmachdep.cpu.leaf7_features: AVX2 AVX512F\n"
    facts = found(make_world(system="darwin", sysctl=lambda: said))
    assert facts["cpu_flags"].value == ("sse4_2", "avx", "avx2", "fma", "avx512f")


def test_silent_system(make_world, monkeypatch):
    """Without /proc/cpuinfo each fact is a gap with its reason."""
    monkeypatch.setattr("platform.processor", lambda: "")
    facts = found(make_world())
    assert {id for id, fact in facts.items() if not fact.known} == {"cpu_model", "cpu_flags", "cpu_ghz"}
    assert all(fact.gap for fact in facts.values() if not fact.known)
