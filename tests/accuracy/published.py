"""Reads tables of published measurements and says what the estimates would have been."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from advisor import catalog, estimate
from advisor.catalog.constants import constants, spreads
from advisor.catalog.models import models
from advisor.estimate.layers import parameters
from advisor.number import interval
from advisor.predict.devices import accelerator
from advisor.predict.shapes import Notes, shape
from advisor.rates.sites import accelerator_site
from advisor.values.candidates import Candidate, Field, Mode, Parallel
from advisor.values.constants import Fitted
from advisor.values.estimates import TrainingTable
from advisor.values.workload import Model, Serving, Site, Training, Workload, exactly

Row = Mapping[str, str]

DEVICES = {
    "A100-80": "a100-sxm4-80gb", "A100-40": "a100-sxm4-40gb", "A100-80-PCIe": "a100-pcie-80gb",
    "H100": "h100-sxm5-80gb", "H100-96": "h100-sxm5-80gb", "H200": "h200-sxm-141gb", "V100": "v100-sxm2-32gb",
    "RTX3090": "rtx3090", "RTX4090": "rtx4090", "A6000": "rtx-a6000", "A10": "a10", "A10G": "a10g",
}  # fmt: skip
NODE = 8
OUTSIDE = {"allocated": ("context", "allocator"), "reserved": ("context",)}
FITTED = Fitted(constants(), spreads())
UNSERVED = Serving(1.0, 0.0, 1.0, 1.0, 1.0, 99.0)


@dataclass(frozen=True)
class Case:
    """One measurement and what is estimated for the same thing."""

    source: str
    id: str
    measured: float
    value: float
    low: float
    high: float

    @property
    def error(self) -> float:
        return self.value / self.measured - 1.0

    @property
    def held(self) -> bool:
        return self.low <= self.measured <= self.high


def rows(path: Path) -> Iterator[Row]:
    with path.open(newline="") as lines:
        yield from csv.DictReader(lines)


def expressible(row: Row) -> bool:
    """No tensor, pipeline or context parallelism, nothing in 8 bits, a device that the catalogue has; states sharded
    in part (ZeRO-1, ZeRO-2) only within a node, where their traffic is that of DDP."""
    alone = all(_number(row, degree, 1.0) == 1.0 for degree in ("tp", "pp", "cp"))
    sharing = _number(row, "zero") in (0.0, 3.0) or _number(row, "gpus", 1.0) <= NODE
    return alone and sharing and row["prec"] in ("bf16", "tf32", "fp32") and row["gpu"] in DEVICES


def training_case(row: Row) -> Case:
    table = _table(row)
    value, low, high = (float(end[0]) for end in interval(table.step_s))
    return Case(row["source_id"], row["config_id"], float(row["target"]), value, low, high)


def memory_case(row: Row) -> Case:
    """The peak of a process or, where the source asked the allocator, without what lies outside of it."""
    table = _table(row)
    parts = [
        share for name, share in table.parts.items() if not name.startswith(OUTSIDE.get(row["mem_kind"], ("none",)))
    ]
    value, low, high = (float(end[0]) / 1e9 for end in interval(sum(parts)))
    return Case(row["source_id"], row["config_id"], float(row["target"]), value, low, high)


def image_case(row: Row) -> Case:
    """Seconds of a batch on one device: the network by its published multiplications, what it keeps by those of the
    task's usual network."""
    task = catalog.load().tasks["image_clf"]
    flops, usual = 2e9 * float(row["gmacs"]), float(task["forward_flops"])  # type: ignore[arg-type]
    parameters, batch = exactly(1e6 * float(row["params_m"])), _number(row, "batch", 64.0)
    model = replace(
        _workload(row).model, parameters=parameters, active=parameters, layers=50.0,
        forward_flops=flops, activation_bytes=float(task["activation_bytes"]) * (flops / usual) ** 0.5,  # type: ignore[arg-type]
    )  # fmt: skip
    training = replace(_workload(row).training, sequence=float(row["img_size"]), batch=batch)
    site = accelerator_site(accelerator(row["gpu"], catalog.load().accelerators))
    half = next((dtype for dtype in ("bf16", "fp16") if dtype in dict(site.flops)), "fp32")
    candidate = Candidate(
        "from_scratch", site, 1, "none", half if row["prec"] == "mixed" else row["prec"], False, batch
    )
    work = replace(_workload(row), task="image_clf", kind="image", modality="image", model=model, training=training)
    table = estimate.training(work, Field((candidate,)), FITTED)
    value, low, high = (float(end[0]) for end in interval(table.step_s))
    return Case(row["source_id"], row["config_id"], batch / float(row["target"]), value, low, high)


