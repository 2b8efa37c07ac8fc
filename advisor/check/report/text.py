"""The outcome for a person: each finding with its line quoted and a caret under the place."""

import unicodedata
from collections.abc import Callable, Iterator

from advisor.check.outcome import Outcome
from advisor.check.report.words import printable, stale_line, summary
from advisor.values.finding import Finding

Painter = Callable[[str, str], str]

_COLOURS = {"error": "31;1", "warning": "33;1", "note": "36", "path": "1", "dim": "2"}
_QUOTED_WIDTH = 100
_SHOWN_SKIPPED = 10


def report(outcome: Outcome, colour: bool = False) -> str:
    """Findings, stale records, what was skipped, and a line that counts."""
    paint = _painted if colour else _plain
    blocks = [_block(finding, outcome, paint) for finding in outcome.findings]
    blocks += [_stale_block(outcome, paint)] if outcome.stale else []
    blocks += ["\n".join(_skipped(outcome, paint))] if outcome.skipped else []
    return "\n\n".join([*blocks, summary(outcome)]) + "\n"


def _block(finding: Finding, outcome: Outcome, paint: Painter) -> str:
    place = finding.place
    head = (
        f"{paint(f'{printable(place.path)}:{place.line}:{place.column}', 'path')}: "
        f"{paint(finding.severity, finding.severity)} {finding.rule} {printable(finding.message)}"
    )
    elsewhere = [each for each in finding.related if (each.path, each.line) != (place.path, place.line)]
    related = dict.fromkeys(f"{printable(other.path)}:{other.line}" for other in elsewhere)
    tail = [f"  see {', '.join(related)}"] if related else []
    remedy = [f"  {printable(finding.remedy)}"] if finding.remedy else []
    return "\n".join([head, *_quoted(finding, outcome, paint), *remedy, *tail])


def _quoted(finding: Finding, outcome: Outcome, paint: Painter) -> Iterator[str]:
    """The line with a caret under the column; nothing when the file's text is not at hand."""
    lines = outcome.texts.get(finding.place.path, "").split("\n")
    number, column = finding.place.line, finding.place.column
    if not (0 < number <= len(lines)) or not lines[number - 1].strip():
        return
    line = lines[number - 1].rstrip("\r")
    start = max(0, column - 1 - _QUOTED_WIDTH // 2) if len(line) > _QUOTED_WIDTH else 0
    before = _visible(line[start : column - 1])
    shown = before + _visible(line[column - 1 : start + _QUOTED_WIDTH])
    gutter = f"{number:>6} | "
    yield paint(gutter, "dim") + shown
    yield paint(" " * (len(gutter) - 2) + "| ", "dim") + " " * _width(before) + paint("^", finding.severity)


def _stale_block(outcome: Outcome, paint: Painter) -> str:
    return "\n".join(
        f"{paint(f'{printable(stale.place.path)}:{stale.place.line}', 'path')}: "
        f"{paint('stale', 'warning')} {printable(stale_line(stale))}"
        for stale in outcome.stale
    )


def _skipped(outcome: Outcome, paint: Painter) -> Iterator[str]:
    for skipped in outcome.skipped[:_SHOWN_SKIPPED]:
        yield paint(f"skipped {printable(skipped.path)}: {printable(skipped.why)}", "dim")
    if len(outcome.skipped) > _SHOWN_SKIPPED:
        yield paint(f"skipped {len(outcome.skipped) - _SHOWN_SKIPPED} more (--format json lists them)", "dim")


def _visible(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _width(text: str) -> int:
    """Columns on a terminal: wide East Asian letters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text
    )


def _plain(text: str, kind: str) -> str:
    del kind
    return text


def _painted(text: str, kind: str) -> str:
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m"
