"""`[tool.advisor]` of pyproject.toml: which rules count, which files are left out, which findings may stay and why."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from advisor.check.ignored import Pattern, is_ignored, patterns_of
from advisor.check.rulebook import Rule
from advisor.check.rules import RULES
from advisor.errors import BadInput
from advisor.values.finding import Finding, Place, Severity

_KEYS = ("select", "ignore", "exclude", "severity", "fail-on", "baseline", "suppress")
_LISTS = ("select", "ignore", "exclude")
_LEVELS = ("note", "warning", "error")
_ROW_KEYS = ("rule", "path", "yaml-path", "reason")


@dataclass(frozen=True, slots=True)
class Allowed:
    """One row of `[[tool.advisor.suppress]]`: a rule whose findings in files of a pattern may stay, and why."""

    rule: str
    path: str
    yaml_path: str
    place: Place
    pattern: tuple[Pattern, ...]

    def hides(self, finding: Finding) -> bool:
        """Whether the row is about this finding."""
        if finding.rule != self.rule or (self.yaml_path and finding.yaml_path != self.yaml_path):
            return False
        return _is_under(self.pattern, finding.place.path)


@dataclass(frozen=True, slots=True)
class Settings:
    """`select` and `ignore` hold ids, beginnings of ids, or groups; empty `select` is every rule."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    severity: Severity | None = None
    fail_on: Severity | None = None
    baseline: Path | None = None
    allowed: tuple[Allowed, ...] = ()
    jobs: int = 1

    def with_rules(self, select: Iterable[str], ignore: Iterable[str]) -> "Settings":
        """What the command line says on top: its `select` takes the place of the file's, its `ignore` adds to it."""
        chosen = tuple(_named(word, "--select") for word in select) or self.select
        return replace(self, select=chosen, ignore=(*self.ignore, *(_named(word, "--ignore") for word in ignore)))

    def runs(self, rule: str) -> bool:
        """Whether findings of this rule count."""
        wanted = not self.select or any(_means(word, rule) for word in self.select)
        return wanted and not any(_means(word, rule) for word in self.ignore)

    def excludes(self, path: str) -> bool:
        """Whether a file, or a folder around it, is left out."""
        return bool(self.exclude) and _is_under(self.exclude, path)


def find_settings(start: Path) -> Settings:
    """Those of the nearest pyproject.toml with `[tool.advisor]` at or above `start`, in the same repository.

    Raises BadInput for one that cannot be read or has a key that is not known.
    """
    folder = Path(os.path.abspath(start if start.is_dir() else start.parent))
    for above in (folder, *folder.parents):
        file = above / "pyproject.toml"
        if file.is_file():
            table = _table(file)
            if table is not None:
                return _settings(table, file)
        if (above / ".git").exists():
            break
    return Settings()


def _table(file: Path) -> dict[str, Any] | None:
    try:
        text = file.read_text(encoding="utf-8")
        found = tomllib.loads(text).get("tool", {}).get("advisor") if "advisor" in text else None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError) as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{_shown(file)}:{line[1]}" if line else _shown(file)
        raise BadInput(f"is not valid TOML: {error}", where=where, remedy="mend the file") from None
    if found is not None and not isinstance(found, dict):
        raise BadInput("tool.advisor is no table", where=_shown(file), remedy="write [tool.advisor]")
    return found


def _settings(table: Mapping[str, Any], file: Path) -> Settings:
    for key in table:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(_KEYS)}"
            raise BadInput(f"{key} is not known in [tool.advisor]", where=_where(file, key), remedy=remedy)
    lists = {key: _texts(table.get(key, []), key, file) for key in _LISTS}
    baseline = table.get("baseline")
    if baseline is not None and not isinstance(baseline, str):
        raise BadInput("baseline is no path", where=_where(file, "baseline"), remedy='write baseline = "FILE"')
    return Settings(
        select=tuple(_named(word, _where(file, "select")) for word in lists["select"]),
        ignore=tuple(_named(word, _where(file, "ignore")) for word in lists["ignore"]),
        exclude=patterns_of(file.parent, lists["exclude"]),
        severity=_level(table, "severity", file),
        fail_on=_level(table, "fail-on", file),
        baseline=file.parent / baseline if baseline else None,
        allowed=tuple(_rows(table.get("suppress", []), file)),
    )


