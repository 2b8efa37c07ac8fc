"""What a person says about the machine wins."""

import pytest

from advisor.errors import BadInput
from advisor.figure import Fact, gap
from advisor.machine import UNITS, overridden
from advisor.values.facts import Device, Machine

FOUND = Machine(
    {
        "machine.cpus": Fact("machine.cpus", 64, source="os.cpu_count"),
        "machine.memory": gap("machine.memory", "unknown", "bytes"),
        "machine.gpus": Fact("machine.gpus", 2),
        "machine.gpu_driver": Fact("machine.gpu_driver", "570"),
    },
    (Device(0, "NVIDIA A10", "a10", 24e9, driver="570"), Device(1, "NVIDIA A10", "a10", 24e9, driver="570")),
)


def answered(id: str, value: object, unit: str = "", source: str = "advisor.yaml:4") -> dict[str, Fact]:
    return {id: Fact(id, value, unit, provenance="answered", source=source)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "unit", "expected"), [("64 GB", "", 64e9), (64, "GB", 64e9), (64e9, "bytes", 64e9), (2**36, "", 2**36)]
)
def test_a_number_in_its_unit(value, unit, expected):
    """An answered number replaces the found one (or its gap), in the fact's own unit, with its own place."""
    fact = overridden(FOUND, answered("machine.memory", value, unit)).facts["machine.memory"]
    assert (fact.value, fact.unit, fact.provenance, fact.source) == (expected, "bytes", "answered", "advisor.yaml:4")
    assert fact.gap == ""


def test_other_answers_and_unknowns_change_nothing():
    """Answers that are not about the machine, and facts left unknown, leave it as it was found."""
    facts = {**answered("task", "rag"), **answered("machine.cpus", None)}
    assert overridden(FOUND, facts) == FOUND


def test_instruction_sets_as_a_list():
    """A text of instruction sets becomes a list."""
    fact = overridden(FOUND, answered("machine.cpu_flags", "avx2, fma")).facts["machine.cpu_flags"]
    assert fact.value == ("avx2", "fma")


@pytest.mark.parametrize(("count", "indices"), [(0, []), (1, [0]), (2, [0, 1]), (4, [0, 1, 2, 3])])
def test_count_of_gpus_and_devices_agree(count, indices):
    """Fewer GPUs than found are cut off, more are of the same kind."""
    machine = overridden(FOUND, answered("machine.gpus", count))
    assert [device.index for device in machine.devices] == indices
    assert {device.slug for device in machine.devices} <= {"a10"}


def test_memory_and_driver_reach_the_devices():
    """A slice of a GPU can be stated: the devices take the memory and the driver that were answered."""
    facts = {**answered("machine.gpu_memory", "10 GB"), **answered("machine.gpu_driver", "580")}
    machine = overridden(FOUND, facts)
    assert {(device.memory_bytes, device.driver) for device in machine.devices} == {(10e9, "580")}


@pytest.mark.parametrize(
    ("id", "value", "said"),
    [
        ("machine.memroy", 1, "did you mean machine.memory"),
        ("machine.zebra", 1, "machine.cpus"),
        ("machine.cpus", "many", "machine.cpus"),
        ("machine.cpus", True, "not a number"),
        ("machine.cpus", 0, "cannot be 0"),
        ("machine.memory", -5, "cannot be -5"),
        ("machine.memory", "1.000 GB", "1000"),
        ("machine.gpus", 1.5, "whole number"),
    ],
)
def test_refused(id, value, said):
    """A wrong name or value is refused with its place and what to do."""
    with pytest.raises(BadInput) as refusal:
        overridden(FOUND, answered(id, value))
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("advisor.yaml:4: ")


def test_gpus_of_no_known_kind():
    """A count alone does not make a GPU: its kind has to be named."""
    with pytest.raises(BadInput, match="--hardware"):
        overridden(Machine({}), answered("machine.gpus", 2))


def test_every_fact_can_be_answered():
    """Each fact of the machine takes an answer of its own type."""
    for id in UNITS:
        value = 1 if id == "machine.gpus" else 5 if UNITS[id] or id == "machine.cpus" else "text"
        assert overridden(FOUND, answered(id, value)).facts[id].provenance == "answered"
