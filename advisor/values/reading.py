"""What a person typed, read by its question.

Typed text, a scalar of `advisor.yaml` and a value handed over by a program are read by the same rules.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from advisor import units
from advisor.errors import BadInput
from advisor.figure import Fact, Scalar
from advisor.values.facts import Question

_YES = ("yes", "y", "true", "on")
_NO = ("no", "n", "false", "off")
_ALONE = ("none", "nobody")
"""Choices that deny all others."""

_WHOLE = frozenset(
    ("samples", "tokens", "examples", "parameters", "layers", "heads", "files", "devices", "runs", "rows", "experts")
)
_TEXT_LIMIT = 1000
SMALLEST, LARGEST = 1e-12, 1e21
"""Between these lie all bytes, seconds, samples and dollars there are; beyond them products of a few overflow."""
_DIRECTION = range(0x202A, 0x202F), range(0x2066, 0x206A)
"""Marks that reorder what a terminal shows."""


def read_value(question: Question, raw: object) -> Fact:
    """The answer in `raw`: text, a number, a list, `{value, unit}`, or None for an unknown.

    A choice may be given by its name, the start of it, or its place in the list (from 1); choices are
    separated by commas; numbers carry any unit that fits the question's. Raises BadInput saying what is
    wrong, what is valid, and what may have been meant.
    """
    unit = question.unit if question.type == "number" else ""
    if raw is None:
        return Fact(question.id, None, unit, provenance="answered", source="answered", gap="left unknown")
    try:
        value = _READERS[question.type](question, raw)
    except BadInput as error:
        raise BadInput(f"{question.id}: {error.what}", where=error.where, remedy=error.remedy) from None
    return Fact(question.id, value, unit, provenance="answered", source="answered")


def parse_setting(text: str, questions: Iterable[Question]) -> tuple[str, Fact]:
    """(id, answer) of `KEY=VALUE`; `KEY=null` leaves it unknown. Raises BadInput, with a suggestion for the key."""
    key, equals, value = text.partition("=")
    if not equals:
        raise BadInput(f"{text!r} is not KEY=VALUE", remedy="for example --set team=solo")
    question = question_for(key.strip(), questions)
    return question.id, read_value(question, None if value.strip() in ("null", "~") else value)


def question_for(key: str, questions: Iterable[Question]) -> Question:
    """The question with this id, or the fact about the machine; raises BadInput with the nearest id."""
    known = {question.id: question for question in (*MACHINE_KEYS, *questions)}
    if key in known:
        return known[key]
    last = {id.rpartition(".")[2]: id for id in known}
    near = get_close_matches(key, known, n=1)
    near = near or [last[word] for word in get_close_matches(key.rpartition(".")[2], last, n=1, cutoff=0.7)]
    hint = f"did you mean {near[0]}?" if near else "`advisor schema` lists every key"
    raise BadInput(f"nothing is asked under the name {key!r}", remedy=hint)


def spoken(question: Question, fact: Fact, yes_no: tuple[str, str] = ("yes", "no")) -> str:
    """The answer as a person reads it, numbers with their unit: `80 GB`, `3 days`, `on this machine's disk`."""
    value = fact.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_no[0] if value else yes_no[1]
    if isinstance(value, int | float):
        return units.say(value, question.unit, fact.low, fact.high)
    if isinstance(value, tuple):
        return ", ".join(question.choice_texts.get(item, item) for item in value)
    return question.choice_texts.get(value, value)


def _read_choice(question: Question, raw: object) -> str:
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    return _chosen(question, _one_text(raw).strip())


def _chosen(question: Question, text: str) -> str:
    choices = question.choices
    if text in choices:
        return text
    word = _normal(text)
    words = {_normal(choice): choice for choice in choices}
    words |= {_normal(said): choice for choice, said in question.choice_texts.items() if _normal(said) not in words}
    if word in words:
        return words[word]
    if word in ("true", "false") and {"yes", "no"} & set(choices):
        return _chosen(question, "yes" if word == "true" else "no")
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= len(choices):
        return choices[int(text[:9]) - 1]
    starting = [choice for choice in choices if word and _normal(choice).startswith(word)]
    if len(starting) == 1:
        return starting[0]
    if starting:
        raise BadInput(f"{text!r} may be {' or '.join(starting)}", remedy="type a little more of it")
    near = get_close_matches(word, words, n=1)
    remedy = f"did you mean {words[near[0]]}?" if near else "choose one of them, or leave it unknown"
    raise BadInput(f"{text!r} is not one of {', '.join(choices)}", remedy=remedy)


def _normal(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.strip().lower())


def _read_choices(question: Question, raw: object) -> tuple[str, ...]:
    if isinstance(raw, str):
        items: Iterable[object] = raw.strip().removeprefix("[").removesuffix("]").split(",")
    elif isinstance(raw, list | tuple):
        items = raw
    else:
        items = (raw,)
    texts = [_one_text(item).strip() for item in items]
    if not texts or not all(texts):
        raise BadInput("a choice is missing", remedy=_choose_some(question))
    if not question.choices:
        return tuple(dict.fromkeys(_plain(text) for text in texts))
    chosen = {_chosen(question, text) for text in texts}
    alone = [choice for choice in chosen if choice in _ALONE]
    if alone and len(chosen) > 1:
        raise BadInput(f"{alone[0]!r} stands alone", remedy=f"leave {alone[0]} out, or the others")
    return tuple(choice for choice in question.choices if choice in chosen)


def _choose_some(question: Question) -> str:
    return f"choose from {', '.join(question.choices)}" if question.choices else "separate words with commas"


def _read_number(question: Question, raw: object) -> Scalar:
    unit = question.unit
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        value = float(raw)
        if not math.isfinite(value):
            raise BadInput(f"{raw} is not a number", remedy="type a number")
    else:
        text = _with_unit(raw) if isinstance(raw, Mapping) else _one_text(raw).strip()
        if unit.startswith("USD"):
            text = text.removeprefix("$").strip()
        value = units.parse(text, unit)
    if value and not SMALLEST <= abs(value) <= LARGEST:
        size = "large" if abs(value) > 1 else "small"
        raise BadInput(f"{value:.3g} {unit} is too {size} to be meant", remedy="check the exponent")
    nearest = round(value)
    if abs(value - nearest) <= 1e-9 * abs(value) and abs(value) < 2**53:
        value = nearest
    elif unit in _WHOLE and abs(value) < 2**53:
        down = math.floor(value)
        raise BadInput(f"{value:g} {unit} is not a whole number", remedy=f"type {down} or {down + 1}")
    else:
        value = float(f"{value:.12g}")  # 99.9% is 0.999, not 0.9990000000000001
    _in_range(question, value)
    return value


def _with_unit(raw: Mapping[object, object]) -> str:
    unknown = [str(key) for key in raw if key not in ("value", "unit", "source")]
    if unknown or "value" not in raw:
        what = f"{unknown[0]!r} does not belong here" if unknown else "`value` is missing"
        raise BadInput(what, remedy="write {value: 50, unit: ms}")
    unit = raw.get("unit")
    return f"{_one_text(raw['value']).strip()} {'' if unit is None else _one_text(unit).strip()}".strip()


def _in_range(question: Question, value: float) -> None:
    low, high = question.minimum, question.maximum
    if low is not None and value < low:
        raise BadInput(f"{units.say(value, question.unit)} is too little", remedy=f"at least {_bound(low, question)}")
    if high is not None and value > high:
        raise BadInput(f"{units.say(value, question.unit)} is too much", remedy=f"at most {_bound(high, question)}")


def _bound(value: float, question: Question) -> str:
    unit = "" if question.unit in ("ratio", "percentile") else question.unit
    return f"{value:g} {unit}".strip()


def _read_yes_no(_: Question, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = _one_text(raw).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadInput(f"{_one_text(raw)!r} is neither yes nor no", remedy="type yes or no")


def _read_text(_: Question, raw: object) -> str:
    return _plain(_one_text(raw))


def _plain(text: str) -> str:
    """`text` in one line; raises BadInput for characters that could act on a terminal or a file."""
    line = " ".join(text.split())
    odd = next((char for char in line if _acts(char)), None)
    if odd is not None:
        raise BadInput(f"holds the control character U+{ord(odd):04X}", remedy="type it again without it")
    if "\ufffd" in line:
        raise BadInput("holds bytes that are not UTF-8", remedy="type it again, or change the terminal's encoding")
    if not line:
        raise BadInput("is empty", remedy="type something, or leave it unknown with null")
    if len(line) > _TEXT_LIMIT:
        raise BadInput(f"has {len(line)} characters", remedy=f"at most {_TEXT_LIMIT}")
    return line


def _acts(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs") or any(ord(char) in span for span in _DIRECTION)


def _one_text(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return f"{raw!r}"
    kind = "a list" if isinstance(raw, list | tuple) else "a group of keys"
    raise BadInput(f"{kind} cannot be the answer", remedy="give one value")


_READERS: Mapping[str, Callable[[Question, object], Scalar]] = {
    "choice": _read_choice,
    "choices": _read_choices,
    "number": _read_number,
    "text": _read_text,
    "yes_no": _read_yes_no,
}


def _machine(id: str, type: str, unit: str = "", minimum: float | None = None) -> Question:
    return Question(f"machine.{id}", "", "machine", type, unit, minimum=minimum)  # type: ignore[arg-type]


MACHINE_KEYS: tuple[Question, ...] = (
    _machine("cpus", "number", "", 1),
    _machine("memory", "number", "bytes", 1),
    _machine("cpu_model", "text"),
    _machine("cpu_flags", "choices"),
    _machine("disk_type", "text"),
    _machine("disk_free", "number", "bytes", 0),
    _machine("shm", "number", "bytes", 0),
    _machine("container", "text"),
    _machine("scheduler", "text"),
    _machine("gpus", "number", "", 0),
    _machine("gpu_driver", "text"),
)
"""Facts about the machine that a person may override under the same key."""
