"""Hard limits first: which options are removed, by which answer, at which limit, and by how far."""

from collections.abc import Mapping

from advisor import units
from advisor.figure import Fact, Scalar
from advisor.rule import Broken, judge, names_in
from advisor.values.catalog import Limit, Option, Tables
from advisor.values.decision import Removed

Facts = Mapping[str, Fact]

DEAD = ("dead", "deprecated", "unsafe", "low_activity", "archived")
GROWS = ("latency.", "token.", "serve.", "preproc.")
"""Names of estimates that are bad when large; at their high end a limit is judged once more."""


def passes(option: Option, facts: Facts) -> bool:
    """Alive, and no limit of its row is broken."""
    if option.lifecycle in DEAD:
        return False
    return all(judge(limit.condition, facts).holds is not False for limit in option.limits)


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
            return _removed(option, limit, verdict.broken, facts, tables)
    if cap is not None and option.complexity > cap:
        return too_complex(option.id, option.name, (cap, f"{option.complexity}"), facts, tables)
    return None


def too_complex(option: str, name: str, steps: tuple[int, str], facts: Facts, tables: Tables) -> Removed:
    """Out because the team could not run it; `steps` is (the team's cap, the complexity it has)."""
    say = tables.say("out_team", team=answered(facts["team"], tables))
    return Removed(option, name, "team", tables.say("cap", cap=steps[0]), steps[1], say)


def at_risk(option: Option, facts: Facts) -> tuple[Limit, ...]:
    """Limits that hold in the middle of the estimates and break at their high end."""
    return tuple(limit for limit in option.limits if _breaks(limit.condition, facts))


def _breaks(condition: str, facts: Facts) -> bool:
    read = names_in(condition)
    if not any(name.startswith(GROWS) for name in read):
        return False
    return judge(condition, {name: _worst(facts[name]) for name in read if name in facts}).holds is False


def _worst(fact: Fact) -> Fact:
    """The fact at its high end, if it is an estimate that is bad when large."""
    if fact.high is None or not isinstance(fact.value, float) or not fact.id.startswith(GROWS):
        return fact
    return Fact(fact.id, fact.high, fact.unit)


def _removed(
    option: Option, limit: Limit, broken: tuple[Broken, ...], facts: Facts, tables: Tables
) -> Removed:  # fmt: skip
    broke = next((item for item in broken if item.name == limit.answer), broken[0] if broken else None)
    plain = broke is not None and len(broken) == 1 and broke.name in facts and not isinstance(broke.value, bool)
    if broke is None or not plain or broke.operator not in _SIGNS or broke.value is None:
        answer = facts.get(limit.answer)
        value = answered(answer, tables) if answer is not None else ""
        return Removed(option.id, option.name, limit.answer, "", value, limit.say)
    bound = in_words(broke.name, broke.limit, tables, tables.say("or")) or shown(broke.limit, facts[broke.name].unit)
    return Removed(
        option=option.id,
        name=option.name,
        by=limit.answer,
        limit=tables.say(_SIGNS[broke.operator], value=bound),
        value=answered(facts[broke.name], tables),
        say=limit.say,
    )


_SIGNS = {"<=": "at_most", ">=": "at_least", "<": "below", ">": "above", "==": "only", "in": "only", "not in": "other"}
"""The phrase for a limit, by the comparison that must hold."""


def answered(fact: Fact, tables: Tables) -> str:
    """The answer to a question, in the words of its choices; an option of an earlier decision by its name."""
    return in_words(fact.id, fact.value, tables) or shown(fact.value, fact.unit, fact)


def in_words(name: str, value: Scalar, tables: Tables, joined: str = ", ") -> str:
    """Choices or options as people call them, "" for what has no words."""
    texts = tables.choices.get(name) or {option.id: option.name for option in tables.options.get(name, ())}
    several = value if isinstance(value, tuple) else (value,)
    said = [texts[str(item)] for item in several if str(item) in texts]
    return joined.join(said) if said and len(said) == len(several) else ""


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
