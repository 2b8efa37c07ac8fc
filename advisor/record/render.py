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
from advisor.values.decision import Conclusion

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
    reasons = view.reasons(decisions) if alone is None else tuple(("", why) for why in alone.because)
    broken, rest_broken = ruled_out(conclusion)
    nearest, further = tipping(decisions)
    races, clear = ranking(decisions)
    most, rest, idle = view.assumptions(conclusion)
    common = view.common(decisions)
    matter, settled = foremost.open_decisions(decisions)
    consequences, more_consequences = foremost.consequences(decisions)
    statements, more_statements = foremost.statements(conclusion)
    ranked = [d for d in decisions if view.share(d) is not None and d.status == "decided"]
    goal = conclusion.answers.get("purpose.goal")
    cited = foremost.cited(conclusion)
    return {
        "it": conclusion,
        "identity": identity,
        "conflicts": conclusion.conflicts,
        "goal": str(goal.fact.value) if goal is not None and goal.fact.known else "",
        "reasons": reasons,
        "closest": min(ranked, key=lambda d: view.share(d) or 0.0) if ranked else None,
        "too_close": view.close_calls(decisions),
        "why": lambda decided: view.why(decided, common),
        "by": {each.id: each for each in decisions if each.chosen},
        "figures": {each.id: each for each in view.estimated(conclusion.estimates)},
        "infeasible": [d for d in decisions if d.status == "infeasible"],
        "matter": matter,
        "settled": settled,
        "unneeded": unneeded(decisions),
        "races": races,
        "clear": clear,
        "alone": alone,
        "whole": whole,
        "unknown": () if alone is not None else view.unknown(conclusion),
        "alternatives": view.alternatives(decisions) if alone is None else view.rivals(alone),
        "ruled_out": broken,
        "also_ruled_out": asides(rest_broken),
        "consequences": consequences,
        "more_consequences": more_consequences,
        "statements": statements,
        "more_statements": more_statements,
        "further_reasons": view.further_reasons(decisions, [why for _, why in reasons], conclusion.estimates.values()),
        "cautions": view.cautions(decisions),
        "tipping": nearest,
        "together": view.together(decisions),
        "also_tipping": further,
        "assumed": most,
        "also_assumed": rest,
        "idle": idle,
        "numbers": view.estimated(conclusion.estimates, view.told(conclusion.estimates)),
        "beneath": view.beneath(conclusion),
        "picture": picture(whole) if alone is None or alone.id == "d_topology" else None,
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
