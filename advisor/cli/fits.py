"""`advisor fits MODEL --on "1x RTX 4090"`: does it fit, in one line, and what would make it fit."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from advisor.cli.worded import paragraph, worded
from advisor.units import digits, say

if TYPE_CHECKING:
    from advisor.predict.cells import Row
    from advisor.predict.fitting import Fit
    from advisor.predict.table import Ground
    from advisor.predict.variants import Changed


def command(
    model: Annotated[str, typer.Argument(help="A name such as llama-3.1-8b, or a folder or file of a model.")],
    on: Annotated[str, typer.Option("--on", metavar="MACHINE", help='For instance "1x RTX 4090".')],
    seq: Annotated[int, typer.Option("--seq", metavar="N", min=1, help="Tokens of a training sequence.")] = 2048,
    prompt: Annotated[int, typer.Option("--prompt", metavar="N", min=1, help="Tokens of a request.")] = 4096,
    concurrency: Annotated[int, typer.Option("--concurrency", metavar="N", min=1, help="Requests at once.")] = 1,
    image: Annotated[
        int | None, typer.Option("--image", metavar="PIXELS", min=1, help="Pixels a side of an image.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say whether a model can be trained and served on a machine.

    Training: one sequence a device, layers recomputed, AdamW, states sharded over all devices; of a network of images
    one image a device, and how many at a time. Ranges are 90% intervals: yes is the whole range, probably its middle.
    """
    from advisor import catalog
    from advisor.predict import files
    from advisor.predict.asked import machine_cells, model_cells
    from advisor.predict.fitting import smallest, training_fits
    from advisor.predict.images import of_images
    from advisor.predict.possible import check_words

    ground = files.ground()
    cells = {**model_cells(model, ground.models), **machine_cells(on, ground.accelerators)}
    if of_images(cells, ground.models):
        _images({**cells, **({"img_size": str(image)} if image else {})}, ground, json=json)
        return
    check_words({**cells, "seq": str(seq), "input_len": str(prompt), "concurrency": str(concurrency)})
    asked = {"input_len": str(prompt), "concurrency": str(concurrency)}
    trained = training_fits(cells, ground, {"seq": str(seq)})
    served, unserved = _served(cells, ground, asked)
    rented = tuple(catalog.load().prices)
    machines = {fit.way: smallest(cells, fit.way, ground, rented=rented) for fit in (*trained, *served)}
    ways_in = {trained[0].way: _training_help(trained[0], {**cells, "seq": str(seq)}, ground)}
    ways_in |= {fit.way: _serving_help(fit, {**cells, **asked}, ground) for fit in served[:1]}
    if json:
        _print(trained, served, machines, ways_in)
        return
    for line in (f"train  {_line(trained)}", f"serve  {_line(served) if served else unserved}"):
        typer.echo("\n".join(paragraph(line, 7)))
    for fit in (*trained[:1], *served[:1]):
        for line in _help(fit, ways_in[fit.way], machines[fit.way]):
            typer.echo(line)


def _images(cells: "Row", ground: "Ground", *, json: bool) -> None:
    """The same of a network of images: each device has a whole one."""
    from advisor import catalog
    from advisor.predict.image_fits import image_fits

    rented = tuple(catalog.load().prices)
    found = {name: image_fits(cells, ground, trained=name == "train", rented=rented) for name in ("train", "serve")}
    if json:
        ways = [fit.way for images in found.values() for fit in images.fits]
        machines = {**dict.fromkeys(ways, ""), **{one.fits[0].way: one.machine for one in found.values()}}
        most = {f"{name}_images": one.most for name, one in found.items()}
        _print(found["train"].fits, found["serve"].fits, machines, {}, most)
        return
    for name, images in found.items():
        many = worded("whether", "most_images", count=images.most) if images.most else ""
        machine = worded("whether", "machine", way=images.fits[0].way, machine=images.machine)
        where = "" if images.most or not images.machine else machine
        told = "; ".join(part for part in (_line(images.fits), many, where) if part)
        typer.echo("\n".join(paragraph(f"{name}  {told}", 7)))


def _served(cells: "Row", ground: "Ground", asked: "Row") -> "tuple[tuple[Fit, ...], str]":
    """The ways of serving, or none and why; encoders answer in one pass."""
    from advisor.errors import BadInput
    from advisor.predict.encoding import of_encoders
    from advisor.predict.fitting import serving_fits
    from advisor.predict.image_fits import encoder_fits

    try:
        return encoder_fits(cells, ground, asked) if of_encoders(cells) else serving_fits(cells, ground, asked), ""
    except BadInput as error:
        return (), error.what


