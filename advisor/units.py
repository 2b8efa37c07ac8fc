"""Reads what people type (`80GB`, `1.3B`, `2h30`) and says numbers the way people read them.

Inside, every number is in the unit its question or fact names; `factor` relates a typed unit to it.
"""

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches

from advisor.errors import BadInput

_BYTES = {
    "B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15,
    "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30, "TiB": 2.0**40,
    "bytes": 1.0, "byte": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
}  # fmt: skip
_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0,
    "min": 60.0, "minute": 60.0, "minutes": 60.0, "m": 60.0, "h": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86400.0, "day": 86400.0, "days": 86400.0, "w": 604800.0, "week": 604800.0, "weeks": 604800.0,
    "month": 2629800.0, "months": 2629800.0, "year": 31557600.0, "years": 31557600.0,
}  # fmt: skip
_COUNT = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_PER_SECOND = {
    "/s": 1.0, "1/s": 1.0, "per second": 1.0, "rps": 1.0, "qps": 1.0,
    "/min": 1 / 60, "/h": 1 / 3600, "/day": 1 / 86400,
}  # fmt: skip
_MONEY = {"USD": 1.0, "usd": 1.0, "$": 1.0, "dollars": 1.0, **_COUNT}

_PLAIN_COUNTS = (
    "samples", "tokens", "examples", "parameters", "layers", "heads", "files", "devices", "runs", "epochs", "rows",
    "experts", "replicas", "percentile", "",
)  # fmt: skip
_WORDS: Mapping[str, Mapping[str, float]] = {
    "bytes": _BYTES,
    "bytes/s": {f"{word}/s": size for word, size in _BYTES.items()},
    "bytes/month": {f"{word}/month": size for word, size in _BYTES.items()} | _BYTES,
    "s": _SECONDS,
    "ms": {word: size * 1e3 for word, size in _SECONDS.items()},
    "h": {word: size / 3600 for word, size in _SECONDS.items()},
    "1/s": _PER_SECOND | _COUNT,
    "USD": _MONEY,
    "USD/month": {f"{word}/month": size for word, size in _MONEY.items()} | _MONEY,
    "h/day": {"h": 1.0, "hours": 1.0, "h/day": 1.0},
    "ratio": {"%": 0.01},
    "ratio/year": {"%": 0.01, "x": 1.0, "x a year": 1.0, "ratio/year": 1.0},
    "s/sample": {**_SECONDS, "s/sample": 1.0},
    **{unit: {**_COUNT, **({unit: 1.0, unit.removesuffix("s"): 1.0} if unit else {})} for unit in _PLAIN_COUNTS},
}

_USUAL: Mapping[str, tuple[str, ...]] = {
    "h": ("min", "h", "days", "weeks"),
    "s": ("ms", "s", "min", "h", "days"),
    "ms": ("µs", "ms", "s", "min"),
    "bytes": ("kB", "MB", "GB", "GiB", "TB"),
}
"""The words to suggest first, where there are many."""

_NUMBER = r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}(?![\d.eE])")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?![\d,])")
_CLOCK = re.compile(rf"({_NUMBER})\s*h\s*(\d{{1,2}})(?:\s*(?:m|min))?$")
_PART = re.compile(rf"({_NUMBER})\s*([^\d\s].*|(?<=\s)1/.*)?$")  # `50 1/s` too


def factor(word: str, unit: str) -> float:
    """How many `unit` one `word` is; raises BadInput with a suggestion for a word that is no such unit."""
    words = _WORDS.get(unit, {unit: 1.0})
    if not word or word == unit:
        return 1.0
    for candidate in (word, word.lower(), word.upper()):
        if candidate in words:
            return words[candidate]
    head = word.split()[0]
    if head in _COUNT and word.split()[1:] == [unit]:
        return _COUNT[head]
    near = get_close_matches(word, words, n=1)
    usual = _USUAL.get(unit, tuple(words)[:6])
    hint = f"did you mean {near[0]}?" if near else f"use {', '.join(usual)}"
    raise BadInput(f"{word!r} is not a unit of {unit or 'a plain number'}", remedy=hint)


def words_of(unit: str) -> list[str]:
    """Every word that `factor` relates to the unit, the unit itself first."""
    return list(dict.fromkeys(word for word in (unit, *_WORDS.get(unit, {})) if word))


