"""All that can be looked up, from every room that has something to explain."""

from collections.abc import Callable, Iterator, Mapping

from advisor import reference
from advisor.conclude import Grounds
from advisor.values.reference import Entry


def kinds(on: Grounds) -> Mapping[str, Callable[[], Iterator[Entry]]]:
    """The kinds of entries by their plural, each read when it is called."""
    tables = on.tables
    return {
        "questions": lambda: reference.asked.questions(on.questions, tables),
        "decisions": lambda: reference.asked.decisions(tables, on.questions),
        "options": lambda: reference.asked.options(tables),
        "gates": lambda: reference.asked.gates(tables),
        "qualities": lambda: reference.asked.qualities(tables),
        "rules": _rules,
        "formulas": _formulas,
        "terms": _terms,
        "accelerators": lambda: reference.rows.accelerators(tables),
        "prices": lambda: reference.rows.prices(tables),
        "tasks": lambda: reference.rows.tasks(tables),
        "models": _models,
        "lifecycle": lambda: reference.rows.lifecycle(tables),
        "sources": lambda: reference.rows.sources(tables),
    }


def entries(on: Grounds) -> tuple[Entry, ...]:
    """Every entry of every kind."""
    return tuple(entry for kind in kinds(on).values() for entry in kind())


def _rules() -> Iterator[Entry]:
    from advisor.check.rules import RULES  # a file a rule, and only a rule is explained by them

    for rule in RULES:
        says: dict[str, object] = {
            "found": rule.condition,
            "why": rule.why,
            "remedy": rule.remedy,
            "severity": rule.severity,
            "belongs_to": rule.group,
            "formats": list(rule.formats),
            "wrong": dict(rule.bad.files),
            "right": dict(rule.good.files),
            "evidence": list(rule.evidence),
        }
        yield Entry("rule", rule.id, rule.title, says)


def _formulas() -> Iterator[Entry]:
    from advisor.catalog.wording import formulas

    return reference.rows.formulas(formulas())


def _terms() -> Iterator[Entry]:
    from advisor.catalog.wording import terms

    return reference.rows.terms(terms())


def _models() -> Iterator[Entry]:
    from advisor.catalog.images import image_models
    from advisor.catalog.models import models

    return reference.rows.models({**models(), **image_models()})
