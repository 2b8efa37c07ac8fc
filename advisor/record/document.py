"""The whole of a plan as one JSON document, for programs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from advisor.figure import Fact, Figure
from advisor.values.decision import Conclusion, Conflict, Decided, Relaxation
from advisor.values.facts import Known

SCHEMA = 1


def document(conclusion: Conclusion, known: Known, written: Iterable[Path]) -> dict[str, object]:
    """`advisor plan --json`: machine, rates, answers, decisions, estimates, statements, assumptions, paths."""
    return {
        "schema": SCHEMA,
        "advisor": conclusion.advisor_version,
        "catalog": conclusion.catalog_as_of,
        "project": conclusion.project,
        "title": conclusion.title,
        "machine": {
            "facts": _facts(known.machine.facts),
            "devices": [
                {
                    "index": device.index,
                    "name": device.name,
                    "accelerator": device.slug,
                    "memory": {"value": device.memory_bytes, "unit": "bytes"},
                    "compute_capability": device.compute_capability,
                }
                for device in known.machine.devices
            ],
        },
        "rates": _facts(known.rates.facts),
        "workload": _facts({id: fact for id, fact in conclusion.facts.items() if fact.known}),
        "answers": {
            id: _fact(answer.fact) | {"source": answer.how} for id, answer in sorted(conclusion.answers.items())
        },
        "scaling": asdict(conclusion.scaling) if conclusion.scaling is not None else None,
        "conflicts": [_conflict(conflict) for conflict in conclusion.conflicts],
        "six": [{"question": row.question, "answer": row.answer, "how": row.how} for row in conclusion.six],
        "decisions": [decision(decided) for decided in conclusion.decisions],
        "estimates": {id: _figure(figure) for id, figure in conclusion.estimates.items()},
        "statements": [
            {"id": said.id, "text": said.text, "sources": list(said.sources)} for said in conclusion.statements
        ],
        "assumptions": [
            {"answer": kept.answer, "value": _plain(kept.value), "unit": kept.unit, "matters": kept.matters}
            for kept in conclusion.assumptions
        ],
        "review_by": conclusion.review_by,
        "digest": conclusion.digest,
        "written": [str(path) for path in written],
    }


def decision(decided: Decided) -> dict[str, object]:
    """One decision of the document."""
    return {
        "id": decided.id,
        "title": decided.title,
        "status": decided.status,
        "chosen": list(decided.chosen),
        "because": list(decided.because),
        "ranking": [{"option": item.option, "acceptability": round(item.acceptability, 4)} for item in decided.ranking],
        "removed": [
            {"option": out.option, "by": out.by, "limit": out.limit, "value": out.value, "say": out.say}
            for out in decided.removed
        ],
        "tipping": [
            {
                "answer": tip.answer,
                "now": _plain(tip.now),
                "flips_at": _plain(tip.flips_at),
                "unit": tip.unit,
                "to": tip.to,
            }
            for tip in decided.tipping
        ],
        "cheapest_question": decided.cheapest_question,
        "experiment": decided.experiment or None,
        "together": [_way(way) for way in decided.together],
        "sources": list(decided.sources),
    }


def _conflict(conflict: Conflict) -> dict[str, object]:
    return {
        "id": conflict.id,
        "kind": conflict.kind,
        "decision": conflict.about or None,
        "answers": list(conflict.answers),
        "say": conflict.say,
        "out": conflict.out,
        "relaxations": [_way(way) for way in conflict.relaxations],
    }


def _way(way: Relaxation) -> dict[str, object]:
    changes = [
        {"answer": each.answer, "now": _plain(each.now), "to": _plain(each.to), "unit": each.unit}
        for each in way.changes
    ]
    return {"changes": changes, "to": list(way.to), "say": way.say}


def _facts(facts: Mapping[str, Fact]) -> dict[str, object]:
    return {id: _fact(fact) | {"source": fact.source} for id, fact in sorted(facts.items())}


def _fact(fact: Fact) -> dict[str, object]:
    found: dict[str, object] = {"value": _plain(fact.value), "unit": fact.unit, "provenance": fact.provenance}
    if fact.low is not None or fact.high is not None:
        found |= {"low": fact.low, "high": fact.high}
    return found | ({"gap": fact.gap} if fact.gap else {})


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "unit": figure.unit,
        "provenance": "computed",
        "trust": figure.trust,
        "formula": figure.formula,
        "inputs": list(figure.inputs),
    }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
