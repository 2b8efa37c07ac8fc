"""Renders a conclusion as a MADR 4 record: the words are in templates/, the order of the parts is here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from advisor.record import foremost, markdown, view
from advisor.record.compiled import environment
from advisor.record.mermaid import picture
from advisor.record.parts import Related
from advisor.record.ranking import ranking
from advisor.record.ruled_out import asides, ruled_out, unneeded
from advisor.record.sections import GENERATED, NOTHING, SECTIONS, Prose, marked
from advisor.record.tips import tipping
from advisor.record.triggers import front_lines, triggers
from advisor.record.words import words
from advisor.values.decision import Conclusion, Decided

if TYPE_CHECKING:
    import jinja2

_THEIRS = ("decision-makers", "consulted", "informed", "tags")
_DIGEST_LENGTH = 56
"""What stays on an 80-column line of front matter."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Number, ISO date and status of a record, how it links to its evidence, the stem of what it supersedes, the
    decision that it is of ("": the whole architecture), and the records of others that it hangs together with.

    `amends` says that what it supersedes is of the whole architecture, and goes on to hold for the other decisions.
    """

    number: int
    date: str
    status: str
    evidence: str
    supersedes: str = ""
    part: str = ""
    related: tuple[Related, ...] = ()
    amends: bool = False


def render(conclusion: Conclusion, identity: Identity, kept: Prose = NOTHING, whole: Conclusion | None = None) -> str:
    """The whole document. The same conclusion, identity and prose give the same text.

    Where `conclusion` is of one decision alone, `whole` is what it is a part of.
    """
    templates = _environment()
    whole = conclusion if whole is None else whole
    shown = _shown(conclusion, identity, whole)
    title = markdown.heading(conclusion.title) or templates.get_template("untitled.md.j2").render().strip()
    parts = [f"{_front(conclusion, identity, kept)}\n# {title}", kept.after.get("", "")]
    for name in SECTIONS:
        text = templates.get_template(f"{name}.md.j2").render(shown | {"title": _option(conclusion, whole) or title})
        parts += [marked(name, _tidy(text)), kept.after.get(name, "")]
    parts += [text for name, text in kept.after.items() if name not in ("", *SECTIONS)]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _option(conclusion: Conclusion, whole: Conclusion) -> str:
    """What a record of one decision calls the option chosen; one of the architecture calls it by its title ("")."""
    return "" if conclusion is whole else markdown.opening(markdown.title(conclusion.title.partition(": ")[2]))


def same_digest(conclusion: Conclusion, recorded: str) -> bool:
    """Whether a record with this digest states this decision."""
    return bool(recorded) and _digest(conclusion) == recorded


def _front(conclusion: Conclusion, identity: Identity, kept: Prose) -> str:
    """Front matter: our keys, then theirs. adr-log wants the title on the line after it, and log4brains a last
    line that looks like a heading: else it takes the closing dashes for the underline of one.
    """
    ours = [
        f'status: "{identity.status}"',
        f"date: {identity.date}",
        *(kept.front.get(key, f"{key}: []") for key in _THEIRS[:3]),
        f"number: {identity.number}",
        kept.front.get("tags", "tags: [machine-learning, architecture]"),
        "x-advisor-schema: 1",
        f'x-advisor-version: "{_word(conclusion.advisor_version)}"',
        f'x-advisor-digest: "{_digest(conclusion)}"',
    ]
    if identity.part:
        ours.append(f'x-advisor-decision: "{identity.part}"')
    if identity.supersedes:
        ours.append(f'x-advisor-supersedes: "{identity.supersedes[:4]}"')
    if conclusion.review_by:
        ours.append(f'x-advisor-review-by: "{_word(conclusion.review_by)}"')
    if conditions := triggers(conclusion.decisions):
        ours += front_lines(conditions)
    theirs = [block for key, block in kept.front.items() if key not in _THEIRS]
    made_by = f"{GENERATED} {_word(conclusion.advisor_version)}"
    return "\n".join(["---", *ours, *theirs, made_by, "---"])


def _digest(conclusion: Conclusion) -> str:
    return _word(conclusion.digest)[:_DIGEST_LENGTH]


def _word(text: str) -> str:
    return re.sub(r"[^\w.:+-]", "", text)


def _tidy(text: str) -> str:
    """No space at the end of a line, never two blank lines."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.M)).strip()


