"""What follows from a project's files now, and how it differs from what followed before."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from advisor import decide, record
from advisor.conclude import Grounds, Thought, conclude, think
from advisor.decide.lasting import lasting
from advisor.decide.screen import answered
from advisor.decide.titles import title
from advisor.errors import BadInput
from advisor.figure import Fact, Figure
from advisor.find_out import ANSWERS, LOCK, Wish, from_files
from advisor.project import answers_file, lock
from advisor.record.evidence import Recorded, joined, recorded
from advisor.values.decision import Conclusion
from advisor.values.difference import Cause, Difference, Turned
from advisor.values.facts import Known

Outcome = Mapping[str, tuple[str, ...]]
MACHINE, RATES = "machine", "rates"
"""Causes beside answers: another machine, other measurements."""
_TRIED_TOGETHER = 3
_FEW = 9
"""Up to so many causes, every two and three of them are tried together."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was decided from, what was recorded of it (None: no record), and where that stands."""

    known: Known
    recorded: Recorded | None
    against: str


def standing(folder: Path, on: Grounds) -> Conclusion | None:
    """What follows from advisor.yaml and advisor.lock; None where there is no lock."""
    files = from_files(folder, on)
    return None if files is None else lasting(conclude(files[0], on), on.questions, on.tables)


def before(wish: Wish, now: Known, on: Grounds) -> Before:
    """What the last record of the project was decided from; without one, what its files say beside what is set now.

    Raises BadInput where nothing was decided yet and nothing is set, so that there is nothing to compare.
    """
    files = from_files(wish.home, on)
    if files is None:
        if not wish.settings and wish.answers is None:
            what = "nothing was decided here yet, so there is nothing to compare with"
            raise BadInput(what, where=str(wish.home), remedy="decide first: advisor plan; or set an answer: --set")
        own = next((home / ANSWERS for home in (wish.home, wish.project) if (home / ANSWERS).exists()), None)
        answered = answers_file.read(own, on.questions) if own is not None else {}
        return Before(replace(now, answered=answered), None, ANSWERS)
    known, locked = files
    last = record.lasting(record.listed(wish.home))
    seen = [each for each in (_seen(each, wish.home) for each in last) if each is not None]
    if not seen:
        return Before(known, None, f"{ANSWERS}, {LOCK}")
    whole = joined(seen, locked.title) if last[-1].decision else seen[-1]
    against = last[-1].path.name if len(last) == 1 else f"{last[0].path.name} ... {last[-1].path.name}"
    return Before(replace(known, answered=whole.answered), whole, against)


def _seen(each: record.Record, folder: Path) -> Recorded | None:
    evidence = record.evidence_of(each, folder)
    return recorded(evidence.read_bytes()) if evidence.is_file() else None


def difference(was: Before, now: Known, on: Grounds) -> Difference:
    """Decides from both and says what changed, and which answers alone change it."""
    old, new = lock.kept(was.known), lock.kept(now)
    causes = _causes(old, new)
    first, last = think(old, on), think(new, on)
    decided: dict[frozenset[str], Outcome] = {
        frozenset(): _outcome(first),
        frozenset(causes): _outcome(last),
    }

    def outcome(moved: frozenset[str]) -> Outcome:
        if moved not in decided:
            decided[moved] = _outcome(think(_moved(old, new, moved), on, shares=False))
        return decided[moved]

    turned = tuple(_turned(was, last, causes, outcome))
    told = tuple(Cause(id, _said(id, old, first, on), _said(id, new, last, on)) for id in causes)
    used = {id for each in turned for id in each.by}
    return Difference(
        against=was.against,
        title_before=was.recorded.title if was.recorded else title(first.architecture, on.tables),
        title_after=title(last.architecture, on.tables),
        decisions=turned,
        causes=told,
        idle=tuple(id for id in causes if id not in used),
        numbers=_numbers(was.recorded.estimates if was.recorded else _estimates(first, on), _estimates(last, on)),
    )


def _outcome(thought: Thought) -> Outcome:
    return dict(thought.architecture.outcome)


