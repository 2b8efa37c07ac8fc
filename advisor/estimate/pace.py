"""How fast a device goes over what the formulas say of it: whole training steps measured there, or a stated share of
its peak."""

from collections.abc import Callable
from dataclasses import replace

from advisor.estimate.case import Case
from advisor.estimate.layers import active_weights, attention_flops, micro_s, recomputed, tokens_a_device
from advisor.estimate.runs import matmul
from advisor.number import Number, choose
from advisor.values.candidates import Candidate
from advisor.values.runs import NO_CKPT, Run, Shape
from advisor.values.workload import Span

YARDSTICK = {"cpu": (384.0, 128.0, 4.0), "gpu": (1024.0, 512.0, 16.0)}
"""(hidden, sequence, sequences) of the training step that is measured: kernels/train_transformer.py."""


def paced(case: Case, run: Run) -> Run:
    """The run on devices whose arithmetic and memory go as fast as was measured on them, or as is stated."""
    speed, device = _pace(case, run), run.device
    return replace(
        run,
        device=replace(
            device,
            flops=device.flops * speed,
            flops_8=device.flops_8 * speed,
            bandwidth=device.bandwidth * speed,
        ),
    )


def _pace(case: Case, run: Run) -> Number:
    """Speed over the formulas, 1 where nothing was measured; a stated utilisation is one of the data sheet."""
    if case.work.training.utilisation is not None:
        peak = case.column("sheet", lambda candidate: matmul(candidate).value / candidate.site.reach)
        return _kernels_s(case, run) * peak * case.work.training.utilisation / _flops(run)
    if case.work.kind == "mlp":
        return _measured(
            case, "trains mlp", lambda candidate: candidate.site.trains_mlp, lambda: _flops(run) / _kernels_s(case, run)
        )
    if case.work.kind in ("encoder", "decoder"):
        return _measured(case, "trains", lambda candidate: candidate.site.trains, lambda: _yardstick(case, run))
    return 1.0


def _measured(case: Case, name: str, of: Callable[[Candidate], Span | None], expected: Callable[[], Number]) -> Number:
    """What was measured over what is expected of the same [flop/s], where it was measured."""
    here = case.column(f"{name} known", lambda candidate: of(candidate) is not None)
    if not here.any():
        return 1.0
    rate = case.spans(name, lambda candidate: of(candidate) or matmul(candidate), "flops")
    return choose(here, rate / expected(), 1.0)


def _kernels_s(case: Case, run: Run) -> Number:
    """Seconds of a micro batch's arithmetic and moves, without launching."""
    found = micro_s(run, case.fitted.constants)
    return run.shape.layers * (found.matmul + found.attention + found.moving) + found.head


def _flops(run: Run) -> Number:
    """Flops of a micro batch, forward, backward and again where layers are computed again."""
    shape, tokens, again = run.shape, tokens_a_device(run), recomputed(run)
    passes = 1.0 + run.software.backward * (1.0 + run.software.trained) + again
    attended = attention_flops(shape, tokens) * (1.0 + 2.0 * run.software.backward + again)
    head = 6.0 * tokens * shape.vocabulary * shape.hidden * (run.software.logit_bytes > 0)
    return shape.layers * (2.0 * active_weights(shape) * tokens * passes + attended) + head


def _yardstick(case: Case, run: Run) -> Number:
    """flop/s that the formulas expect of the measured network."""
    hidden = case.column("yardstick hidden", lambda candidate: _yardstick_of(candidate)[0])
    sequence = case.column("yardstick sequence", lambda candidate: _yardstick_of(candidate)[1])
    sequences = case.column("yardstick sequences", lambda candidate: _yardstick_of(candidate)[2])
    shape = Shape(
        layers=1.0, hidden=hidden, heads=hidden / 64.0, attended=hidden, kv_values=2.0 * hidden,
        attention_weights=4.0 * hidden**2, dense_weights=8.0 * hidden**2, routed_weights=0.0, routed_active=0.0,
        copies=0.0, ffn_values=8.0 * hidden, vocabulary=0.0, tied=1.0, causal=0.0, attending=1.0, sequence=sequence,
    )  # fmt: skip
    measured = Run(
        shape,
        replace(run.layout, micro=sequences, checkpoint=NO_CKPT),
        run.device,
        replace(run.software, weight_bytes=4.0, trained=1.0, logit_bytes=0.0, backward=1.0),
    )
    return _flops(measured) / micro_s(measured, case.fitted.constants).layer


def _yardstick_of(candidate: Candidate) -> tuple[float, float, float]:
    return YARDSTICK["cpu" if candidate.site.kind == "cpu" else "gpu"]
