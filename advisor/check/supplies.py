"""What a file takes from elsewhere: container images and Python packages, each where it is named."""

import re
from collections.abc import Iterator

from advisor.check.source import Source, Word, word_at
from advisor.check.tree import Entry, Leaf, Sequence

_FROM = re.compile(r"(?i)\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?")
_IMAGE_KEYS = ("image", "repository", "imageName")
_RUNNERS = ("docker", "podman", "nerdctl", "apptainer", "singularity", "enroot", "srun")
_INSTALLER = re.compile(r"(?:.*/)?(?:pip3?|conda|mamba)$")
_OF_PROJECT = re.compile(
    r"(project\.(dependencies|optional-dependencies\.[^.\[]+)|build-system\.requires|dependency-groups\.[^.\[]+"
    r"|tool\.(uv|hatch|pdm)\b.*dependencies\b.*)"
)
_OF_POETRY = re.compile(r"tool\.poetry\.(.+\.)?(dev-)?dependencies")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_OF_GIT = re.compile(r"/([\w.-]+?)(?:\.git)?(?:@|#|$)")


def is_requirements(source: Source) -> bool:
    """Whether the file is a list of requirements for pip."""
    return re.match(r"requirements[\w.-]*\.txt$", source.name) is not None


def images(source: Source) -> Iterator[Word]:
    """Images that settings, FROM lines and container commands name."""
    for _, table in source.tables:
        for key in _IMAGE_KEYS:
            entry = table.entries.get(key)
            if entry is not None and isinstance(entry.node, Leaf) and isinstance(entry.node.value, str):
                yield word_at(entry.node.value, source.document.place(entry.node.at))
    yield from bases(source)
    for command in source.commands(_RUNNERS):
        if command[0].text in _RUNNERS:
            for word in command[1:]:
                yield word._replace(text=word.text.rpartition("=")[2].removeprefix("docker://"))


def bases(source: Source) -> Iterator[Word]:
    """The images that FROM lines of a Dockerfile name; stages of its own are none."""
    stages = {"scratch"}
    for number, line in source.lines if source.document.reader == "dockerfile" else ():
        found = _FROM.match(line)
        if found is None:
            continue
        if found[1].lower() not in stages:
            yield Word(found[1], source.path, number, found.start(1) + 1)
        if found[2]:
            stages.add(found[2].lower())


def repository(image: str) -> str:
    """The image's name without tag and digest."""
    folder, slash, last = image.partition("@")[0].rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"


def packages(source: Source) -> Iterator[Word]:
    """What pip (or conda) is asked to install: in commands, and line by line in a requirements file."""
    if is_requirements(source):
        for number, line in source.lines:
            text = line.split(";")[0].strip()
            if text and not text.startswith("-"):
                start = len(line) - len(line.lstrip()) + 1
                yield Word(text.replace(" ", ""), source.path, number, start)
        return
    for command in source.commands(("install",)):
        words = [word.text for word in command]
        at = words.index("install") if "install" in words else 0
        if any(_INSTALLER.match(word) for word in words[:at]):
            yield from command[at + 1 :]


def dependencies(source: Source) -> Iterator[Word]:
    """The same, and what pyproject.toml depends on; other lists there may name folders."""
    yield from packages(source)
    if source.name != "pyproject.toml":
        return
    for path, table in source.tables:
        for key, entry in table.entries.items():
            if _OF_POETRY.fullmatch(path):
                yield word_at(key, source.document.place(entry.at))
            elif isinstance(entry.node, Sequence) and _OF_PROJECT.fullmatch(f"{path}.{key}".lstrip(".")):
                yield from _listed(source, entry)


def _listed(source: Source, entry: Entry) -> Iterator[Word]:
    """The texts of a list, each where it stands: TOML's places are those of the list."""
    items = entry.node.items if isinstance(entry.node, Sequence) else []
    at = entry.at
    for item in items:
        if isinstance(item, Leaf) and isinstance(item.value, str):
            found = source.text.find(item.value, at)
            at = max(at, found)
            yield word_at(item.value, source.document.place(at))


def package_name(requirement: str) -> str:
    """The package's name as indexes compare it; of a repository the last part of its address."""
    found = _OF_GIT.search(requirement) if requirement.startswith("git+") else _NAME.match(requirement)
    if found is None:
        return ""
    return re.sub(r"[-_.]+", "-", found[1] if found.re is _OF_GIT else found[0]).lower()
