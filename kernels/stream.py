"""STREAM triad, a = b + s c: how fast the device moves bytes between its memory and itself.

work = 3 arrays x their bytes, as STREAM counts: two read, one written; that a cache reads the written
line first is not counted. Arrays are four times as large as the caches of common parts and more.
"""

ELEMENTS = {"cpu": 32 * 2**20, "cuda": 128 * 2**20}
BYTES_EACH = 4


def prepare(torch, device, dtype):
    """(run, work, unit); `dtype` is float32."""
    n = ELEMENTS[device.type]
    a, b, c = (torch.full((n,), float(i), device=device, dtype=getattr(torch, dtype)) for i in range(3))

    def run():
        torch.add(b, c, alpha=3.0, out=a)

    return run, 3.0 * n * BYTES_EACH, "bytes/s"
