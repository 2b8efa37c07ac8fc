"""Dockerfiles: what the image starts, with the environment that it sets.

Instructions as in docs.docker.com/reference/dockerfile.
"""

import json
import re
from collections.abc import Iterator

from advisor.check.format import Format
from advisor.check.launch.arguments import Scene
from advisor.check.launch.command import commands_of, environment
from advisor.check.launch.pod import role_of
from advisor.check.launch.shell_values import Line, Word
from advisor.check.launch.shell_words import shell_lines
from advisor.check.tree import Document
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts

_INSTRUCTION = re.compile(r"^[ \t]*([A-Za-z]+)[ \t]+((?:[^\\\n]|\\.|\\\r?\n)*)", re.M | re.S)
_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']*)")
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def read(document: Document) -> Iterator[LaunchFacts]:
    """The launch of the last stage: its image, and its ENTRYPOINT with its CMD."""
    image: At | None = None
    entry: list[tuple[str, int]] = []
    command: list[tuple[str, int]] = []
    variables: dict[str, Word] = {}
    scene = Scene(document.place)
    for match in _INSTRUCTION.finditer(document.text):
        name, rest, at = match.group(1).upper(), match.group(2), match.start(2)
        if name == "FROM":
            words = rest.split()
            image = scene.at(Word(words[0], at), "FROM") if words else None
            entry, command, variables = [], [], {}
        elif name in ("ENV", "ARG"):
            variables |= {
                each.group(1): Word(each.group(2).strip("\"'"), at + each.start(2))
                for each in _PAIR.finditer(rest)
                if "$" not in each.group(2)
            }
        elif name == "ENTRYPOINT":
            entry, command = [(rest, at)], []
        elif name == "CMD":
            command = [(rest, at)]
    commands = tuple(_commands(entry + command, variables, scene))
    if commands and image is not None:
        yield LaunchFacts(
            "dockerfile", document.place(0), commands=commands, role=role_of(commands), local=False, image=image,
            shared_memory_elsewhere=True,
        )  # fmt: skip


def _commands(written: list[tuple[str, int]], variables: dict[str, Word], scene: Scene) -> Iterator[Command]:
    """What ENTRYPOINT and CMD start: lists of words joined, or shell text."""
    known = {name: scene.at(word, name) for name, word in variables.items()}
    words: list[Word] = []
    for text, at in written:
        listed = _listed(text, at)
        if listed is None:
            lines = shell_lines(text, {name: Word(each.text, each.at - at) for name, each in variables.items()})
            inner = Scene(lambda offset, base=at: scene.place(base + offset))  # type: ignore[misc]
            yield from (environment(each, known) for each in commands_of(lines, inner))
            return
        words += listed
    if words:
        yield from (environment(each, known) for each in commands_of([Line(tuple(words), {}, words[0].at)], scene))


def _listed(text: str, at: int) -> list[Word] | None:
    """The words of `["a", "b"]`, None for shell text."""
    if not text.lstrip().startswith("["):
        return None
    words = []
    for match in _TEXT.finditer(text):
        try:
            value = str(json.loads(match.group()))
        except ValueError:
            value = match.group(1)
        words.append(Word(value, at + match.start(1), known="$" not in value))
    return words


FORMAT = Format(
    name="dockerfile",
    telltale=re.compile(r"^[ \t]*FROM[ \t]+\S", re.M | re.I),
    name_hint=re.compile(r"(^|/)(dockerfile|containerfile)[^/]*$", re.I),
    read=read,
    readers=("dockerfile",),
)
