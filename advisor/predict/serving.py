"""From a row about serving to what the formulas estimate."""

import re
from collections.abc import Mapping
from dataclasses import replace

from advisor.errors import BadInput
from advisor.estimate.caching import weights_bytes
from advisor.predict.cells import Row, count, number, text
from advisor.predict.devices import accelerator, device
from advisor.predict.shapes import Notes, shape
from advisor.predict.training import Models, Read, as_read, model_row
from advisor.values.catalog import Accelerator
from advisor.values.runs import Serve, Traffic

FILLED, MOST, NODE = 0.85, 64.0, 8.0
ROUTING = 0.3
"""How far kernels, routing and uneven experts may move a token of a mixture: with each of seven models left out, 408
public rows lie 20% off in the median, in one engine a third too high (served.csv)."""
UNSTATED_DEVICES = 0.5
"""How far a token may move where requests are spread over devices that decode and nobody says how many those are."""
EAGER = re.compile(r"eager|litgpt|transformers|huggingface", re.I)
FUSED = re.compile(r"trt|tensorrt", re.I)
"""Engines that fuse all-reduces with norms, and whose checkpoints in 8 bits keep keys and values in 8 bits too."""
SCHEDULED = re.compile(r"vllm|sglang|trtllm|tensorrt|tgi|lmdeploy|dynamo", re.I)


def read_serving(row: Row, models: Models, accelerators: Mapping[str, Accelerator]) -> Read[Serve]:
    """The row as a serving run."""
    return as_read(row, lambda notes: _run(row, models, accelerators, notes))


def _run(row: Row, models: Models, accelerators: Mapping[str, Accelerator], notes: Notes) -> Serve:
    model = model_row(row, models)
    asked = _length(row, "input_len", SHORT[0] if _alone(row) else 1024.0, notes)
    seen = shape({**row, "seq": str(asked), "dp": ""}, model, notes)
    if "bert" in f"{text(row, 'model')} {text(row, 'arch_key')}".lower():
        raise BadInput("an encoder answers in one pass: serving of decoders only")
    if text(row, "mode") == "disaggregated":
        stated = any(text(row, name) for name in ("tp", "pp", "gpus"))
        notes.assume("prefill on devices of its own", 0.1 if stated else UNSTATED_DEVICES)
    if seen.routed_weights > 0:
        notes.assume("experts that are used alike", ROUTING)
    found = accelerator(text(row, "gpu"), accelerators)
    run = Serve(seen, device(text(row, "gpu"), "", "16", found), _traffic(row, asked, found.tflops, notes))
    return run if text(row, "tp") or text(row, "pp") or text(row, "gpus") else _spread(run, notes)


def _spread(run: Serve, notes: Notes) -> Serve:
    """A model whose devices nobody states, over the fewest of them, a power of two, that hold its weights."""
    tensor = 1.0
    while weights_bytes(run) > FILLED * run.device.memory and tensor < MOST:
        tensor *= 2.0
        run = replace(run, traffic=replace(run.traffic, tensor=tensor))
    if tensor > 1:
        notes.assume(f"{tensor:g} devices", 0.4)
    return run


SHORT = (32.0, 128.0)
"""Tokens of a prompt and of an answer where the speed of a program for one person is told without them: a sentence,
and 128 tokens (what llama-bench and exllamav2 time)."""


def _alone(row: Row) -> bool:
    """Is it a program for one person that answers, not an engine that serves many?"""
    engine = text(row, "engine")
    one = not _unlimited(row) and (number(row, "concurrency") or 1.0) == 1.0
    return bool(engine) and not SCHEDULED.search(engine) and one


MOST_AT_ONCE = 1024.0
"""Requests that an engine takes at once where all are there from the start (vLLM's default for large cards); fewer run
where their keys and values do not fit."""


def _unlimited(row: Row) -> bool:
    """Is it timed with all requests there from the start?"""
    said = text(row, "concurrency").lower()
    return said.startswith(("max", "inf")) or (not said and text(row, "mode").startswith("offline"))


def _length(row: Row, name: str, usual: float, notes: Notes) -> float:
    value = number(row, name)
    if value is None:
        notes.assume(f"{name} of {usual:g}", 0.15)
        return usual
    return max(value, 1.0)


