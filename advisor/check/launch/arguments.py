"""Words after a program as options and positional arguments, each with its place."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from advisor.check.launch.shell_values import Word
from advisor.check.taking import is_unresolved
from advisor.figure import Scalar
from advisor.values.configs import At
from advisor.values.finding import Place

_OPTION = re.compile(r"(--?)([A-Za-z][\w.-]*)(?:=(.*))?", re.S)
_LONGEST = 400


@dataclass(slots=True)
class Arguments:
    """`options` by name without dashes and with `_` for `-`; of a repeated one the last. `open_ended`: unknown words
    may add more.
    """

    options: dict[str, At] = field(default_factory=dict)
    positional: list[At] = field(default_factory=list)
    open_ended: bool = False

    def first(self, *names: str) -> At | None:
        """The first of the names that is given."""
        return next((self.options[name] for name in names if name in self.options), None)


@dataclass(frozen=True, slots=True)
class Scene:
    """Turns an offset of a word into its place."""

    place: Callable[[int], Place]

    def at(self, word: Word, path: str = "", text: str | None = None, shift: int = 0) -> At:
        """A word as a value; unknown where it stands for something that is decided when it runs."""
        raw = word.text if text is None else text
        place = self.place(word.at)
        place = Place(place.path, place.line, place.column + shift)
        known = word.known and len(raw) <= _LONGEST and not is_unresolved(raw)
        return At(value_of(raw) if known else None, word.default or raw, place, path)


def value_of(text: str) -> Scalar:
    """The number, truth value or text that an option's parser would see."""
    if re.fullmatch(r"[-+]?\d{1,18}", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\d+\.\d*|\.\d+|\d+(?=e))(e[-+]?\d{1,3})?", text, re.I):
        return float(text)
    return {"true": True, "false": False}.get(text.lower(), text)


def parsed(words: Sequence[Word], scene: Scene, flags: Iterable[str] = ()) -> Arguments:
    """Options with their values: `--a 1`, `--a=1`, `-n 1`; an option of `flags` takes none."""
    arguments = Arguments()
    bare = frozenset(flags)
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        match = _OPTION.fullmatch(word.text) if word.text.startswith("-") else None
        if match is None:
            arguments.open_ended |= not word.known and word.text.startswith(("$", "`"))
            arguments.positional.append(scene.at(word))
            continue
        shown, name, value = f"{match[1]}{match[2]}", match[2].replace("-", "_"), match[3]
        following = words[index] if index < len(words) else None
        if value is not None:
            arguments.options[name] = scene.at(word, shown, value, len(shown) + 1)
        elif following is None or _is_option(following) or (name in bare and not _is_truth(following)):
            place = scene.at(word).place
            arguments.options[name] = At(True, "", place, shown)
        else:
            arguments.options[name] = scene.at(following, shown)
            index += 1
    return arguments


def _is_truth(word: Word) -> bool:
    return word.text.lower() in ("true", "false")


def _is_option(word: Word) -> bool:
    return re.match(r"--?[A-Za-z]", word.text) is not None
