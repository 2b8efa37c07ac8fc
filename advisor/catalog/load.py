"""Reads the rows of the catalogue into typed values. A bad row is our bug, so it raises with its file."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from advisor.catalog.read import read
from advisor.catalog.rows import options_of
from advisor.rule import parsed
from advisor.shelf import shelf
from advisor.values.catalog import (
    Accelerator,
    Attribute,
    Contradiction,
    DecisionRow,
    Gate,
    Hosted,
    Lifecycle,
    Limit,
    Note,
    Option,
    Price,
    Source,
    Tables,
)

_HERE = Path(__file__).resolve().parent


@lru_cache(maxsize=4)
def load(language: str = "en") -> Tables:
    """The whole catalogue, read once a language."""
    decisions = _rows("decisions.yaml")
    prices, died = _rows("prices.yaml"), _rows("lifecycle.yaml")
    good_until = {"prices": _stale_on(f"{prices['as_of']}-01", int(prices["stale_after_days"]))}
    good_until["lifecycle"] = _stale_on(str(died["checked"]), int(died["stale_after_days"]))
    return Tables(
        as_of=str(max(str(prices["as_of"]), str(died["checked"]))),
        review_by=good_until["prices"],
        good_until=good_until,
        accelerators={row["id"]: _accelerator(row) for row in _rows("accelerators.yaml")["accelerators"]},
        prices={row["accelerator"]: _price(row, str(prices["as_of"])) for row in prices["prices"]},
        hosted=tuple(_hosted(row) for row in prices["hosted"]),
        decisions=tuple(_decision(row) for row in decisions["decisions"]),
        options={row.id: _options(row) for row in map(_decision, decisions["decisions"])},
        contradictions=tuple(_contradiction(row) for row in _rows("contradictions.yaml")["contradictions"]),
        gates=tuple(_gate(row) for row in _rows("gates.yaml")["gates"]),
        attributes={row["id"]: _attribute(row) for row in decisions["attributes"]},
        tasks=_rows("tasks.yaml")["tasks"],
        sources={id: _source(id, row) for id, row in _rows("sources.yaml")["sources"].items()},
        lifecycle=lifecycle(),
        complexity_cap=decisions["complexity_cap"],
        too_close_below=float(decisions["too_close_below"]),
        phrases=_rows(shelf("templates") / language / "phrases.yaml"),
    )


@lru_cache(maxsize=1)
def lifecycle() -> tuple[Lifecycle, ...]:
    """What died, was renamed or has a successor; read without the rest of the catalogue."""
    return tuple(_lifecycle(row) for row in _rows("lifecycle.yaml")["items"])


def _rows(name: str | Path) -> Mapping[str, Any]:
    return read(_HERE / name)


def _stale_on(as_of: str, days: int) -> str:
    """The date on which what was good on a date is older than `days`."""
    return (date.fromisoformat(as_of) + timedelta(days=days)).isoformat()


def _accelerator(row: Mapping[str, Any]) -> Accelerator:
    link = row.get("link") or {}
    return Accelerator(
        id=row["id"],
        vendor=row["vendor"],
        memory_gb=float(row["memory_gb"]),
        memory_gbps=float(row["memory_gbps"]),
        tflops={name: float(rate) for name, rate in row["dense_tflops"].items() if rate},
        link_gbps=float(link.get("gbps_per_direction") or 0),
        pcie_gen=str(row.get("pcie_gen", "")),
        tdp_w=float(row["tdp_w"]) if row.get("tdp_w") else None,
        match=tuple(row.get("match", ())),
        aliases=tuple(row.get("aliases", ())),
        source=row["source"],
        confidence=row["confidence"],
        unified=bool(row.get("unified_memory")),
    )


def _price(row: Mapping[str, Any], as_of: str) -> Price:
    return Price(row["accelerator"], row["low"], row["high"], row["typical"], as_of, tuple(row["sources"]))


def _hosted(row: Mapping[str, Any]) -> Hosted:
    low, typical, high = ((float(row[end][0]), float(row[end][1])) for end in ("low", "typical", "high"))
    size, sources = float(row["parameters"]), tuple(row["sources"])
    return Hosted(row["id"], size, low, typical, high, str(row["as_of"]), sources)


def _decision(row: Mapping[str, Any]) -> DecisionRow:
    return DecisionRow(row["id"], row["name"], row["title"], int(row["step"]), tuple(row["attributes"]))


def _options(decision: DecisionRow) -> tuple[Option, ...]:
    path = _HERE / "options" / f"{decision.id}.yaml"
    if not path.exists():
        return ()
    return options_of(path, _rows(path)["options"], decision.attributes, lambda row: _option(decision.id, row))


def _option(decision: str, row: Mapping[str, Any]) -> Option:
    limits = tuple(Limit(_condition(limit["if"]), limit["answer"], limit["say"]) for limit in row.get("limits", ()))
    return Option(
        id=row["id"],
        decision=decision,
        name=row["name"],
        complexity=int(row["complexity"]),
        scores={name: (float(low), float(high)) for name, (low, high) in row.get("scores", {}).items()},
        limits=limits,
        suits=_condition(row.get("suits", "")),
        gains=tuple(row.get("gains", ())),
        fails=tuple(row.get("fails", ())),
        facts=tuple((text, source) for text, source in row.get("facts", ())),
        lifecycle=row.get("lifecycle", ""),
        sources=tuple(row.get("sources", ())),
        note=Note(_condition(row["note"]["if"]), row["note"]["say"]) if "note" in row else None,
    )


def _gate(row: Mapping[str, Any]) -> Gate:
    return Gate(row["id"], row["decision"], _condition(row["if"]), row["say"], tuple(row["sources"]))


def _contradiction(row: Mapping[str, Any]) -> Contradiction:
    return Contradiction(row["id"], row["kind"], _condition(row["if"]), tuple(row["answers"]), row["say"], row["out"])


def _attribute(row: Mapping[str, Any]) -> Attribute:
    return Attribute(row["id"], row["name"], row["anchor"], _condition(row["matters"]), _condition(row["important"]))


def _source(id: str, row: Mapping[str, Any]) -> Source:
    return Source(id, row["title"], row["url"], str(row.get("date", "")), row["trust"])


def _lifecycle(row: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(
        row["name"],
        row["status"],
        str(row.get("since", "")),
        row.get("use", ""),
        tuple(row["packages"]),
        tuple(row["sources"]),
        tuple(row.get("images", ())),
        tuple(row.get("commands", ())),
        tuple(row.get("kinds", ())),
        tuple(row.get("files", ())),
    )


def _condition(text: str) -> str:
    """The condition as it stands, once it is known to parse."""
    if text:
        parsed(text)
    return text
