"""`advisor estimate train|serve`: one prediction from flags, or one a row from a table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="Estimate a training run or a service, from flags or a table.")

Rows = Annotated[Path | None, typer.Option("--rows", metavar="IN.csv", help="Estimate every row of this table.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="OUT.csv", help="Where the predictions of --rows go.")]
Model = Annotated[str, typer.Option("--model", help="A name such as llama-3.1-8b, or a folder or file of a model.")]
On = Annotated[str, typer.Option("--on", metavar="MACHINE", help='For instance "8x H100-SXM-80GB".')]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Precision = Annotated[str, typer.Option("--precision", help="bf16, fp16, fp8, fp32, tf32, bf16-true, …")]


def _number(name: str, words: str) -> Any:
    return typer.Option(name, metavar="N", min=1, help=words)


@app.command("train")
def train(
    rows: Rows = None,
    out: Out = None,
    model: Model = "",
    on: On = "",
    seq: Annotated[int | None, _number("--seq", "Tokens of a sequence.")] = None,
    batch: Annotated[int | None, _number("--batch", "Sequences of a step, over all devices.")] = None,
    micro_batch: Annotated[int | None, _number("--micro-batch", "Sequences of a replica at a time.")] = None,
    tp: Annotated[int | None, _number("--tp", "Tensor parallel degree.")] = None,
    pp: Annotated[int | None, _number("--pp", "Pipeline stages.")] = None,
    vp: Annotated[int | None, _number("--vp", "Virtual stages a device.")] = None,
    cp: Annotated[int | None, _number("--cp", "Context parallel degree.")] = None,
    ep: Annotated[int | None, _number("--ep", "Expert parallel degree.")] = None,
    zero: Annotated[int | None, typer.Option("--zero", min=0, max=3, help="ZeRO stage; 3 is FSDP.")] = None,
    checkpointing: Annotated[str, typer.Option("--checkpointing", help="none, selective or full.")] = "none",
    precision: Precision = "bf16",
    framework: Annotated[str, typer.Option("--framework", help="For instance megatron-core, torchtitan.")] = "",
    optimizer: Annotated[str, typer.Option("--optimizer", help="adamw, adamw 8-bit, sgd, …")] = "",
    task: Annotated[str, typer.Option("--task", help="pretrain, lora finetune, qlora finetune.")] = "pretrain",
    json: Json = False,
) -> None:
    """Seconds of a step, tokens a second and memory of a training run, each with its 90% interval.

    A table has the columns of docs/files.md; a models.csv beside it adds architectures. A row that cannot be
    estimated says why and never stops the table.
    """
    from advisor.predict.table import TRAINING_COLUMNS, training_rows

    if rows is not None:
        _table(rows, out, TRAINING_COLUMNS, training_rows)
        return
    given = {
        "seq": seq, "global_batch": batch, "micro_batch": micro_batch, "tp": tp, "pp": pp, "vp": vp, "cp": cp, "ep": ep,
        "zero_stage": zero, "act_ckpt": checkpointing, "precision": precision, "framework": framework,
        "optimizer": optimizer, "task": task,
    }  # fmt: skip
    from advisor.cli.predicted import training_text

    _one(model, on, given, training_rows, training_text, json)


@app.command("serve")
def serve(
    rows: Rows = None,
    out: Out = None,
    model: Model = "",
    on: On = "",
    prompt: Annotated[int | None, _number("--prompt", "Tokens of a request.")] = None,
    answer: Annotated[int | None, _number("--answer", "Tokens of its answer.")] = None,
    concurrency: Annotated[int | None, _number("--concurrency", "Requests at once, over all devices.")] = None,
    tp: Annotated[int | None, _number("--tp", "Devices a replica is spread over; all, if not said.")] = None,
    precision: Precision = "bf16",
    engine: Annotated[str, typer.Option("--engine", help="vllm, sglang, trtllm, …")] = "vllm",
    json: Json = False,
) -> None:
    """Seconds to the first token, seconds a further token, throughput and memory, each with its 90% interval."""
    from advisor.predict.table import SERVING_COLUMNS, serving_rows

    if rows is not None:
        _table(rows, out, SERVING_COLUMNS, serving_rows)
        return
    given = {
        "input_len": prompt, "output_len": answer, "concurrency": concurrency, "tp": tp, "precision": precision,
        "engine": engine,
    }  # fmt: skip
    from advisor.cli.predicted import serving_text

    _one(model, on, given, serving_rows, serving_text, json)


Estimating = Callable[[Iterable[Mapping[str, str]], Any], Iterator[dict[str, str]]]


def _table(rows: Path, out: Path | None, columns: tuple[str, ...], estimate: Estimating) -> None:
    from advisor.predict import files

    if out is None:
        raise BadInput("--rows needs --out", where="--out", remedy="name the file for the predictions: --out OUT.csv")
    if out.resolve() == rows.resolve():
        raise BadInput("--out is the table itself", where="--out", remedy="name another file")
    count = files.write(out, columns, estimate(files.rows(rows), files.ground(rows)))
    typer.echo(f"{count} rows in {out}", err=True)


def _one(
    model: str,
    on: str,
    given: Mapping[str, object],
    estimate: Estimating,
    said: Callable[[Mapping[str, str], Any], str],
    json: bool,
) -> None:
    """One prediction: printed as a table for people, or as JSON."""
    from advisor.predict import files
    from advisor.predict.asked import machine_cells, model_cells

    if not model or not on:
        missing = "--model" if not model else "--on"
        raise BadInput(f"{missing} is missing", where=missing, remedy='--model llama-3.1-8b --on "8x H100-SXM-80GB"')
    ground = files.ground()
    cells = {name: str(value) for name, value in given.items() if value is not None}
    row = {"config_id": "asked", **cells, **model_cells(model, ground.models), **machine_cells(on, ground.accelerators)}
    found = next(estimate([row], ground))
    if found["status"] == "not_covered":
        raise BadInput(found["reason"], where="estimate")
    if json:
        import json as json_format

        typer.echo(json_format.dumps(_document(found), indent=2, sort_keys=True))
    else:
        typer.echo(said(found, (row, ground)))


def _document(found: Mapping[str, str]) -> dict[str, object]:
    from advisor import __version__

    text = ("status", "reason")
    values = {
        name: cell if name in text else cell == "true" if name == "fits" else float(cell)
        for name, cell in found.items()
        if name != "config_id"
    }
    return {"schema": 1, "advisor": __version__, "estimate": values}
