"""`advisor plan`: the whole story for one project."""

import os
import shlex
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli.dates import day
from advisor.errors import BadInput

if TYPE_CHECKING:
    from advisor.cli.screen import Screen
    from advisor.plan import Found, Grounds, Wish
    from advisor.rates import Running
    from advisor.values.decision import Conclusion
    from advisor.values.facts import Known

BUDGET_S = 20.0
MOST_PATHS = 6


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the project.")] = Path("."),
    answers: Annotated[Path | None, typer.Option("--answers", metavar="FILE", help="Answers to take over.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="An answer; may be repeated.")
    ] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing; keep every default.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the interview was left.")] = False,
    reprobe: Annotated[bool, typer.Option("--reprobe", help="Look at this machine again.")] = False,
    model: Annotated[Path | None, typer.Option(metavar="PATH", help="A config.json or safetensors file.")] = None,
    data: Annotated[list[str] | None, typer.Option(metavar="PATH|URI", help="The data; may be repeated.")] = None,
    hardware: Annotated[str, typer.Option(metavar="TEXT", help='Another machine: "8x H100-SXM-80GB".')] = "",
    nodes: Annotated[int, typer.Option(metavar="N", help="How many such machines.", min=1)] = 1,
    no_bench: Annotated[bool, typer.Option("--no-bench", help="Measure nothing.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write there instead of into the project.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what changed since the record, and why; write nothing.")
    ] = False,
    split: Annotated[
        bool, typer.Option("--split", help="A record for each decision, linked, instead of one; kept from then on.")
    ] = False,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Fix today's date, as 2026-11-25.")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Language of the questions.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No colour, nothing that moves.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what was written.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask.")] = False,
) -> None:
    """Decide the architecture of a project and write the record.

    Looks at the project and the machine, asks what still matters, measures while you answer, estimates, decides,
    and writes advisor.yaml, advisor.lock, docs/decisions/ and docs/evidence/.
    """
    from advisor import plan as story
    from advisor.answers import parse_setting
    from advisor.cli.screen import can_ask, screen

    today = day(as_of)
    on = story.grounds(lang)
    home = Path(os.path.realpath(out or folder))
    wish = story.Wish(
        project=Path(os.path.realpath(folder)),
        home=home,
        answers=answers,
        settings=dict(parse_setting(text, on.questions) for text in settings or ()),
        model=model,
        data=tuple(map(_given, data or ())),
        hardware=hardware,
        nodes=nodes,
        reprobe=reprobe,
        split=split,
    )
    talk = _Talk(on, wish, screen(plain=plain), quiet=quiet or json, dry_run=dry_run or diff, resume=resume)
    found = story.find_out(wish, on)
    if diff:
        _print_difference(talk, found, json=json)
        return
    asking = can_ask(no_input) and not defaults and not json
    known = talk.settled(found, asking=asking, bench=not no_bench)
    if known is None:
        return
    conclusion = story.conclusion_of(known, on)
    written, paths = story.preserve(conclusion, known, on, wish, today=today, dry_run=dry_run)
    talk.closing(conclusion, written.record, paths, written.replaced)
    if json:
        _print_json(conclusion, known, paths)


def _print_difference(talk: "_Talk", found: "Found", *, json: bool) -> None:
    """`--diff`: asks nothing, measures nothing, writes nothing."""
    from advisor.answers import missing, refusal, settle
    from advisor.cli import changes

    known = found.known
    answers = settle(talk.on.questions, known.answered, known.evidence, talk.on.tables.tasks)
    if lacking := missing(talk.on.questions, answers):
        raise refusal(lacking, str(talk.wish.project))
    changes.show(found, talk.wish, talk.on, json=json)


def _given(text: str) -> Path:
    if not text.strip():
        raise BadInput("is empty", where="--data", remedy="give a file, a folder or an address")
    return Path(text)