def _causes(old: Known, new: Known) -> tuple[str, ...]:
    """Every answer and finding that differs, then the machine and its rates."""
    ids = sorted({*old.answered, *new.answered, *old.evidence, *new.evidence})
    moved = [id for id in ids if _values(old, id) != _values(new, id)]
    moved += [MACHINE] if (old.machine.facts, old.machine.devices) != (new.machine.facts, new.machine.devices) else []
    return (*moved, RATES) if old.rates != new.rates else tuple(moved)


def _values(known: Known, id: str) -> tuple[object, ...]:
    facts = (known.answered.get(id), known.evidence.get(id))
    return tuple((fact.value, fact.low, fact.high) if fact is not None else None for fact in facts)


def _moved(old: Known, new: Known, ids: Iterable[str]) -> Known:
    """The old facts with these taken from the new."""
    taken = set(ids)
    return replace(
        old,
        answered=_mixed(old.answered, new.answered, taken),
        evidence=_mixed(old.evidence, new.evidence, taken),
        machine=new.machine if MACHINE in taken else old.machine,
        rates=new.rates if RATES in taken else old.rates,
    )


def _mixed(old: Mapping[str, Fact], new: Mapping[str, Fact], taken: set[str]) -> dict[str, Fact]:
    mixed = {id: fact for id, fact in old.items() if id not in taken}
    return mixed | {id: new[id] for id in taken if id in new}


def _turned(
    was: Before, last: Thought, causes: tuple[str, ...], outcome: Callable[[frozenset[str]], Outcome]
) -> Iterable[Turned]:
    """Each decision that came out otherwise, with the fewest causes that turn it."""
    start, end = outcome(frozenset()), outcome(frozenset(causes))
    for decided in last.architecture.decisions:
        then, now = start[decided.id], end[decided.id]
        if was.recorded is not None and decided.id in was.recorded.chosen:
            then = was.recorded.chosen[decided.id] or then
        if then == now:
            continue
        by = () if start[decided.id] == now else _fewest(decided.id, causes, outcome)
        yield Turned(decided.id, decided.title, then, now, by)


def _fewest(decision: str, causes: tuple[str, ...], outcome: Callable[[frozenset[str]], Outcome]) -> tuple[str, ...]:
    """The fewest causes that turn a decision as all of them do; of many, a set of which none can be left out."""

    def turns(moved: Iterable[str]) -> bool:
        return outcome(frozenset(moved))[decision] == outcome(frozenset(causes))[decision]

    sizes = range(1, min(_TRIED_TOGETHER, len(causes)) + 1) if len(causes) <= _FEW else range(1, 2)
    for size in sizes:
        for together in combinations(causes, size):
            if turns(together):
                return together
    kept = list(causes)
    for cause in causes:
        if len(kept) > 1 and turns(left := [id for id in kept if id != cause]):
            kept = left
    return tuple(kept)


def _said(id: str, known: Known, thought: Thought, on: Grounds) -> str:
    """What a cause was or is, as people read it."""
    if id == MACHINE:
        return ", ".join(f"{device.slug or device.name}" for device in known.machine.devices[:1]) + _cpus(known)
    if id == RATES:
        return ""
    fact = thought.answers[id].fact if id in thought.answers else known.answered.get(id, known.evidence.get(id))
    return answered(fact, on.tables) if fact is not None and fact.known else ""


def _cpus(known: Known) -> str:
    count = len(known.machine.devices)
    cpus = known.machine.facts.get("machine.cpus")
    said = f"{cpus.number:g} CPUs" if cpus is not None and cpus.known else ""
    return f"{f' x {count}, ' if count else ''}{said}"


def _estimates(thought: Thought, on: Grounds) -> Mapping[str, Figure]:
    return decide.conclude(thought.architecture, thought.answers, thought.serve, on.tables, {}).estimates


def _numbers(old: Mapping[str, Figure], new: Mapping[str, Figure]) -> tuple[tuple[Figure, Figure], ...]:
    """Estimates of which the new value lies outside the old range."""
    both = [(old[id], figure) for id, figure in new.items() if id in old]
    return tuple((one, other) for one, other in both if not one.low <= other.value <= one.high)
