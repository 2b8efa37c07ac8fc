"""What this machine is: the limits that hold for this process, each with its source, each gap with its reason."""

from pathlib import Path

from advisor.machine import cpu, disk, gpu, memory, surroundings
from advisor.machine.facts import UNITS
from advisor.machine.hardware import MOST_DEVICES, described
from advisor.machine.identity import fingerprint
from advisor.machine.naming import devices_matched
from advisor.machine.override import overridden
from advisor.machine.world import World
from advisor.values.facts import Machine

__all__ = ["MOST_DEVICES", "UNITS", "World", "described", "devices_matched", "fingerprint", "overridden", "probe"]


def probe(data_path: Path, world: World | None = None, patience_s: float = gpu.PATIENCE_S) -> Machine:
    """Every fact of this machine. `data_path` says whose disk matters; the driver is waited for `patience_s`."""
    world = world or World()
    inquiry = gpu.ask(world, patience_s)  # first, so that the driver thinks while the rest is read
    facts = (*cpu.facts(world), *memory.facts(world), *disk.facts(world, data_path), *surroundings.facts(world))
    gpu_facts, devices = inquiry.result()
    return Machine({fact.id: fact for fact in (*facts, *gpu_facts)}, devices)
