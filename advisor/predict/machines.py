"""Which machine, and which layout on it, ends a run in time and within a budget."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from advisor.errors import BadInput
from advisor.predict.asked import machine_cells
from advisor.predict.cells import Row, number
from advisor.predict.detail import Part, sized
from advisor.predict.outlay import Outlay, outlay
from advisor.predict.search import Found, Searched, search
from advisor.predict.table import Ground
from advisor.predict.training import model_row, read
from advisor.values.catalog import Price
from advisor.values.runs import Run

COUNTS = tuple(2**power for power in range(11))
ANY = "any"
BILLION = 1e9


@dataclass(frozen=True, slots=True)
class Wanted:
    """Tokens of the whole run (0 if not said), and the most seconds and USD it may take (infinite without a limit)."""

    tokens: float = 0.0
    deadline_s: float = math.inf
    budget_usd: float = math.inf


@dataclass(frozen=True, slots=True)
class Choice:
    """A layout of the front with ranges of step, memory and what the run takes; without tokens, a billion of them."""

    found: Found
    step: Part
    memory: Part
    takes: Outlay

    def keeps(self, wanted: Wanted) -> str:
        """yes, probably or no: deadline and budget with the whole range, with the middle, or not."""
        cost = self.takes.cost_usd or Part(0.0, 0.0, 0.0)
        verdicts = [self.takes.run_s.verdict(wanted.deadline_s), cost.verdict(wanted.budget_usd)]
        return "no" if "no" in verdicts else "probably" if "probably" in verdicts else "yes"


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as it was asked for, what was found on it, and the layouts of its front."""

    name: str
    run: Run
    room: float
    per_hour: float
    searched: Searched
    choices: tuple[Choice, ...]
    assumed: tuple[str, ...]

    def best(self, wanted: Wanted) -> Choice | None:
        """The layout that keeps memory and limits most surely, then is the fastest."""
        return min(self.choices, key=lambda one: (self.doubt(one, wanted), one.takes.run_s.value), default=None)

    def doubt(self, choice: Choice, wanted: Wanted) -> int:
        """0 where the whole ranges keep memory, deadline and budget, 1 where their middles do, else 2."""
        verdicts = (choice.keeps(wanted), choice.memory.verdict(self.room))
        return max(("yes", "probably", "no").index(verdict) for verdict in verdicts)


def machines(on: Iterable[str], prices: Mapping[str, Price]) -> tuple[str, ...]:
    """The machines that were named; `any` stands for every accelerator with a price, 1 to 1024 of them."""
    named: list[str] = []
    for one in on:
        named += [f"{count}x {id}" for id in prices for count in COUNTS] if one.strip().lower() == ANY else [one]
    return tuple(dict.fromkeys(named))


def on_machine(on: str, row: Row, ground: Ground, prices: Mapping[str, Price], wanted: Wanted) -> Machine:
    """All layouts of a row's model and batch on a machine. Raises BadInput for a row that cannot be read."""
    cells = {**row, **machine_cells(on, ground.accelerators)}
    stated = {"micro_batch": "1", "zero_stage": "0", "act_ckpt": "none"}
    seen = read({**cells, **stated}, ground.models, ground.accelerators)
    if seen.run is None:
        raise BadInput(seen.reason, where="estimate")
    # a run is read before it is searched: degrees of one device each, whatever the batch
    experts = number(model_row(row, ground.models), "experts") or 0.0
    run = replace(seen.run, layout=replace(seen.run.layout, batch=number(row, "global_batch") or 1.0))
    searched = search(run, int(experts), ground.constants)
    price = prices.get(cells["gpu"])

    def choice(found: Found) -> Choice:
        step = Part(found.step_s, *(float(end) for end in ground.spreads["step"].around(found.step_s, seen.matters)))
        memory = sized(replace(run, layout=found.layout), ground)
        tokens = wanted.tokens or BILLION
        return Choice(found, step, memory, outlay(step, run, tokens, ground.accelerators[cells["gpu"]], price))

    per_hour = price.typical * run.layout.devices if price else math.inf
    return Machine(
        on, run, float(run.device.memory), per_hour, searched, tuple(map(choice, searched.front)), seen.assumed
    )


def smallest(seen: Iterable[Machine], wanted: Wanted) -> tuple[Machine, Choice] | None:
    """The cheapest machine an hour of those that keep the limits, surely before probably; None if none does."""
    kept = [(machine, best) for machine, best in _bests(seen, wanted) if machine.doubt(best, wanted) < 2]
    return min(kept, key=lambda pair: (pair[0].doubt(pair[1], wanted), _size(pair[0])), default=None)


def nearest(seen: Iterable[Machine], wanted: Wanted) -> tuple[Machine, Choice] | None:
    """Of machines that keep no limit the one that misses by the smallest factor."""

    def missed(pair: tuple[Machine, Choice]) -> float:
        takes = pair[1].takes
        cost = takes.cost_usd
        return max(takes.run_s.value / wanted.deadline_s, cost.value / wanted.budget_usd if cost else 0.0)

    return min(_bests(seen, wanted), key=missed, default=None)


def _bests(seen: Iterable[Machine], wanted: Wanted) -> Iterator[tuple[Machine, Choice]]:
    return ((machine, best) for machine in seen if (best := machine.best(wanted)) is not None)


def _size(machine: Machine) -> tuple[float, float]:
    return machine.per_hour, machine.room * machine.run.layout.devices
