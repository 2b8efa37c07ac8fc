"""GPUs as launch files name them, and the machines that have them.

Compute capability: developer.nvidia.com/cuda-gpus. Memory: the vendors' data sheets. GPUs of a machine type:
docs.aws.amazon.com/ec2 (accelerated computing), cloud.google.com/compute/docs/gpus, learn.microsoft.com/azure (N
series); read in 2025.
"""

import re
from dataclasses import dataclass

BF16, FLASH_ATTENTION_2, FP8 = 8.0, 8.0, 8.9
"""The compute capability from which NVIDIA GPUs have bfloat16, FlashAttention-2 and fp8."""

_GIB = 2.0**30


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU model: its name, compute capability, memory in bytes (the largest where the name leaves it open; None
    where that says nothing), and the most that one machine has anywhere.
    """

    name: str
    capability: float
    memory_bytes: float | None
    most: int = 8


_GPUS: tuple[tuple[str, Gpu], ...] = tuple(
    (pattern, Gpu(name, capability, gib * _GIB if gib else None, most))
    for pattern, name, capability, gib, most in (
        (r"gb200|gb300", "GB200", 10.0, 186, 4),
        (r"b300", "B300", 10.3, 268, 8),
        (r"b200", "B200", 10.0, 179, 8),
        (r"b100", "B100", 10.0, 179, 8),
        (r"gh200", "GH200", 9.0, 141, 2),
        (r"h200", "H200", 9.0, 140, 8),
        (r"h100.*(94|nvl)", "H100 NVL", 9.0, 93, 8),
        (r"h100", "H100", 9.0, 79.6, 8),
        (r"h800", "H800", 9.0, 79.6, 8),
        (r"h20", "H20", 9.0, 95, 8),
        (r"a100.*80|a100-?80gb", "A100 80GB", 8.0, 79.3, 16),
        (r"(?:tesla-)?a100(?:-sxm4|-pcie)?[-_ ]?40\w*|tesla-a100", "A100 40GB", 8.0, 39.5, 16),
        (r"a100", "A100 (at most 80 GB)", 8.0, 79.3, 16),
        (r"a800", "A800", 8.0, 79.3, 8),
        (r"a10g", "A10G", 8.6, 22.5, 8),
        (r"a10", "A10", 8.6, 22.5, 8),
        (r"a30", "A30", 8.0, 23.5, 8),
        (r"a40", "A40", 8.6, 44.5, 8),
        (r"a6000", "RTX A6000", 8.6, 47.5, 8),
        (r"l40s", "L40S", 8.9, 44.5, 8),
        (r"l40", "L40", 8.9, 44.5, 8),
        (r"l4", "L4", 8.9, 22.5, 8),
        (r"v100.*32", "V100 32GB", 7.0, 31.7, 16),
        (r"v100.*16", "V100 16GB", 7.0, 15.7, 8),
        (r"v100", "V100 (at most 32 GB)", 7.0, 31.7, 16),
        (r"t4g?", "T4", 7.5, 14.7, 8),
        (r"p100", "P100", 6.0, 15.9, 8),
        (r"p40", "P40", 6.1, 22.3, 8),
        (r"p4", "P4", 6.1, 7.4, 8),
        (r"k80", "K80", 3.7, 11.1, 16),
        (r"m60", "M60", 5.2, 7.4, 8),
        (r"(?:rtx|gtx)[-_ ]?20[678]0\w*", "RTX 20", 7.5, None, 10),
        (r"rtx[-_ ]?(?:quadro[-_ ]?)?[4568]000", "Quadro RTX", 7.5, None, 10),
        (r"(?:rtx|geforce)[-_ ]?30[6789]0\w*", "RTX 30", 8.6, None, 10),
        (r"(?:rtx|geforce)[-_ ]?4090", "RTX 4090", 8.9, 23.5, 10),
        (r"(?:rtx|geforce)[-_ ]?5090", "RTX 5090", 12.0, 31.4, 10),
    )
)
_COMPILED = tuple((re.compile(rf"(?:^|[^a-z0-9])(?:{pattern})(?:[^a-z0-9]|gb|$)"), gpu) for pattern, gpu in _GPUS)

_MACHINES: tuple[tuple[str, dict[str, int] | int], ...] = (
    (r"p5(en|e)?\.48xlarge|p4de?\.24xlarge|p6-b[23]00\.48xlarge", 8),
    (r"p5\.4xlarge", 1),
    (r"p3\.(\w+)|p3dn\.(\w+)", {"2xlarge": 1, "8xlarge": 4, "16xlarge": 8, "24xlarge": 8}),
    (r"g4dn\.(\w+)", {"xlarge": 1, "2xlarge": 1, "4xlarge": 1, "8xlarge": 1, "16xlarge": 1, "12xlarge": 4, "metal": 8}),
    (r"g[56]e?\.(\w+)", {"xlarge": 1, "2xlarge": 1, "4xlarge": 1, "8xlarge": 1, "16xlarge": 1,
                         "12xlarge": 4, "24xlarge": 4, "48xlarge": 8}),
    (r"a[23]-(?:high|ultra|mega|edge)gpu-(\d+)g(?:-nolssd)?", {str(count): count for count in (1, 2, 4, 8)}),
    (r"a2-megagpu-16g", 16),
    (r"g2-standard-(\d+)", {"4": 1, "8": 1, "12": 1, "16": 1, "32": 1, "24": 2, "48": 4, "96": 8}),
    (r"standard_nd\d+\w*_(?:h100|h200|a100)_v\d|standard_nd96\w*_v4", 8),
    (r"standard_nc(\d+)\w*_a100_v4", {"24": 1, "48": 2, "96": 4}),
    (r"standard_nc(\d+)\w*_t4_v3", {"4": 1, "8": 1, "16": 1, "64": 4}),
    (r"standard_nc(\d+)\w*h100_v5", {"40": 1, "80": 2}),
)  # fmt: skip


_MOST_RENTED = {"A100 80GB": 8, "V100 32GB": 8}
"""Where clouds have fewer in one machine than the maker builds."""


def most_rented(card: Gpu) -> int:
    """The most GPUs of a model that one machine of a cloud has."""
    return _MOST_RENTED.get(card.name, card.most)


def gpu(name: object) -> Gpu | None:
    """The GPU that a name, a node label or an instance's label means; None when it is not known."""
    if not isinstance(name, str) or len(name) > 100:
        return None
    text = name.lower()
    return next((each for pattern, each in _COMPILED if pattern.search(text)), None)


