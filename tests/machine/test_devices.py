"""From the driver's names to rows of the catalogue, and the fingerprint of a machine."""

from dataclasses import replace

import pytest

from advisor.figure import Fact, gap
from advisor.machine import devices_matched, fingerprint
from advisor.values.facts import Device, Machine

GB = 1e9


def machine(*devices: Device, **facts: object) -> Machine:
    named = {f"machine.{name}": Fact(f"machine.{name}", value) for name, value in facts.items()}
    return Machine(named, devices)


@pytest.mark.parametrize(
    ("name", "gigabytes", "slug"),
    [
        ("NVIDIA A10", 24.1, "a10"),
        ("NVIDIA A10G", 24.1, "a10g"),
        ("NVIDIA A10G-24Q", 24.1, ""),
        ("NVIDIA H200", 150.7, "h200-sxm-141gb"),
        ("NVIDIA GeForce RTX 3090", 25.4, "rtx3090"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", 17.2, ""),
        ("nvidia a10", 24.1, ""),
        ("NVIDIA GeForce RTX 4060 Ti", 8.6, "rtx4060ti-8gb"),
        ("NVIDIA GeForce RTX 4060 Ti", 17.2, "rtx4060ti-16gb"),
        ("NVIDIA GeForce RTX 4060 Ti", 0, ""),
        ("", 24.1, ""),
    ],
)
def test_only_the_exact_name_matches(accelerators, name, gigabytes, slug):
    """A row matches the driver's whole name, never a part of it; among several the memory decides."""
    found = devices_matched(machine(Device(0, name, "", gigabytes * GB)), accelerators)
    assert found.devices[0].slug == slug
    assert found.devices[0].memory_bytes == gigabytes * GB


def test_memory_that_one_gpu_does_not_tell_is_borrowed_for_it_alone(accelerators):
    """The row fills the one device that is silent; the fact over all is again the smallest."""
    silent = Device(1, "NVIDIA A10G", "", 0)
    before = machine(Device(0, "NVIDIA H100 80GB HBM3", "", 85.5 * GB), silent)
    before = replace(before, facts={"machine.gpu_memory": gap("machine.gpu_memory", "GPU 1: refused", "bytes")})
    after = devices_matched(before, accelerators)
    assert [device.memory_bytes for device in after.devices] == [85.5 * GB, 24 * GB]
    assert after.facts["machine.gpu_memory"].value == 24 * GB
    assert "GPU 1: refused" in after.facts["machine.gpu_memory"].source


def test_card_of_sixteen_where_the_row_says_thirty_two(accelerators):
    """The driver's memory stands, whatever the row says."""
    found = devices_matched(machine(Device(0, "Tesla V100-SXM2-16GB", "", 16.9 * GB)), accelerators)
    assert (found.devices[0].slug, found.devices[0].memory_bytes) == ("v100-sxm2-32gb", 16.9 * GB)


BASE = {"cpu_model": "EPYC", "cpus": 8, "cpu_flags": ("avx2",), "gpu_driver": "570"}


@pytest.mark.parametrize(
    "change", [{"cpu_model": "Xeon"}, {"cpus": 7.5}, {"cpu_flags": ("avx2", "avx512f")}, {"gpu_driver": "580"}]
)
def test_fingerprint_changes_with_what_decides_speed(change):
    """Another processor, quota, instruction set or driver is another machine."""
    assert fingerprint(machine(**BASE)) != fingerprint(machine(**{**BASE, **change}))


def test_fingerprint_knows_the_gpus():
    """Another GPU, or one more, is another machine."""
    names = [(), ("A10",), ("A10G",), ("A10", "A10")]
    prints = {fingerprint(machine(*(Device(i, name, "", 1) for i, name in enumerate(some)), **BASE)) for some in names}
    assert len(prints) == len(names)


def test_fingerprint_ignores_the_rest():
    """What decides no speed (free space, how a fact was found) leaves the fingerprint alone."""
    facts = {id: replace(fact, source="elsewhere") for id, fact in machine(**BASE, disk_free=5).facts.items()}
    assert fingerprint(Machine(facts)) == fingerprint(machine(**BASE))
    assert len(fingerprint(Machine({}))) == 12
