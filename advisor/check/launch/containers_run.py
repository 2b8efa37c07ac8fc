"""`docker run` and `podman run` in a script: GPUs, shared memory, image, and what the container starts.

Options as in docs.docker.com/reference/cli/docker/container/run.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from advisor.check.launch.arguments import Arguments, Scene, parsed
from advisor.check.launch.command import commands_of, environment, served
from advisor.check.launch.container import SERVER_IMAGES
from advisor.check.launch.pod import role_of
from advisor.check.launch.programs import base
from advisor.check.launch.quantities import docker_bytes
from advisor.check.launch.shell_values import Line, Word
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts, Mount, Supply

_FLAG = re.compile(
    r"-[itdP]+$|--(rm|detach|interactive|tty|privileged|init|read-only|publish-all|no-healthcheck|quiet)$"
)


def run_by_docker(line: Line, scene: Scene) -> Iterator[LaunchFacts]:
    """The launch of `docker run`, when it gets GPUs or starts something known."""
    words = line.words
    names = [word.text for word in words[:3]]
    start = next((i + 2 for i in range(len(names) - 1) if _is_run(names[i : i + 2])), None)
    if start is None:
        return
    split = _image_index(words, start)
    options = parsed([w for w in words[start:split] if not _FLAG.match(w.text)], scene)
    image = scene.at(words[split], "image") if split < len(words) else None
    variables = dict(_variables(words[start:split], scene))
    commands = tuple(environment(each, variables) for each in _commands(line, split, image, scene))
    gpus = _gpus(options)
    if not commands and gpus is None:
        return
    size = options.first("shm_size")
    yield LaunchFacts(
        "shell",
        scene.place(words[0].at),
        kind=scene.at(words[start - 1], "docker run"),
        commands=commands,
        role=role_of(commands),
        local=False,
        gpus_a_node=gpus,
        supply=Supply(gpus.whole if gpus is not None else None, "", (gpus,) if gpus is not None else ()),
        image=image,
        shared_memory=None if size is None else replace(size, value=docker_bytes(size.raw)),
        shared_memory_elsewhere=_is_host(options.first("ipc")) or "/dev/shm" in " ".join(w.text for w in words),
        mounts=tuple(_mounts(words[start:split], scene)),
    )


def _is_run(names: Sequence[str]) -> bool:
    return base(names[0]) in ("docker", "podman", "nerdctl") and names[1] == "run"


def _image_index(words: Sequence[Word], start: int) -> int:
    """Where the image stands behind docker's own options."""
    index = start
    while index < len(words) and words[index].text.startswith("-"):
        index += 1 if "=" in words[index].text or _FLAG.match(words[index].text) else 2
    return index


def _commands(line: Line, split: int, image: At | None, scene: Scene) -> list[Command]:
    rest = line.words[split + 1 :]
    found = list(commands_of([Line(rest, {}, rest[0].at)], scene)) if rest else []
    server = next((name for part, name in SERVER_IMAGES.items() if image is not None and part in image.raw), None)
    if found or server is None or image is None or "--entrypoint" in (word.text for word in line.words[:split]):
        return found
    blank = Command(replace(image, value=server), "serve", words=tuple(scene.at(word) for word in rest))
    return [served(blank, parsed(rest, scene))]


def _gpus(options: Arguments) -> At | None:
    """How many GPUs the container gets; a value without a number means all of them."""
    at = options.first("gpus")
    if at is None:
        return None
    text = at.raw.strip("\"'")
    listed = re.fullmatch(r"device=([\w:.,-]+)", text)
    if listed is not None:
        return replace(at, value=len(listed.group(1).split(",")))
    return at if at.whole is not None else replace(at, value=None)


def _variables(words: Sequence[Word], scene: Scene) -> Iterator[tuple[str, At]]:
    """-e NAME=value."""
    for before, word in pairwise(words):
        name, equals, value = word.text.partition("=")
        if before.text in ("-e", "--env") and equals:
            yield name, scene.at(word, name, value, len(name) + 1)


def _mounts(words: Sequence[Word], scene: Scene) -> Iterator[Mount]:
    for before, word in pairwise(words):
        if before.text in ("-v", "--volume"):
            parts = word.text.split(":")
            if len(parts) > 1:
                yield Mount(scene.at(word, "volume", parts[1]), "lasting")


def _is_host(at: At | None) -> bool:
    return at is not None and at.word == "host"
