"""Four decisions read off one search: what is trained, where, how spread, with which memory savers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from advisor import units
from advisor.decide.options import cited, consequences, infeasible
from advisor.decide.screen import removal
from advisor.decide.search import Searched
from advisor.figure import Fact, Figure
from advisor.values.candidates import UNTRAINED, Candidate
from advisor.values.catalog import DecisionRow, Option, Tables
from advisor.values.decision import Decided, Ranked, Removed, Status

Facts = Mapping[str, Fact]
Axis = Callable[[Candidate], str]


@dataclass(frozen=True, slots=True)
class Winner:
    """The candidate that was chosen (or comes nearest to the limits) and its estimates."""

    candidate: Candidate
    micro_batch: int
    memory: Figure
    step: Figure
    run: Figure
    cost: Figure
    energy: Figure
    feasible: bool

    @property
    def untrained(self) -> bool:
        """It passed every limit, and nothing is trained."""
        return self.feasible and self.candidate.mode in UNTRAINED

    @property
    def hosted(self) -> bool:
        """It passed every limit, and a provider runs the model."""
        return self.feasible and self.candidate.mode == "none_use_api"


AXES: Mapping[str, Axis] = {
    "g_train_mode": lambda candidate: candidate.mode,
    "d_placement": lambda candidate: candidate.placement,
    "d_parallel": lambda candidate: candidate.parallel if candidate.mode not in UNTRAINED else "",
    "d_memory": lambda candidate: "+".join(candidate.savers),
}


SPREAD_BECAUSE = {
    "none": "one_device", "independent_runs": "runs_apart", "ddp": "replicated", "embedding_sharding": "rows_divided",
    "tp": "matrices_cut", "cp": "sequences_cut", "ep": "experts_spread", "pp": "staged", "nd_hybrid": "all_at_once",
}  # fmt: skip
"""The phrase that says why a run is spread so; states are sharded otherwise."""


def readings(
    searched: Searched, winner: Winner, facts: Facts, tables: Tables, *, shares: bool = True
) -> tuple[Decided, ...]:
    """The four decisions, in the catalogue's order. `shares` False gives the choices alone."""
    rows = [row for row in tables.decisions if row.id in AXES]
    if not shares:
        return tuple(_bare(row, searched, winner) for row in rows)
    if not searched.passed:
        return tuple(_blocked(row, searched, winner, facts, tables) for row in rows)
    return tuple(_read(row, searched, winner, facts, tables) for row in rows)


def _bare(row: DecisionRow, searched: Searched, winner: Winner) -> Decided:
    chosen = AXES[row.id](winner.candidate) if searched.passed else ""
    parts = tuple(chosen.split("+")) if chosen else ()
    status: Status = "decided" if parts else "not_needed" if searched.passed else "infeasible"
    return Decided(row.id, row.title, status, parts, parts, ())


def _read(row: DecisionRow, searched: Searched, winner: Winner, facts: Facts, tables: Tables) -> Decided:
    axis, options = AXES[row.id], {option.id: option for option in tables.options[row.id]}
    chosen = axis(winner.candidate)
    if not chosen:
        why = tables.say("nothing_trained" if winner.candidate.mode in UNTRAINED else "fits_without")
        return Decided(row.id, row.title, "not_needed", (), (), (why,), removed=_removed(row, searched, facts, tables))
    shares = _shares(row.id, searched, winner)
    order = sorted(shares, key=lambda id: (id != chosen, -shares[id]))
    ranking = tuple(Ranked(id or "no_training", _name(id, options, tables), round(shares[id], 4)) for id in order)
    close = len(order) > 1 and shares[chosen] < tables.too_close_below
    parts = tuple(chosen.split("+"))
    return Decided(
        id=row.id,
        title=row.title,
        status="too_close" if close else "decided",
        chosen=parts,
        chosen_names=tuple(_name(part, options, tables) for part in parts),
        because=_because(row.id, winner, facts, tables),
        ranking=ranking,
        removed=_removed(row, searched, facts, tables),
        consequences=tuple(
            item for part in parts if part in options for item in consequences(options[part], facts, tables)
        ),
        sources=tuple(dict.fromkeys(s for part in parts if part in options for s in cited(options[part]))),
    )


def _shares(id: str, searched: Searched, winner: Winner) -> dict[str, float]:
    """First places by option. Place, spread and savers are compared among what is trained, if anything is."""
    trained = id != "g_train_mode" and winner.candidate.mode not in UNTRAINED
    found: dict[str, float] = {}
    for passed in searched.passed:
        if not (trained and passed.candidate.mode in UNTRAINED):
            option = AXES[id](passed.candidate)
            found[option] = found.get(option, 0.0) + passed.acceptability
    whole = sum(found.values()) or 1.0
    return {option: share / whole for option, share in found.items()}


