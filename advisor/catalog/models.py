"""Architectures of well-known models, as rows of text with the columns of a table of models."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from advisor.catalog.read import read

Model = Mapping[str, str]

_FILE = Path(__file__).with_name("models.yaml")
_ENDINGS = re.compile(r"(-(hf|it|instruct|chat|base|bf16|fp8|v0\.\d|2[4-6]\d\d))+$")


@lru_cache(maxsize=1)
def models() -> Mapping[str, Model]:
    """Every row by its key. All cells are text, as in a table that a person gives."""
    rows = read(_FILE)["models"]
    return {
        str(row["key"]): {"arch_key": str(row["key"]), **{name: str(cell) for name, cell in row.items()}}
        for row in rows
    }


def spelled(name: str) -> str:
    """A name without organisation, case, and what it stands for beside the architecture: `Meta-Llama/X-8B` -> x-8b."""
    bare = re.sub(r"[^a-z0-9.]+", "-", name.lower().rsplit("/", 1)[-1]).strip("-")
    bare = re.sub(r"^(meta|nvidia|google|microsoft)-", "", bare).replace("gpt-3", "gpt3").replace("gpt-2", "gpt2")
    bare = re.sub(r"\bnemotron-4\b", "nemotron4", bare)
    bare = re.sub(r"^llama(\d)", r"llama-\1", bare)
    return _ENDINGS.sub("", bare)


def key_of(name: str, known: Mapping[str, Model]) -> str:
    """The key of the model that a name means, whatever stands beside its architecture; empty where none is known."""
    plain = spelled(name)
    exact = next((one for one in (name, name.lower(), plain) if one and one in known), "")
    return exact or (_by_spelling(tuple(known)).get(plain, "") if plain else "")


@lru_cache(maxsize=4)
def _by_spelling(keys: tuple[str, ...]) -> Mapping[str, str]:
    return {spelled(key): key for key in reversed(keys)}
