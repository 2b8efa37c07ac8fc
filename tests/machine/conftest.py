"""Machines made of files: a folder that looks like another machine's /proc and /sys."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from advisor.machine.world import Space, World
from advisor.values.catalog import Accelerator

MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(tmp_path: Path) -> MakeWorld:
    """World from files (absolute path: text); 64 CPUs, all of them in the affinity, unless told otherwise."""

    def make(files: Mapping[str, str] | None = None, **changes: object) -> World:
        root = tmp_path / "root"
        for name, text in {"/proc/meminfo": "MemTotal: 500000000 kB\n", **(files or {})}.items():
            place = root / name.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        settings: dict[str, object] = {
            "root": root,
            "environ": {},
            "cpu_count": lambda: 64,
            "affinity": lambda: 64,
            "space": lambda _: Space(10**12, 4 * 10**11),
            "system": "linux",
        }
        return World(**{**settings, **changes})  # type: ignore[arg-type]

    return make


def _row(id: str, memory_gb: float, match: tuple[str, ...], aliases: tuple[str, ...] = ()) -> Accelerator:
    return Accelerator(id, "nvidia", memory_gb, 1000, {"bf16": 100}, 0, "4", 300, match, aliases, "sheet", "high")


@pytest.fixture(scope="session")
def accelerators() -> dict[str, Accelerator]:
    rows = (
        _row("a10", 24, ("NVIDIA A10",)),
        _row("a10g", 24, ("NVIDIA A10G",)),
        _row("a100-sxm4-40gb", 40, ("NVIDIA A100-SXM4-40GB",)),
        _row("a100-sxm4-80gb", 80, ("NVIDIA A100-SXM4-80GB",), ("a100-sxm-80gb",)),
        _row("a100-pcie-80gb", 80, ("NVIDIA A100 80GB PCIe",)),
        _row("h100-sxm5-80gb", 80, ("NVIDIA H100 80GB HBM3",), ("h100-sxm-80gb", "h100-80gb")),
        _row("h100-pcie-80gb", 80, ("NVIDIA H100 PCIe",)),
        _row("h200-sxm-141gb", 141, ("NVIDIA H200",)),
        _row("h200-nvl-141gb", 141, ("NVIDIA H200 NVL",)),
        _row("v100-sxm2-32gb", 32, ("Tesla V100-SXM2-16GB", "Tesla V100-SXM2-32GB")),
        _row("gh200-96gb", 96, ("NVIDIA GH200 480GB",), ("gh200",)),
        _row("rtx3090", 24, ("NVIDIA GeForce RTX 3090",)),
        _row("rtx3090ti", 24, ("NVIDIA GeForce RTX 3090 Ti",)),
        _row("rtx4090", 24, ("NVIDIA GeForce RTX 4090",)),
        _row("rtx4060ti-8gb", 8, ("NVIDIA GeForce RTX 4060 Ti",)),
        _row("rtx4060ti-16gb", 16, ("NVIDIA GeForce RTX 4060 Ti",)),
        _row("gb10-dgx-spark", 128, ("NVIDIA GB10",), ("dgx-spark",)),
        _row("mi300x", 192, ("AMD Instinct MI300X",)),
        _row("apple-m3-max-40c", 128, ("Apple M3 Max",)),
        _row("tpu-v5e", 16, ()),
    )
    return {row.id: row for row in rows}
