"""Which generated parts of a record somebody changed by hand."""

from collections.abc import Iterator

from advisor.record.read import Record, text_of
from advisor.record.sections import kept, lines_of


def edited(record: Record) -> Iterator[tuple[str, int]]:
    """The name of each generated section of ours that was changed between its marks, and the line of its first mark.

    Raises BadInput for a section whose end mark is gone.
    """
    if not record.ours:
        return
    text = text_of(record.path)
    lines = lines_of(text)
    for name in kept(text, str(record.path)).edited:
        mark = f"<!-- advisor:begin {name} "
        yield name, next(number for number, line in enumerate(lines, 1) if line.startswith(mark))
