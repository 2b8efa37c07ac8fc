"""Hard limits first: which options are removed, by which answer, at which limit, and by how far."""

from collections.abc import Mapping
from dataclasses import replace

from advisor import units
from advisor.figure import Fact, Scalar
from advisor.rule import Broken, judge, names_in
from advisor.values.catalog import Limit, Option, Tables
from advisor.values.decision import Removed

Facts = Mapping[str, Fact]

DEAD = ("dead", "deprecated", "unsafe", "low_activity", "archived")
GROWS = ("latency.", "token.", "serve.", "preproc.")
"""Names of estimates that are bad when large; at their high end a limit is judged once more."""


def removal(option: Option, facts: Facts, tables: Tables, cap: int | None = None) -> Removed | None:
    """Why the option is out, or None. `cap` is the team's complexity; None ignores it."""
    if option.lifecycle in DEAD:
        state = option.lifecycle.replace("_", " ")
        return Removed(
            option.id, option.name, "catalogue", tables.say("alive"), state, tables.say("out_dead", state=state)
        )
    for limit in option.limits:
        verdict = judge(limit.condition, facts)
        if verdict.holds is False:
            return _removed(option, limit, verdict.broken, facts)
    if cap is not None and option.complexity > cap:
        say = tables.say("out_team", team=words(facts["team"].value))
        return Removed(option.id, option.name, "team", f"complexity {cap} of 5", f"{option.complexity}", say)
    return None


def at_risk(option: Option, facts: Facts) -> tuple[Limit, ...]:
    """Limits that hold in the middle of the estimates and break at their high end."""
    return tuple(limit for limit in option.limits if _breaks(limit.condition, facts))


def _breaks(condition: str, facts: Facts) -> bool:
    grows = [name for name in names_in(condition) if name.startswith(GROWS)]
    if not grows:
        return False
    worse = {name: _worst(facts[name]) for name in grows if name in facts}
    return judge(condition, {**facts, **worse}).holds is False


def _worst(fact: Fact) -> Fact:
    return replace(fact, value=fact.high) if fact.high is not None and isinstance(fact.value, float) else fact


def _removed(option: Option, limit: Limit, broken: tuple[Broken, ...], facts: Facts) -> Removed:
    broke = next((item for item in broken if item.name == limit.answer), broken[0] if broken else None)
    if broke is None or len(broken) > 1 or isinstance(broke.value, bool) or broke.name not in facts:
        answer = facts.get(limit.answer)
        value = shown(answer.value, answer.unit, answer) if answer is not None else ""
        return Removed(option.id, option.name, limit.answer, "", value, limit.say)
    unit = facts[broke.name].unit if broke.name in facts else ""
    sign = {"<=": "at most ", ">=": "at least ", "<": "below ", ">": "above ", "==": "", "in": "one of "}.get(
        broke.operator, f"{broke.operator} "
    )
    return Removed(
        option=option.id,
        name=option.name,
        by=limit.answer,
        limit=f"{sign}{shown(broke.limit, unit)}",
        value=shown(broke.value, unit, facts.get(broke.name)),
        say=limit.say,
    )


def shown(value: Scalar, unit: str = "", fact: Fact | None = None) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if fact is not None and fact.low is not None:
            return units.say(float(value), unit, fact.low, fact.high)
        return units.say(float(value), unit)
    return words(value)


def words(value: Scalar) -> str:
    if isinstance(value, tuple):
        return ", ".join(word.replace("_", " ") for word in value)
    return "unknown" if value is None else str(value).replace("_", " ")