_GPUS_OF_MACHINES = (
    (r"p3(dn)?\..*", "v100"), (r"g4dn\..*", "t4"), (r"p2\..*", "k80"), (r"g5\..*", "a10g"), (r"g6\..*", "l4"),
    (r"g6e\..*", "l40s"), (r"p4d\..*", "a100-40gb"), (r"p4de\..*", "a100-80gb"),
    (r"p5\..*|a3-(high|mega|edge)gpu.*", "h100"),
    (r"p5en?\..*|a3-ultragpu.*", "h200"), (r"g2-standard-.*", "l4"), (r"a2-(high|mega)gpu.*", "a100-40gb"),
    (r"a2-ultragpu.*", "a100-80gb"), (r"standard_nc.*_t4_v3", "t4"), (r"standard_nc\d+s_v3", "v100"),
    (r"standard_nd.*_h100_v5", "h100"), (r"standard_nc.*_a100_v4", "a100-80gb"),
)  # fmt: skip


def gpu_of_machine(machine_type: object) -> Gpu | None:
    """The GPU model of a cloud's machine type; None when it is not known."""
    text = machine_type.lower() if isinstance(machine_type, str) and len(machine_type) < 100 else ""
    name = next((name for pattern, name in _GPUS_OF_MACHINES if re.fullmatch(pattern, text)), None)
    return gpu(name)


def gpus_of(machine_type: object) -> int | None:
    """How many GPUs a machine type of a cloud has; None when it is not known."""
    if not isinstance(machine_type, str) or len(machine_type) > 100:
        return None
    text = machine_type.lower()
    for pattern, counts in _MACHINES:
        match = re.fullmatch(pattern, text)
        if match is not None:
            if isinstance(counts, int):
                return counts
            size = next((group for group in match.groups() if group), "")
            return counts.get(size)
    return None
