"""Training configurations in the project: which there are, and the literal batch and epochs they name.

Only their top-level keys are looked at; what is wrong inside them is for `advisor check` to say.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from advisor.answers.detect.reading import recipe
from advisor.answers.detect.reading.bounded import Unreadable, json_of, mapping_of, text, yaml_of
from advisor.answers.detect.reading.sight import Found, Sight

_MOST = 200
_BYTES = 200_000
_WORDS = (
    "zero_optimization", "train_batch_size", "train_micro_batch_size_per_gpu", "distributed_type",
    "per_device_train_batch_size", "num_train_epochs",
)  # fmt: skip
"""A file without one of these words is not parsed."""


def find(sight: Sight) -> Found:
    found = Found()
    recognised: list[tuple[str, recipe.Kind, Mapping[str, Any]]] = []
    for file in [file for file in sight.suffixed(".json", ".yaml", ".yml") if file.size <= _BYTES][:_MOST]:
        where = sight.name(file.path)
        try:
            keys = _keys(Path(file.path))
        except Unreadable as error:
            found.notes.append(f"{where} {error}")
            continue
        if kind := recipe.kind_of(keys):
            recognised.append((where, kind, keys))
    if recognised:
        found.say(
            "project.configs", tuple(where for where, _, _ in recognised), "top-level keys of JSON and YAML files"
        )
    _say_recipe(recognised, found)
    return found


def _keys(path: Path) -> Mapping[str, Any]:
    """The top level of a file that may be a training configuration; empty for any other. Raises Unreadable."""
    try:
        raw = text(path, _BYTES)
    except Unreadable:
        return {}
    if not any(word in raw for word in _WORDS):
        return {}
    return mapping_of(json_of(raw) if path.suffix == ".json" else yaml_of(raw))


def _say_recipe(recognised: list[tuple[str, recipe.Kind, Mapping[str, Any]]], found: Found) -> None:
    processes = {
        n for _, kind, keys in recognised if kind == "accelerate" and (n := recipe.whole(keys.get("num_processes")))
    }
    devices = processes.pop() if len(processes) == 1 else None
    batches = {where: each for where, _, keys in recognised if (each := recipe.batch(keys))}
    if len(set(batches.values())) == 1:
        where, (size, is_global) = next(iter(batches.items()))
        if is_global or devices:
            size *= 1 if is_global else devices or 1
            found.say("train.batch", round(size), where, "samples")
        else:
            found.suppose("train.batch", round(size), f"{where}, on one device", "samples", (size, 8 * size))
    _agreed(
        "train.epochs", {w: recipe.whole(keys.get("num_train_epochs")) for w, _, keys in recognised}, "epochs", found
    )
    _agreed("train.optimizer", {w: recipe.optimizer(keys) or None for w, _, keys in recognised}, "", found)
    if len(set(batches.values())) > 1:
        found.notes.append(f"{_few(batches)} name different batches: none is taken")


def _agreed(id: str, values: Mapping[str, float | str | None], unit: str, found: Found) -> None:
    """A fact only when every file that names the value names the same."""
    named = {where: value for where, value in values.items() if value is not None}
    if len(set(named.values())) == 1:
        where, value = next(iter(named.items()))
        found.say(id, value, where, unit)
    elif named:
        found.notes.append(f"{_few(named)} name different values of {id}: none is taken")


def _few(names: Iterable[str]) -> str:
    """The first three, and how many more."""
    named = list(names)
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
