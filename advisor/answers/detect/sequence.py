"""The sequence length of training, from the model's limit and from how long the texts are."""

from collections.abc import Mapping

from advisor.answers.detect.reading.sight import Found
from advisor.figure import Fact

_CEILING = 4096
"""Nobody trains longer by default: the questionnaire's own default is the smaller of this and the model's limit."""
_SMALLEST = 32


def conclude(facts: Mapping[str, Fact]) -> Found:
    """The fact `train.sequence`: the power of two above the length of 95 of 100 texts, within the model's limit.

    Assumed, because the model's tokenizer was not run. Without texts no fact: a limit is not a length, except
    where the model's limit is at most 512, which recipes use whole.
    """
    found = Found()
    limit, text = facts.get("model.max_sequence"), facts.get("data.sample_tokens")
    most = min(limit.number, _CEILING) if limit is not None and limit.known else float(_CEILING)
    if text is not None and text.known:
        low, high = (_fitting(length, most) for length in text.range)
        by = f"{text.source}; next power of two" + (f", at most {most:.0f}" if limit else "")
        found.suppose("train.sequence", _fitting(text.number, most), by, "tokens", (low, high))
    elif limit is not None and limit.known and limit.number <= 514:
        found.suppose("train.sequence", min(limit.number, 512), limit.source, "tokens", (128, min(limit.number, 512)))
    return found


def _fitting(length: float, most: float) -> float:
    """The power of two at or above `length`, kept between the smallest useful length and `most`."""
    power = float(_SMALLEST)
    while power < min(length, most):
        power *= 2
    return min(power, most)
