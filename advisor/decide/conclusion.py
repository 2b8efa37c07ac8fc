"""Everything the record is written from: the decisions with their tipping points, and what surrounds them."""

from collections.abc import Mapping
from dataclasses import replace

from advisor.decide.architecture import Architecture
from advisor.decide.figures import bases, estimates
from advisor.decide.six import six_rows
from advisor.decide.titles import drivers, summary, title
from advisor.values.catalog import Tables
from advisor.values.decision import Assumption, Conclusion, Decided, Tipping
from advisor.values.estimates import ServingEstimates
from advisor.values.facts import Answer

Flips = Mapping[str, Mapping[str, tuple[Tipping, ...]]]
TIPS_SHOWN = 6
"""Tipping points kept for each decision, the nearest first."""
NEAREST_LAST = 1e9


def conclude(
    architecture: Architecture,
    answers: Mapping[str, Answer],
    serve: ServingEstimates,
    tables: Tables,
    flips: Flips,
) -> Conclusion:
    """Joins decisions, figures and words. The caller fills project, versions, dates and digest."""
    tipped = (_with_tipping(decided, flips, answers) for decided in architecture.decisions)
    decisions = tuple(_with_names(decided, tables) for decided in tipped)
    facts = {**architecture.facts, **bases(architecture, serve)}
    used = dict.fromkeys(id for decided in decisions for id in decided.sources)
    used |= dict.fromkeys(id for statement in architecture.statements for id in statement.sources)
    return Conclusion(
        project="",
        title=title(architecture, tables),
        summary=summary(architecture, tables),
        answers=dict(answers),
        decisions=decisions,
        estimates=estimates(architecture, serve, facts),
        facts={id: fact for id, fact in facts.items() if id not in answers},
        six=six_rows(architecture, answers, tables, serve),
        statements=architecture.statements,
        assumptions=_assumptions(answers, flips, len(decisions)),
        drivers=drivers(architecture, answers, tables),
        catalog_as_of=tables.as_of,
        review_by=tables.review_by,
        advisor_version="",
        sources=tuple(
            (id, tables.sources[id].title, tables.sources[id].url) for id in sorted(used) if id in tables.sources
        ),
        digest="",
    )


def _with_tipping(decided: Decided, flips: Flips, answers: Mapping[str, Answer]) -> Decided:
    tips = sorted(
        (tip for by_decision in flips.values() for tip in by_decision.get(decided.id, ())),
        key=lambda tip: (_distance(tip), tip.answer, str(tip.flips_at)),
    )
    assumed = [tip for tip in tips if answers[tip.answer].how == "assumed"]
    second = decided.ranking[1].option if len(decided.ranking) > 1 else ""
    settles = next((tip for tip in assumed if tip.to == second), assumed[0] if assumed else None)
    asked = settles.answer if settles is not None and decided.status == "too_close" else None
    return replace(decided, tipping=tuple(tips[:TIPS_SHOWN]), cheapest_question=asked)


def _with_names(decided: Decided, tables: Tables) -> Decided:
    names = {option.id: option.name for option in tables.options.get(decided.id, ())}
    tips = (replace(tip, called=" + ".join(names.get(id, id) for id in tip.to.split("+"))) for tip in decided.tipping)
    return replace(decided, tipping=tuple(tips))


def _distance(tip: Tipping) -> float:
    """How far an answer has to move: the ratio for numbers; another word counts as a factor of three."""
    if isinstance(tip.now, bool) or not isinstance(tip.now, int | float) or not isinstance(tip.flips_at, int | float):
        return 3.0
    small, large = sorted((abs(float(tip.now)), abs(float(tip.flips_at))))
    return large / small if small else NEAREST_LAST


def _assumptions(answers: Mapping[str, Answer], flips: Flips, decisions: int) -> tuple[Assumption, ...]:
    """Defaults that were kept, those that matter most first."""
    kept = [
        Assumption(id, answer.fact.value, answer.fact.unit, round(len(flips.get(id, {})) / decisions, 4))
        for id, answer in answers.items()
        if answer.how == "assumed" and answer.fact.known
    ]
    return tuple(sorted(kept, key=lambda item: (-item.matters, item.answer)))
