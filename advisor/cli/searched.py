"""`advisor estimate train --search`: the front of all layouts, and the smallest machine that keeps the limits."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import typer

from advisor.cli.predicted import dollars, ranged
from advisor.cli.single import positive, print_document
from advisor.cli.worded import paragraph, worded
from advisor.errors import BadInput
from advisor.predict.machines import Choice, Machine, Wanted, machines, nearest, on_machine, smallest
from advisor.units import say
from advisor.values.runs import FULL, SELECTIVE, Layout

_SHOWN = 12
_DEGREES = ("tp", "pp", "vp", "cp", "ep", "zero_stage", "act_ckpt")


def wanted(tokens: str, deadline: str, budget: str) -> Wanted:
    """The limits as they were typed. Raises BadInput for what cannot be read, and for limits without tokens."""
    if (deadline or budget) and not tokens:
        raise BadInput(
            "--tokens is missing", where="--tokens", remedy="a limit needs the tokens of the run: --tokens 15B"
        )
    return Wanted(
        positive(tokens, "tokens", "--tokens", 0.0), positive(deadline, "s", "--deadline", math.inf),
        positive(budget, "USD", "--budget", math.inf),
    )  # fmt: skip


def searched(model: str, on: tuple[str, ...], given: Mapping[str, str], limits: Wanted, *, json: bool) -> None:
    """Searches every machine, prints the front of one or the smallest of several."""
    from advisor import catalog
    from advisor.predict import files
    from advisor.predict.asked import check_given, model_cells
    from advisor.predict.images import of_images
    from advisor.predict.possible import check_words, flag

    check_given(model, on[0] if on else "")
    if "global_batch" not in given:
        raise BadInput("--batch is missing", where="--batch", remedy="layouts are compared at one batch: --batch 512")
    if said := [name for name in _DEGREES if name in given]:
        raise BadInput("a search finds the degrees itself", where=flag(said[0]), remedy="leave it out, or --search")
    ground, prices = files.ground(), catalog.load().prices
    row = {"config_id": "asked", **given, **model_cells(model, ground.models)}
    check_words(row)
    if of_images(row, ground.models):
        what = "a network of images has one layout, data parallel, and nothing to search"
        raise BadInput(what, where="--search", remedy="leave out --search, --deadline and --budget")
    seen = [on_machine(name, row, ground, prices, limits) for name in machines(on, prices)]
    best = smallest(seen, limits)
    if json:
        _print(seen, best, limits)
        return
    shown = seen if len(seen) == 1 else [best[0]] if best else []
    if limits.tokens or len(seen) > 1:
        typer.echo("\n".join(line for said in _verdict(best, seen, limits) for line in paragraph(said, 2)))
    for machine in shown:
        typer.echo("\n".join(_front(machine, limits)))


def _verdict(best: tuple[Machine, Choice] | None, seen: list[Machine], limits: Wanted) -> Iterator[str]:
    pair = best or nearest(seen, limits)
    if pair is None:
        yield from (f"{machine.name}: {_nothing(machine)}" for machine in seen)
        return
    machine, choice = pair
    values = {"machine": machine.name, "time": ranged(choice.takes.run_s, "s"), "cost": _cost(choice)}
    if best is None:
        yield worded("search", "no_machine", **values)
        return
    surely = machine.doubt(choice, limits) == 0
    yield worded("search", "smallest", **values, surely=worded("search", "surely" if surely else "probably"))


def _front(machine: Machine, limits: Wanted) -> Iterator[str]:
    if not machine.choices:
        yield _nothing(machine)
        return
    searched = machine.searched
    yield worded("search", "counted", estimated=f"{searched.estimated:,}", fitting=f"{searched.fitting:,}")
    yield from ("", worded("titles", "front"))
    if machine.assumed:
        yield from paragraph(f"{worded('answers', 'assumed')}: {'; '.join(machine.assumed)}", 2)
    names = worded("search", "columns", cost=worded("search", "per_run" if limits.tokens else "per_tokens")).split("|")
    yield f"  {names[0]:<21}{names[1]:<22}{names[2]:<9}{names[3]:<7}{names[4]}"
    for choice in machine.choices[:_SHOWN]:
        held = choice.memory.verdict(machine.room)
        yield (
            f"  {ranged(choice.step, 's'):<21}{ranged(choice.memory, 'bytes'):<22}{held:<9}"
            f"{choice.found.complexity:<7}{_cost(choice)}"
        )
        yield f"    {spelled(choice.found.layout)}"
    yield from ("", *paragraph(worded("search", "setup")))


def _nothing(machine: Machine) -> str:
    lean = machine.searched.leanest
    if lean is None:
        return worded("search", "none")
    return worded("search", "nothing", estimated=f"{machine.searched.estimated:,}",
                  needed=say(lean.process_bytes, "bytes"), room=say(machine.room, "bytes"))  # fmt: skip


def _cost(choice: Choice) -> str:
    cost = choice.takes.cost_usd
    return worded("search", "no_price") if cost is None else dollars(cost)


def spelled(layout: Layout) -> str:
    """`tp 4 · pp 2 (3 virtual) · dp 8 · ZeRO-1 · micro batch 2 · selective`: only what is not one or none."""
    replicas = layout.devices / (layout.tensor * layout.pipeline * layout.context)
    degrees = {"tp": layout.tensor, "pp": layout.pipeline, "vp": layout.virtual, "cp": layout.context,
               "ep": layout.expert, "dp": replicas}  # fmt: skip
    parts = [f"{name} {degree:g}" for name, degree in degrees.items() if degree > 1]
    zero = [f"ZeRO-{layout.zero:g}{' in a node' if layout.hybrid else ''}"] if layout.zero else []
    again = {SELECTIVE: ["selective"], FULL: ["full recomputation"]}.get(layout.checkpoint, [])
    return " · ".join([*parts, *zero, f"micro {layout.micro:g}", *again])


def _print(seen: list[Machine], best: tuple[Machine, Choice] | None, limits: Wanted) -> None:
    smallest_one = {"machine": best[0].name, **_choice(best[1], best[0], limits)} if best else None
    print_document({"machines": [_told(machine, limits) for machine in seen], "smallest": smallest_one})


def _told(machine: Machine, limits: Wanted) -> dict[str, Any]:
    return {
        "machine": machine.name, "estimated": machine.searched.estimated, "fitting": machine.searched.fitting,
        "room_bytes": machine.room, "assumed": list(machine.assumed),
        "front": [_choice(choice, machine, limits) for choice in machine.choices],
    }  # fmt: skip


def _choice(choice: Choice, machine: Machine, limits: Wanted) -> dict[str, Any]:
    layout = choice.found.layout
    names = [name for name in Layout.__slots__ if name != "last"]
    ranges = {"step_s": choice.step, "process_bytes": choice.memory}
    return {
        "layout": {name: getattr(layout, name) for name in names},
        "complexity": choice.found.complexity,
        "fits": choice.memory.verdict(machine.room),
        "keeps_limits": choice.keeps(limits) if limits.tokens else None,
        **{name: asdict(part) for name, part in ranges.items()},
        **{name: part and asdict(part) for name, part in choice.takes.parts().items()},
    }
