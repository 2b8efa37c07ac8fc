"""Where the records of a project are, and which number is free."""

import os
import re
import subprocess
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path

from advisor.errors import BadInput

USUAL = ("docs/decisions", "docs/adr", "doc/adr")
NUMBERED = re.compile(r"(\d{1,6})-.*\.md$")
_GIT_TIMEOUT_S = 2.0
_SLUG_LENGTH = 80


def decisions_folder(project: Path) -> Path:
    """The folder of records: what another ADR tool is set to use, else the first usual one that is there.

    Raises BadInput when a tool's setting cannot be read or leads out of the project.
    """
    for name, read in _SETTINGS.items():
        setting = project / name
        if setting.is_file() and (folder := _set_in(setting, read)):
            return _inside(project, folder, setting)
    return next((project / usual for usual in USUAL if (project / usual).is_dir()), project / USUAL[0])


def evidence_folder(decisions: Path, project: Path) -> Path:
    """`docs/evidence` beside `docs/decisions`: tools that list records expect nothing else in their folder."""
    return (project if _real(decisions) == _real(project) else decisions.parent) / "evidence"


def _adr_dir(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else ""


def _adrs_toml(text: str) -> str:
    return str(tomllib.loads(text).get("adr_dir", ""))


def _log4brains(text: str) -> str:
    import yaml  # only a project of log4brains pays for it

    try:
        return str(yaml.safe_load(text)["project"]["adrFolder"])
    except (yaml.YAMLError, KeyError) as error:
        raise ValueError(f"no project.adrFolder ({type(error).__name__})") from None


_SETTINGS: dict[str, Callable[[str], str]] = {
    ".adr-dir": _adr_dir,
    "adrs.toml": _adrs_toml,
    ".log4brains.yml": _log4brains,
}


def _set_in(path: Path, read: Callable[[str], str]) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        if "\0" in text:
            raise ValueError("it is no text")
        return read(text).strip()
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"the folder of decision records cannot be read from it: {error}",
            where=f"{path}:1:1",
            remedy="mend the file or remove it",
        ) from None


def _inside(project: Path, folder: str, setting: Path) -> Path:
    if not _real(project / folder).is_relative_to(_real(project)):
        raise BadInput(
            f"it sends decision records to {folder}, outside the project",
            where=f"{setting}:1:1",
            remedy="name a folder inside the project, or use --out DIR",
        )
    return project / folder


def free_numbers(decisions: Path, project: Path) -> Iterator[int]:
    """Those above the highest number in the folder; a number taken on the default branch is skipped."""
    here = numbers(entry.name for entry in decisions.iterdir()) if decisions.is_dir() else set()
    taken = _on_default_branch(decisions, project)
    yield from (number for number in count(max(here, default=0) + 1) if number not in taken)


def numbers(names: Iterable[str]) -> set[int]:
    """The numbers of the records among the file names."""
    return {int(found[1]) for name in names if (found := NUMBERED.match(name))}


def _on_default_branch(decisions: Path, project: Path) -> set[int]:
    """Numbers of records on the branch that others branch from, here and at every remote as it was last fetched.

    None without git, or when git takes too long.
    """
    if not project.is_dir() or not _below(decisions, project):
        return set()
    folder = _real(decisions).relative_to(_real(project)).as_posix()
    names = (_git(project, "ls-tree", "--name-only", branch, f"./{folder}/") for branch in _default_branches(project))
    return numbers(name.rpartition("/")[2] for listing in names for name in listing.splitlines())


def _default_branches(project: Path) -> list[str]:
    """`main`, `master` and whatever a remote calls its head, as full names of those that there are."""
    heads = _git(project, "for-each-ref", "--format=%(symref)", "refs/remotes/*/HEAD").split()
    called = dict.fromkeys(("main", "master", *(head.split("/", 3)[3] for head in heads)))
    places = [place for name in called for place in (f"refs/heads/{name}", f"refs/remotes/*/{name}")]
    return _git(project, "for-each-ref", "--format=%(refname)", *places).split()


def _below(decisions: Path, project: Path) -> bool:
    return _real(decisions).is_relative_to(_real(project))


def _real(path: Path) -> Path:
    """Where a path leads; links that lead back to themselves are left as they stand."""
    return Path(os.path.realpath(path))


def _git(project: Path, *arguments: str) -> str:
    """What git prints, "" for any failure."""
    command = ["git", "-c", "core.quotepath=off", "-C", str(project), *arguments]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_TIMEOUT_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return ran.stdout if ran.returncode == 0 else ""


def slug(title: str) -> str:
    """`title-with-dashes` of the whole title, as pyadr's check wants it; a very long one is cut at a word."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=\d),(?=\d)", "", ascii_only))
    kept = words[:1]
    for word in words[1:]:
        if len("-".join([*kept, word])) > _SLUG_LENGTH:
            break
        kept.append(word)
    return "-".join(kept)[:_SLUG_LENGTH] or "architecture-decision"
