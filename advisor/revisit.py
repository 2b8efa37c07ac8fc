"""Which records call for another look: a trigger of theirs was crossed, or what they rest on is no longer valid."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from advisor import record, rule
from advisor.answers import settle
from advisor.conclude import Grounds
from advisor.decide.screen import DEAD, shown
from advisor.errors import BadInput
from advisor.figure import Fact
from advisor.find_out import LOCK, from_files
from advisor.project.requirements import versions
from advisor.stale import line_of
from advisor.values.facts import Known
from advisor.values.finding import Place
from advisor.values.revisit import Revisit

_STANDING = ("accepted", "proposed", "draft")
_FILE = re.compile(r"((?!data/)[\w.-]+(?:/[\w.-]+)*\.(?:py|json|ya?ml|toml|txt|safetensors|gguf|onnx))(?=[:, ]|$)")
_LINE = re.compile(r":(\d+)(?::\d+)?$")
_CONDITION = re.compile(r"\s*([A-Za-z][\w.-]*)\s*(>=|<=|==|>|<)\s*(.+?)\s*$")


def revisits(folder: Path, on: Grounds, *, today: date) -> tuple[Revisit, ...]:
    """What answers, lock and requirements of a project say about the triggers and dates in its standing records.

    Raises BadInput for a trigger that is no condition, and for files that cannot be read.
    """
    files = from_files(folder, on)
    if files is None:
        return ()
    known, locked = files
    answers = settle(on.questions, known.answered, known.evidence, on.tables.tasks)
    facts = {**known.evidence, **known.machine.facts, **{id: answer.fact for id, answer in answers.items()}}
    packages = versions(folder)
    listed = record.listed(folder)
    standing = [each for each in listed if each.status in _STANDING]
    found = [*_damaged(listed), *_gone(folder, known), *_unknown(folder, known, on)]
    for each in standing:
        found += _crossed(each, facts, packages)
        found += _outdated(each, today)
        found += _edited(each)
    lasts = record.lasting(standing)
    for each in lasts:
        found += _died(each, folder, on)
        found += _apart(each, folder, locked.part(each.decision) if each.decision else locked.digest)
    if lasts:
        found += _prices(lasts[-1], on, today)
    elif locked.digest and not any(each.kind == "damaged" for each in found):
        found.append(Revisit("lost", 0, locked.digest, "has no record", Place((folder / LOCK).as_posix(), 1)))
    return tuple(found)


def _damaged(listed: Iterable[record.Record]) -> Iterator[Revisit]:
    """Records that cannot be read, that a merge left in pieces, of which nobody can tell whether they hold."""
    for each in listed:
        for wrong in record.troubles(each):
            yield _damage(each, wrong)


def _damage(each: record.Record, wrong: BadInput) -> Revisit:
    line = _LINE.search(wrong.where)
    place = Place(each.path.as_posix(), int(line[1]) if line is not None else 1)
    return Revisit("damaged", each.number or 0, wrong.what, wrong.remedy, place)


def _edited(each: record.Record) -> Iterator[Revisit]:
    """Parts of an accepted record that are not what was accepted; those of a proposal are written anew anyway."""
    if each.status != "accepted":
        return
    try:
        for name, line in record.edited(each):
            yield Revisit("edited", each.number or 0, name, "was changed by hand", Place(each.path.as_posix(), line))
    except BadInput as wrong:
        yield _damage(each, wrong)


def _apart(each: record.Record, folder: Path, digest: str) -> Iterator[Revisit]:
    """A record that counts against the lock that was written with it, and against its evidence."""
    place = Place(each.path.as_posix(), each.lines.get("x-advisor-digest", 1))
    if digest and each.digest != digest:
        yield Revisit("unlike", each.number or 0, each.digest, digest, place)
    evidence = record.evidence_of(each, folder)
    if not evidence.is_file():
        yield Revisit("unproved", each.number or 0, evidence.name, "is not there", replace(place, line=1))


def _gone(folder: Path, known: Known) -> Iterator[Revisit]:
    """Files of the project that the lock's facts were read from and that are gone; data may lie elsewhere."""
    paths = {fact.source: _FILE.match(fact.source) for id, fact in known.evidence.items() if not id.startswith("data.")}
    for path in sorted({found[1] for found in paths.values() if found}):
        if not (folder / path).exists():
            yield Revisit("gone", 0, path, "is no longer there", Place((folder / LOCK).as_posix(), 1))


