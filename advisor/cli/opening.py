"""The few lines before the first question, and the few after the last."""

from collections.abc import Iterator, Mapping

from advisor import units
from advisor.answers import settle
from advisor.figure import Fact
from advisor.machine import overridden
from advisor.plan import Found, Grounds, prospect
from advisor.values.decision import Conclusion

DOMINANT = ("g_train_mode", "d_placement", "d_topology", "d_artefact")


def rows(found: Found, on: Grounds, *, asking: bool, described: bool = False) -> Mapping[str, str]:
    """Machine, project, and where things stand; what could still change it only when somebody is asked.

    `described` says that the machine is one that somebody asked about, not one that was looked at.
    """
    say = on.tables.say
    return {
        say("screen.machine"): _machine(found, on, described=described),
        say("screen.project"): _project(found, on),
        say("screen.so_far"): _so_far(found, on, asking=asking),
    }


def _machine(found: Found, on: Grounds, *, described: bool) -> str:
    machine, say = overridden(found.known.machine, found.known.answered), on.tables.say
    parts = []
    cpus, memory = machine.facts.get("machine.cpus"), machine.facts.get("machine.memory")
    if cpus is not None and cpus.known and memory is not None and memory.known:
        parts.append(say("screen.cpus", cpus=f"{cpus.number:g}", memory=units.say(memory.number, "bytes")))
    if machine.devices:
        parts.append(say("screen.gpus", count=len(machine.devices), name=machine.devices[0].name))
    else:
        gpus = machine.facts.get("machine.gpus")
        why = gpus.gap if gpus is not None else ""
        parts.append(say("screen.no_gpu_because", why=why) if why else say("screen.no_gpu"))
    if not found.here:
        parts.append(say("screen.described" if described else "screen.kept"))
    return " · ".join(parts)


def _project(found: Found, on: Grounds) -> str:
    seen, say = found.known.evidence, on.tables.say
    parts = []
    if _known(seen, "data.bytes"):
        parts.append(say("screen.data", bytes=units.say(seen["data.bytes"].number, "bytes")))
    if _known(seen, "data.samples"):
        fact = seen["data.samples"]
        parts.append(say("screen.rows", samples=units.say(fact.number, "samples", fact.low, fact.high)))
    if _known(seen, "model.parameters"):
        name = (
            seen["model.name"].value
            if _known(seen, "model.name")
            else seen["model.parameters"].source.partition(",")[0]
        )
        size = units.say(seen["model.parameters"].number, "parameters")
        parts.append(say("screen.model", name=name, parameters=size))
    if _known(seen, "project.requirements"):
        value = seen["project.requirements"].value
        parts.append(", ".join(value[:6]) if isinstance(value, tuple) else str(value))
    return " · ".join(parts) or say("screen.nothing_seen")


def _known(facts: Mapping[str, Fact], id: str) -> bool:
    return id in facts and facts[id].known


def _so_far(found: Found, on: Grounds, *, asking: bool) -> str:
    answers = settle(on.questions, found.known.answered, found.known.evidence, on.tables.tasks)
    if not answers["task"].fact.known:
        return on.tables.say("screen.no_task")
    now = prospect(found.known, on, ahead=asking)
    clear = "screen.robust" if now.agreement >= on.tables.too_close_below else "screen.open_race"
    robust = on.tables.say(clear, share=f"{now.agreement * 100:.0f}")
    stands = on.tables.say("screen.agrees", headline=now.headline, robust=robust)
    if not asking:
        return stands
    count = len(now.open_questions)
    more = on.tables.say("screen.open_some", count=count) if count else on.tables.say("screen.open_none")
    return f"{stands} {more}"


def verdict(conclusion: Conclusion, on: Grounds) -> Iterator[tuple[str, str]]:
    """(style, line): the decision, then why, decision by decision, then what would settle a close one."""
    say = on.tables.say
    states = {decided.status for decided in conclusion.decisions}
    phrase = "infeasible" if "infeasible" in states else "close" if "too_close" in states else "decided"
    yield ("bad" if phrase == "infeasible" else "strong"), say(f"screen.{phrase}", title=conclusion.title)
    for decided in conclusion.decisions:
        if decided.because and (decided.id in DOMINANT or decided.status in ("infeasible", "too_close")):
            name = " + ".join(decided.chosen_names) or decided.title
            yield "plain", say("screen.because", name=name, because="; ".join(decided.because))
        if decided.cheapest_question:
            label = on.tables.labels.get(decided.cheapest_question, decided.cheapest_question)
            yield "faint", say("screen.ask", question=label)
