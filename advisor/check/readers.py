"""Which kind of text a file is, by its name and, where the name does not say, by how it begins."""

import re
from collections.abc import Callable, Mapping

from advisor.check.json_text import read_json
from advisor.check.pbtxt_text import read_pbtxt
from advisor.check.python_text import read_python
from advisor.check.toml_text import read_toml
from advisor.check.tree import Node, Repeated
from advisor.check.yaml_text import read_yaml

Trees = tuple[tuple[Node, ...], tuple[Repeated, ...]]

READERS: Mapping[str, Callable[[str], Trees]] = {
    "json": read_json,
    "yaml": read_yaml,
    "pbtxt": read_pbtxt,
    "python": read_python,
    "toml": read_toml,
    "shell": lambda _: ((), ()),
    "dockerfile": lambda _: ((), ()),
    "properties": lambda _: ((), ()),
}
"""From text to trees, by the kind of document; what is no tree is read by its format."""

_SUFFIXES = {
    **dict.fromkeys(("json",), "json"),
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    **dict.fromkeys(("pbtxt",), "pbtxt"),
    **dict.fromkeys(("py",), "python"),
    **dict.fromkeys(("toml",), "toml"),
    **dict.fromkeys(("sh", "bash", "zsh", "slurm", "sbatch", "job", "sub", "submit"), "shell"),
    **dict.fromkeys(("dockerfile", "containerfile"), "dockerfile"),
    **dict.fromkeys(("properties", "env"), "properties"),
}
_DOCKERFILE = re.compile(r"^(dockerfile|containerfile)([._-].*)?$", re.I)
_LINES = re.compile(r"^(requirements[\w.-]*\.txt|\.env(\.[\w-]+)?)$", re.I)
_SHELL = re.compile(r"#![^\n]*\b(ba|z|da|k)?sh\b")

SUFFIXES = tuple(f".{suffix}" for suffix in _SUFFIXES)
"""Endings of files that a walk looks into."""

NAMES = re.compile(
    r"^((dockerfile|containerfile)([._-].*)?|mlproject|requirements[\w.-]*\.txt|pyproject\.toml|\.env(\.[\w-]+)?)$",
    re.I,
)
"""Names without such an ending that a walk looks into."""


def reader_of(path: str, text: str) -> tuple[str, bool]:
    """The kind of document, and whether its name or its first line says so."""
    name = path.rpartition("/")[2]
    if _DOCKERFILE.match(name):
        return "dockerfile", True
    suffix = name.lower().rpartition(".")[2] if "." in name else ""
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix], True
    if _LINES.match(name):
        return "properties", True
    if _SHELL.match(text):
        return "shell", True
    return ("json" if text.lstrip().startswith("{") else "yaml"), False