def _name(id: str, options: Mapping[str, Option], tables: Tables) -> str:
    if not id:
        return tables.say("nothing_trained")
    return " + ".join(options[part].name if part in options else part for part in id.split("+"))


def _removed(row: DecisionRow, searched: Searched, facts: Facts, tables: Tables) -> tuple[Removed, ...]:
    """For every option none of whose candidates passed: the limit of the candidate that came nearest."""
    axis, options = AXES[row.id], {option.id: option for option in tables.options[row.id]}
    alive = {part for passed in searched.passed for part in axis(passed.candidate).split("+")}
    nearest: dict[str, tuple[float, Removed]] = {}
    for candidate, out, ratio in searched.out:
        for part in axis(candidate).split("+"):
            if part in options and part not in alive and (part not in nearest or ratio < nearest[part][0]):
                nearest[part] = (ratio, out)
    if row.id == "g_train_mode":
        blocked = ((id, removal(option, facts, tables)) for id, option in options.items())
        nearest |= {id: (0.0, out) for id, out in blocked if out is not None}
    return tuple(
        replace(nearest[id][1], option=id, name=option.name) for id, option in options.items() if id in nearest
    )


def _blocked(row: DecisionRow, searched: Searched, winner: Winner, facts: Facts, tables: Tables) -> Decided:
    options = {option.id: option for option in tables.options[row.id]}
    removed = _removed(row, searched, facts, tables)
    found = infeasible(row, list(removed), tables)
    asked = next((out for out in removed if out.option == facts["train.mode"].value), None)
    if asked is not None and asked.by != "train.mode":
        says = tables.say("asked_out", option=asked.name, say=asked.say, value=asked.value, limit=asked.limit)
        return replace(found, because=(*found.because, says))
    nearest = min(searched.out, key=lambda item: item[2])[1] if searched.out else None
    if nearest is None:
        return found
    option = _name(AXES[row.id](winner.candidate), options, tables)
    where = place(winner.candidate, tables)
    says = tables.say("nearest", option=option, place=where, say=nearest.say, value=nearest.value, limit=nearest.limit)
    return replace(found, because=(*found.because, says))


def place(candidate: Candidate, tables: Tables) -> str:
    """`8x rented H100-SXM5-80GB` as a person says it."""
    site = candidate.site
    if site.kind in ("none", "cpu"):
        return site.name
    count = 1 if candidate.parallel == "independent_runs" else candidate.count
    many = tables.say("one") if count == 1 else tables.say("many", count=count)
    return tables.say("rented" if site.kind == "rented" else "own", count=many, name=site.name)


def said(figure: Figure) -> str:
    return units.say(figure.value, figure.unit, figure.low, figure.high)


def _because(id: str, winner: Winner, facts: Facts, tables: Tables) -> tuple[str, ...]:
    candidate = winner.candidate
    if candidate.mode in UNTRAINED:
        return (tables.say("no_training"),)
    if id == "g_train_mode":
        return _why_mode(winner, facts, tables)
    if id == "d_placement":
        deadline = facts["train.deadline"]
        allowed = units.say(deadline.number, "h") if deadline.known else tables.say("no_deadline")
        takes = tables.say("run_takes", run=said(winner.run), deadline=allowed)
        paid = tables.say("run_costs", cost=said(winner.cost)) if winner.cost.high else tables.say("run_free")
        return (takes, paid)
    if id == "d_memory":
        room = units.say(candidate.site.memory_bytes, "bytes")
        return (tables.say("memory_takes", memory=said(winner.memory), room=room),)
    return (tables.say(SPREAD_BECAUSE.get(candidate.parallel, "sharded"), run=said(winner.run)),)


def _why_mode(winner: Winner, facts: Facts, tables: Tables) -> tuple[str, ...]:
    reasons = []
    if facts["train.mode"].known:
        exactly = facts["train.mode"].value == winner.candidate.mode
        reasons.append(tables.say("asked_for" if exactly else "asked_for_adapter"))
    elif facts["data.samples"].known:
        reasons.append(tables.say("samples", samples=units.say(facts["data.samples"].number, "samples")))
    run, memory = said(winner.run), said(winner.memory)
    if facts["family"].value == "trees":
        return (*reasons, tables.say("trees_fit", run=run))
    return (*reasons, tables.say("fits_place", place=place(winner.candidate, tables), memory=memory, run=run))
