"""The names of the packages that a project declares, from the files of its package managers."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.answers.detect.reading.bounded import Unreadable, json_of, mapping_of, text, yaml_of

_BYTES = 400_000
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def normal(name: str) -> str:
    """A package name as the index compares it: lower case, one hyphen for any run of -, _ and . (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def packages_in(path: Path) -> tuple[str, ...]:
    """Normal names in the order they stand; raises Unreadable when the file is broken or too large."""
    raw = text(path, _BYTES)
    name = path.name.lower()
    if name.endswith(".txt"):
        found = _requirements(raw)
    elif name.endswith(".toml"):
        found = _toml(raw)
    elif name.endswith((".yml", ".yaml")):
        found = _conda(yaml_of(raw))
    elif name.endswith(".json"):
        found = iter(mapping_of(mapping_of(json_of(raw)).get("dependencies")))
    else:
        found = _setup(raw)
    return tuple(dict.fromkeys(normal(each) for each in found if each))


def _requirements(raw: str) -> Iterator[str]:
    for line in raw.splitlines():
        yield _name(line.split("#")[0]) if not line.lstrip().startswith(("-", "#", "http")) else ""


def _name(line: str) -> str:
    match = _NAME.match(line)
    return match[1] if match else ""


def _toml(raw: str) -> Iterator[str]:
    """pyproject.toml of any builder, and Pipfile-like tables."""
    try:
        whole = tomllib.loads(raw)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(f"is not TOML ({error})") from None
    project = mapping_of(whole.get("project"))
    lists = [project.get("dependencies"), *mapping_of(project.get("optional-dependencies")).values()]
    lists += mapping_of(whole.get("dependency-groups")).values()
    for each in lists:
        yield from (_name(line) for line in each if isinstance(line, str)) if isinstance(each, list) else ()
    yield from _poetry(mapping_of(mapping_of(whole.get("tool")).get("poetry")))


def _poetry(poetry: Mapping[str, Any]) -> Iterator[str]:
    groups = [poetry, *map(mapping_of, mapping_of(poetry.get("group")).values())]
    for group in groups:
        for table in ("dependencies", "dev-dependencies"):
            yield from (name for name in mapping_of(group.get(table)) if name != "python")


def _conda(whole: Any) -> Iterator[str]:
    """environment.yml: its own list, and the pip list inside it."""
    listed = mapping_of(whole).get("dependencies")
    for line in listed if isinstance(listed, list) else ():
        if isinstance(line, str):
            yield _name(line.split("::")[-1])
        inner = mapping_of(line).get("pip")
        yield from _strings(inner)


def _strings(value: Any) -> Iterable[str]:
    return (_name(line) for line in value if isinstance(line, str)) if isinstance(value, list) else ()


def _setup(raw: str) -> Iterator[str]:
    """setup.cfg: the lines below install_requires."""
    match = re.search(r"^install_requires\s*=([^\n]*(?:\n[ \t]+[^\n]*)*)", raw, re.MULTILINE)
    yield from (_name(line) for line in match[1].splitlines()) if match else ()
