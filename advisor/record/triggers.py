"""What in a record says when to look at it again: conditions in its front matter, under a key of ours or of theirs."""

import re
from collections.abc import Iterable, Iterator, Mapping

from advisor.values.decision import Decided

KEY = "x-advisor-triggers"
THEIRS = "revisit-when"
"""A list that people may keep beside ours, with the same conditions; it survives when the record is rewritten."""

_MOST = 12
_WIDTH = 80
_LINE_BY_LINE = re.compile(r"\s*-\s+(.*?)\s*$")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")


def triggers(decisions: Iterable[Decided]) -> tuple[str, ...]:
    """`data.bytes >= 2.1e+12` for each number at which a choice tips, the nearest of each answer and direction."""
    nearest: dict[tuple[str, str], tuple[float, float]] = {}
    for decided in decisions:
        for tip in decided.tipping:
            now, then = tip.now, tip.flips_at
            if isinstance(now, bool) or isinstance(then, bool):
                continue
            if isinstance(now, int | float) and isinstance(then, int | float) and now != then:
                key = (tip.answer, ">=" if then > now else "<=")
                factor = _factor(float(now), float(then))
                nearest[key] = min((factor, float(then)), nearest.get(key, (factor, float(then))))
    ranked = sorted(nearest.items(), key=lambda item: (item[1][0], item[0]))[:_MOST]
    return tuple(f"{answer} {sign} {value:.12g}" for (answer, sign), (_, value) in ranked)


def front_lines(conditions: Iterable[str]) -> list[str]:
    """The conditions as lines of front matter; a flow list, since log4brains takes dashes for a list of the text."""
    lines = [f"{KEY}: ["]
    for number, condition in enumerate(conditions):
        word = f'"{condition}"'
        if number and len(lines[-1]) + len(word) + 3 <= _WIDTH:
            lines[-1] += f", {word}"
        else:
            lines[-1] += "," if number else ""
            lines.append(f"  {word}")
    lines[-1] += "]"
    return lines


def written_triggers(front: Mapping[str, str], lines: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """(condition, line) of every trigger in front matter, given its raw blocks and the line of each key."""
    for key in (KEY, THEIRS):
        for number, row in enumerate(front.get(key, "").split("\n")):
            words = row.partition(":")[2] if number == 0 else row
            quoted = [next(part for part in found.groups() if part is not None) for found in _QUOTED.finditer(words)]
            item = _LINE_BY_LINE.match(row)
            if not quoted and number == 0:
                quoted = [part.strip() for part in words.strip().strip("[]").split(",") if part.strip()]
            elif not quoted and item is not None:
                quoted = [item[1]]
            yield from ((condition, lines[key] + number) for condition in quoted)


def _factor(now: float, then: float) -> float:
    small, large = sorted((abs(now), abs(then)))
    return large / small if small else float("inf")
