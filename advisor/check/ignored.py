"""Which paths git would ignore, read from .gitignore files: no git is run, and none has to be there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LARGEST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a .gitignore in folder `base` (absolute, posix, no slash at its end)."""

    base: str
    expression: re.Pattern[str]
    shows: bool
    only_folders: bool


def patterns_above(folder: Path) -> tuple[Pattern, ...]:
    """The patterns of every .gitignore from the top of the repository down to, not including, `folder`."""
    chain = [folder]
    while not (chain[-1] / ".git").exists():
        if chain[-1].parent == chain[-1]:
            return ()
        chain.append(chain[-1].parent)
    return tuple(pattern for above in reversed(chain[1:]) for pattern in patterns_in(above))


def patterns_in(folder: Path) -> tuple[Pattern, ...]:
    """The patterns of the .gitignore in `folder`; none when it is missing, unreadable or not text."""
    try:
        with (folder / ".gitignore").open("rb") as file:
            text = file.read(_LARGEST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ()
    return patterns_of(folder, text.splitlines())


def patterns_of(folder: Path, lines: Iterable[str]) -> tuple[Pattern, ...]:
    """Lines as a .gitignore in the absolute `folder` would have them; what is no pattern is left out."""
    base = folder.as_posix().rstrip("/")
    return tuple(pattern for line in lines if (pattern := _pattern(base, line)) is not None)


def is_ignored(patterns: tuple[Pattern, ...], path: str, *, folder: bool) -> bool:
    """Whether the absolute posix `path` is ignored; the last pattern that matches decides, as in git."""
    for pattern in reversed(patterns):
        if pattern.only_folders and not folder:
            continue
        if path.startswith(pattern.base + "/") and pattern.expression.fullmatch(path, len(pattern.base) + 1):
            return not pattern.shows
    return False


def _pattern(base: str, line: str) -> Pattern | None:
    line = line.rstrip("\r\n")
    line = line if line.endswith("\\ ") else line.rstrip(" ")
    if not line or line.startswith("#") or line.count("**") > 2:
        return None
    shows = line.startswith("!")
    line = line[1:] if shows else line
    only_folders = line.endswith("/")
    line = line.rstrip("/")
    anchored = "/" in line
    line = line.lstrip("/")
    try:
        return Pattern(base, re.compile(("" if anchored else "(?:.*/)?") + _expression(line)), shows, only_folders)
    except re.error:
        return None


_PIECES = re.compile(r"/\*\*/|^\*\*/|/\*\*$|\*+|\?|\[!?\]?[^]]*\]|\\.|.", re.S)
_ACROSS = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*"}


def _expression(glob: str) -> str:
    """A glob of .gitignore as a regular expression whose cost does not explode with its stars."""
    done, chunk, after_star = "", "", False
    for piece in _PIECES.findall(glob):
        if piece in _ACROSS:
            done += ("[^/]*" if after_star else "") + chunk + _ACROSS[piece]
            chunk, after_star = "", False
        elif piece.startswith("*"):
            done += f"(?>[^/]*?{chunk})" if after_star and chunk else chunk
            chunk, after_star = "", True
        else:
            chunk += _literal(piece)
    return done + ("[^/]*" if after_star else "") + chunk


def _literal(piece: str) -> str:
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 2:
        return "[" + piece[1:].replace("!", "^", 1).replace("\\", "\\\\")
    return re.escape(piece[-1])
