"""`advisor estimate train|serve`: one prediction from flags, or one a row from a table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.single import Shown, one, positive, print_document
from advisor.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="Estimate a training run or a service, from flags or a table.")

Rows = Annotated[Path | None, typer.Option("--rows", metavar="IN.csv", help="Estimate every row of this table.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="OUT.csv", help="Where the predictions of --rows go.")]
Model = Annotated[str, typer.Option("--model", help="A name such as llama-3.1-8b, or a folder or file of a model.")]
On = Annotated[str, typer.Option("--on", metavar="MACHINE", help='For instance "8x H100-SXM-80GB".')]
Ons = Annotated[
    list[str] | None,
    typer.Option("--on", metavar="MACHINE", help='For instance "8x H100-SXM-80GB"; with --search several, or "any".'),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Plain = Annotated[bool, typer.Option("--plain", help="No drawing.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Do not say how many rows were written.")]
Svg = Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draw memory and time by component.")]
Formulas = Annotated[bool, typer.Option("--explain", help="The formulas with the numbers in them.")]
Observed = Annotated[
    Path | None, typer.Option("--observed", metavar="RUN.json", help="A measured run, which corrects one like it.")
]
Image = Annotated[int | None, typer.Option("--image", metavar="PIXELS", min=1, help="Of an image: pixels a side.")]
Parameters = Annotated[
    str, typer.Option("--parameters", metavar="N", help="Of a network of images that is no model here: 25.6M.")
]
Gmacs = Annotated[str, typer.Option("--gmacs", metavar="N", help="Its multiply-adds for an image, in billions: 4.1.")]
Activations = Annotated[
    str, typer.Option("--activations", metavar="N", help="Values that its layers put out for an image: 11.1M.")
]
ImageLayout = Annotated[str, typer.Option("--layout", help="Of images in memory: nchw, nhwc (channels last).")]
Compile = Annotated[bool, typer.Option("--compile", help="Networks of images: compiled code.")]
Precision = Annotated[str, typer.Option("--precision", help="bf16, fp16, fp8, fp32, tf32, bf16-true, …")]


@dataclass(frozen=True, slots=True)
class Told:
    """How it is said that a table was written."""

    json: bool
    quiet: bool


Estimating = Callable[[Iterable[Mapping[str, str]], Any], Iterator[dict[str, str]]]


def _number(name: str, words: str) -> Any:
    return typer.Option(name, metavar="N", min=1, help=words)


@app.command("train")
def train(
    rows: Rows = None,
    out: Out = None,
    model: Model = "",
    on: Ons = None,
    seq: Annotated[int | None, _number("--seq", "Tokens of a sequence.")] = None,
    batch: Annotated[int | None, _number("--batch", "Sequences of a step, over all devices.")] = None,
    micro_batch: Annotated[int | None, _number("--micro-batch", "Sequences of a replica at a time.")] = None,
    tp: Annotated[int | None, _number("--tp", "Tensor parallel degree.")] = None,
    pp: Annotated[int | None, _number("--pp", "Pipeline stages.")] = None,
    vp: Annotated[int | None, _number("--vp", "Virtual stages a device.")] = None,
    cp: Annotated[int | None, _number("--cp", "Context parallel degree.")] = None,
    ep: Annotated[int | None, _number("--ep", "Expert parallel degree.")] = None,
    zero: Annotated[int | None, typer.Option("--zero", min=0, max=3, help="ZeRO stage; 3 is FSDP.")] = None,
    checkpointing: Annotated[str, typer.Option("--checkpointing", help="none, selective or full.")] = "",
    precision: Precision = "bf16",
    framework: Annotated[str, typer.Option("--framework", help="For instance megatron-core, torchtitan.")] = "",
    optimizer: Annotated[
        str, typer.Option("--optimizer", help="adamw, adamw 8-bit, adafactor, muon, lion, sgd, …")
    ] = "",
    task: Annotated[
        str, typer.Option("--task", help="pretrain, full finetune, lora finetune, qlora finetune.")
    ] = "pretrain",
    offload: Annotated[
        str, typer.Option("--offload", help="Kept in the machine's memory: optimizer, params, activations; a+b.")
    ] = "",
    schedule: Annotated[str, typer.Option("--schedule", help="Of a pipeline: 1f1b, zb1p, zb2p, zbv.")] = "",
    search: Annotated[bool, typer.Option("--search", help="Estimate all layouts, and show the best.")] = False,
    tokens: Annotated[str, typer.Option("--tokens", help="Tokens of the whole run: its time, cost and energy.")] = "",
    deadline: Annotated[str, typer.Option("--deadline", help="Longest that the run may take: 10 days.")] = "",
    budget: Annotated[str, typer.Option("--budget", help="Most that it may cost, in USD.")] = "",
    image: Image = None,
    parameters: Parameters = "",
    gmacs: Gmacs = "",
    activations: Activations = "",
    layout: ImageLayout = "",
    compile: Compile = False,
    svg: Svg = None,
    explain: Formulas = False,
    observed: Observed = None,
    plain: Plain = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Seconds of a step, tokens a second and memory of a training run, each with its 90% interval.

    A table has the columns of docs/estimates.md; a models.csv beside it adds architectures. A row that cannot be
    estimated says why and never stops the table.
    """
    from advisor.predict.table import TRAINING_COLUMNS, training_rows

    if rows is not None:
        _table(rows, out, TRAINING_COLUMNS, training_rows, Told(json=json, quiet=quiet))
        return
    given = {
        "seq": seq, "global_batch": batch, "micro_batch": micro_batch, "tp": tp, "pp": pp, "vp": vp, "cp": cp, "ep": ep,
        "zero_stage": zero, "act_ckpt": checkpointing, "precision": precision, "framework": framework,
        "optimizer": optimizer, "task": task, "offload": offload, "schedule": schedule,
        **_pictured(image, parameters, gmacs, activations, layout, compiled=compile),
    }  # fmt: skip
    if search or deadline or budget:
        from advisor.cli.searched import searched, wanted

        _nothing_of({"--svg": svg, "--explain": explain, "--observed": observed})
        searched(model, tuple(on or ()), _said(given), wanted(tokens, deadline, budget), json=json)
        return
    if len(on or ()) > 1:
        raise BadInput("--on is given more than once", where="--on", remedy="several machines are compared by --search")
    shown = Shown(svg, explain, observed, plain, json, positive(tokens, "tokens", "--tokens", 0.0))
    if on and on[0].strip().lower() == "any":
        raise BadInput("'any' is for a search", where="--on", remedy="add --search, --deadline or --budget")
    one(model, on[0] if on else "", _said(given), training_rows, shown)


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
    draft_tokens: Annotated[
        int | None, _number("--draft-tokens", "Tokens guessed before each pass (speculative decoding).")
    ] = None,
    acceptance: Annotated[str, typer.Option("--acceptance", help="Share of guessed tokens that are kept: 0.7.")] = "",
    draft_cost: Annotated[str, typer.Option("--draft-cost", help="A guess over a pass in time: 0.05.")] = "",
    engine: Annotated[str, typer.Option("--engine", help="vllm, sglang, trtllm, …")] = "vllm",
    image: Image = None,
    parameters: Parameters = "",
    gmacs: Gmacs = "",
    activations: Activations = "",
    passes: Annotated[int | None, _number("--passes", "Diffusion: how often the network runs for an image.")] = None,
    micro_batch: Annotated[int | None, _number("--micro-batch", "Images a device answers at a time.")] = None,
    layout: ImageLayout = "",
    compile: Compile = False,
    svg: Svg = None,
    explain: Formulas = False,
    observed: Observed = None,
    plain: Plain = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Seconds to the first token, seconds a further token, throughput and memory, each with its 90% interval."""
    from advisor.predict.table import SERVING_COLUMNS, serving_rows

    if rows is not None:
        _table(rows, out, SERVING_COLUMNS, serving_rows, Told(json=json, quiet=quiet))
        return
    given = {
        "input_len": prompt, "output_len": answer, "concurrency": concurrency, "tp": tp, "precision": precision,
        "engine": engine, "draft_tokens": draft_tokens, "acceptance": acceptance, "draft_cost": draft_cost,
        "passes": passes, "micro_batch": micro_batch,
        **_pictured(image, parameters, gmacs, activations, layout, compiled=compile),
    }  # fmt: skip
    one(model, on, _said(given), serving_rows, Shown(svg, explain, observed, plain, json))


def _pictured(
    image: int | None, parameters: str, gmacs: str, activations: str, layout: str, *, compiled: bool
) -> dict[str, object]:
    """The cells of a network of images."""
    return {
        "img_size": image, "params_m": _millions(parameters, "--parameters"), "gmacs": gmacs,
        "macts": _millions(activations, "--activations"), "layout": layout, "compile": "yes" if compiled else "",
    }  # fmt: skip


def _millions(said: str, where: str) -> str:
    """`25.6M` in millions. Raises BadInput for what is no number."""
    if not said:
        return ""
    from advisor.units import parse

    try:
        return f"{parse(said, 'parameters') / 1e6:g}"
    except BadInput as error:
        raise BadInput(error.what, where=where, remedy=error.remedy) from None


def _nothing_of(flags: Mapping[str, object]) -> None:
    """Raises BadInput for what a search would pass over in silence."""
    for flag, value in flags.items():
        if value:
            what = "is of one layout, and a search compares many"
            raise BadInput(
                what, where=flag, remedy="leave it out, or estimate the layout that was found with its flags"
            )


def _table(rows: Path, out: Path | None, columns: tuple[str, ...], estimate: Estimating, told: Told) -> None:
    from advisor.predict import files

    if out is None:
        raise BadInput("--rows needs --out", where="--out", remedy="name the file for the predictions: --out OUT.csv")
    if out.resolve() == rows.resolve():
        raise BadInput("--out is the table itself", where="--out", remedy="name another file")
    count = files.write(out, columns, estimate(files.rows(rows), files.ground(rows)))
    if not told.quiet:
        typer.echo(f"{count} rows in {out}", err=True)
    if told.json:
        print_document({"rows": count, "written": [str(out)]})


def _said(given: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value is not None and value != ""}
