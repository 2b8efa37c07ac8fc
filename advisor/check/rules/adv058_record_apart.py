"""ADV058: a record, its lock, its evidence and the files it rests on do not belong together."""

from collections.abc import Callable, Iterator, Mapping

from advisor.check.material import Material
from advisor.check.rulebook import RECORD, Example, Rule
from advisor.values.finding import Finding, Place, Severity
from advisor.values.revisit import Revisit

_TOLD: Mapping[str, tuple[Severity, Callable[[Revisit], str]]] = {
    "damaged": ("error", lambda each: f"record {each.record}: {each.what}; {each.now}"),
    "edited": ("warning", lambda each: f"record {each.record} is accepted, and its part {each.what} {each.now}"),
    "unlike": ("warning", lambda each: f"record {each.record} is of decision {each.what}, advisor.lock of {each.now}"),
    "unproved": ("warning", lambda each: f"the numbers behind record {each.record} are gone: {each.what} {each.now}"),
    "lost": ("warning", lambda each: f"advisor.lock is of decision {each.what}, which {each.now}"),
    "unknown": ("warning", lambda each: f"the decision rests on {each.what}, which {each.now}"),
    "gone": ("note", lambda each: f"the decision rests on {each.what}, which {each.now}"),
}


def find(material: Material) -> Iterator[Finding]:
    """Each record that came apart from its files."""
    for each in material.revisits:
        if each.kind in _TOLD:
            severity, told = _TOLD[each.kind]
            yield Finding(RULE.id, severity, told(each), RULE.remedy, each.place, each.what)


_RECORD = {"docs/decisions/0001-train.md": '---\nstatus: "accepted"\nx-advisor-digest: "8c652876a7cf7b34"\n---\n'}

RULE = Rule(
    id="ADV058",
    title="Record and its files do not belong together",
    severity="warning",
    group="drift",
    formats=RECORD,
    condition="A record cannot be read, holds the markers of a merge, or has a status that is none (error); a part "
    "that advisor wrote of an accepted record was changed by hand; the last standing record was written with another "
    "advisor.lock than is there; no record stands for what the lock decided; the lock names an accelerator that the "
    "catalogue does not have; the file with its numbers is gone; or a file that a fact in the lock was read from is "
    "gone (note; data may lie elsewhere).",
    remedy="restore the files from version control, write what you add outside the generated parts, or decide again: "
    "advisor plan",
    why="What CI derives again is the lock: a record that is of another decision is not kept true by it.",
    evidence=("docs/files.md of this project: what each of the four files is for",),
    bad=Example(
        _RECORD,
        line=3,
        revisits=(
            Revisit("unlike", 1, "8c652876a7cf7b34", "0d1e2f3a4b5c6d7e", Place("docs/decisions/0001-train.md", 3)),
        ),
    ),
    good=Example(_RECORD),
    find=find,
)