def _print_json(conclusion: "Conclusion", known: "Known", paths: tuple[Path, ...]) -> None:
    import json

    from advisor.record.document import document

    typer.echo(json.dumps(document(conclusion, known, paths), indent=1, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class _Talk:
    """What is said on the way, and the one place where the person is asked."""

    on: "Grounds"
    wish: "Wish"
    screen: "Screen"
    quiet: bool
    dry_run: bool
    resume: bool

    def say(self, phrase: str, style: str = "plain", **values: object) -> None:
        if not self.quiet:
            self.screen.say(self.on.tables.say(f"screen.{phrase}", **values), style, whole="path" in values)

    def settled(self, found: "Found", *, asking: bool, bench: bool) -> "Known | None":
        """Everything known once the person has answered and the machine is measured; None if they left."""
        from advisor import plan as story
        from advisor.answers import missing, refusal, settle

        measuring = self._measure(found) if bench else None
        try:
            self._first_screen(found, asking=asking)
            given = tuple(found.known.answered)
            if not self.dry_run and (self.wish.settings or self.wish.answers or self.wish.home != self.wish.project):
                story.save(found.known, self.wish, given)
            known: Known | None = found.known
            if asking:
                known = self._asked(found)
            if known is None:
                return None
            answers = settle(self.on.questions, known.answered, known.evidence, self.on.tables.tasks)
            lacking = missing(self.on.questions, answers)
            if lacking:
                raise refusal(lacking, str(self.wish.project))
            if measuring is not None and not measuring.done:
                self.say("measuring", "faint", budget=f"{BUDGET_S:.0f} s")
            return story.with_rates(known, measuring)
        finally:
            if measuring is not None:
                measuring.stop()

    def _measure(self, found: "Found") -> "Running | None":
        """Starts the benchmark, unless this is another machine or its rates are known."""
        from advisor import machine, rates

        if found.measured or not found.here:
            return None
        if not rates.can_measure():
            self.say("no_torch", "faint")
            return None
        here = found.known.machine
        return rates.start(here, rates.user_cache(), fingerprint=machine.fingerprint(here), budget_s=BUDGET_S)

    def _first_screen(self, found: "Found", *, asking: bool) -> None:
        from advisor.cli import opening
        from advisor.cli.screen import first_screen

        if self.quiet:
            return
        described = bool(self.wish.hardware) or "hardware.accelerator" in found.known.answered
        rows = opening.rows(found, self.on, asking=asking, described=described)
        first_screen(self.screen, str(self.wish.project), str(self.wish.home / "advisor.yaml"), rows)
        for note in found.notes:
            self.say("note", "faint", note=note)

    def _asked(self, found: "Found") -> "Known | None":
        from advisor import plan as story
        from advisor.answers import Desk, interview, load_words
        from advisor.figure import Fact
        from advisor.shelf import shelf

        def with_answers(answered: "dict[str, Fact]") -> "Known":
            return replace(found.known, answered=dict(answered))

        def save(id: str, fact: "Fact") -> None:
            if not self.dry_run:
                story.save(with_answers({id: fact}), self.wish, (id,))

        desk = Desk(
            screen=self.screen,
            read_line=self.screen.read_line,
            save=save,
            prospect=lambda answered: story.prospect(with_answers(dict(answered)), self.on),
            turns=lambda id, answered: story.turns(with_answers(dict(answered)), self.on, id),
            words=load_words(shelf("questionnaires")),
            resume=f"advisor plan {shlex.quote(str(self.wish.project))} --resume",
        )
        known = found.known
        outcome = interview(self.on.questions, known.answered, known.evidence, self.on.tables.tasks, desk)
        if outcome.ended == "finished":
            return with_answers(outcome.answered)
        return None

    def closing(
        self, conclusion: "Conclusion", record: Path, paths: tuple[Path, ...], replaced: tuple[str, ...]
    ) -> None:
        """What was decided, in a few lines, and where it stands."""
        from advisor.cli import opening

        for style, line in opening.verdict(conclusion, self.on):
            if not self.quiet:
                self.screen.say(line, style)
        for part in replaced:
            self.say("replaced", "bad", part=part)
        if self.dry_run:
            self.say("would_write", path=_from_here(record))
        elif not paths:
            self.say("unchanged", path=_from_here(record))
        for place, count in _told(paths):
            self.say("wrote_many" if count > 1 else "wrote", "faint", path=_from_here(place), count=count)
        if not self.dry_run:
            self.say("next", path=_from_here(record))


def _told(paths: tuple[Path, ...]) -> list[tuple[Path, int]]:
    """(file, 1) for each, or where these are many, (folder, how many) for those that lie together."""
    if len(paths) <= MOST_PATHS:
        return [(path, 1) for path in paths]
    folders = Counter(path.parent for path in paths)
    return [
        (place if count > 1 else next(path for path in paths if path.parent == place), count)
        for place, count in folders.items()
    ]


def _from_here(path: Path) -> Path:
    """The path as one would type it here."""
    path, here = Path(os.path.realpath(path)), Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
