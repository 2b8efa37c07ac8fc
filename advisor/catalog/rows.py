"""Rows of options, with an error that names the file and line of one that is not whole."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.errors import BadInput
from advisor.values.catalog import Option

FOLLOWS = ("fit", "simplicity")
"""Qualities that need no score of their own: they follow from `suits` and from the complexity."""

Row = Mapping[str, Any]


def options_of(
    path: Path, rows: Sequence[Row], attributes: tuple[str, ...], read: Callable[[Row], Option]
) -> tuple[Option, ...]:
    """The options of a file. A quality that one option of a decision is scored on is scored for all of them.

    Raises BadInput for a row that lacks something.
    """
    scored = {name for row in rows if isinstance(row, Mapping) for name in row.get("scores") or {}}
    needed = [name for name in attributes if name in scored and name not in FOLLOWS]
    found = []
    for place, row in enumerate(rows):
        try:
            option = read(row)
        except KeyError as error:
            raise _bad(path, place, f"{_named(row, place)} has no {error.args[0]}", "add it to the row") from None
        except (TypeError, ValueError, AttributeError) as error:
            raise _bad(path, place, f"{_named(row, place)} cannot be read: {error}", "mend the row") from None
        missing = [name for name in needed if name not in option.scores]
        if missing:
            remedy = f"add {missing[0]}: [LOW, HIGH] to its scores, 1 to 5 on the scale of decisions.yaml"
            raise _bad(path, place, f"option {option.id} has no score for {', '.join(missing)}", remedy)
        found.append(option)
    return tuple(found)


def _named(row: object, place: int) -> str:
    return f"option {row['id']}" if isinstance(row, Mapping) and "id" in row else f"row {place + 1}"


def _bad(path: Path, place: int, what: str, remedy: str) -> BadInput:
    return BadInput(what, where=f"{path}:{_line(path, place)}", remedy=remedy)


def _line(path: Path, place: int) -> int:
    """The line on which the row begins; the file is read once more, since only an error needs it."""
    import yaml

    with path.open(encoding="utf-8") as file:
        tree = yaml.compose(file, Loader=yaml.SafeLoader)
    pairs = tree.value if isinstance(tree, yaml.MappingNode) else []
    rows = next((value for key, value in pairs if key.value == "options"), None)
    return int(rows.value[place].start_mark.line) + 1 if rows is not None else 1
