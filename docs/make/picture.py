"""Records a real interview in a real terminal and draws it: `python docs/make/picture.py`.

Types KEYS at the prompts of `advisor plan`, on a copy of the example without its answers, and writes the
screen as docs/pictures/plan.svg. The machine in the picture is the one this runs on, unless --hardware
names another. The drawing refers to no font or file of elsewhere.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "package-sections"
PICTURE = ROOT / "docs" / "pictures" / "plan.svg"
KEYS = ("", "?", "3", "2h")
COLUMNS, ROWS = 100, 60
QUIET_S = 1.2

CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN, BAR = 8.4, 19.0, 14, 18, 34
GROUND, TEXT = "#16181d", "#d8dbe2"
COLOURS = {
    "black": "#5c6370", "red": "#e06c75", "green": "#98c379", "brown": "#e5c07b", "blue": "#61afef",
    "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#d8dbe2", "brightblack": "#7f848e", "brightred": "#ef8d95",
    "brightgreen": "#b1d89a", "brightbrown": "#f0d197", "brightblue": "#82c3f7", "brightmagenta": "#d79be8",
    "brightcyan": "#7fd0da", "brightwhite": "#ffffff",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Records, draws and writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else "")
    parser.add_argument("--keys", nargs="*", default=list(KEYS), help="what is typed at each prompt")
    parser.add_argument("--out", type=Path, default=PICTURE)
    parser.add_argument("more", nargs="*", help="more arguments for `advisor plan`, after --")
    given = parser.parse_args(arguments)
    screen = recorded(given.keys, given.more)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(drawn(screen), encoding="utf-8")


def recorded(keys: Sequence[str], more: Sequence[str] = ()) -> pyte.Screen:
    """The screen of `advisor plan` after the keys were typed, each when the program waits for it."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve() / "work" / EXAMPLE.name
        kept = shutil.ignore_patterns("advisor.yaml", "advisor.lock", "decisions", "evidence")
        shutil.copytree(EXAMPLE, place, ignore=kept)
        stream.feed(f"\x1b[1m$ advisor plan {' '.join(more)}\x1b[0m\r\n".encode())
        terminal = pexpect.spawn(
            sys.executable,
            ["-m", "advisor", "plan", *more],
            cwd=str(place),
            dimensions=(ROWS, COLUMNS),
            env=_environment(folder),
        )
        _feed_until_quiet(terminal, stream)
        for key in keys:
            terminal.sendline(key)
            _feed_until_quiet(terminal, stream)
        terminal.close(force=True)
    return screen


def _environment(home: str) -> Any:
    return {**os.environ, "TERM": "xterm-256color", "HOME": os.path.realpath(home), "LC_ALL": "C.UTF-8", "CI": ""}


def _feed_until_quiet(terminal: Any, stream: pyte.ByteStream) -> None:
    """Shows the screen what the program writes, until it has written something and then nothing for a while."""
    last = time.monotonic()
    heard = False
    while not heard or time.monotonic() - last < QUIET_S:
        try:
            said = terminal.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            if time.monotonic() - last > 30:
                raise
        except pexpect.EOF:
            return
        else:
            stream.feed(said.replace(b"\x1b[2m", b"\x1b[90m"))  # pyte knows no faint letters; grey ones are as good
            heard, last = True, time.monotonic()


def drawn(screen: pyte.Screen) -> str:
    """The screen as SVG: a dark window, one <text> a run of letters that look alike."""
    rows = [screen.buffer[number] for number in range(screen.lines)]
    while rows and not _row_text(rows[-1], screen.columns).strip():
        rows.pop()
    width = MARGIN * 2 + CELL_WIDTH * screen.columns
    height = BAR + MARGIN + LINE_HEIGHT * len(rows)
    lights = "".join(
        f'<circle cx="{MARGIN + 18 * number}" cy="17" r="5.5" fill="{colour}"/>'
        for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    runs = [run for number, row in enumerate(rows) for run in _runs(row, number, screen.columns)]
    alternative = escape("\n".join(_row_text(row, screen.columns).rstrip() for row in rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">\n'
        f"<title>advisor plan in a terminal</title>\n<desc>{alternative}</desc>\n"
        f'<rect width="100%" height="100%" rx="9" fill="{GROUND}"/>{lights}\n'
        f"<g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" "
        f'font-size="{FONT_SIZE}" fill="{TEXT}">\n' + "\n".join(runs) + "\n</g>\n</svg>\n"
    )


def _row_text(row: Any, columns: int) -> str:
    return "".join(row[column].data for column in range(columns))


def _runs(row: Any, number: int, columns: int) -> list[str]:
    """The <text> elements of one row; each is stretched to its cells, whatever font the viewer has."""
    runs = []
    y = BAR + LINE_HEIGHT * (number + 0.75)
    for start, end in _alike(row, columns):
        text = "".join(row[cell].data for cell in range(start, end))
        for words in re.finditer(r"\S+(?: \S+)*", text):  # viewers collapse longer gaps
            x = MARGIN + CELL_WIDTH * (start + words.start())
            place = f'x="{x:.1f}" y="{y:.1f}" textLength="{CELL_WIDTH * len(words.group()):.1f}"'
            runs.append(f"<text {place}{_style(row[start])}>{escape(words.group())}</text>")
    return runs


def _alike(row: Any, columns: int) -> Iterator[tuple[int, int]]:
    """The stretches of a row whose letters look alike: first cell, and the cell after the last."""
    start = 0
    for column in range(1, columns + 1):
        if column == columns or _style(row[column]) != _style(row[start]):
            yield start, column
            start = column


def _style(cell: Any) -> str:
    colour = COLOURS.get(cell.fg, f"#{cell.fg}" if len(cell.fg) == 6 else TEXT)
    fill = "" if colour == TEXT else f' fill="{colour}"'
    return fill + (' font-weight="bold"' if cell.bold else "") + (' font-style="italic"' if cell.italics else "")


if __name__ == "__main__":
    main()