def verdict(fit: "Fit") -> str:
    """yes with the whole range, probably with its middle, else no."""
    return "yes" if fit.high <= fit.memory else "probably" if fit.needed <= fit.memory else "no"


def _line(fits: "tuple[Fit, ...]") -> str:
    """`yes with QLoRA: 9 of 24 GB (8–11); full fine-tuning no, short by 106 GB`: the first way that fits leads."""
    ranked = {"yes": 0, "probably": 1, "no": 2}
    best = min(fits, key=lambda fit: ranked[verdict(fit)])
    others = [fit for fit in fits if fit is not best and fits.index(fit) < fits.index(best)]
    if verdict(best) == "no":
        short = (worded("whether", "all_no", way=fit.way, short=say(fit.short, "bytes")) for fit in fits)
        return worded("whether", "none", ways="; ".join(short))
    said = worded("whether", verdict(best), way=best.way, sizes=_sizes(best))
    return "; ".join([said, *(_other(fit) for fit in others)])


def _other(fit: "Fit") -> str:
    if verdict(fit) == "probably":
        return worded("whether", "other_probably", way=fit.way, sizes=_sizes(fit))
    return worded("whether", "other_no", way=fit.way, short=say(fit.short, "bytes"))


def _sizes(fit: "Fit") -> str:
    """`9 of 24 GB (8–11)`."""
    low, high = digits(fit.low / 1e9), digits(fit.high / 1e9)
    return f"{digits(fit.needed / 1e9)} of {digits(fit.memory / 1e9)} GB ({low}–{high})"


def _training_help(fit: "Fit", cells: "Row", ground: "Ground") -> "tuple[Changed, ...]":
    from advisor.predict.detail import trained
    from advisor.predict.fitting import TRAINED, USUAL_TRAINING
    from advisor.predict.variants import helps

    sharded = {"zero_stage": "3" if int(cells["gpus"]) > 1 else "0", "global_batch": cells["gpus"]}
    return helps(trained({**USUAL_TRAINING, **sharded, **cells, **TRAINED[fit.way]}, ground), ground, trained)


def _serving_help(fit: "Fit", cells: "Row", ground: "Ground") -> "tuple[Changed, ...]":
    from advisor.predict.detail import served
    from advisor.predict.encoding import of_encoders
    from advisor.predict.fitting import SERVED, USUAL_SERVING
    from advisor.predict.variants import helps

    if of_encoders(cells):
        return ()
    row = {**USUAL_SERVING, "tp": cells["gpus"], **cells, **SERVED[fit.way]}
    return helps(served(row, ground), ground, served)


def _help(fit: "Fit", changes: "tuple[Changed, ...]", machine: str) -> Iterator[str]:
    """What would make the first way fit, and where it does; nothing where it fits."""
    if verdict(fit) == "yes":
        return
    from advisor.cli.predicted import change_name, effect

    ways_in = [change for change in changes if change.fits != "no"]
    helping = ways_in[:4] or list(changes[:1])
    if helping:
        yield f"  {worded('whether', 'would' if ways_in else 'would_not', way=fit.way)}"
    for change in helping:
        yield f"    {change_name(change)}: {effect(change)}; {worded('fits', change.fits)}"
    yield f"  {worded('whether', 'machine', way=fit.way, machine=machine or worded('whether', 'nowhere'))}"


def _print(
    trained: "tuple[Fit, ...]",
    served: "tuple[Fit, ...]",
    machines: Mapping[str, str],
    ways_in: "Mapping[str, tuple[Changed, ...]]",
    more: Mapping[str, int] | None = None,
) -> None:
    from advisor.cli.single import print_document

    def told(fits: "tuple[Fit, ...]") -> list[dict[str, Any]]:
        return [
            {"way": fit.way, "verdict": verdict(fit), "bytes": fit.needed, "low": fit.low, "high": fit.high,
             "memory": fit.memory, "short_bytes": fit.short, "smallest": machines[fit.way] or None,
             "helps": [{"change": one.name, "value": one.value, "saved_bytes": one.saved, "time": one.time,
                        "fits": one.fits} for one in ways_in.get(fit.way, ())]}
            for fit in fits
        ]  # fmt: skip

    print_document({"train": told(trained), "serve": told(served), **(more or {})})