def parse(text: str, unit: str) -> float:
    """The number a person typed, in `unit`. Raises BadInput for what cannot be read in exactly one way."""
    text = text.strip()
    if _AMBIGUOUS.match(text):
        digits = _AMBIGUOUS.match(text).group()  # type: ignore[union-attr]
        as_thousands, as_decimal = digits.replace(".", ""), digits.rstrip("0").rstrip(".")
        plain = f"{digits}0" if as_decimal == digits else as_decimal  # four decimals cannot be thousands
        raise BadInput(
            f"{digits} can be read as {as_thousands} or as {as_decimal}", remedy=f"type {as_thousands} or {plain}"
        )
    if grouped := _GROUPED.match(text):
        text = grouped.group().replace(",", "") + text[grouped.end() :]
    elif re.match(r"[+-]?\d+,\d", text):
        raise BadInput(f"{text!r} has a decimal comma", remedy=f"type {text.replace(',', '.', 1)}")
    if clock := _CLOCK.match(text):
        return (float(clock[1]) * 3600 + float(clock[2]) * 60) * factor("s", unit)
    part = _PART.match(text)
    if not part:
        raise BadInput(f"{text!r} is not a number", remedy=f"type a number{f' in {unit}' if unit else ''}")
    number = part[1]
    value = float(number.replace("_", "")) * factor((part[2] or "").strip(), unit)
    if not math.isfinite(value):
        raise BadInput(f"{text!r} is too large", remedy="check the exponent")
    return value


_STEPS: Mapping[str, tuple[tuple[float, str], ...]] = {
    "bytes": ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "bytes")),
    "s": ((86400 * 3, "days"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs")),
    "count": ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e5, "k"), (1, "")),
    "J": ((3.6e6, "kWh"), (3.6e3, "Wh"), (1, "J")),
    "flop/s": ((1e15, "Pflop/s"), (1e12, "Tflop/s"), (1e9, "Gflop/s"), (1, "flop/s")),
    "flop": ((1e21, "Zflop"), (1e18, "Eflop"), (1e15, "Pflop"), (1e12, "Tflop"), (1e9, "Gflop"), (1, "flop")),
}
_SAID = {"ratio": "", "percentile": "", "ratio/year": "x a year"}
_DAYS = 86400.0
_GLUED = ("T ", "B ", "M ", "k ")
"""Count words that stand against their number: 1.3B parameters."""


def _scale(value: float, unit: str) -> tuple[float, str]:
    """(divisor, word) for saying `value`, which is in `unit`."""
    base, suffix, times = unit, "", 1.0
    if unit in ("h", "ms"):
        base, times = "s", {"h": 3600.0, "ms": 1e-3}[unit]
    elif unit in ("bytes/s", "bytes/month"):
        base, suffix = "bytes", unit.removeprefix("bytes")
    elif unit in _PLAIN_COUNTS and unit != "percentile":
        base, suffix = "count", f" {unit}" if unit else ""
    if base not in _STEPS:
        return 1.0, _SAID.get(unit, unit)
    size = abs(value) * times
    for step, word in _STEPS[base]:
        if size >= step or step == _STEPS[base][-1][0]:
            divisor = {"days": _DAYS, "k": 1e3}.get(word, step)  # both are said only from a few of them upwards
            return (1.0 if base == "count" and word == "" else divisor) / times, word + suffix
    raise AssertionError("the last step always matches")


def digits(value: float) -> str:
    """About three significant digits without an exponent: 0.0312, 4.5, 79.2, 12,140."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000 or (size >= 100 and float(value).is_integer()):
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return f"{value:.8f}".rstrip("0") if "e" in text else text


def say(value: float, unit: str, low: float | None = None, high: float | None = None) -> str:
    """`18.2 GB (14–22)`: the value in the word that suits its size, the range in the same word.

    What has a range is an estimate, and is rounded to four digits first, as it is when it is written down: said before
    that and after, it is one number.
    """
    if low is not None and high is not None:
        value, low, high = (float(f"{each:.3e}") for each in (value, low, high))
    if value == 0 and not high:
        return f"0 {unit}".strip() if not unit.startswith("USD") else f"$0{unit.removeprefix('USD')}"
    divisor, word = _scale(value if value else (high or 0.0), unit)
    money = unit.startswith("USD")
    word = word.removeprefix("1") if word.startswith("1/") else word
    head = digits(value / divisor)
    if money:
        text = f"${head}{unit.removeprefix('USD')}"
    else:
        word = word.removesuffix("s") if head == "1" and word.strip() == unit and unit in _PLAIN_COUNTS else word
        text = f"{head}{word}" if word[:2] in _GLUED or word[:1] in ("/", "x", "%") else f"{head} {word.strip()}"
    if low is None or high is None or low == high:
        return text.strip()
    return f"{text} ({digits(low / divisor)}–{digits(high / divisor)})".strip()


def bar(share: float, cells: int = 20, marks: str = "█░") -> str:
    """A share of 1 as a bar of so many cells: what is full, then what is left."""
    full = min(max(round(share * cells), 0), cells)
    return marks[0] * full + marks[1] * (cells - full)
