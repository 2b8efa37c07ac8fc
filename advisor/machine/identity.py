"""A short name for what decides how fast a machine is, under which its measured rates are kept."""

import hashlib
import json

from advisor.values.facts import Machine

_DECIDES = ("machine.cpu_model", "machine.cpus", "machine.cpu_flags", "machine.gpu_driver")


def fingerprint(machine: Machine) -> str:
    """Twelve hexadecimal digits: the same for the same processor, CPUs, instruction sets, GPUs and driver."""
    facts = [[id, machine.facts[id].value if id in machine.facts else None] for id in _DECIDES]
    devices = [[device.name, device.memory_bytes, device.mig] for device in machine.devices]
    return hashlib.sha256(json.dumps([facts, devices]).encode()).hexdigest()[:12]