def _shown(conclusion: Conclusion, identity: Identity, whole: Conclusion) -> dict[str, object]:
    """The names that templates may use; anything else is an error."""
    decisions = conclusion.decisions
    alone = decisions[0] if identity.part else None
    goal = conclusion.answers.get("purpose.goal")
    nearest, further = tipping(decisions)
    most, rest, idle = view.assumptions(conclusion)
    return {
        "it": conclusion,
        "identity": identity,
        "alone": alone,
        "whole": whole,
        "conflicts": conclusion.conflicts,
        "goal": str(goal.fact.value) if goal is not None and goal.fact.known else "",
        "by": {each.id: each for each in decisions if each.chosen},
        "figures": {each.id: each for each in view.estimated(conclusion.estimates)},
        "unknown": () if alone is not None else view.unknown(conclusion),
        "alternatives": view.alternatives(decisions) if alone is None else view.rivals(alone),
        "tipping": nearest,
        "also_tipping": further,
        "together": view.together(decisions),
        "assumed": most,
        "also_assumed": rest,
        "idle": idle,
        "beneath": view.beneath(conclusion),
        "picture": picture(whole) if alone is None or alone.id == "d_topology" else None,
        **_outcome(conclusion, alone),
        **_vocabulary(conclusion),
    }


def _outcome(conclusion: Conclusion, alone: Decided | None) -> dict[str, object]:
    """What was decided, how close it was, what it takes and what comes of it."""
    decisions = conclusion.decisions
    reasons = view.reasons(decisions) if alone is None else tuple(("", why) for why in alone.because)
    told = [why for _, why in reasons]
    common = view.common(decisions)
    ranked = [d for d in decisions if view.share(d) is not None and d.status == "decided"]
    return {
        "reasons": reasons,
        "further_reasons": view.further_reasons(decisions, told, conclusion.estimates.values()),
        "why": lambda decided: view.why(decided, common),
        "closest": min(ranked, key=lambda d: view.share(d) or 0.0) if ranked else None,
        "too_close": view.close_calls(decisions),
        "infeasible": [d for d in decisions if d.status == "infeasible"],
        "unneeded": unneeded(decisions),
        "cautions": view.cautions(decisions),
        "numbers": view.estimated(conclusion.estimates, view.told(conclusion.estimates)),
        **_folded(conclusion),
    }


def _folded(conclusion: Conclusion) -> dict[str, object]:
    """What is shown, each with what is folded beneath it."""
    matter, settled = foremost.open_decisions(conclusion.decisions)
    races, clear = ranking(conclusion.decisions)
    broken, rest_broken = ruled_out(conclusion)
    consequences, more_consequences = foremost.consequences(conclusion.decisions)
    statements, more_statements = foremost.statements(conclusion)
    return {
        "matter": matter,
        "settled": settled,
        "races": races,
        "clear": clear,
        "ruled_out": broken,
        "also_ruled_out": asides(rest_broken),
        "consequences": consequences,
        "more_consequences": more_consequences,
        "statements": statements,
        "more_statements": more_statements,
    }


def _vocabulary(conclusion: Conclusion) -> dict[str, object]:
    """The words of answers, options and estimates, and the sources that are cited."""
    cited = foremost.cited(conclusion)
    return {
        "cited": cited,
        "cite": lambda ids: [(n, address) for n, (id, _, address) in enumerate(cited, 1) if id in ids],
        "labels": words().labels,
        "decides": words().decides,
        "choice": _choice,
        "estimates": words().estimates,
        "known": {id: each for id, each in conclusion.answers.items() if each.fact.known},
        "letter": lambda answer: view.letter(conclusion, answer),
        "names": view.names,
        "share": view.share,
    }


def _choice(answer: str, value: str) -> str:
    """A choice in the words of the interview; any other text as code, or as it was typed."""
    said = words().choices.get(answer, {}).get(value)
    return markdown.code(value) if said is None else markdown.cell(said)


@cache
def _environment() -> "jinja2.Environment":
    filters: dict[str, Callable[..., str]] = {
        "prose": markdown.prose,
        "sentence": markdown.sentence,
        "said": markdown.said,
        "cell": markdown.cell,
        "heading": markdown.heading,
        "code": markdown.code,
        "label": markdown.label,
        "wrap": markdown.wrap,
        "formula": markdown.formula,
        "opening": markdown.opening,
        "percent": markdown.percent,
        "number": view.number,
    }
    return environment(filters)
