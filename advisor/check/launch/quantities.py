"""Numbers as launch files write them: Kubernetes quantities, Docker sizes, Slurm memory and times."""

import re

# Kubernetes: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_KUBERNETES = {
    "": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50,
}  # fmt: skip
_DOCKER = {"": 1.0, "b": 1.0, "k": 2.0**10, "kb": 2.0**10, "m": 2.0**20, "mb": 2.0**20, "g": 2.0**30, "gb": 2.0**30}
_SLURM = {"": 2.0**20, "k": 2.0**10, "m": 2.0**20, "g": 2.0**30, "t": 2.0**40}
_NUMBER = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)")


def kubernetes_quantity(text: str) -> float | None:
    """`64Gi` is 64 x 2^30, `500m` is 0.5; None for anything else."""
    return _scaled(text, _KUBERNETES)


def docker_bytes(text: str) -> float | None:
    """`1g` is 2^30 bytes, as Docker counts."""
    return _scaled(text.lower(), _DOCKER)


def slurm_bytes(text: str) -> float | None:
    """`64G` is 64 x 2^30 bytes, a bare number counts MiB (sbatch, --mem)."""
    return _scaled(text.lower().removesuffix("b"), _SLURM)


def slurm_seconds(text: str) -> float | None:
    """`minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours[:minutes[:seconds]]` (sbatch, --time)."""
    match = re.fullmatch(r"(?:(\d{1,6})-)?(\d{1,9})(?::(\d{1,4}))?(?::(\d{1,4}))?", text.strip())
    if match is None:
        return None
    days, *parts = match.groups()
    numbers = [int(part) for part in parts if part is not None]
    if days is not None:
        hours, minutes, seconds = [*numbers, 0, 0][:3]
        return int(days) * 86400.0 + hours * 3600 + minutes * 60 + seconds
    if len(numbers) == 3:
        return numbers[0] * 3600.0 + numbers[1] * 60 + numbers[2]
    return numbers[0] * 60.0 + (numbers[1] if len(numbers) == 2 else 0)


def said_bytes(count: float) -> str:
    """`141 GB`, decimal, as memory of GPUs and files is sold."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            number = count / size
            return f"{number:.0f} {unit}" if number >= 100 else f"{number:.1f} {unit}".replace(".0 ", " ")
    return f"{count:.0f} bytes"


def _scaled(text: str, units: dict[str, float]) -> float | None:
    match = _NUMBER.fullmatch(text.strip())
    if match is None or match.group(2) not in units:
        return None
    return float(match.group(1)) * units[match.group(2)]
