"""How one prediction looks in a terminal: the answer, and where time and memory go."""

from collections.abc import Mapping
from typing import Any

from advisor.estimate.answering import answering
from advisor.estimate.holding import held
from advisor.estimate.steps import step
from advisor.predict.serving import read_serving
from advisor.predict.training import read
from advisor.units import say

TIME = {
    "matmul": "matrix products", "attention": "attention", "moving": "moving values", "launching": "launching kernels",
    "head": "logits", "tensor": "tensor parallel traffic", "context": "context parallel traffic",
    "expert": "expert traffic", "pipeline": "pipeline traffic", "bubble": "pipeline bubble",
    "gradients": "gradients and sharded weights", "optimizer": "optimizer", "stragglers": "stragglers",
}  # fmt: skip
MEMORY = {
    "weights": "weights", "gradients": "gradients", "states": "optimizer states", "activations": "activations",
    "logits": "logits", "buffers": "buffers", "fragments": "allocator reserve", "context": "context and collectives",
}  # fmt: skip
TOKEN = {
    "reading": "reading weights, keys, values", "arithmetic": "arithmetic beyond it", "layers": "layers and scheduling",
    "tensor": "tensor parallel traffic", "prefill": "prefill of others",
}  # fmt: skip
SMALLEST = 0.003


def training_text(found: Mapping[str, str], asked: Any) -> str:
    """The answer of `estimate train` and its two tables."""
    row, ground = asked
    run = read(row, ground.models, ground.accelerators).run
    assert run is not None
    room = float(run.device.memory)
    parts, kept = step(run, ground.constants), held(run, ground.constants)
    lines = [
        f"step     {_range(found, 'step_s', 's')}",
        f"tokens   {say(float(found['tokens_per_s_per_gpu']), '')} a second and device",
        f"memory   {_range(found, 'peak_process_bytes', 'bytes')} of {say(room, 'bytes')} a device: "
        + _fits(found, "peak_process_bytes", room),
        *_assumed(found),
        "",
        *_shares("where the time goes", parts, TIME, "s"),
        "",
        *_shares("where the memory goes", kept, MEMORY, "bytes"),
    ]
    return "\n".join(lines)


def serving_text(found: Mapping[str, str], asked: Any) -> str:
    """The answer of `estimate serve` and its table."""
    row, ground = asked
    run = read_serving(row, ground.models, ground.accelerators).run
    assert run is not None
    parts = answering(run, ground.constants)
    room = "fits" if found["fits"] == "true" else "does not fit"
    lines = [
        f"first token   {_range(found, 'ttft_s', 's')}",
        f"further one   {_range(found, 'tpot_s', 's')}",
        f"throughput    {say(float(found['tokens_per_s_total']), '')} tokens a second",
        f"memory        {say(float(found['peak_bytes']), 'bytes')} of {say(float(run.device.memory), 'bytes')}: {room}",
        *_assumed(found),
        "",
        *_shares("where a token's time goes", parts, TOKEN, "s"),
    ]
    return "\n".join(lines)


def _range(found: Mapping[str, str], name: str, unit: str) -> str:
    return say(float(found[name]), unit, float(found[f"{name}_low"]), float(found[f"{name}_high"]))


def _fits(found: Mapping[str, str], name: str, memory: float) -> str:
    if float(found[f"{name}_high"]) <= memory:
        return "fits"
    return "does not fit" if float(found[f"{name}_low"]) > memory else "too close to say"


def _assumed(found: Mapping[str, str]) -> list[str]:
    return [f"assumed  {found['reason']}"] if found.get("reason") else []


def _shares(title: str, parts: object, names: Mapping[str, str], unit: str) -> list[str]:
    """The parts from the largest, with their share."""
    values = {words: float(getattr(parts, name)) for name, words in names.items()}
    total = sum(values.values()) or 1.0
    ranked = sorted(values.items(), key=lambda pair: -pair[1])
    shown = [(words, value) for words, value in ranked if value / total > SMALLEST]
    return [title, *(f"  {words:30} {say(value, unit):>9} {value / total:4.0%}" for words, value in shown)]
