"""The evidence behind a record: every number with its range, provenance, formula and inputs, as JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.figure import Fact, Figure, rounded
from advisor.values.decision import Conclusion, Decided

SCHEMA = 1


def evidence(conclusion: Conclusion, number: int) -> bytes:
    """The file docs/evidence/NNNN-*.json: the same conclusion gives the same bytes."""
    document = {
        "schema": SCHEMA,
        "record": number,
        "title": conclusion.title,
        "advisor": conclusion.advisor_version,
        "catalog": conclusion.catalog_as_of,
        "digest": conclusion.digest,
        "answers": {id: _fact(answer.fact) | {"how": answer.how} for id, answer in conclusion.answers.items()},
        "facts": {id: _fact(fact) for id, fact in conclusion.facts.items()},
        "estimates": {id: _figure(figure) for id, figure in conclusion.estimates.items()},
        "decisions": {decided.id: _decided(decided) for decided in conclusion.decisions},
    }
    text = json.dumps(_clean(document), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode(errors="backslashreplace")


def _fact(fact: Fact) -> dict[str, object]:
    """What is empty is left out."""
    known: dict[str, object] = {
        "value": list(fact.value) if isinstance(fact.value, tuple) else fact.value,
        "unit": fact.unit,
        "low": fact.low,
        "high": fact.high,
        "provenance": fact.provenance if fact.known else "",
        "source": fact.source,
        "gap": fact.gap,
    }
    return {key: value for key, value in known.items() if value not in (None, "") or key == "value"}


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "value": rounded(figure.value),
        "low": rounded(figure.low),
        "high": rounded(figure.high),
        "unit": figure.unit,
        "provenance": "computed",
        "weakest": figure.trust,
        "formula": figure.formula,
        "inputs": sorted(figure.inputs),
    }


def _decided(decided: Decided) -> dict[str, object]:
    return {
        "status": decided.status,
        "chosen": list(decided.chosen),
        "ranking": [{"option": r.option, "acceptability": rounded(r.acceptability)} for r in decided.ranking],
        "removed": [{"option": r.option, "by": r.by, "limit": r.limit, "value": r.value} for r in decided.removed],
        "tipping": [
            {"answer": t.answer, "now": t.now, "flips_at": t.flips_at, "unit": t.unit, "to": t.to}
            for t in decided.tipping
        ],
    }


def _clean(value: object) -> object:
    """`value` with what JSON has no word for (infinite, not a number) as null, and tuples as lists."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def chosen_in(content: bytes) -> dict[str, tuple[str, ...]]:
    """What each decision chose, from a file of evidence; nothing where it is none of ours."""
    try:
        decisions = json.loads(content)["decisions"]
        return {id: tuple(map(str, row["chosen"])) for id, row in decisions.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A file of evidence as read: the title, what people had answered, what each decision chose, the estimates."""

    title: str
    answered: Mapping[str, Fact]
    chosen: Mapping[str, tuple[str, ...]]
    estimates: Mapping[str, Figure]


def recorded(content: bytes) -> Recorded | None:
    """What stands in a file of evidence; None where it is none of ours."""
    try:
        whole = json.loads(content)
        said = {id: row for id, row in whole["answers"].items() if row["how"] == "answered"}
        return Recorded(
            title=str(whole["title"]),
            answered={id: _read(id, row) for id, row in said.items()},
            chosen={id: tuple(map(str, row["chosen"])) for id, row in whole["decisions"].items()},
            estimates={id: _figured(id, row) for id, row in whole["estimates"].items() if _finite(row)},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def joined(each: Sequence[Recorded], title: str) -> Recorded:
    """The evidence of the records of single decisions as one, answered as the youngest says."""
    youngest = each[-1]
    chosen = {id: options for one in each for id, options in one.chosen.items()}
    return Recorded(title, youngest.answered, chosen, {id: row for one in each for id, row in one.estimates.items()})


def _read(id: str, row: Mapping[str, Any]) -> Fact:
    value = tuple(map(str, row["value"])) if isinstance(row["value"], list) else row["value"]
    said = (row.get("provenance", "answered"), row.get("source", ""))
    return Fact(id, value, row.get("unit", ""), row.get("low"), row.get("high"), *said)


def _finite(row: Mapping[str, Any]) -> bool:
    return all(row[name] is not None for name in ("value", "low", "high"))


def _figured(id: str, row: Mapping[str, Any]) -> Figure:
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    return Figure(id, value, low, high, str(row["unit"]), str(row["formula"]), tuple(row["inputs"]), row["weakest"])
