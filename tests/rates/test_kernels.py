from typing import Any

import pytest

from advisor.rates.child import _kernel
from advisor.rates.programs import PROGRAMS, Program

torch: Any = pytest.importorskip("torch")
CPU = torch.device("cpu")
torch.set_num_threads(1)  # beside other programs, threads that wait for one another take many times as long


def counted_flop(run: Any) -> float:
    """Flop of one call as torch's own counter sees them, attention forced into plain multiplications."""
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        run()
    return float(counter.get_total_flops())


def flop_of(stem: str, dtype: str = "float32") -> tuple[float, float, Any]:
    """(work as the kernel states it, flop as counted, the kernel's module)."""
    kernel = _kernel(stem)
    run, work, unit = kernel.prepare(torch, CPU, dtype)
    assert unit == "flop/s"
    return work, counted_flop(run), kernel


@pytest.mark.parametrize("program", PROGRAMS["cpu"], ids=lambda program: program.rate)
def test_each_kernel_runs_and_states_its_unit(program: Program) -> None:
    """Every program of the CPU can be prepared and called twice."""
    run, work, unit = _kernel(program.kernel).prepare(torch, CPU, program.dtype)
    run()
    run()
    assert work > 0
    assert unit == program.unit


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_matrix_multiply_counts_what_torch_counts(dtype: str) -> None:
    """2 n^3, exactly."""
    work, counted, _ = flop_of("matmul", dtype)
    assert work == counted


def test_mlp_counts_six_a_parameter_and_sample() -> None:
    """Torch counts the same but for biases, which are added, and the gradient of the input, which nobody needs."""
    work, counted, kernel = flop_of("train_mlp")
    width, samples = kernel.WIDTH["cpu"], kernel.SAMPLES["cpu"]
    biases = kernel.HIDDEN_LAYERS * width + kernel.CLASSES
    assert counted == work - 6 * biases * samples - 2 * kernel.INPUTS * width * samples
    assert counted / work > 0.9


def test_transformer_counts_parameters_and_full_attention() -> None:
    """Torch counts the same but for biases and the scales of norms, which are not multiplied as matrices."""
    work, counted, kernel = flop_of("train_transformer")
    width, layers = kernel.WIDTH["cpu"], kernel.LAYERS["cpu"]
    tokens = kernel.SEQUENCE["cpu"] * kernel.SEQUENCES["cpu"]
    biases_and_scales = layers * (3 + 1 + 4 + 1 + 4) * width + 2 * width + kernel.CLASSES
    assert counted == work - 6 * biases_and_scales * tokens
    assert counted / work > 0.99


@pytest.mark.parametrize("stem", ["train_mlp", "train_transformer"])
def test_a_training_step_trains(stem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is complete: the loss of the same batch falls over a few of them."""
    losses: list[float] = []
    honest = torch.nn.functional.cross_entropy

    def watched(*arguments: Any) -> Any:
        loss = honest(*arguments)
        losses.append(float(loss.detach()))
        return loss

    monkeypatch.setattr(torch.nn.functional, "cross_entropy", watched)
    run, _, _ = _kernel(stem).prepare(torch, CPU, "float32")
    for _ in range(6):
        run()
    assert losses[-1] < losses[0]


def test_stream_moves_three_arrays() -> None:
    """The triad is right, its bytes are those of two arrays read and one written, too large for a cache."""
    kernel = _kernel("stream")
    kernel.ELEMENTS = {"cpu": 1000}
    run, work, unit = kernel.prepare(torch, CPU, "float32")
    assert (work, unit) == (3 * 1000 * 4, "bytes/s")
    arrays = dict(zip(run.__code__.co_freevars, (cell.cell_contents for cell in run.__closure__), strict=True))
    run()
    assert torch.equal(arrays["a"], arrays["b"] + 3 * arrays["c"])
    assert _kernel("stream").ELEMENTS["cpu"] * 4 >= 128 * 2**20


def test_a_cpu_without_half_precision_units_gets_a_small_multiplication(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bfloat16 is emulated the size shrinks, so that the slow number is had instead of a time-out."""
    kernel = _kernel("matmul")
    monkeypatch.setattr(kernel, "PATIENCE_S", 0.0)
    _, work, _ = kernel.prepare(torch, CPU, "bfloat16")
    assert work == 2 * kernel.SMALL**3
    _, work, _ = kernel.prepare(torch, CPU, "float32")
    assert work == 2 * kernel.SIZE["cpu"] ** 3


def test_mixed_precision_trains_too() -> None:
    """The precision that GPUs are timed in runs on the CPU as well."""
    for stem in ("train_mlp", "train_transformer"):
        run, _, _ = _kernel(stem).prepare(torch, CPU, "mixed")
        run()
