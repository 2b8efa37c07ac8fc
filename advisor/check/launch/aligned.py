"""Where the characters of a YAML scalar's value stand in the file."""

import re
from collections.abc import Callable

from advisor.check.tree import Document, Leaf

_WORDS = re.compile(r"\s+|\S+")
_BLANKS = re.compile(r"\s*")


def offsets(document: Document, leaf: Leaf) -> Callable[[int], int]:
    """From an offset in the value to one in the text: the visible characters of both follow each other.

    A block or folded scalar loses its indentation, a quoted one its escapes; blanks therefore do not count.
    """
    value = leaf.value if isinstance(leaf.value, str) else leaf.raw
    found: list[int] = []

    def offset(at: int) -> int:
        if not found:
            found.extend(_aligned(document.text, leaf.at, value))
        return found[min(max(at, 0), len(found) - 1)]

    return offset


def _aligned(text: str, start: int, value: str) -> list[int]:
    """The place of each character of `value`, which is written from `start` on."""
    opening = text[start : start + 1]
    here = start
    if opening in ("|", ">"):
        line_end = text.find("\n", start)
        here = len(text) if line_end < 0 else line_end + 1
    elif opening in ("'", '"'):
        here = start + 1
    places: list[int] = []
    for word in _WORDS.findall(value):
        if word.isspace():
            places.extend([here] * len(word))
            continue
        here = _past_blanks(text, here)
        if text.startswith(word, here) and "\\" not in word:
            places.extend(range(here, here + len(word)))
            here += len(word)
            continue
        for letter in word:
            here = _next(text, here, letter, escapes=opening == '"')
            places.append(here)
            here += 1
    return [*places, here] if places else [start]


def _past_blanks(text: str, here: int) -> int:
    found = _BLANKS.match(text, here)
    return found.end() if found is not None else here


def _next(text: str, here: int, letter: str, *, escapes: bool) -> int:
    """Where `letter` stands next."""
    while here < len(text) and text[here] != letter:
        if escapes and text[here] == "\\" and text[here + 1 : here + 2] in "nrt\n0":
            here += 1
        here += 1
    if escapes and text[here : here + 2] == "\\\\":
        return here + 1
    return here
