"""`advisor.lock`: what was found and measured, so that the same decision follows on any machine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from advisor import marked
from advisor.errors import BadInput
from advisor.figure import Fact
from advisor.project import lock_rows as rows
from advisor.project.lock_rows import Odd
from advisor.values.facts import Known, Machine, Rates

SCHEMA = 1
MOMENTARY = frozenset(("machine.disk_free",))
"""Facts of the moment: a decision must not follow from them."""

_LARGEST_BYTES = 32_000_000  # thousands of accelerators have a row each
REMEDY = "restore it from version control, or run `advisor plan --reprobe`"


@dataclass(frozen=True, slots=True)
class Locked:
    """The lock as read. `versions` has `advisor` and `catalog`; `extra` is whatever else was given to `text_of`."""

    project: str
    machine: Machine
    rates: Rates
    evidence: Mapping[str, Fact]
    versions: Mapping[str, str]
    digest: str
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The decision in one line, "" where none was kept."""
        return str(self._decision.get("title", ""))

    def part(self, decision: str) -> str:
        """The digest of one decision; "" where none was kept, as where all have one record."""
        parts = self._decision.get("parts")
        return str(parts.get(decision, "")) if isinstance(parts, dict) else ""

    @property
    def _decision(self) -> Mapping[str, object]:
        kept = self.extra.get("decision")
        return kept if isinstance(kept, dict) else {}


def kept(known: Known) -> Known:
    """`known` as the lock gives it back: floats to four significant digits, facts of the moment left out.

    Conclude from this, and the decision is the same today and from the lock.
    """
    machine = Machine(_lasting(known.machine.facts), tuple(map(rows.rounded_device, known.machine.devices)))
    rates = Rates(_lasting(known.rates.facts), known.rates.fingerprint)
    return replace(known, machine=machine, rates=rates, evidence=_lasting(known.evidence))


def _lasting(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {id: rows.rounded_fact(fact) for id, fact in facts.items() if id not in MOMENTARY}


def text_of(known: Known, extra: Mapping[str, object]) -> str:
    """The content of the lock: JSON, keys sorted, so that the same facts give the same text.

    `extra` has `versions`, `digest` and what else is kept. What people answered is not in it.
    """
    known = kept(known)
    content = {
        **extra,
        "schema": SCHEMA,
        "project": known.project,
        "machine": {
            "facts": rows.facts_out(known.machine.facts),
            "devices": [rows.columns(device) for device in known.machine.devices],
        },
        "rates": {"facts": rows.facts_out(known.rates.facts), "fingerprint": known.rates.fingerprint},
        "evidence": rows.facts_out(known.evidence),
    }
    return json.dumps(rows.rounded_all(content), indent=1, sort_keys=True, allow_nan=False) + "\n"


def read(path: Path) -> Locked:
    """The lock. Raises BadInput with the place and a remedy for a file that is missing, broken, foreign or newer."""
    content = _content(path)
    schema = content.pop("schema", None)
    if schema != SCHEMA:
        newer = isinstance(schema, int) and schema > SCHEMA
        what = f"was written by a newer advisor (schema {schema})" if newer else "is not a lock of advisor"
        raise BadInput(what, where=str(path), remedy="upgrade advisor" if newer else REMEDY)
    try:
        return _locked(content)
    except KeyError as error:
        raise BadInput(f"{error.args[0]} is missing", where=str(path), remedy=REMEDY) from None
    except Odd as error:
        raise BadInput(str(error), where=str(path), remedy=REMEDY) from None


def _locked(content: dict[str, object]) -> Locked:
    machine, rates = rows.mapping(content.pop("machine"), "machine"), rows.mapping(content.pop("rates"), "rates")
    devices = rows.devices_in(machine["devices"], "machine.devices")
    versions = rows.mapping(content.pop("versions", {}), "versions")
    return Locked(
        project=rows.text(content.pop("project"), "project"),
        machine=Machine(rows.facts_in(machine["facts"], "machine.facts"), devices),
        rates=Rates(rows.facts_in(rates["facts"], "rates.facts"), rows.text(rates["fingerprint"], "rates.fingerprint")),
        evidence=rows.facts_in(content.pop("evidence"), "evidence"),
        versions={name: rows.text(version, f"versions.{name}") for name, version in versions.items()},
        digest=rows.text(content.pop("digest", ""), "digest"),
        extra=content,
    )


def _content(path: Path) -> dict[str, object]:
    text = marked.read_text(path, _LARGEST_BYTES)
    try:
        content = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        conflict = "<<<<<<<" in text
        remedy = "a merge left conflict markers: take either side, then run `advisor plan`" if conflict else REMEDY
        where = f"{path}:{error.lineno}:{error.colno}"
        raise BadInput(f"is not valid JSON: {error.msg.lower()}", where=where, remedy=remedy) from None
    except (Odd, RecursionError, ValueError) as error:
        what = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise BadInput(what, where=str(path), remedy=REMEDY) from None
    if not isinstance(content, dict):
        raise BadInput("is not a lock of advisor", where=f"{path}:1:1", remedy=REMEDY)
    return content


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Odd(f"{next(name for name in names if names.count(name) > 1)} is there twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise Odd(f"{name} is not a number")
