"""What of a conclusion bears on this project, and until when it can be relied on."""

from collections.abc import Iterable
from dataclasses import replace

from advisor.values.catalog import Tables
from advisor.values.decision import Conclusion
from advisor.values.facts import Question

PRICED = ("train.cost.run", "serve.cost.month")
"""Estimates that a price is in, unless they are zero."""


def lasting(conclusion: Conclusion, questions: Iterable[Question], tables: Tables) -> Conclusion:
    """The conclusion without assumptions that bear on nothing here, to be looked at again when its first fact is old.

    An assumption bears on nothing where it changes no choice and all the decisions that its question is about fall
    away: the optimizer of a network where trees are trained.
    """
    open_ones = {decided.id for decided in conclusion.decisions if decided.status != "not_needed"}
    known = {decided.id for decided in conclusion.decisions}
    about = {question.id: set(question.changes) & known for question in questions}
    kept = tuple(
        each
        for each in conclusion.assumptions
        if each.matters or not about.get(each.answer) or about[each.answer] & open_ones
    )
    until = {name: date for name, date in tables.good_until.items() if name != "prices" or _priced(conclusion)}
    if not until:
        return replace(conclusion, assumptions=kept)
    first = min(until, key=lambda name: (until[name], name))
    because = tables.say(f"review.{first}", as_of=_as_of(first, tables))
    return replace(conclusion, assumptions=kept, review_by=until[first], review_because=because)


def _priced(conclusion: Conclusion) -> bool:
    return any(conclusion.estimates[id].value > 0 for id in PRICED if id in conclusion.estimates)


def _as_of(name: str, tables: Tables) -> str:
    """When what is meant was last looked at."""
    if name == "prices":
        return max((price.as_of for price in tables.prices.values()), default=tables.as_of)
    return tables.as_of
