"""What a person says about the machine wins over what the probe found, and says what it replaced."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from advisor.errors import AdvisorError, BadInput
from advisor.figure import Fact, Scalar
from advisor.machine.facts import NUMBERS, UNITS
from advisor.units import factor, parse
from advisor.values.facts import Device, Machine


def overridden(machine: Machine, answered: Mapping[str, Fact]) -> Machine:
    """The machine with the answered facts `machine.*` in place of the found ones, and devices that agree with them.

    A text for a number is read with its unit (`64 GB`). Raises BadInput for an unknown id (did you
    mean), a value that is no number where one is due, and more GPUs than any known kind explains.
    """
    facts, devices = dict(machine.facts), machine.devices
    for id, fact in answered.items():
        if not id.startswith("machine.") or not fact.known:
            continue
        facts[id] = _answered(id, fact)
    devices = _counted(devices, facts, answered)
    for id, field in (("machine.gpu_memory", "memory_bytes"), ("machine.gpu_driver", "driver")):
        if id in answered and answered[id].known:
            devices = tuple(_with(device, field, facts[id].value) for device in devices)
    return Machine(facts, devices)


def _answered(id: str, fact: Fact) -> Fact:
    where = fact.source or "advisor.yaml"
    if id not in UNITS:
        tails = [known.removeprefix("machine.") for known in UNITS]
        near = get_close_matches(id.removeprefix("machine."), tails, n=1)
        remedy = f"did you mean machine.{near[0]}?" if near else f"the facts of the machine are {', '.join(UNITS)}"
        raise BadInput(f"no fact of the machine is called {id}", where=where, remedy=remedy)
    value = _number(id, fact, where) if id in NUMBERS else _list(id, fact.value)
    return replace(fact, id=id, value=value, unit=UNITS[id], provenance="answered", source=where, gap="")


def _number(id: str, fact: Fact, where: str) -> Scalar:
    try:
        value = parse(fact.value, UNITS[id]) if isinstance(fact.value, str) else _scaled(fact, UNITS[id])
    except AdvisorError as error:
        raise BadInput(f"{id}: {error.what}", where=where, remedy=error.remedy) from None
    if value < 0 or (value == 0 and id in ("machine.cpus", "machine.memory", "machine.cpu_ghz")):
        raise BadInput(f"{id} cannot be {value:g}", where=where, remedy="remove the line to let the probe find it")
    return int(value) if value.is_integer() else value


def _scaled(fact: Fact, unit: str) -> float:
    if isinstance(fact.value, bool) or not isinstance(fact.value, int | float):
        raise BadInput(f"{fact.value!r} is not a number", remedy=f"type a number{f' in {unit}' if unit else ''}")
    return fact.value * factor(fact.unit, unit)


def _list(id: str, value: Scalar) -> Scalar:
    if id == "machine.cpu_flags" and isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    return value


def _counted(
    devices: tuple[Device, ...], facts: Mapping[str, Fact], answered: Mapping[str, Fact]
) -> tuple[Device, ...]:
    """As many devices as answered: fewer are cut off, more are copies of the last."""
    if "machine.gpus" not in answered or not answered["machine.gpus"].known:
        return devices
    fact = facts["machine.gpus"]
    count = int(fact.number)
    if count != fact.number or count > 100_000:
        raise BadInput(f"machine.gpus cannot be {fact.value}", where=fact.source, remedy="type a whole number")
    if count > len(devices) and not devices:
        raise BadInput(
            f"machine.gpus says {count}, but the kind of GPU is not known here",
            where=fact.source,
            remedy=f'name it: --hardware "{count}x NAME"',
        )
    more = tuple(replace(devices[-1], index=index) for index in range(len(devices), count)) if devices else ()
    return (*devices, *more)[:count]


def _with(device: Device, field: str, value: Scalar) -> Device:
    return (
        replace(device, memory_bytes=float(str(value)))
        if field == "memory_bytes"
        else replace(device, driver=str(value))
    )
