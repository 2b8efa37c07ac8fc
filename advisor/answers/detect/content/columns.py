"""Columns of a table: what they hold, and which one is the label."""

import re
from collections import Counter
from dataclasses import dataclass, field

LABELS = (
    "label", "labels", "target", "class", "y", "category", "section", "outcome", "species", "sentiment", "intent",
    "diagnosis", "churn", "survived", "target_class", "class_label", "topic", "label_name", "is_fraud", "fraud",
    "spam", "toxic", "emotion", "stars", "price", "saleprice", "medv", "medhouseval", "quality",
)  # fmt: skip
"""Names that say "this is to be predicted", the clearest first."""

_TIME = re.compile(r"\d{4}-\d\d(-\d\d([T ]\d\d:\d\d.*)?)?$|\d{1,2}[/.]\d{1,2}[/.]\d{4}")
_DISTINCT = 5_000


@dataclass(slots=True)
class Column:
    """What was seen of one column. `counts` maps a value to its rows, None once there are too many to be classes."""

    name: str
    seen: int = 0
    numbers: int = 0
    whole: int = 0
    times: int = 0
    letters: int = 0
    words: int = 0
    foreign: int = 0
    lengths: list[int] = field(default_factory=list)
    counts: Counter[str] | None = field(default_factory=Counter)

    def add(self, value: str) -> None:
        """One cell that is not empty."""
        self.seen += 1
        if self.counts is not None:
            self.counts[value] += 1
            if len(self.counts) > _DISTINCT:
                self.counts = None
        if is_number(value):
            self.numbers += 1
            self.whole += value.lstrip("+-").removesuffix(".0").isdigit()
            return
        self.times += bool(_TIME.match(value))
        self.letters += len(value)
        self.words += value.count(" ") + 1
        self.foreign += 0 if value.isascii() else 1
        self.lengths.append(len(value))

    @property
    def kind(self) -> str:
        """`whole`, `number`, `time`, `prose` (several words a cell), `word`, or `empty`."""
        if not self.seen:
            return "empty"
        if self.numbers >= 0.98 * self.seen:
            return "whole" if self.whole == self.numbers else "number"
        if self.times >= 0.9 * self.seen:
            return "time"
        texts = max(self.seen - self.numbers, 1)
        return "prose" if self.words / texts >= 4 or self.letters / texts >= 60 else "word"

    @property
    def distinct(self) -> float:
        """Distinct values among the seen; infinite when there were too many to count."""
        return float("inf") if self.counts is None else len(self.counts)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def label_of(names: tuple[str, ...]) -> str:
    """The column that is to be predicted, by its name; "" when no name says so, or when it is the only column."""
    if len(names) < 2:
        return ""
    lowered = {name.strip().lower(): name for name in reversed(names)}
    for wanted in LABELS:
        if wanted in lowered:
            return lowered[wanted]
    ending = [name for name in names if name.strip().lower().endswith(("_label", "_class", "_target"))]
    return ending[0] if len(ending) == 1 else ""


def classes_of(column: Column) -> Counter[str] | None:
    """How many rows each class has, where the column holds classes; None for numbers to predict and for free text.

    Words are classes when each stands for at least two rows on average; whole numbers when there are at most
    twenty, or a hundred under a name that says class.
    """
    if column.counts is None or not column.counts or column.kind in ("number", "time", "prose", "empty"):
        return None
    if column.kind == "word":
        return column.counts if column.seen >= 2 * len(column.counts) else None
    named = any(word in column.name.lower() for word in ("class", "label", "categor", "section"))
    return column.counts if len(column.counts) <= (100 if named else 20) else None
