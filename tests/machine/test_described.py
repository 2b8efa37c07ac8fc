"""Machines in the words of a person: `--hardware`."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import BadInput
from advisor.machine import UNITS, described


@pytest.mark.parametrize(
    ("text", "count", "slug"),
    [
        ("8x H100-SXM-80GB", 8, "h100-sxm5-80gb"),
        ("1x RTX 4090", 1, "rtx4090"),
        ("h100-sxm5-80gb", 1, "h100-sxm5-80gb"),
        ("NVIDIA H100 80GB HBM3", 1, "h100-sxm5-80gb"),
        ("2 x A100 SXM 80 GB", 2, "a100-sxm4-80gb"),
        ("4 × a100-pcie-80gb", 4, "a100-pcie-80gb"),
        ("4090", 1, "rtx4090"),
        ("2 4090", 2, "rtx4090"),
        ("3090 Ti", 1, "rtx3090ti"),
        ("2x GeForce RTX 3090", 2, "rtx3090"),
        ("A10", 1, "a10"),
        ("a10g", 1, "a10g"),
        ("H200", 1, "h200-sxm-141gb"),
        ("H200 NVL", 1, "h200-nvl-141gb"),
        ("MI300X (x8)", 8, "mi300x"),
        ("TPU v5e x4", 4, "tpu-v5e"),
        ("DGX Spark", 1, "gb10-dgx-spark"),
        ("A100 40GB", 1, "a100-sxm4-40gb"),
        ("M3 Max", 1, "apple-m3-max-40c"),
    ],
)
def test_accelerators_as_people_type_them(accelerators, text, count, slug):
    """Count and name in the spellings that people use lead to the row, and the source names both."""
    machine = described(text, accelerators)
    assert [device.slug for device in machine.devices] == [slug] * count
    assert [device.index for device in machine.devices] == list(range(count))
    fact = machine.facts["machine.gpus"]
    assert (fact.value, fact.provenance) == (count, "answered")
    assert text in fact.source
    assert slug in fact.source


def test_host_beside_the_accelerators(accelerators):
    """CPUs and memory of the host are read; what is not stated is a gap that says so."""
    machine = described("8x H100-SXM-80GB, 64 cpus, 512 GB", accelerators)
    assert machine.facts["machine.cpus"].value == 64
    assert machine.facts["machine.memory"].value == 512e9
    assert machine.devices[0].memory_bytes == 80e9
    gaps = {id: fact for id, fact in machine.facts.items() if not fact.known}
    assert "machine.cpu_model" in gaps
    assert all(fact.gap for fact in gaps.values())
    assert set(machine.facts) <= set(UNITS)


@pytest.mark.parametrize("text", ["cpu", "CPU only", "no gpu", "16 cpus, 64 GB", "64GiB RAM", "cpu, 8 cores"])
def test_machine_without_accelerator(accelerators, text):
    """A machine of CPUs alone has no device, and zero GPUs is a fact."""
    machine = described(text, accelerators)
    assert machine.devices == ()
    assert machine.facts["machine.gpus"].value == 0


@pytest.mark.parametrize(("text", "bytes"), [("64 GB", 64e9), ("1.5 TB of RAM", 1.5e12), ("32GiB memory", 32 * 2**30)])
def test_memory_with_its_unit(accelerators, text, bytes):
    """Decimal and binary units are told apart."""
    assert described(text, accelerators).facts["machine.memory"].value == bytes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A100", ("a100-sxm4-40gb", "a100-sxm4-80gb", "a100-pcie-80gb")),
        ("8x H100", ("h100-sxm5-80gb", "h100-pcie-80gb")),
        ("RTX 4060 Ti", ("rtx4060ti-8gb", "rtx4060ti-16gb")),
        ("A100 80GB", ("a100-sxm4-80gb", "a100-pcie-80gb")),
        ("RTX 4091", ("did you mean", "rtx4090")),
        ("H100 SMX 80GB", ("did you mean", "h100-sxm5-80gb")),
        ("A10 48GB", ("did you mean", "a10")),
        ("abacus", ("no accelerator is called 'abacus'",)),
        ("4x A10, 4x A10G", ("4x A10G",)),
        ("8 cpus, 16 cpus", ("16 cpus",)),
        ("0x A10", ("0 accelerators",)),
        ("9999999x A10", ("9999999 accelerators",)),
        ("0 cpus", ("more than nothing",)),
        ("1.000 GB", ("1000",)),
        ("", ("no hardware",)),
        (" , ", ("no hardware",)),
    ],
)
def test_what_cannot_be_understood(accelerators, text, said):
    """An ambiguous, unknown, doubled or senseless description is refused with what comes close."""
    with pytest.raises(BadInput) as refusal:
        described(text, accelerators)
    assert all(word in str(refusal.value) for word in said)
    assert "--hardware" in str(refusal.value)


def test_card_that_comes_in_two_sizes(accelerators):
    """A row for cards of 16 and 32 GB takes the size that was typed; a 480GB of other memory misleads nobody."""
    assert described("V100-SXM2-16GB", accelerators).devices[0].memory_bytes == 16e9
    assert described("v100-sxm2-32gb", accelerators).devices[0].memory_bytes == 32e9
    assert described("NVIDIA GH200 480GB", accelerators).devices[0].memory_bytes == 96e9


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused(accelerators, text):
    """Whatever is typed gives a machine or a message, never anything else."""
    with suppress(BadInput):
        machine = described(text, accelerators)
        assert machine.facts["machine.gpus"].value == len(machine.devices)


@given(data=st.data(), count=st.integers(1, 64), separator=st.sampled_from(["x", "x ", " x ", "× ", " "]))
def test_every_row_by_any_of_its_names(accelerators, data, count, separator):
    """Any id, alias or driver's name that is one row's own leads to it: in any case, with spaces for dashes."""
    owners: dict[str, set[str]] = {}
    for row in accelerators.values():
        for spelling in (row.id, *row.aliases, *row.match):
            owners.setdefault(spelling, set()).add(row.id)
    name = data.draw(st.sampled_from(sorted(name for name, rows in owners.items() if len(rows) == 1)))
    change = data.draw(st.sampled_from([str, str.lower, str.upper, lambda text: text.replace("-", " ")]))
    machine = described(f"{count}{separator}{change(name)}", accelerators)
    assert [device.slug for device in machine.devices] == [*owners[name]] * count


@given(cpus=st.integers(1, 4096), gigabytes=st.integers(1, 9999), order=st.permutations(["gpu", "cpu", "memory"]))
def test_parts_in_any_order(accelerators, cpus, gigabytes, order):
    """The order of the parts does not matter."""
    parts = {"gpu": "2x A10", "cpu": f"{cpus} vCPUs", "memory": f"{gigabytes} GB"}
    machine = described(", ".join(parts[part] for part in order), accelerators)
    assert machine.facts["machine.cpus"].value == cpus
    assert machine.facts["machine.memory"].value == gigabytes * 10**9
    assert [device.slug for device in machine.devices] == ["a10", "a10"]
