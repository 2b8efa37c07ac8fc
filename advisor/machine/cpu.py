"""The processor: how much of it this process may use, what it is, which instructions it knows, its clock.

`machine.cpus` is a float when a quota is a fraction (1.5): a quota is CPU time a second, and what a
machine gets done in a second grows with it. Whoever needs whole threads rounds down, and to at least 1.
"""

import platform
import re
from collections.abc import Iterator

from advisor.figure import Fact, gap
from advisor.machine.cgroup import Limit, cpu_limits
from advisor.machine.limits import smallest
from advisor.machine.surroundings import slurm_cpus
from advisor.machine.world import World
from advisor.units import digits

CPUINFO = "/proc/cpuinfo"
_FREQUENCY = "/sys/devices/system/cpu/cpu0/cpufreq"
_INSTRUCTIONS = (
    "sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni",
    "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16",
    "amx_tile", "amx_int8", "amx_bf16", "amx_fp16",
    "neon", "asimdhp", "asimddp", "bf16", "i8mm", "sve", "sve2", "sme",
)  # fmt: skip
"""Those that decide how fast a matrix multiplication can be; the kernel's names, but `neon` for asimd."""

_ARM_PARTS = {
    ("0x41", "0xd03"): "Arm Cortex-A53", ("0x41", "0xd08"): "Arm Cortex-A72", ("0x41", "0xd0b"): "Arm Cortex-A76",
    ("0x41", "0xd0c"): "Arm Neoverse N1", ("0x41", "0xd40"): "Arm Neoverse V1", ("0x41", "0xd49"): "Arm Neoverse N2",
    ("0x41", "0xd4f"): "Arm Neoverse V2", ("0x41", "0xd84"): "Arm Neoverse V3", ("0x41", "0xd8e"): "Arm Neoverse N3",
    ("0xc0", "0xac3"): "Ampere-1", ("0xc0", "0xac4"): "Ampere-1a",
}  # fmt: skip
"""(CPU implementer, CPU part): Arm's /proc/cpuinfo has no names. Source: util-linux, sys-utils/lscpu-arm.c."""


def facts(world: World) -> tuple[Fact, ...]:
    """machine.cpus, machine.cpu_model, machine.cpu_flags and machine.cpu_ghz."""
    fields = _first_processor(world)
    apple = _apple(world)
    return (usable(world), _model(fields, apple), _flags(fields, apple), _clock(world, fields, apple))


def usable(world: World) -> Fact:
    """The smallest over affinity, CPU sets and quotas of every ancestor, the job, and the host's count."""
    total = world.cpu_count()
    host = Limit(total, "every CPU of this machine (os.cpu_count): nothing limits them") if total else None
    return smallest("machine.cpus", "", host, _limits(world), digits)


def _limits(world: World) -> Iterator[Limit]:
    yield from cpu_limits(world)
    affinity = world.affinity()
    if affinity:
        yield Limit(affinity, "affinity (os.sched_getaffinity)")
    yield from slurm_cpus(world)


def _first_processor(world: World) -> dict[str, str]:
    """The first block of /proc/cpuinfo: the kernel asks each CPU for its clock, so hundreds of blocks are slow."""
    text = world.text(CPUINFO, 16384) or ""
    fields: dict[str, str] = {}
    for line in text.split("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    return fields


def _apple(world: World) -> dict[str, str]:
    if world.system != "darwin":
        return {}
    pairs = (line.partition(": ") for line in world.sysctl().splitlines())
    return {name: value.strip() for name, _, value in pairs}


def _model(fields: dict[str, str], apple: dict[str, str]) -> Fact:
    if name := fields.get("model name"):
        return Fact("machine.cpu_model", " ".join(name.split()), source=CPUINFO)
    part = (fields.get("CPU implementer", ""), fields.get("CPU part", ""))
    if part[1]:
        name = _ARM_PARTS.get(part, f"Arm processor, implementer {part[0]}, part {part[1]}")
        return Fact("machine.cpu_model", name, source=f"{CPUINFO}, implementer and part")
    if name := apple.get("machdep.cpu.brand_string"):
        return Fact("machine.cpu_model", name, source="sysctl machdep.cpu.brand_string")
    if name := platform.processor():
        return Fact("machine.cpu_model", name, source="platform.processor()")
    return gap("machine.cpu_model", f"{CPUINFO} names no processor")


def _flags(fields: dict[str, str], apple: dict[str, str]) -> Fact:
    id, source = "machine.cpu_flags", CPUINFO
    known = set((fields.get("flags") or fields.get("Features") or "").split())
    if apple:
        known, source = _apple_flags(apple), "sysctl hw.optional and machdep.cpu"
    if not known:
        return gap(id, f"{CPUINFO} lists no instruction sets")
    if known & {"asimd", "neon"}:
        known.add("neon")
    return Fact(id, tuple(name for name in _INSTRUCTIONS if name in known), source=source)


def _apple_flags(apple: dict[str, str]) -> set[str]:
    """Intel Macs list features as words, Arm Macs as `hw.optional.arm.FEAT_BF16: 1`."""
    words = " ".join(apple.get(f"machdep.cpu.{name}", "") for name in ("features", "leaf7_features")).lower()
    known = {word.replace("avx1.0", "avx").replace(".", "_") for word in words.split()}
    names = {"FEAT_BF16": "bf16", "FEAT_I8MM": "i8mm", "FEAT_DotProd": "asimddp", "FEAT_FP16": "asimdhp"}
    known |= {word for name, word in names.items() if apple.get(f"hw.optional.arm.{name}") == "1"}
    if any(name.startswith("hw.optional.arm") for name in apple):
        known.add("neon")
    return known


def _clock(world: World, fields: dict[str, str], apple: dict[str, str]) -> Fact:
    """The clock that lasts, not the one of this moment: the base clock, with the turbo clock as `high`."""
    highest = _kilohertz(world, f"{_FREQUENCY}/cpuinfo_max_freq")
    if base := _kilohertz(world, f"{_FREQUENCY}/base_frequency"):
        return _ghz(base, f"{_FREQUENCY}/base_frequency", highest)
    if said := re.search(r"@ ([\d.]+) ?GHz", fields.get("model name", "")):
        return _ghz(float(said[1]), f"{CPUINFO}, in the model's name", highest)
    if highest:
        return _ghz(highest, f"{_FREQUENCY}/cpuinfo_max_freq")
    if apple.get("hw.cpufrequency_max", "").isdigit():
        return _ghz(int(apple["hw.cpufrequency_max"]) / 1e9, "sysctl hw.cpufrequency_max")
    megahertz = fields.get("cpu MHz", "")
    if re.fullmatch(r"\d+(\.\d+)?", megahertz) and float(megahertz) > 0:
        virtual = "hypervisor" in fields.get("flags", "").split()
        remark = "what the hypervisor reports" if virtual else "the clock of the moment"
        return _ghz(float(megahertz) / 1e3, f"{CPUINFO}, {remark}")
    return gap("machine.cpu_ghz", "neither /sys nor /proc/cpuinfo tells the clock", "GHz")


def _kilohertz(world: World, file: str) -> float:
    word = world.word(file)
    return int(word) / 1e6 if word.isdigit() else 0.0


def _ghz(value: float, source: str, highest: float = 0.0) -> Fact:
    ceiling = round(highest, 3) if highest > value else None
    low = round(value, 3) if ceiling else None
    return Fact("machine.cpu_ghz", round(value, 3), "GHz", low, ceiling, source=source)
