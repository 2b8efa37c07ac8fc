"""Does training end in time: what it computes, how long that takes where it was decided, and elsewhere."""

from collections.abc import Mapping

from advisor import units
from advisor.decide.options import undecided
from advisor.decide.readings import Winner, place, said
from advisor.figure import Fact
from advisor.number import interval
from advisor.values.candidates import Candidate
from advisor.values.catalog import DecisionRow, Tables
from advisor.values.decision import Decided
from advisor.values.estimates import TrainingTable

Facts = Mapping[str, Fact]
ELSEWHERE = 3
"""Other machines that are shown beside the chosen one."""


def in_time(
    row: DecisionRow, winner: Winner, table: TrainingTable, facts: Facts, tables: Tables, *, shares: bool = True
) -> Decided:
    """Whether the training that was chosen, or comes nearest, meets the deadline, with the times of its kind on other
    machines. What passed every limit does, even at the slow end of its range. `shares` False leaves out the words."""
    if winner.untrained:
        return undecided(row, "not_needed", tables.say("nothing_trained"))
    deadline = facts["train.deadline"]
    late = deadline.known and winner.run.value > deadline.number * 3600.0
    if not (winner.feasible or late):
        return undecided(row, "infeasible", tables.say("time_blocked", run=said(winner.run)))
    chosen = "too_late" if late else "in_time"
    name = next(option.name for option in tables.options[row.id] if option.id == chosen)
    reasons = (_here(winner, deadline, tables), *_elsewhere(winner, table, tables)) if shares else ()
    return Decided(row.id, row.title, "decided", (chosen,), (name,), reasons, sources=("ML_ENG",))


def _here(winner: Winner, deadline: Fact, tables: Tables) -> str:
    until = units.say(deadline.number, "h") if deadline.known else tables.say("no_deadline")
    return tables.say("time_here", place=place(winner.candidate, tables), run=said(winner.run), deadline=until)


def _elsewhere(winner: Winner, table: TrainingTable, tables: Tables) -> list[str]:
    """The fastest layout of the same mode on other machines that hold it, the fastest machines first."""
    best: dict[str, int] = {}
    own = place(winner.candidate, tables)
    for row, candidate in enumerate(table.candidates):
        where = place(candidate, tables)
        if candidate.mode != winner.candidate.mode or where == own or candidate.paged or not table.fits(row):
            continue
        if where not in best or table.run_s[row, 0] < table.run_s[best[where], 0]:
            best[where] = row
    rows = sorted(best.values(), key=lambda row: float(table.run_s[row, 0]))
    near = _spread_out(rows, table.candidates)
    return [_told(row, table, tables) for row in near]


def _spread_out(rows: list[int], candidates: tuple[Candidate, ...]) -> list[int]:
    """One row a kind of machine, so that three lines say more than three counts of one card."""
    seen: dict[str, int] = {}
    for row in rows:
        seen.setdefault(candidates[row].site.id, row)
    return list(seen.values())[:ELSEWHERE]


def _told(row: int, table: TrainingTable, tables: Tables) -> str:
    value, low, high = interval(table.run_s[row])
    run = units.say(float(value), "s", float(low), float(high))
    paid, least, most = interval(table.cost_usd[row])
    where = place(table.candidates[row], tables)
    if not paid:
        return tables.say("time_there", place=where, run=run)
    return tables.say("time_paid", place=where, run=run, cost=units.say(float(paid), "USD", float(least), float(most)))
