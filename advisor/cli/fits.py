"""`advisor fits MODEL --on "1x RTX 4090"`: does it fit, in one line, and what would make it fit."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from advisor.units import digits

if TYPE_CHECKING:
    from advisor.predict.fitting import Fit


def command(
    model: Annotated[str, typer.Argument(help="A name such as llama-3.1-8b, or a folder or file of a model.")],
    on: Annotated[str, typer.Option("--on", metavar="MACHINE", help='For instance "1x RTX 4090".')],
    seq: Annotated[int, typer.Option("--seq", metavar="N", min=1, help="Tokens of a training sequence.")] = 2048,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say whether a model can be trained and served on a machine.

    Training: one sequence a device, layers recomputed, AdamW, states sharded over all devices. Serving: one
    request of 4096 tokens. Ranges are 90% intervals; what lies across the limit is called close.
    """
    from advisor.predict import files
    from advisor.predict.asked import machine_cells, model_cells
    from advisor.predict.fitting import serving_fits, smallest, training_fits

    ground = files.ground()
    cells = {**model_cells(model, ground.models), **machine_cells(on, ground.accelerators)}
    trained, served = training_fits(cells, ground, {"seq": str(seq)}), serving_fits(cells, ground)
    rented = _rented()
    machines = {fit.way: smallest(cells, fit.way, ground, rented=rented) for fit in (trained[0], served[0])}
    if json:
        _print(trained, served, machines)
        return
    typer.echo(f"train  {_line(trained)}")
    typer.echo(f"serve  {_line(served)}")
    for fit, others in ((trained[0], trained), (served[0], served)):
        if fit.verdict != "yes":
            typer.echo("\n".join(_help(fit, others, machines[fit.way])))


def _rented() -> tuple[str, ...]:
    from advisor import catalog

    return tuple(catalog.load().prices)


def _line(fits: "tuple[Fit, ...]") -> str:
    """`yes with QLoRA: 9 of 24 GB (8–11); full fine-tuning no, short by 106 GB`."""
    best = next((fit for fit in fits if fit.verdict == "yes"), None)
    said = [f"yes with {best.way}: {_sizes(best)}" if best else "no"]
    said += [_other(fit) for fit in fits if fit is not best and (best is None or fits.index(fit) < fits.index(best))]
    return "; ".join(said)


def _other(fit: "Fit") -> str:
    if fit.verdict == "close":
        return f"{fit.way} too close to say: {_sizes(fit)}"
    return f"{fit.way} no, short by {digits(fit.short / 1e9)} GB"


def _sizes(fit: "Fit") -> str:
    low, high = digits(fit.low / 1e9), digits(fit.high / 1e9)
    return f"{digits(fit.needed / 1e9)} of {digits(fit.memory / 1e9)} GB ({low}–{high})"


def _help(fit: "Fit", others: "tuple[Fit, ...]", machine: str) -> list[str]:
    ways = [other.way for other in others if other.verdict == "yes"]
    return [
        *([f"  instead of {fit.way}: {', '.join(ways)}"] if ways else []),
        f"  smallest machine for {fit.way}: {machine or 'none of those in the catalogue'}",
    ]


def _print(trained: "tuple[Fit, ...]", served: "tuple[Fit, ...]", machines: dict[str, str]) -> None:
    import json as json_format

    from advisor import __version__

    def told(fits: "tuple[Fit, ...]") -> list[dict[str, Any]]:
        return [
            {"way": fit.way, "verdict": fit.verdict, "bytes": fit.needed, "low": fit.low, "high": fit.high,
             "memory": fit.memory}
            for fit in fits
        ]  # fmt: skip

    document = {
        "schema": 1, "advisor": __version__, "train": told(trained), "serve": told(served), "smallest": machines,
    }  # fmt: skip
    typer.echo(json_format.dumps(document, indent=2, sort_keys=True))
