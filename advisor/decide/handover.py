"""The hand-over and the runtime together: an artefact that no runtime executes here is no hand-over."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from advisor.decide.options import choose, undecided
from advisor.decide.situation import computed
from advisor.figure import Fact
from advisor.values.catalog import DecisionRow, Tables
from advisor.values.decision import Decided, Removed

Facts = Mapping[str, Fact]


def hand_over(
    artefact: DecisionRow, runtime: DecisionRow, facts: Facts, tables: Tables, *, shares: bool
) -> tuple[Decided, Decided]:
    """(artefact, runtime). The runtime is decided for the best artefact; where none executes it, for the next."""
    if not facts["d_topology"].value:
        return undecided(artefact, "infeasible", tables.say("runs_nowhere")), undecided(
            runtime, "infeasible", tables.say("runs_nowhere")
        )
    if facts["g_train_mode"].value == "none_use_api":
        return undecided(artefact, "not_needed", tables.say("nothing_handed_over")), undecided(
            runtime, "not_needed", tables.say("provider_runs")
        )
    crosses = choose(artefact, facts, tables, shares=shares)
    first: Decided | None = None
    for rank, option in enumerate(crosses.ranking):
        known = {**facts, artefact.id: computed(artefact.id, option.option)}
        runs = choose(runtime, known, tables, shares=shares)
        first = first or runs
        if runs.chosen:
            return _from(crosses, rank, known, tables, artefact, shares=shares), runs
    return crosses, first or choose(runtime, {**facts, artefact.id: computed(artefact.id, "")}, tables, shares=shares)


def _from(
    crosses: Decided, rank: int, facts: Facts, tables: Tables, row: DecisionRow, *, shares: bool
) -> Decided:  # fmt: skip
    """The decision with the first `rank` options out, because nothing executes them."""
    if rank == 0:
        return crosses
    passed_over = crosses.ranking[:rank]
    say = tables.say("out_runtime")
    out = tuple(Removed(item.option, item.name, "d_runtime", "", "", say) for item in passed_over)
    again = choose(row, facts, _without(tables, row.id, frozenset(item.option for item in passed_over)), shares=shares)
    return replace(again, removed=(*again.removed, *out))


@lru_cache(maxsize=16)
def _without(tables: Tables, decision: str, out: frozenset[str]) -> Tables:
    """The catalogue with fewer options of a decision; the same one each time, for what is remembered of it."""
    left = tuple(option for option in tables.options[decision] if option.id not in out)
    return replace(tables, options={**tables.options, decision: left})
