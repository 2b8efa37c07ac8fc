"""Asks NVIDIA's driver what is there; a program of its own, because a sick driver may never answer.

Prints one JSON object a line as soon as it knows it, so that what was learned before a call hung is
not lost: {"error": …} | {"driver": …}, {"count": n}, {"device": i, …}…, {"done": true}. A field that
the driver refuses is {"refused": reason, "code": NVML's number}.
"""

import json
import os
import signal
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

_LIFE_S = 20
"""Should the parent die before it can end this process, the system's alarm clock does."""


def main() -> None:
    """Prints everything that the driver answers, in the order in which it answers."""
    if hasattr(signal, "alarm"):
        signal.alarm(_LIFE_S)
    try:
        import pynvml
    except ImportError as error:
        return _print({"error": {"refused": f"the package nvidia-ml-py cannot be imported: {error}", "code": "import"}})
    attempt = _attempting((pynvml.NVMLError, ValueError, OSError))
    started = attempt(pynvml.nvmlInit)
    if started is not None:
        return _print({"error": started})
    _print({"driver": attempt(pynvml.nvmlSystemGetDriverVersion)})
    count = attempt(pynvml.nvmlDeviceGetCount)
    _print({"count": count})
    for index in range(count if isinstance(count, int) else 0):
        handle = attempt(partial(pynvml.nvmlDeviceGetHandleByIndex, index))
        if isinstance(handle, dict):
            _print({"device": index, "lost": handle})
            continue
        _print({"device": index, **{name: attempt(ask) for name, ask in _questions(pynvml, handle).items()}})
    return _print({"done": True})


def _questions(nvml: Any, handle: object) -> Mapping[str, Callable[[], object]]:
    return {
        "name": partial(nvml.nvmlDeviceGetName, handle),
        "uuid": partial(nvml.nvmlDeviceGetUUID, handle),
        "memory": lambda: int(nvml.nvmlDeviceGetMemoryInfo(handle).total),
        "capability": lambda: "{}.{}".format(*nvml.nvmlDeviceGetCudaComputeCapability(handle)),
        "mig": lambda: bool(nvml.nvmlDeviceGetMigMode(handle)[0]),
    }


def _attempting(errors: tuple[type[Exception], ...]) -> Callable[[Callable[[], object]], object]:
    def attempt(ask: Callable[[], object]) -> object:
        try:
            return ask()
        except errors as error:
            return {"refused": str(error), "code": getattr(error, "value", None)}

    return attempt


def _print(answer: Mapping[str, object]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
    os._exit(0)  # the driver's own clean-up may hang as well
