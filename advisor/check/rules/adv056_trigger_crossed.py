"""ADV056: a trigger of a record was crossed."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import RECORD, Example, Rule
from advisor.values.finding import Finding, Place
from advisor.values.revisit import Revisit


def find(material: Material) -> Iterator[Finding]:
    """Each trigger that what the project shows today has crossed."""
    for each in material.revisits:
        if each.kind == "crossed":
            told = f"{each.now}: look at record {each.record} again, which was to hold until {each.what}"
            yield Finding(RULE.id, "warning", told, RULE.remedy, each.place, each.what)


RULE = Rule(
    id="ADV056",
    title="Record to be looked at again: a trigger was crossed",
    severity="warning",
    group="drift",
    formats=RECORD,
    condition="A condition in the front matter of a standing record holds for what answers, lock or requirements now "
    "show: in `x-advisor-triggers`, the tipping points that were found by deciding again, or in `revisit-when`, a list "
    'of your own (`"torch >= 3"` looks at the requirements).',
    remedy="decide again: advisor check --update, or advisor plan",
    why="Beyond a tipping point another choice is the better one; the record says at which number.",
    evidence=("docs/decisions of the project that is checked",),
    bad=Example(
        {"docs/decisions/0001-train.md": '---\nx-advisor-triggers: ["data.bytes >= 2.1e+12"]\n---\n'},
        line=2,
        revisits=(
            Revisit(
                "crossed",
                1,
                "data.bytes >= 2.1e+12",
                "data.bytes is 3 TB",
                Place("docs/decisions/0001-train.md", 2),
            ),
        ),
    ),
    good=Example({"docs/decisions/0001-train.md": '---\nx-advisor-triggers: ["data.bytes >= 2.1e+12"]\n---\n'}),
    find=find,
)
