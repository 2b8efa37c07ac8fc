"""One estimate from flags: of a language model or a network of images, printed as tables for people or as JSON."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from advisor.atomic import replace_text
from advisor.errors import BadInput
from advisor.units import parse

Estimating = Callable[[Iterable[Mapping[str, str]], Any], Iterator[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """How one estimate is shown, which measured run corrects it, and how many tokens a whole run has."""

    svg: Path | None
    explain: bool
    observed: Path | None
    plain: bool
    json: bool
    tokens: float = 0.0


def one(model: str, on: str, given: Mapping[str, str], estimate: Estimating, shown: Shown) -> None:
    """One prediction: printed as tables for people, or as JSON."""
    from advisor.predict import files
    from advisor.predict.observed import corrected
    from advisor.predict.table import training_rows
    from advisor.predict.variants import helps, moves

    ground, trains = files.ground(), estimate is training_rows
    row = _row(model, on, given, ground, shown)
    detail = _detail(row, ground, trains=trains)
    found = counted = detail(row, ground)
    _check(row, found, ground, shown, trains=trains)
    correction = None
    if shown.observed is not None:
        found, correction = corrected(found, shown.observed, ground, detail)
    changes = helps(found, ground, detail), moves(found, ground, detail)
    if shown.svg is not None:
        from advisor.cli.drawn import picture

        replace_text(shown.svg, picture(found, model, on))
    if shown.json:
        _print_json(next(estimate([row], ground)), found, changes, correction, _takes(found, ground, shown))
        return
    typer.echo(_text(found, changes, ground, shown))
    if correction:
        typer.echo(f"\n{correction.said}")
    if shown.explain:
        from advisor.cli.formulas import explained

        typer.echo("\n" + "\n".join(explained(counted, ground)))


def _row(model: str, on: str, given: Mapping[str, str], ground: Any, shown: Shown) -> dict[str, str]:
    """The cells of what was asked. Raises BadInput for names and words that nothing knows."""
    from advisor.predict.asked import check_given, machine_cells, model_cells
    from advisor.predict.possible import check_words

    check_given(model or given.get("gmacs", ""), on)
    if shown.svg is not None and shown.svg.is_dir():
        raise BadInput("is a folder", where=str(shown.svg), remedy="name a file for the picture: --svg estimate.svg")
    own = bool(given.get("gmacs")) and ground.models.get(model) is None
    named = {"model": model} if own else model_cells(model, ground.models)
    row = {"config_id": "asked", **given, **named, **machine_cells(on, ground.accelerators)}
    check_words(row)
    return row


def _check(row: Mapping[str, str], found: Any, ground: Any, shown: Shown, *, trains: bool) -> None:
    """Raises BadInput where what was asked cannot exist, or is not of such a network."""
    from advisor.predict.imaged import one_pass
    from advisor.predict.possible import check_layout, check_replicas, only_data_parallel

    if one_pass(found):
        only_data_parallel(row)
        if shown.observed is not None:
            raise BadInput(
                "a measured run corrects what works token by token", where="--observed", remedy="leave it out"
            )
    elif trains:
        check_layout(row, found.run, ground)
    else:
        check_replicas(row)


def _takes(found: Any, ground: Any, shown: Shown) -> Any:
    """What a whole run takes, or a million tokens of answers; of images nothing is said."""
    from advisor import catalog
    from advisor.predict.imaged import one_pass
    from advisor.predict.outlay import spent

    return {} if one_pass(found) else spent(found, shown.tokens, ground, catalog.load().prices)


def _text(found: Any, changes: Any, ground: Any, shown: Shown) -> str:
    from advisor.cli import predicted
    from advisor.cli.imaged import image_text
    from advisor.predict.imaged import one_pass

    if one_pass(found):
        return image_text(found, *changes, plain=shown.plain)
    takes = _takes(found, ground, shown)
    if "step_s" in found.head:
        return predicted.training_text(found, takes, *changes, plain=shown.plain)
    better, unsaid = changes
    return predicted.serving_text(found, takes, better, unsaid, ground, plain=shown.plain)


def _detail(row: Mapping[str, str], ground: Any, *, trains: bool) -> Any:
    """What estimates the row: a language model or a network of images, trained or served."""
    from advisor.predict.detail import served, trained
    from advisor.predict.encoding import of_encoders
    from advisor.predict.imaged import encoder_served, image_served, image_trained
    from advisor.predict.images import of_images

    if of_images(row, ground.models):
        return image_trained if trains else image_served
    if not trains and of_encoders(row):
        return encoder_served
    return trained if trains else served


def _moved(found: Any, factors: Mapping[str, float]) -> dict[str, float]:
    """What a measured run corrected, under the names of the columns of a table."""
    sizes = {f"{name}_bytes": f"peak_{name}_bytes" for name in ("allocated", "reserved", "process")}
    if "tpot_s" in found.head:
        sizes = {"process_bytes": "peak_bytes", "tokens_per_s": "tokens_per_s_total"}
    measured_sizes = any(name.endswith("_bytes") for name in factors)
    values: dict[str, float] = {}
    for name, part in found.head.items():
        if name in factors or (measured_sizes and name.endswith("_bytes")):
            column = sizes.get(name, name)
            values |= {column: part.value, f"{column}_low": part.low, f"{column}_high": part.high}
    if "step_s" in factors:
        values["tokens_per_s_per_gpu"] = (
            found.run.layout.batch * found.run.shape.sequence / found.run.layout.devices / values["step_s"]
        )
    if measured_sizes:
        values["fits"] = found.head["process_bytes"].value <= found.room
    return values


def _print_json(cells: Mapping[str, str], found: Any, changes: Any, correction: Any, takes: Any) -> None:
    from advisor.cli import predicted

    text = ("status", "reason")
    values = {
        name: cell if name in text else cell == "true" if name == "fits" else float(cell)
        for name, cell in cells.items()
        if name != "config_id"
    }
    moved = _moved(found, correction.factors) if correction else {}
    measured = {"observed": correction.document()} if correction else {}
    told = {**predicted.document(found, takes, *changes), **measured}
    print_document({"estimate": {**values, **moved}, **told})


def print_document(document: Mapping[str, object]) -> None:
    """One JSON document on standard output, with its schema and the version that wrote it."""
    import json

    from advisor import __version__

    whole = {"schema": 1, "advisor": __version__, **document}
    typer.echo(json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False))


def positive(text: str, unit: str, flag: str, unsaid: float) -> float:
    """A number as it was typed, more than 0; `unsaid` where nothing was. Raises BadInput with its flag."""
    if not text:
        return unsaid
    try:
        value = parse(text, unit)
    except BadInput as error:
        raise BadInput(error.what, where=flag, remedy=error.remedy) from None
    if value <= 0:
        raise BadInput(f"{text[:40]!r} must be more than 0", where=flag)
    return value
