"""What a user holds: how fast the oldest of the named devices multiplies and reads its memory."""

from dataclasses import dataclass

from advisor.values.workload import Serving, Site, Span, exactly

DESKTOPS = frozenset({"macos", "windows", "linux"})
TINY_BYTES = 6.4e7
"""Less memory than this is a microcontroller's."""


@dataclass(frozen=True, slots=True)
class Class:
    """Devices with at least so much memory. `flops` in 32 bits or, where such devices have one, of their neural
    processor; `bandwidth` in bytes/s. The ranges are wide: EXPERT, but for what is cited."""

    memory_bytes: float
    flops: Span
    bandwidth: Span


MICROCONTROLLER = Class(0.0, Span(2e8, 3e7, 5e9), Span(4e8, 1e8, 2e9))
OLD_PHONE = Class(0.0, Span(9e10, 1.8e10, 9e11), Span(3e10, 1.2e10, 7.5e10))
"""An old phone (low), a usual one, one with a neural processor; a single-board computer, a page in a browser."""
PHONE = Class(4e9, Span(4e11, 5e10, 4e12), Span(3.5e10, 1.7e10, 7.5e10))
NEURAL_PHONE = Class(6e9, Span(2e12, 2e11, 1.2e13), Span(5e10, 3e10, 7.7e10))
"""Six gigabytes and more come with a neural processor, which not every engine uses."""
NEURAL_IPHONE = Class(6e9, Span(5e12, 1e12, 1.2e13), Span(5e10, 3.4e10, 7.7e10))
"""On Apple's the system's own engine does: 0.6 ms a prompt token and 30 tokens a second for 3 billion parameters are
published for the iPhone 15 Pro (AFM)."""
DESKTOP = Class(0.0, Span(1e12, 1.5e11, 1e13), Span(7e10, 3e10, 1.5e11))
"""A laptop's processors or its GPU."""
MAC = Class(0.0, Span(3e12, 2e12, 1.2e13), Span(1.2e11, 6.8e10, 3e11))
"""From the M1 to the larger of the M4 (accelerators.yaml)."""
PHONES = (NEURAL_PHONE, PHONE, OLD_PHONE)
IPHONES = (NEURAL_IPHONE, PHONE, OLD_PHONE)


def runtime_bytes(serve: Serving) -> float:
    """Memory that the runtime takes beside the model: 22 kB of code and 10 kB to work in on a microcontroller
    (MICRO_SPEECH), tens of MB in an app (EXPERT)."""
    kind = _class(frozenset(serve.devices), serve.device_memory_bytes)
    return 3.2e4 if kind is MICROCONTROLLER else 5e7


def held(serve: Serving) -> Site:
    """The slowest kind of device that was named, as a place that a replica may stand on."""
    best = _class(frozenset(serve.devices), serve.device_memory_bytes)
    memory = max(serve.device_memory_bytes, 1e5)
    return Site(
        id="device", kind="cpu", name="the user's device", accelerator="", counts=(1,), memory_bytes=memory,
        host_memory_bytes=memory, host_cpus=8.0, flops=(("fp32", best.flops),), trains=None, bandwidth=best.bandwidth,
        link=exactly(1e12), price=exactly(0.0), tdp_w=5.0, provenance="assumed", basis="EXPERT",
    )  # fmt: skip


def _class(devices: frozenset[str], memory_bytes: float) -> Class:
    if devices and devices <= DESKTOPS:
        return MAC if devices == {"macos"} else DESKTOP
    if "embedded" in devices and memory_bytes < TINY_BYTES:
        return MICROCONTROLLER
    if devices & {"browser", "embedded"}:
        return OLD_PHONE
    kinds = IPHONES if "ios" in devices and "android" not in devices else PHONES
    return next(row for row in kinds if memory_bytes >= row.memory_bytes)
