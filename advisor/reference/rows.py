"""Entries of the rows that decisions rest on: devices, prices, sources, words, formulas, tasks, what died, models."""

from collections.abc import Iterable, Iterator, Mapping

from advisor.values.catalog import Accelerator, Price, Tables
from advisor.values.reference import Entry, Formula, Term


def accelerators(tables: Tables) -> Iterator[Entry]:
    """Each accelerator, also by the names of drivers and those that people type."""
    for row in tables.accelerators.values():
        yield Entry("accelerator", row.id, row.id, _device(row, tables.prices.get(row.id)), (*row.aliases, *row.match))


def _device(row: Accelerator, price: Price | None) -> dict[str, object]:
    says: dict[str, object] = {
        "vendor": row.vendor,
        "memory": f"{row.memory_gb:g} GB",
        "bandwidth": f"{row.memory_gbps:g} GB/s",
        "arithmetic": {kind: f"{rate:g} Tflop/s, dense" for kind, rate in row.tflops.items()},
        "link": f"{row.link_gbps:g} GB/s each way" if row.link_gbps else "",
        "power": f"{row.tdp_w:g} W" if row.tdp_w else "",
        "price": _rent(price) if price else "",
        "names": list(row.match),
        "from": f"{row.source} (confidence: {row.confidence})",
    }
    return {part: said for part, said in says.items() if said not in ("", [], {})}


def _rent(price: Price) -> str:
    return f"${price.typical:g}/h ({price.low:g}–{price.high:g}), as of {price.as_of}"


def prices(tables: Tables) -> Iterator[Entry]:
    """What an hour of each accelerator costs on demand."""
    for row in tables.prices.values():
        says: dict[str, object] = {"rent": _rent(row), "good_until": tables.review_by}
        yield Entry("price", row.accelerator, row.accelerator, says, (f"price.{row.accelerator}",), row.sources)


def sources(tables: Tables) -> Iterator[Entry]:
    """Each source, with what cites it."""
    cited: dict[str, list[str]] = {}
    for options in tables.options.values():
        for option in options:
            for id in dict.fromkeys([source for _, source in option.facts] + list(option.sources)):
                cited.setdefault(id, []).append(option.id)
    for gate in tables.gates:
        for id in gate.sources:
            cited.setdefault(id, []).append(gate.id)
    for row in tables.sources.values():
        says = {"address": row.url, "date": row.date, "trust": _TRUST.get(row.trust, row.trust)}
        stated: dict[str, object] = {part: said for part, said in says.items() if said}
        stated |= {"cited_by": cited[row.id]} if row.id in cited else {}
        yield Entry("source", row.id, row.title, stated)


_TRUST: Mapping[str, str] = {
    "A": "A: code, official documentation, or reviewed work",
    "B": "B: a vendor's or one author's text",
    "C": "C: secondary, or judgement",
}


def terms(rows: Iterable[Term]) -> Iterator[Entry]:
    """Each word of the glossary."""
    for row in rows:
        says: dict[str, object] = {"means": row.meaning} | ({"see": list(row.see)} if row.see else {})
        yield Entry("term", row.id, row.name, says, (row.name, *row.also))


def formulas(rows: Iterable[Formula]) -> Iterator[Entry]:
    """Each formula, also by the estimates that rest on it, as `train.step`."""
    for row in rows:
        says: dict[str, object] = {"expression": row.expression, "unit": row.unit}
        says |= {"letters": dict(row.letters)} if row.letters else {}
        says |= {"valid": row.valid} | ({"estimates": list(row.of)} if row.of else {})
        yield Entry("formula", row.id, row.name, says, row.of, row.sources)


def tasks(tables: Tables) -> Iterator[Entry]:
    """Each task with what is usual for it: the defaults of what nobody answers."""
    said = tables.choices.get("task", {})
    for id, row in tables.tasks.items():
        usual = {name.replace("_", " "): _word(value) for name, value in row.items()}
        yield Entry("task", id, said.get(id, id), {"usually": usual})


def lifecycle(tables: Tables) -> Iterator[Entry]:
    """What died, was renamed or has a successor."""
    for row in tables.lifecycle:
        says: dict[str, object] = {"state": row.status.replace("_", " "), "since": row.since, "instead": row.use}
        stated = {part: said for part, said in says.items() if said}
        yield Entry("lifecycle", _slug(row.name), row.name, stated, (row.name, *row.packages), row.sources)


def models(rows: Mapping[str, Mapping[str, str]]) -> Iterator[Entry]:
    """Well-known models by their published shape."""
    for id, row in rows.items():
        shape = {
            name.replace("_", " "): cell for name, cell in row.items() if name not in ("key", "arch_key", "source")
        }
        yield Entry("model", id, id, {"shape": shape, "from": row.get("source", "")})


def _slug(name: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
