"""Rows of tests/scenarios/*.yaml as facts to decide on, and what an architect would accept of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from advisor.conclude import Grounds, Thought
from advisor.decide.architecture import Architecture
from advisor.decide.figures import estimates
from advisor.figure import Fact
from advisor.plan import grounds as shipped
from advisor.values.facts import Device, Known, Machine, Rates
from advisor.values.reading import read_value

HERE = Path(__file__).parent
IN_SI = {"s": 1.0, "ms": 1e-3, "h": 3600.0, "bytes": 1.0, "GB": 1e9, "USD": 1.0, "USD/month": 1.0, "replicas": 1.0}
INFEASIBLE = "infeasible"
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Case:
    """One profile, or one twin of it. `accept` and `forbid` map a decision to options, `blocked` to answers that
    must be named as what removed them; `due` and `undue` are statements. `bands` map an estimate to what was measured
    or stated in public, in SI units: (low, high)."""

    id: str
    answers: Mapping[str, Any]
    machine: Mapping[str, Any]
    accept: Mapping[str, tuple[str, ...]]
    forbid: Mapping[str, tuple[str, ...]]
    blocked: Mapping[str, tuple[str, ...]]
    due: tuple[str, ...]
    undue: tuple[str, ...]
    bands: Mapping[str, tuple[float, float]]
    why: str


@lru_cache(maxsize=1)
def grounds() -> Grounds:
    return shipped()


def known(answers: Mapping[str, Any], machine: Mapping[str, Any] | None = None) -> Known:
    """What a person answered, on a machine described by `cpus`, `memory` (bytes) and `gpus` ("4x a100-sxm4-80gb"), with
    `gpu_memory` where the driver tells more bytes than the data sheet."""
    questions = {question.id: question for question in grounds().questions}
    facts = {id: read_value(questions[id], value) for id, value in answers.items()}
    return Known("case", facts, {}, described(machine or {}), Rates({}))


def described(row: Mapping[str, Any]) -> Machine:
    facts: dict[str, Fact] = {
        "machine.cpus": Fact("machine.cpus", row.get("cpus", 8)),
        "machine.memory": Fact("machine.memory", float(row.get("memory", 1.6e10)), "bytes"),
        "machine.cpu_flags": Fact("machine.cpu_flags", ("avx2",)),
    }
    count, _, slug = str(row.get("gpus", "")).partition("x ")
    devices: tuple[Device, ...] = ()
    if slug:
        memory = float(row.get("gpu_memory", grounds().tables.accelerators[slug].memory_gb * 1e9))
        devices = tuple(Device(index, slug, slug, memory) for index in range(int(count)))
    return Machine(facts, devices)


def cases() -> list[Case]:
    """Every profile of the folder, each followed by its twins: one or two answers changed."""
    rows = [row for path in sorted(HERE.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    found = []
    for row in rows:
        found.append(_case(row["id"], row, {}))
        for number, twin in enumerate(row.get("twins", ()), 1):
            found.append(_case(f"{row['id']}-{number}", row, twin))
    return found


def _case(id: str, row: Mapping[str, Any], twin: Mapping[str, Any]) -> Case:
    """A twin keeps what is said of its profile, but for the decisions and statements that it names itself."""
    answers = {**row["answers"], **twin.get("set", {})}
    merged = {name: {**row.get(name, {}), **twin.get(name, {})} for name in ("accept", "forbid", "blocked")}
    if twin:
        renamed = set(twin.get("accept", {}))
        merged["forbid"] = {
            d: o for d, o in merged["forbid"].items() if d not in renamed or d in twin.get("forbid", {})
        }
        merged["blocked"] = dict(twin.get("blocked", {}))
    said = {name: tuple(twin.get(name, row.get(name, ()))) for name in ("due", "undue")}
    machine = {**row.get("machine", {}), **twin.get("machine", {})}
    lists = {name: {d: tuple(options) for d, options in of.items()} for name, of in merged.items()}
    told = twin.get("bands", row.get("bands", {}))
    bands = {id: (low * IN_SI[unit], high * IN_SI[unit]) for id, (low, high, unit) in told.items()}
    return Case(id, answers, machine, **lists, **said, bands=bands, why=twin.get("why", row["why"]))


def faults(case: Case, architecture: Architecture) -> list[str]:
    """Where the architecture is not one that an architect would accept."""
    wrong = []
    for decided in architecture.decisions:
        chosen = _named(decided.status, decided.chosen)
        removed = {out.by for out in decided.removed}
        options = case.accept.get(decided.id)
        if options is not None and not set(chosen) <= set(options):
            wrong.append(f"{decided.id}: {', '.join(chosen)}, not one of {', '.join(options)}")
        if bad := set(chosen) & set(case.forbid.get(decided.id, ())):
            wrong.append(f"{decided.id}: {', '.join(bad)} is forbidden")
        if missing := set(case.blocked.get(decided.id, ())) - removed:
            wrong.append(f"{decided.id}: nothing is said to be removed by {', '.join(missing)}, only by {removed}")
    said = {statement.id for statement in architecture.statements}
    wrong += [f"{id} is due and not said" for id in case.due if id not in said]
    wrong += [f"{id} is said and not due" for id in case.undue if id in said]
    return wrong


def outside(case: Case, thought: Thought) -> list[str]:
    """Estimates that lie outside what was measured or stated in public."""
    found = estimates(thought.architecture, thought.serve, thought.architecture.facts)
    wrong = [f"{id} is not estimated" for id in case.bands if id not in found]
    for id, (low, high) in case.bands.items():
        if id in found and not low <= found[id].value <= high:
            wrong.append(f"{id}: {found[id].value:g} {found[id].unit}, published {low:g} to {high:g}")
    return wrong


def _named(status: str, chosen: tuple[str, ...]) -> tuple[str, ...]:
    return chosen or ((INFEASIBLE,) if status == "infeasible" else (NOTHING,))
