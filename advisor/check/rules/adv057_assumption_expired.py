"""ADV057: what a record rests on is no longer valid."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import RECORD, Example, Rule
from advisor.values.finding import Finding, Place
from advisor.values.revisit import Revisit


def find(material: Material) -> Iterator[Finding]:
    """Each date that has passed, and each option that has died since."""
    for each in material.revisits:
        if each.kind == "expired":
            told = f"record {each.record}: {each.what} {each.now}"
            yield Finding(RULE.id, "note", told, RULE.remedy, each.place, each.what)


RULE = Rule(
    id="ADV057",
    title="An assumption of the record has expired",
    severity="note",
    group="drift",
    formats=RECORD,
    condition="The review date of a standing record has passed; or the prices in this advisor's catalogue are older "
    "than they are good for; or the catalogue now holds an option that the record chose for dead. `--as-of` fixes "
    "today's date.",
    remedy="look at it again, with a current advisor: advisor plan",
    why="Prices fall, runtimes are archived; a decision about money that rests on last year's price is a guess.",
    evidence=("advisor/catalog/prices.yaml: as_of, stale_after_days",),
    bad=Example(
        {"docs/decisions/0001-train.md": '---\nx-advisor-review-by: "2026-06-01"\n---\n'},
        line=2,
        revisits=(
            Revisit("expired", 1, "its review date", "was 2026-06-01", Place("docs/decisions/0001-train.md", 2)),
        ),
    ),
    good=Example({"docs/decisions/0001-train.md": '---\nx-advisor-review-by: "2027-06-01"\n---\n'}),
    find=find,
)