def _traffic(row: Row, asked: float, units: Mapping[str, float], notes: Notes) -> Traffic:
    tensor, pipeline = count(row, "tp", 1.0), count(row, "pp", 1.0)
    said = number(row, "gpus")
    if not text(row, "tp") and not text(row, "pp") and said:
        tensor = min(said, NODE)
    replicas = number(row, "dp") or max(1.0, (said or tensor * pipeline) // (tensor * pipeline))
    concurrency = None if _unlimited(row) else number(row, "concurrency")
    scheduled = SCHEDULED.search(text(row, "engine")) is not None
    if concurrency is None:
        concurrency, moves = (MOST_AT_ONCE, 0.15) if _unlimited(row) else (1.0, 0.4)
        notes.assume(f"{concurrency:g} requests at once", moves)
    weight, eight = _precision(row, units, notes)
    fused = FUSED.search(text(row, "engine")) is not None
    return Traffic(
        tensor=tensor, pipeline=pipeline, replicas=max(replicas, 1.0), input=asked,
        output=max(_length(row, "output_len", SHORT[1] if _alone(row) else 256.0, notes), 2.0),
        concurrency=max(concurrency, 1.0), weight_bytes=weight, kv_bytes=1.0 if fused and eight else 2.0, eight=eight,
        eager=_eager(row),
        **_drafted(row, notes),
        mixed=1.0 if scheduled and text(row, "mode") != "disaggregated" else 0.0,
        fused=float(fused),
    )  # fmt: skip


UNPACKED = 1.7
KEPT, DRAFTING = 0.7, 0.05
"""Of drafted tokens those that are kept, and the share of a pass that one takes, where nobody states it (EXPERT)."""
MOST_KEPT = 0.99


def _drafted(row: Row, notes: Notes) -> dict[str, float]:
    """Speculative decoding, where the row drafts. Raises BadInput for chances and shares above 1."""
    many = number(row, "draft_tokens") or 0.0
    if not many:
        return {}
    kept, cost = number(row, "acceptance"), number(row, "draft_cost")
    if max(kept or 0.0, cost or 0.0) > 1.0:
        raise BadInput("acceptance and draft_cost are shares, from 0 to 1")
    if kept is None:
        notes.assume(f"{KEPT:.0%} of drafted tokens kept", 0.3)
    if cost is None:
        notes.assume(f"a draft token takes {DRAFTING:.0%} of a pass", 0.1)
    accepted = min(KEPT if kept is None else kept, MOST_KEPT)
    return {"drafted": many, "accepted": accepted, "drafting": DRAFTING if cost is None else cost}


def _eager(row: Row) -> float:
    """Launches from Python: more of them where bitsandbytes unpacks the weights (Llama 2 7B in 16 bits gives about 30
    tokens a second from Python, in NF4 18)."""
    unpacked = re.search(r"nf4|bnb", text(row, "precision"), re.I) is not None
    return (UNPACKED if unpacked else 1.0) if EAGER.search(text(row, "engine")) else 0.0


GGUF_BITS = {"2": 3.0, "3": 3.9, "4": 4.8, "5": 5.6, "6": 6.6, "8": 8.5}
"""Bits of a weight with its scales in the usual mixes of llama.cpp (its table of sizes, from memory: EXPERT)."""


def _precision(row: Row, units: Mapping[str, float], notes: Notes) -> tuple[float, float]:
    """(bytes a weight, 1 where matrices are multiplied in 8 bits); weights in FP8 are unpacked on a device whose
    `units` do not multiply them."""
    said = " ".join(text(row, name) for name in ("precision", "arch_key", "model")).lower()
    if found := re.search(r"exl2 ([\d.]+) bpw", said):
        return float(found[1]) / 8.0, 0.0
    if found := re.search(r"\bi?q([2-8])_", said):
        return GGUF_BITS[found[1]] / 8.0, 0.0
    if re.search(r"nvfp4|mxfp4|fp4", said):
        return 0.5625, 1.0
    if re.search(r"nf4|int4|4-bit|gptq|awq|w4a16", said):
        return 0.5625, 0.0
    if re.search(r"fp8|w8a8", said):
        return 1.0, 1.0 if "fp8" in units or "w8a8" in said else 0.0
    if "int8" in said:
        return 1.0, 0.0
    if not text(row, "precision"):
        notes.assume("weights in 16 bits", 0.3)
    return 2.0, 0.0
