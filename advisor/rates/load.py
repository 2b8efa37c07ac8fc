"""How busy the machine is, with us and without us."""

from collections.abc import Iterable


def busy_s() -> float:
    """CPU seconds that all programs of the machine have used so far, or a hypervisor has withheld from them."""
    import psutil

    times = psutil.cpu_times()._asdict()
    left_out: Iterable[str] = ("idle", "iowait", "guest", "guest_nice")  # user time includes the guests'
    return float(sum(times.values()) - sum(times.get(name, 0.0) for name in left_out))


class Others:
    """CPUs that other programs keep busy on average, from the making of this object to `cpus()`."""

    def __init__(self) -> None:
        self._wall, self._own, self._busy = _clocks()

    def cpus(self) -> float:
        wall, own, busy = _clocks()
        return max(0.0, (busy - self._busy) - (own - self._own)) / max(wall - self._wall, 1e-9)


def _clocks() -> tuple[float, float, float]:
    from time import perf_counter, process_time

    return perf_counter(), process_time(), busy_s()
