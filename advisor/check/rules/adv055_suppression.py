"""ADV055: a suppression comment that hides nothing, or gives no reason."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Nothing by itself: `advisor.check.suppression` knows, after all other rules, what a comment hid."""
    del material
    yield from ()


RULE = Rule(
    id="ADV055",
    title="Suppression hides nothing, or gives no reason",
    severity="note",
    group="consistency",
    formats=("accelerate", "training_arguments"),
    condition="A comment `# advisor: ignore[ADV014] reason` stands where no finding of that rule is (note), or has no "
    "reason (warning: it does not count). It speaks for its own line or, alone on a line, for the next one.",
    remedy="Remove the comment, or say why the finding may stay.",
    why="A suppression that outlives its finding hides the next one.",
    evidence=("the convention of linters: mypy's warn_unused_ignores, ESLint's --report-unused-disable-directives",),
    bad=Example(
        {
            "train.yaml": "per_device_train_batch_size: 8\nnum_train_epochs: 3\n"
            "save_strategy: epoch  # advisor: ignore[ADV034] results are kept elsewhere\n"
        },
        line=3,
    ),
    good=Example(
        {
            "train.yaml": "per_device_train_batch_size: 8\nnum_train_epochs: 3\n"
            'save_strategy: "no"  # advisor: ignore[ADV034] a sweep of five-minute runs, results go to the tracker\n'
        }
    ),
    find=find,
)
