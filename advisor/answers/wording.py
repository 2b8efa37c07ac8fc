"""The lines of the interview: a question, its choices, what `?` tells, what an answer did."""

from collections.abc import Iterable, Iterator

from advisor.answers.questions import Words
from advisor.errors import BadInput
from advisor.figure import Fact
from advisor.values.facts import Answer, Question
from advisor.values.prospect import Prospect, Turn
from advisor.values.reading import spoken

_MARGIN = "   "
_MOST_NAMES = 5


def heading(question: Question, number: int, total: int, words: Words) -> str:
    """`1 of ~9  May the data leave…?  (decides where it trains)`."""
    about = " and ".join(words.decides[decision] for decision in question.changes[:2] if decision in words.decides)
    counter = words.phrases["counter"].format(number=number, total=total)
    return f"{counter}  {question.text}" + (f"  {words.phrases['decides'].format(what=about)}" if about else "")


def choices(question: Question, width: int) -> tuple[str, ...]:
    """The numbered choices, side by side where two lines hold them all, else one a line."""
    items = [f"{place} {question.choice_texts.get(name, name)}" for place, name in enumerate(question.choices, 1)]
    packed: list[str] = []
    for item in items:
        if packed and len(packed[-1]) + 3 + len(item) <= width - len(_MARGIN):
            packed[-1] += f"   {item}"
        else:
            packed.append(item)
    return tuple(packed if len(packed) <= 2 else items)


def value(question: Question, fact: Fact, words: Words) -> str:
    """The answer as a person reads it; `unknown` for none."""
    return spoken(question, fact, (words.phrases["yes"], words.phrases["no"])) or words.phrases["unknown"]


def default(question: Question, fact: Fact, words: Words) -> str:
    """What Enter takes, in brackets: `[3 within our own premises]`."""
    if not fact.known:
        return f"[{words.phrases['leave_unknown']}]"
    place = f"{question.choices.index(fact.value) + 1} " if fact.value in question.choices else ""
    return f"[{place}{value(question, fact, words)}]"


def refused(question: Question, typed: str, error: BadInput, words: Words) -> str:
    """Why a line cannot be the answer; the choices stand on the screen already, so they are not listed again."""
    if question.choices and "is not one of" in error.what:
        phrase = "none_of_these_near" if error.remedy.startswith("did you mean") else "none_of_these"
        return words.phrases[phrase].format(typed=repr(typed), count=len(question.choices), near=error.remedy)
    what = error.what.removeprefix(f"{question.id}: ")
    return f"{what}: {error.remedy}" if error.remedy else what


def taken(question: Question, fact: Fact, words: Words) -> str:
    phrase = "taken" if fact.known else "skipped"
    return words.phrases[phrase].format(label=capital(question.label), value=value(question, fact, words))


def capital(label: str) -> str:
    """A label as the first word of a line."""
    return label[:1].upper() + label[1:]


def explanation(
    question: Question, evidence: Fact | None, settled: Answer, turns: Iterable[Turn], words: Words
) -> Iterator[str]:
    """Why it is asked, what was found, and which answer would change the recommendation."""
    phrases = words.phrases
    yield question.why
    if evidence is not None and evidence.known:
        source = evidence.source or evidence.provenance
        yield phrases["detected"].format(value=value(question, evidence, words), source=source)
    elif evidence is not None and evidence.gap:
        yield phrases["nothing_detected"].format(why=evidence.gap)
    elif settled.how in ("assumed", "computed") and settled.fact.known:
        yield phrases["usual"].format(value=value(question, settled.fact, words))
    effects = [turn for turn in turns if turn.effect]
    for turn in effects:
        yield phrases["turn"].format(answer=question.choice_texts.get(turn.answer, turn.answer), effect=turn.effect)
    if not effects:
        yield phrases["no_turn"]


def outcome(before: Prospect | None, after: Prospect | None, words: Words) -> Iterator[str]:
    """What an answer did: a line when options went or came back, and another when the recommendation changed."""
    if after is None:
        return
    phrases = words.phrases
    gone, was = dict(after.removed), dict(before.removed) if before else {}
    parts = []
    for phrase, names in (("removed", gone.keys() - was.keys()), ("restored", was.keys() - gone.keys())):
        if names and before:
            listed = list(dict.fromkeys(name for name in (*gone, *was) if name in names))
            parts.append(phrases[phrase].format(options=_few(listed, words)))
    if parts:
        yield " · ".join([*parts, phrases["options_left"].format(count=after.options_left)])
    if before is None or after.headline != before.headline:
        yield phrases["now"].format(headline=after.headline)


def _few(names: list[str], words: Words) -> str:
    """The first few names, and how many more."""
    shown = names if len(names) <= _MOST_NAMES else names[: _MOST_NAMES - 1]
    more = len(names) - len(shown)
    return ", ".join(shown) + (words.phrases["and_more"].format(count=more) if more else "")


def farewell(open_rows: tuple[Question, ...], words: Words) -> str:
    """What can still change the recommendation once everything worth asking was asked."""
    if not open_rows:
        return words.phrases["nothing_can_change"]
    named = [f"{question.label} ({question.id})" for question in open_rows]
    return words.phrases["more_could_change"].format(questions=_few(named, words))