def hours_case(row: Row) -> Case:
    """Device-hours of a whole pretraining, spread over its devices in the way that is fastest of those that fit."""
    seen = shape({"seq": row["seq"]}, models()[row["arch_key"]], Notes())
    size, tokens, count = exactly(float(parameters(seen))), 1e9 * float(row["tokens_b"]), int(row["gpus"])
    gated = float(seen.dense_weights) < 0.9 * float(seen.hidden) * float(seen.ffn_values)
    model = replace(
        _workload({"family": "decoder"}).model, parameters=size, active=size, layers=float(seen.layers),
        hidden=float(seen.hidden), kv_width=float(seen.kv_values) / 2.0, gated=gated,
        ffn=float(seen.ffn_values) / (4.0 if gated else 2.0), vocabulary=float(seen.vocabulary),
    )  # fmt: skip
    training = replace(
        _workload({}).training, samples=exactly(tokens / float(row["seq"])), tokens=exactly(tokens),
        sequence=float(row["seq"]), batch=float(row["global_batch"]),
    )  # fmt: skip
    site = accelerator_site(accelerator(row["gpu"], catalog.load().accelerators))
    spread: tuple[Parallel, ...] = ("ddp", "fsdp2", "hsdp") if count > NODE else ("ddp", "fsdp2")
    ways = tuple(
        Candidate("from_scratch", site, count, way, "bf16", again) for way in spread for again in (False, True)
    )
    work = replace(_workload({"family": "decoder"}), model=model, training=training)
    table = estimate.training(work, Field(ways), FITTED)
    fits = [place for place in range(len(ways)) if table.ends.memory_bytes[1][place] <= site.usable_bytes]
    best = min(fits, key=lambda place: float(table.run_s[place, 0]))
    value, low, high = (float(end[best]) * count / 3600.0 for end in interval(table.run_s))
    return Case(row["source_id"], row["model"], float(row["gpu_hours"]), value, low, high)


def _table(row: Row) -> TrainingTable:
    return estimate.training(_workload(row), Field((_candidate(row),)), FITTED)


def _number(row: Row, name: str, default: float = 0.0) -> float:
    return float(row[name]) if row.get(name) else default


def _candidate(row: Row) -> Candidate:
    count = int(_number(row, "gpus", 1.0))
    hsdp = "HSDP" in row["zero_raw"] and count > NODE
    sharded: Parallel = "hsdp" if hsdp else "fsdp2"
    parallel: Parallel = "none" if count == 1 else sharded if _number(row, "zero") == 3 else "ddp"
    site = _site(row)
    rates = dict(site.flops)
    precision = row["prec"] if row["prec"] in rates else "fp16" if row["prec"] == "bf16" else "fp32"
    mode: Mode = row.get("mode") or "from_scratch"  # type: ignore[assignment]
    return Candidate(mode, site, count, parallel, precision, row["ckpt"] == "full", _number(row, "mbs", 1.0))


def _site(row: Row) -> Site:
    site = accelerator_site(catalog.load().accelerators[DEVICES[row["gpu"]]])
    if not row.get("ib_gbs"):
        return site
    return replace(site, fabric=exactly(float(row["ib_gbs"]) * 1e9))


def _workload(row: Row) -> Workload:
    size, sequence = exactly(_number(row, "n_params")), _number(row, "seq", 1.0)
    batch = _number(row, "gbs", _number(row, "mbs", 1.0) * _number(row, "gpus", 1.0))
    decoder = row.get("family") == "decoder"
    model = Model(
        parameters=size, active=size, layers=_number(row, "layers"), hidden=_number(row, "hidden"),
        kv_width=_number(row, "kv_heads", 1.0) * _number(row, "head_dim", 64.0), ffn=_number(row, "ffn"),
        gated=_number(row, "gated") > 0, vocabulary=_number(row, "vocab"), embedding_values=0.0,
        predicts_tokens=decoder, forward_flops=0.0, activation_bytes=0.0, trees=1.0,
    )  # fmt: skip
    training = Training(
        samples=exactly(1000 * batch), features=1.0, tokens=exactly(1000 * batch * sequence), sequence=sequence,
        epochs=1.0, batch=batch, decoded_bytes=exactly(1.0), preprocessing_s=0.0, prepared_each_epoch=False,
        optimizer=row.get("optimizer") or "adamw_mixed", utilisation=None,
    )  # fmt: skip
    kind = "decoder" if decoder else "encoder"
    return Workload("text_gen", "neural", kind, "text", model, training, UNSERVED)


def report(cases: Sequence[Case]) -> str:
    """Error, bias and share of intervals that hold, by source, pooled and as the mean over sources."""
    sources = sorted({case.source for case in cases})
    lines = [f"{'source':24} {'rows':>5} {'error':>7} {'bias':>7} {'held':>6} {'width':>6}"]
    by = {source: [case for case in cases if case.source == source] for source in sources}
    lines += [_line(source, group) for source, group in by.items()]
    mean = sum(_error(group) for group in by.values()) / len(by)
    lines += [_line("pooled", cases), f"{'mean over sources':24} {len(cases):5} {mean:7.1%}"]
    return "\n".join(lines)


def _error(cases: Sequence[Case]) -> float:
    return median(abs(case.error) for case in cases)


def _line(name: str, cases: Sequence[Case]) -> str:
    bias = median(case.error for case in cases)
    width = median(case.high / case.low for case in cases)
    return f"{name:24} {len(cases):5} {_error(cases):7.1%} {bias:+7.1%} {held(cases):6.0%} {width:6.2f}"


def held(cases: Sequence[Case]) -> float:
    """The share of measurements that lie in their 90% interval."""
    return sum(case.held for case in cases) / len(cases)


def mean_error(cases: Sequence[Case]) -> float:
    """Mean over sources of the median error."""
    sources = {case.source for case in cases}
    return sum(_error([case for case in cases if case.source == source]) for source in sources) / len(sources)


def cases(path: Path, of: Callable[[Row], Case]) -> list[Case]:
    return [of(row) for row in rows(path) if row["target"] and expressible(row)]