def _texts(value: object, key: str, file: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadInput(f"{key} is no list of texts", where=_where(file, key), remedy=f'write {key} = ["…"]')
    return tuple(value)


def _level(table: Mapping[str, Any], key: str, file: Path) -> Severity | None:
    value = table.get(key)
    if value is not None and value not in _LEVELS:
        raise BadInput(f"{key} {value!r} is not known", where=_where(file, key), remedy=f"one of {', '.join(_LEVELS)}")
    return value


def _rows(rows: object, file: Path) -> Iterable[Allowed]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(
            "suppress is no list of tables", where=_where(file, "suppress"), remedy="[[tool.advisor.suppress]]"
        )
    lines = _lines(file, r"^\s*\[\[\s*tool\.advisor\.suppress\s*\]\]|^\s*\{.*\brule\b")
    for number, row in enumerate(rows):
        line = lines[number] if number < len(lines) else int(_where(file, "suppress").rpartition(":")[2])
        where = f"{_shown(file)}:{line}"
        unknown = [key for key in row if key not in _ROW_KEYS]
        if unknown:
            raise BadInput(f"{unknown[0]} is not known here", where=where, remedy=f"known are {', '.join(_ROW_KEYS)}")
        for key in ("rule", "path", "reason"):
            if not isinstance(row.get(key), str) or not row[key].strip():
                raise BadInput(f"a suppression without {key}", where=where, remedy=f'write {key} = "…"')
        rule = _named(row["rule"], where)
        yaml_path = str(row.get("yaml-path", ""))
        yield Allowed(rule, row["path"], yaml_path, Place(_shown(file), line), patterns_of(file.parent, (row["path"],)))


def _named(word: str, where: str) -> str:
    """The word, when it means at least one rule."""
    if any(_means(word, rule.id) for rule in RULES):
        return word
    near = get_close_matches(word, [*(rule.id for rule in RULES), *(rule.group for rule in RULES)], n=1)
    remedy = f"did you mean {near[0]}?" if near else "docs/rules lists the rules"
    raise BadInput(f"{word!r} is neither a rule nor a group of rules", where=where, remedy=remedy)


def _means(word: str, rule: str) -> bool:
    return word in ("ALL", _GROUPS.get(rule)) or (word.startswith("ADV") and rule.startswith(word))


def _groups(rules: Iterable[Rule]) -> dict[str, str]:
    return {rule.id: rule.group for rule in rules}


_GROUPS = _groups(RULES)


def _is_under(patterns: tuple[Pattern, ...], path: str) -> bool:
    absolute = os.path.abspath(path)
    if is_ignored(patterns, absolute, folder=False):
        return True
    folder = os.path.dirname(absolute)
    while folder != os.path.dirname(folder):
        if is_ignored(patterns, folder, folder=True):
            return True
        folder = os.path.dirname(folder)
    return False


def _lines(file: Path, pattern: str) -> list[int]:
    rows = file.read_text(encoding="utf-8").split("\n")
    return [number for number, row in enumerate(rows, 1) if re.search(pattern, row)]


def _where(file: Path, key: str) -> str:
    """file:line of a key below [tool.advisor]."""
    headers = _lines(file, r"^\s*\[+\s*tool\.advisor\b")
    start = headers[0] if headers else 1
    keys = [
        line
        for line in _lines(file, rf"^\s*[\"']?{re.escape(key)}[\"']?\s*=|tool\.advisor\.{re.escape(key)}\b")
        if line >= start
    ]
    return f"{_shown(file)}:{keys[0] if keys else start}"


def _shown(file: Path) -> str:
    """The path from here where it is below, else whole."""
    path = os.path.relpath(file)
    return file.as_posix() if path.startswith("..") else Path(path).as_posix()
