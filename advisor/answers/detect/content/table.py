"""One table, whatever file it came from."""

from dataclasses import dataclass, field

from advisor.answers.detect.content.columns import Column


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` with their range; `columns` as far as seen; `label` is the column to be predicted, "" for none.

    `decoded` is (value, low, high) bytes in memory. `how` says how the rows were counted. `seen` rows are
    beneath the columns' counts. `no_classes` says why classes could not be counted.
    """

    path: str
    format: str
    size: int
    rows: float
    low: float
    high: float
    how: str
    names: tuple[str, ...] = ()
    columns: dict[str, Column] = field(default_factory=dict)
    label: str = ""
    seen: float = 0
    decoded: tuple[float, float, float] | None = None
    text_bytes: float = 0
    no_classes: str = ""

    @property
    def exact(self) -> bool:
        return self.low == self.high