def _unknown(folder: Path, known: Known, on: Grounds) -> Iterator[Revisit]:
    """Accelerators that the lock names and that the catalogue does not have: nothing can be estimated for them."""
    for slug in dict.fromkeys(device.slug for device in known.machine.devices):
        if slug and slug not in on.tables.accelerators:
            place = Place((folder / LOCK).as_posix(), line_of(folder / LOCK, f'"{slug}"'))
            yield Revisit("unknown", 0, f"the accelerator {slug}", "this advisor's catalogue does not have", place)


def _crossed(each: record.Record, facts: Mapping[str, Fact], packages: Mapping[str, str]) -> Iterator[Revisit]:
    for condition, line in each.triggers:
        now = _now(condition, f"{each.path}:{line}", facts, packages)
        if now:
            yield Revisit("crossed", each.number or 0, condition, now, Place(each.path.as_posix(), line))


def _now(condition: str, where: str, facts: Mapping[str, Fact], packages: Mapping[str, str]) -> str:
    """What the project shows where the condition holds, "" where it does not or nothing is known."""
    found = _CONDITION.match(condition)
    if found is None:
        raise BadInput(f"{condition!r} is no trigger", where=where, remedy="write one as data.bytes >= 2.1e12")
    name, sign, limit = found.groups()
    if name in facts:
        fact = facts[name]
        try:
            holds = rule.judge(f"{name} {sign} {limit}", facts).holds
        except BadInput as error:
            raise BadInput(error.what, where=where, remedy="write it as data.bytes >= 2.1e12") from None
        return f"{name} is {shown(fact.value, fact.unit)}" if holds else ""
    if name in packages and re.fullmatch(r"\d+(\.\d+)*", limit) and _holds(sign, packages[name], limit):
        return f"{name} is {packages[name]}"
    return ""


def _holds(sign: str, left: str, right: str) -> bool:
    """Two versions compared by their numbers; 2.6 is 2.6.0."""
    one, other = ([int(part) for part in version.split(".")] for version in (left, right))
    width = max(len(one), len(other))
    a, b = (tuple(version + [0] * (width - len(version))) for version in (one, other))
    return {">=": a >= b, "<=": a <= b, "==": a == b, ">": a > b, "<": a < b}[sign]


def _outdated(each: record.Record, today: date) -> Iterator[Revisit]:
    text = each.keys.get("review-by", "")
    try:
        over = bool(text) and date.fromisoformat(text) < today
    except ValueError:
        over = False  # a person's own words
    if over:
        line = each.lines.get("x-advisor-review-by", 1)
        yield Revisit("expired", each.number or 0, "its review date", f"was {text}", Place(each.path.as_posix(), line))


def _died(each: record.Record, folder: Path, on: Grounds) -> Iterator[Revisit]:
    """Options that the record chose and that the catalogue now holds for dead."""
    for decision, chosen in record.chosen(each, folder).items():
        for option in on.tables.options.get(decision, ()):
            if option.id in chosen and option.lifecycle in DEAD:
                now = f"is {option.lifecycle.replace('_', ' ')} by now"
                yield Revisit("expired", each.number or 0, option.name, now, Place(each.path.as_posix(), 1))


def _prices(each: record.Record, on: Grounds, today: date) -> Iterator[Revisit]:
    if date.fromisoformat(on.tables.review_by) < today:
        place = Place(each.path.as_posix(), each.lines.get("x-advisor-version", 1))
        now = f"were good until {on.tables.review_by}"
        yield Revisit("expired", each.number or 0, "the prices of this advisor's catalogue", now, place)
