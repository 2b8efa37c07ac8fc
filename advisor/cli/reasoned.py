"""How this project came to a decision, an option, an answer or a number: for people, and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advisor import units
from advisor.decide.screen import answered
from advisor.figure import Fact, Scalar
from advisor.plan import Grounds
from advisor.record.document import decision as decision_document
from advisor.values.catalog import Tables
from advisor.values.decision import Conclusion, Decided, Removed, Scaling, Tipping
from advisor.values.facts import Answer
from advisor.values.reference import Entry

KINDS = ("decision", "option", "question", "formula")
"""The kinds of entries that a project has something to say about."""
_ORDER = ("answered", "detected", "computed", "assumed")
_MOST = 12


@dataclass(frozen=True, slots=True)
class Here:
    """What a project concluded, and the words to say it in; `marks` are what bars are drawn with."""

    conclusion: Conclusion
    on: Grounds
    marks: str = "█░"

    def parts(self, entry: Entry) -> dict[str, object]:
        """What people read of the entry in this project; nothing where it has no part in it."""
        tell = {
            "decision": self._decision,
            "option": self._option,
            "question": self._question,
            "formula": self._numbers,
        }
        told = dict(tell[entry.kind](entry)) if entry.kind in tell else {}
        return {part: said for part, said in told.items() if said not in ("", [], {})}

    def document(self, entry: Entry) -> dict[str, object]:
        """The same for programs."""
        if entry.kind == "decision" and (decided := self._decided(entry.id)):
            basis = {
                answer.fact.id: {"value": answer.fact.value, "how": answer.how} for answer in self._basis(entry.id)
            }
            return decision_document(decided) | {"rests_on": basis}
        return self.parts(entry)

    @property
    def _tables(self) -> Tables:
        return self.on.tables

    def _decided(self, id: str) -> Decided | None:
        return next((decided for decided in self.conclusion.decisions if decided.id == id), None)

    def _decision(self, entry: Entry) -> Iterator[tuple[str, object]]:
        decided = self._decided(entry.id)
        if decided is None:
            return
        say = self._tables.say
        chosen, because = " + ".join(decided.chosen_names), "; ".join(decided.because)
        yield "chosen", say(f"here.status_{decided.status}", chosen=chosen, because=because)
        if decided.status != "not_needed":
            yield "because", list(decided.because)
        if len(decided.ranking) > 1:
            yield "ranking", [self._share(row.acceptability, row.name) for row in decided.ranking[:_MOST]]
        yield "removed", [self._removed(out, out.name) for out in decided.removed]
        yield "would_change", list(self._changes(decided))
        yield "rests_on", list(self._rests(decided))
        yield (
            "sources",
            [
                f"{title}{f' <{address}>' if address else ''}"
                for id, title, address in self.conclusion.sources
                if id in decided.sources
            ],
        )

    def _share(self, share: float, name: str) -> str:
        said = f"{share:>4.0%}"
        return self._tables.say("here.share", bar=units.bar(share, marks=self.marks), share=said, option=name)

    def _removed(self, out: Removed, name: str) -> str:
        answer, value = self._tables.labels.get(out.by, out.by), out.value
        phrase = "removed" if out.limit and value else "removed_plain"
        return self._tables.say(f"here.{phrase}", option=name, say=out.say, answer=answer, limit=out.limit, value=value)

    def _changes(self, decided: Decided) -> Iterator[str]:
        for tip in decided.tipping:
            yield self._tip(tip, self._to(tip.to, decided))
        if not decided.tipping and decided.status != "not_needed":
            yield self._tables.say("here.no_tip")
        if decided.cheapest_question:
            asked = decided.cheapest_question
            yield self._tables.say("here.settles", answer=self._tables.labels.get(asked, asked))
        yield from (self._tables.say("here.together", changes=way.say) for way in decided.together)
        if decided.id == "d_parallel" and self.conclusion.scaling is not None:
            yield self._scaling(self.conclusion.scaling)

    def _scaling(self, more: Scaling) -> str:
        helps = "none" if more.efficiency < 0.5 else "partly" if more.efficiency < 0.8 else "well"
        return self._tables.say(
            "here.scaling",
            count=more.count,
            now=more.now,
            faster=f"{more.faster:.3g}",
            run=units.say(more.run_s, "s"),
            verdict=self._tables.say(f"here.scaling_{helps}"),
        )

    def _tip(self, tip: Tipping, to: str) -> str:
        return self._tables.say(
            "here.tip",
            answer=f"{self._tables.labels.get(tip.answer, tip.answer)} [{tip.answer}]",
            now=self._value(tip.answer, tip.now, tip.unit),
            then=self._value(tip.answer, tip.flips_at, tip.unit),
            to=to,
        )

    def _to(self, to: str, decided: Decided) -> str:
        if not to or to == "not_needed":
            return self._tables.say(f"here.tip_{to or 'nothing'}")
        names = {option.id: option.name for option in self._tables.options.get(decided.id, ())}
        return " + ".join(names.get(id, id) for id in to.split("+"))

    def _value(self, id: str, value: Scalar, unit: str) -> str:
        if value is None:
            return self._tables.say("here.unknown")
        return answered(Fact(id, value, unit), self._tables)

    def _basis(self, decision: str) -> list[Answer]:
        """The answers that the decision hangs on: what somebody said or was found first, assumptions last."""
        answers = [self.conclusion.answers[row.id] for row in self.on.questions if decision in row.changes]
        known = [answer for answer in answers if answer.fact.known]
        return sorted(known, key=lambda answer: _ORDER.index(answer.how))

    def _rests(self, decided: Decided) -> Iterator[str]:
        """Those answers, but for assumptions that change nothing on their own: of these, how many."""
        basis, tipping = self._basis(decided.id), {tip.answer for tip in decided.tipping}
        told = [answer for answer in basis if answer.how != "assumed" or answer.fact.id in tipping]
        yield from (self._known(answer) for answer in told)
        if len(basis) > len(told):
            yield self._tables.say("here.rests_more", count=len(basis) - len(told))

    def _known(self, answer: Answer) -> str:
        id = answer.fact.id
        return f"{self._tables.labels.get(id, id)} [{id}]: {self._said(answer)}"

    def _said(self, answer: Answer) -> str:
        value = self._value(answer.fact.id, answer.fact.value, answer.fact.unit)
        return self._tables.say("here.rests", value=value, how=answer.how)

    def _option(self, entry: Entry) -> Iterator[tuple[str, object]]:
        decision, _, option = entry.also[0].partition(".")
        decided = self._decided(decision)
        if decided is None:
            return
        say, shares = self._tables.say, {row.option: row.acceptability for row in decided.ranking}
        if option in decided.chosen:
            yield "chosen", say("here.option_chosen")
            yield "because", list(decided.because)
        elif decided.status == "not_needed":
            yield "chosen", say("here.option_unneeded", because="; ".join(decided.because))
        elif option in shares:
            chosen = " + ".join(decided.chosen_names)
            yield "chosen", say("here.option_ranked", share=f"{shares[option]:.0%}", chosen=chosen)
        for out in decided.removed:
            if out.option == option:
                yield "chosen", self._removed(out, say("here.ruled_out"))
        yield "noted", [said.text for said in self.conclusion.statements if (said.id, said.about) == (option, decision)]
        yield "would_change", [self._tip(tip, self._to(tip.to, decided)) for tip in decided.tipping if tip.to == option]

    def _question(self, entry: Entry) -> Iterator[tuple[str, object]]:
        if entry.id not in self.conclusion.answers:
            return
        yield "value", self._said(self.conclusion.answers[entry.id])
        tips = ((decided, tip) for decided in self.conclusion.decisions for tip in decided.tipping)
        yield (
            "would_change",
            [self._tip(tip, self._to(tip.to, decided)) for decided, tip in tips if tip.answer == entry.id],
        )

    def _numbers(self, entry: Entry) -> Iterator[tuple[str, object]]:
        figures: Mapping[str, object] = self.conclusion.estimates
        rows = [self.conclusion.estimates[id] for id in entry.also if id in figures]
        said = [(row.id, units.say(row.value, row.unit, row.low, row.high)) for row in rows]
        yield "value", "; ".join(self._tables.say("here.estimate", estimate=id, value=value) for id, value in said)
