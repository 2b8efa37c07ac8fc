"""`advisor plan --diff`: what changed since the record, and which answers changed it."""

import json as json_format
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import typer

from advisor import compare, units
from advisor.cli.screen import printable
from advisor.figure import Figure
from advisor.plan import Found, Grounds, Wish
from advisor.record.words import words
from advisor.values.difference import Cause, Difference, Turned


def show(found: Found, wish: Wish, on: Grounds, *, json: bool) -> None:
    """Prints how what follows now differs from what was decided; writes nothing."""
    changed = compare.difference(compare.before(wish, found.known, on), found.known, on)
    if json:
        typer.echo(json_format.dumps(document(changed), indent=1, ensure_ascii=False))
    else:
        typer.echo(printable("\n".join(lines(changed, on))))


def document(changed: Difference) -> dict[str, Any]:
    """The difference for programs."""
    numbers = [
        {"id": one.id, "before": _figure(one), "after": _figure(other), "unit": other.unit}
        for one, other in changed.numbers
    ]
    return {
        "schema": 1,
        "against": changed.against,
        "title": {"before": changed.title_before, "after": changed.title_after},
        "decisions": [asdict(turned) for turned in changed.decisions],
        "causes": [asdict(cause) for cause in changed.causes],
        "idle": list(changed.idle),
        "numbers": numbers,
    }


def _figure(figure: Figure) -> dict[str, float]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def lines(changed: Difference, on: Grounds) -> Iterator[str]:
    """The difference as people read it."""
    say, causes = on.tables.say, {cause.id: cause for cause in changed.causes}
    yield say("diff.against", against=changed.against)
    if not changed.decisions:
        phrase = "same_decisions" if changed.causes or changed.numbers else "nothing"
        yield say(f"diff.{phrase}", title=changed.title_after)
    for turned in changed.decisions:
        yield ""
        yield from _turned(turned, causes, on)
    if changed.idle:
        yield ""
        yield say("diff.causes")
        yield from (f"  {_cause(causes[id], on)}" for id in changed.idle)
    if changed.numbers:
        yield ""
        yield say("diff.numbers")
        for one, other in changed.numbers:
            name = words().estimates.get(one.id, one.id)
            yield f"  {say('diff.number', number=name, before=_said(one), after=_said(other))}"
    if changed.decisions or changed.causes:
        yield ""
        yield say("diff.unwritten")


def _turned(turned: Turned, causes: dict[str, Cause], on: Grounds) -> Iterator[str]:
    say = on.tables.say
    yield say("diff.turned", title=turned.title)
    before, after = (_options(turned, chosen, on) for chosen in (turned.before, turned.after))
    yield f"  {say('diff.to', before=before, after=after)}"
    if turned.by:
        told = "; ".join(_cause(causes[id], on) for id in turned.by)
        yield f"  {say('diff.by', causes=told)}"
    else:
        yield f"  {say('diff.by_catalogue')}"


def _options(turned: Turned, chosen: tuple[str, ...], on: Grounds) -> str:
    names = {option.id: option.name for option in on.tables.options.get(turned.decision, ())}
    if chosen in (("not_needed",), ("infeasible",)):
        return on.tables.say(f"diff.{chosen[0]}")
    return " + ".join(names.get(id, id) for id in chosen) or on.tables.say("diff.chosen_nothing")


def _cause(cause: Cause, on: Grounds) -> str:
    say, label = on.tables.say, on.tables.labels.get(cause.id, "")
    if cause.id == compare.RATES:
        return f"{cause.id}: {say('diff.other_rates')}"
    answer = f"{label} [{cause.id}]" if label else cause.id
    unknown = say("diff.unknown")
    return say("diff.cause", answer=answer, before=cause.before or unknown, after=cause.after or unknown)


def _said(figure: Figure) -> str:
    return units.say(figure.value, figure.unit, figure.low, figure.high)
