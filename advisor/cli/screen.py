"""How things look in a terminal: conversation goes to standard error, wrapped and, where it helps, coloured."""

import contextlib
import os
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from io import TextIOWrapper, UnsupportedOperation
from typing import TextIO

_STYLES = {"plain": "", "strong": "\x1b[1m", "faint": "\x1b[2m", "good": "\x1b[32m", "bad": "\x1b[31m"}
_END = "\x1b[0m"
_WIDEST, _NARROWEST, _USUAL = 100, 20, 80
_LABEL_WIDTH = 10


@dataclass(frozen=True, slots=True)
class Screen:
    """One place to talk. `styled` is False for plain output: no colour, nothing that moves."""

    stream: TextIO
    styled: bool = False

    @property
    def width(self) -> int:
        """Columns to fill: those of the terminal now, between 20 and 100; 80 where there is none."""
        columns = 0
        with contextlib.suppress(OSError, ValueError):
            columns = os.get_terminal_size(self.stream.fileno()).columns
        return min(max(columns or _USUAL, _NARROWEST), _WIDEST)

    def say(self, text: str, style: str = "plain", indent: int = 0, *, whole: bool = False) -> None:
        """One paragraph, wrapped to the width, its further lines as deep as the first; `whole` keeps long words.

        A path that is cut cannot be copied; the terminal breaks it on its own.
        """
        margin = " " * indent
        lines = wrapped(text, self.width, margin, margin, whole=whole)
        self._write("\n".join(self._styled(line, style) for line in lines) + "\n")

    def row(self, label: str, text: str) -> None:
        """`Machine   16 of 64 CPUs …`: a label, and a paragraph beside it."""
        lines = wrapped(text, self.width, " " * _LABEL_WIDTH, " " * _LABEL_WIDTH)
        first = self._styled(f"{label:<{_LABEL_WIDTH - 1}}", "strong") + " " + lines[0][_LABEL_WIDTH:]
        self._write("\n".join([first, *lines[1:]]) + "\n")

    def read_line(self, prompt: str) -> str:
        """Shows the prompt and reads a line from standard input; raises EOFError at its end."""
        self._write(printable(prompt))
        if sys.stdin is None or sys.stdin.closed:
            raise EOFError
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def _styled(self, text: str, style: str) -> str:
        return f"{_STYLES[style]}{text}{_END}" if self.styled and _STYLES[style] and text.strip() else text

    def _write(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.stream.write(text)
            self.stream.flush()


def screen(*, plain: bool = False, stream: TextIO | None = None) -> Screen:
    """The screen on standard error, plain where asked, where NO_COLOR, ACCESSIBLE or TERM say so, or not a terminal."""
    stream = stream or sys.stderr
    for end in (stream, sys.stdin):
        _never_fail_on_characters(end)
    return Screen(stream, styled=not plain and _is_terminal(stream) and _wants_style(os.environ))


def can_ask(no_input: bool) -> bool:
    """May a question be asked: a terminal on both sides, no CI, no --no-input?"""
    ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return not no_input and not ci and _is_terminal(sys.stdin) and _is_terminal(sys.stderr)


def first_screen(on: Screen, place: str, saved_to: str, rows: Mapping[str, str]) -> None:
    """What stands before the first question: where we are, and rows such as Machine, Project, So far."""
    saved_to = os.path.basename(saved_to) if os.path.dirname(saved_to) == place else _from_home(saved_to)
    left, right = f"advisor · {_from_home(place)}", f"saved to {saved_to} as you go"
    gap = on.width - len(left) - len(right)
    if gap >= 2:
        on.say(left + "\u00a0" * gap + right)
    else:
        on.say(left)
        on.say(right, "faint")
    for label, text in rows.items():
        on.row(label, text)


def _from_home(path: str) -> str:
    """`path` with ~ for the person's home folder."""
    home = os.path.expanduser("~")
    inside = home != os.sep and path.startswith(home.rstrip(os.sep) + os.sep)
    return "~" + path[len(home.rstrip(os.sep)) :] if inside else path


def printable(text: str) -> str:
    """`text` with control characters shown instead of sent: `\\x1b`; a line end stays."""
    return "".join(char if char == "\n" or _harmless(char) else _shown(char) for char in text)


def wrapped(text: str, width: int, first: str = "", further: str = "", *, whole: bool = False) -> list[str]:
    """The lines of a paragraph, none wider than `width`; words that are too long are cut, or left whole."""
    lines: list[str] = []
    for part in printable(text).split("\n"):
        lines += textwrap.wrap(
            part, width, initial_indent=first, subsequent_indent=further, break_on_hyphens=False,
            break_long_words=not whole,
        ) or [""]  # fmt: skip
    return [line.replace("\u00a0", " ") for line in lines]


def _harmless(char: str) -> bool:
    return char.isprintable() or char == "\u00a0"


def _shown(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _never_fail_on_characters(stream: TextIO | None) -> None:
    if isinstance(stream, TextIOWrapper) and not stream.closed and stream.errors != "replace":
        with contextlib.suppress(UnsupportedOperation):  # something was read already
            stream.reconfigure(errors="replace")


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _wants_style(environment: Mapping[str, str]) -> bool:
    quiet = environment.get("NO_COLOR") or environment.get("ACCESSIBLE") not in (None, "", "0")
    return not quiet and environment.get("TERM", "dumb") != "dumb"
