"""How the formulas of an estimate are printed: letters, numbers, value and source."""

from collections.abc import Iterator

from advisor.cli.worded import paragraph, worded, words
from advisor.estimate.images import constants_of
from advisor.predict.detail import Estimated
from advisor.predict.formulas import Line, lines
from advisor.predict.table import Ground
from advisor.units import say

_SAID = {"weights": "parameters", "flop/s": "flop/s", "s": "s", "bytes": "bytes"}


def explained(found: Estimated, ground: Ground) -> Iterator[str]:
    """Every formula: what it says in letters, then with the numbers, then its value and where it is from."""
    yield worded("titles", "formulas")
    for line in lines(found, constants_of(found.run.shape, ground.constants)):
        yield f"  {_name(line)} = {_value(line)}"
        yield from ("    " + text for text in paragraph(line.letters, 0))
        if line.numbers != f"{line.value:.5g}":
            yield from (
                "    = " + text if not at else "      " + text for at, text in enumerate(paragraph(line.numbers, 0))
            )
        yield f"    [{line.source}; advisor explain {line.id}]"


def _name(line: Line) -> str:
    return words()["kept" if line.unit == "bytes" else "parts"].get(line.part, line.part)


def _value(line: Line) -> str:
    if line.unit in _SAID:
        return say(line.value, _SAID[line.unit])
    return f"{say(line.value, '')} {line.unit}"
