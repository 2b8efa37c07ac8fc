"""Square matrix multiply, C = A B: how fast the device computes when nothing else is in its way.

work = 2 n^3 flop (a multiply-add counts as two).
"""

SIZE = {"cpu": 1536, "cuda": 8192}
SMALL = 256
PATIENCE_S = 1.0


def prepare(torch, device, dtype):
    """(run, work, unit); `dtype` is float32, tf32 (CUDA), bfloat16 or float16."""
    if dtype == "bfloat16" and device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        raise RuntimeError("this GPU has no bfloat16 units")
    n = _affordable_size(torch, device, dtype)
    multiply = _multiplication(torch, device, dtype, n)
    return multiply, 2.0 * n**3, "flop/s"


def _multiplication(torch, device, dtype, n):
    stored = getattr(torch, "float32" if dtype == "tf32" else dtype)
    a, b, c = (torch.randn(n, n, device=device).to(stored) for _ in range(3))

    def run():
        if device.type == "cuda":  # the switch is global, and the variants take turns
            torch.backends.cuda.matmul.allow_tf32 = dtype == "tf32"
        torch.mm(a, b, out=c)

    return run


def _affordable_size(torch, device, dtype):
    """A CPU without bfloat16 or float16 units emulates them up to 500 times slower: there a small n has to do."""
    if device.type != "cpu" or dtype == "float32":
        return SIZE[device.type]
    from time import perf_counter

    run = _multiplication(torch, device, dtype, SMALL)
    run()
    start = perf_counter()
    run()
    expected_s = (perf_counter() - start) * (SIZE["cpu"] / SMALL) ** 3
    return SIZE["cpu"] if expected_s < PATIENCE_S else SMALL
