"""From what NVML said to facts and devices: every refusal becomes a gap with a reason people can act on."""

from collections.abc import Mapping, Sequence
from typing import Any

from advisor.figure import Fact, Scalar, gap
from advisor.machine.world import World
from advisor.values.facts import Device

_REASONS: Mapping[object, str] = {
    4: "this user may not ask the NVIDIA driver: the device files are closed to it",
    9: "the NVIDIA driver is not loaded: load it (modprobe nvidia)",
    12: "no NVIDIA driver here",
    15: "the GPU has fallen off the bus: reset or reboot",
    18: "driver and library versions differ: reload the driver",
}
"""By NVML's return codes (nvml.h, nvmlReturn_t); 18 comes after an update of the driver's packages."""

_VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD"}
_DISPLAY_OR_ACCELERATOR = ("0x0300", "0x0302", "0x0380", "0x1200")
_FIELDS = (
    ("machine.gpu_name", "name", ""),
    ("machine.gpu_memory", "memory", "bytes"),
    ("machine.gpu_compute_capability", "capability", ""),
    ("machine.gpu_mig", "mig", ""),
)

Reply = Mapping[str, Any]


def absent(world: World, reason: str) -> tuple[tuple[Fact, ...], tuple[Device, ...]]:
    """Nobody could be asked."""
    return _nothing(world, reason, None)


def told(world: World, lines: Sequence[Reply], silence: str) -> tuple[tuple[Fact, ...], tuple[Device, ...]]:
    """`silence` is why the child said no more than `lines`, "" when it said all."""
    answers = {name: line[name] for line in lines for name in ("error", "driver", "count") if name in line}
    trouble = _refusal(answers.get("error")) or _refusal(answers.get("count")) or ""
    devices = [line for line in lines if "device" in line]
    if trouble or not isinstance(answers.get("count"), int) or (silence and not devices):
        return _nothing(world, trouble or silence or "no full answer", answers.get("driver"))
    kept = [device for device in devices if "lost" not in device]
    visible, remark = _visible(kept, world.environ.get("CUDA_VISIBLE_DEVICES"))
    driver = _driver(world, answers.get("driver"), silence)
    source = "; ".join(["NVML", *remark, *_left_out(devices, answers["count"], silence)])
    facts = (Fact("machine.gpus", len(visible), source=source), driver, *_described(visible))
    return facts, tuple(_device(reply, str(driver.value or "")) for reply in visible)


def _nothing(world: World, reason: str, driver: object) -> tuple[tuple[Fact, ...], tuple[Device, ...]]:
    why = "; ".join(filter(None, (reason, _on_the_bus(world))))
    return (gap("machine.gpus", why), _driver(world, driver, why)), ()


def _driver(world: World, said: object, reason: str) -> Fact:
    """NVML's word, else that of the kernel module, which speaks even when NVML does not."""
    if isinstance(said, str):
        return Fact("machine.gpu_driver", said, source="NVML")
    file = "/proc/driver/nvidia/version"
    for word in (world.text(file) or "").partition("Kernel Module")[2].split():
        if word[0].isdigit():
            return Fact("machine.gpu_driver", word, source=file)
    return gap("machine.gpu_driver", _refusal(said) or reason or "the driver does not say")


def _refusal(answer: object) -> str:
    """The reason in a refusal, "" for an answer."""
    if not isinstance(answer, dict) or "refused" not in answer:
        return ""
    text = str(answer["refused"])
    return _REASONS.get(answer.get("code"), text if answer.get("code") == "import" else f"the driver says: {text}")


def _left_out(devices: Sequence[Reply], count: int, silence: str) -> list[str]:
    lost = [f"GPU {device['device']} left out: {_refusal(device['lost'])}" for device in devices if "lost" in device]
    if len(devices) < count:
        lost.append(f"{count - len(devices)} of {count} left out: {silence or 'no full answer'}")
    return lost


def _visible(devices: list[Reply], wanted: str | None) -> tuple[list[Reply], list[str]]:
    """The devices that CUDA_VISIBLE_DEVICES lets programs see: indices or UUIDs, up to the first that is neither.

    Source: CUDA C++ Programming Guide, "CUDA Environment Variables". MIG slices are not followed.
    """
    if wanted is None or "MIG-" in wanted:
        return devices, []
    chosen: list[Reply] = []
    for word in (part.strip() for part in wanted.split(",")):
        found = [device for device in devices if word and _is(device, word)]
        if len(found) != 1:
            break
        chosen.append(found[0])
    return chosen, [f"{len(chosen)} of {len(devices)}: CUDA_VISIBLE_DEVICES={wanted}"]


def _is(device: Reply, word: str) -> bool:
    if word.isdigit():
        return bool(device["device"] == int(word))
    return word.startswith("GPU-") and str(device.get("uuid", "")).startswith(word)


def _described(devices: Sequence[Reply]) -> tuple[Fact, ...]:
    return tuple(_field(id, name, unit, devices) for id, name, unit in _FIELDS) if devices else ()


def _field(id: str, name: str, unit: str, devices: Sequence[Reply]) -> Fact:
    """One fact over all GPUs: what they share, the smallest memory, or the list where they differ."""
    refused = {device["device"]: why for device in devices if (why := _refusal(device.get(name)))}
    if name == "mig" and all(device[name].get("code") == 3 for device in devices if device["device"] in refused):
        refused = {}  # "not supported" is how a GPU without MIG says that MIG is off
    if refused:
        return gap(id, "; ".join(f"GPU {index}: {why}" for index, why in refused.items()), unit)
    values = [device.get(name) for device in devices]
    if name == "mig":
        return Fact(id, any(value is True for value in values), source="NVML")
    if name == "memory":
        slices = "; MIG is on: this is the whole GPU, a process sees one slice" if _mig(devices) else ""
        return Fact(id, min(int(str(value)) for value in values), unit, source=f"NVML, the smallest GPU{slices}")
    return Fact(id, _shared(tuple(str(value) for value in values)), unit, source="NVML")


def _mig(devices: Sequence[Reply]) -> bool:
    return any(device.get("mig") is True for device in devices)


def _shared(values: tuple[str, ...]) -> Scalar:
    return values[0] if len(set(values)) == 1 else values


def _device(reply: Reply, driver: str) -> Device:
    """A field that the driver refuses is "" or 0 here; the gap among the facts says why."""

    def text(name: str) -> str:
        return str(reply[name]) if isinstance(reply.get(name), str) else ""

    memory = reply.get("memory")
    size = float(memory) if isinstance(memory, int) else 0.0
    return Device(int(reply["device"]), text("name"), "", size, text("capability"), driver, reply.get("mig") is True)


def _on_the_bus(world: World) -> str:
    """A GPU that the PCI bus shows although no driver speaks for it; "" when there is none."""
    folder = world.place("/sys/bus/pci/devices")
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return ""
    for name in names:
        device = f"/sys/bus/pci/devices/{name}"
        vendor = _VENDORS.get(world.word(f"{device}/vendor"))
        if vendor and world.word(f"{device}/class").startswith(_DISPLAY_OR_ACCELERATOR):
            return f"the PCI bus shows a GPU of {vendor} ({name})"
    return ""
