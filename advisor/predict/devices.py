"""The device of a run from what a row calls it: `A100-80GB (DGX A100)`, `H100-SXM 96GB HBM2e 2.4TB/s, 500W cap`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from advisor.errors import BadInput
from advisor.machine.naming import close, named
from advisor.rates.sheets import clock, link, matmul_reach, modern, usual_fabric
from advisor.values.catalog import Accelerator
from advisor.values.runs import Device

Accelerators = Mapping[str, Accelerator]


NAMES_KEPT = 4096
"""Names of a table that are kept; a table of nothing but other names starts anew."""


class Remembered(dict[str, Accelerator]):
    """Accelerators by id, with the names that were looked up before: tables repeat few names many times."""

    def __init__(self, accelerators: Accelerators) -> None:
        super().__init__(accelerators)
        self.found: dict[str, Accelerator | BadInput] = {}


FAMILY = (
    (r"\bgb300\b", "gb300-288gb"), (r"\bgb200\b", "gb200-186gb"), (r"\bb300\b", "b300-sxm-288gb"),
    (r"\bb200\b", "b200-sxm-180gb"), (r"\bgh200\b", "gh200-96gb"), (r"\bh200\b.*nvl", "h200-nvl-141gb"),
    (r"\bh200\b", "h200-sxm-141gb"), (r"\bh100\b.*(nvl|\b94 ?gb)", "h100-nvl-94gb"),
    (r"\bh100\b.*pcie", "h100-pcie-80gb"), (r"\bh100\b", "h100-sxm5-80gb"), (r"\ba100\b.*pcie", "a100-pcie-80gb"),
    (r"\ba100\b.*\b40( ?gb)?\b", "a100-sxm4-40gb"), (r"\ba100\b", "a100-sxm4-80gb"),
    (r"\bv100\b.*pcie", "v100-pcie-32gb"),
    (r"\bv100\b", "v100-sxm2-32gb"), (r"mi355x", "mi355x"), (r"mi350x", "mi350x"), (r"mi325x", "mi325x"),
    (r"mi300x", "mi300x"), (r"mi250x", "mi250x"), (r"\bl40s\b", "l40s"),
    (r"\ba800\b", "a100-sxm4-80gb"), (r"\bh800\b", "h100-sxm5-80gb"), (r"\ba10g\b", "a10g"), (r"\ba40\b", "a40"),
)  # fmt: skip
"""Names that publications use, most special first; names of drivers are matched exactly before them."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a chip has in a version that the catalogue has no row for: bytes, bytes/s, links over the row's, watts."""

    words: str
    memory: float = 0.0
    bandwidth: float = 0.0
    links: float = 1.0
    watts: float = 0.0


VERSIONS = (
    Version(r"\ba800\b", links=2.0 / 3.0),
    Version(r"\bh800\b", links=4.0 / 9.0),
    Version(r"\ba100\b.*\b40.*pcie|\ba100\b.*pcie.*\b40", 40e9, 1.555e12),
    Version(r"\bh100\b.*\b96\b", 96 * 2.0**30, 2.4e12, watts=500.0),
    Version(r"\bgh200\b.*\b14[14]", 144e9, 4.9e12),
)
"""Links of the versions for export: 400 of 600 and 400 of 900 GB/s (vendors' announcements of 2022 and 2023, EXPERT);
H100 with 96 GB of HBM2e at 500 W are those of torchtitan's tables
(TITAN)."""
PODS = {"tpu-v4": 4096.0, "tpu-v5p": 8960.0, "tpu-v5e": 256.0, "tpu-v6e": 256.0, "tpu-v7x": 9216.0}
"""Devices that share fast links, where they are not those of a server (Google Cloud's documentation, EXPERT)."""
NVL72 = re.compile(r"gb[23]00")
USUAL_NODE = {"trainium1": 16.0, "trainium2": 16.0, "trainium3": 16.0}
CORES_REACH = 0.92
"""What matrix products in fp32 reach of the data sheet where no matrix unit takes part (EXPERT)."""
USABLE_PRECISIONS = {"fp32": ("fp32",), "tf32": ("tf32", "fp32"), "16": ("bf16", "fp16", "fp32")}


@lru_cache(maxsize=4096)
def _row(name: str, known: tuple[str, ...]) -> str:
    low = _spaced(name)
    return next((id for words, id in FAMILY if id in known and re.search(words, low)), "")


def _spaced(name: str) -> str:
    return re.sub(r"[-_/(),]", " ", name.lower())


def accelerator(name: str, accelerators: Accelerators) -> Accelerator:
    """The row that a publication's name means. Raises BadInput, with names that come close, for none."""
    if not name:
        raise BadInput("gpu unknown")
    if not isinstance(accelerators, Remembered):
        return _looked_up(name, accelerators)
    if name not in accelerators.found:
        if len(accelerators.found) >= NAMES_KEPT:
            accelerators.found.clear()
        try:
            accelerators.found[name] = _looked_up(name, accelerators)
        except BadInput as error:
            accelerators.found[name] = error
    found = accelerators.found[name]
    if isinstance(found, BadInput):
        raise found.with_traceback(None)
    return found


def _looked_up(name: str, accelerators: Accelerators) -> Accelerator:
    name = re.sub(r"^\s*\d+\s*[x×]\s*", "", name)
    try:
        return named(name, accelerators).row
    except BadInput:
        found = _row(name, tuple(accelerators))
        if found:
            return accelerators[found]
        bare = re.sub(r"\(.*?\)|\b\d+ ?gb\b.*", "", name, flags=re.I).strip()
        try:
            return named(bare, accelerators).row
        except BadInput:
            near = close(name, accelerators)
            hint = f"; did you mean {' or '.join(near[:3])}?" if near else ""
            raise BadInput(f"no accelerator is called {name[:60]!r}{hint}") from None


def device(name: str, interconnect: str, precision: str, row: Accelerator) -> Device:
    """The device; sizes, bandwidth and power that the name states win over the row's. `precision` is fp32, tf32 or
    16, what the run multiplies in beside 8 bits."""
    cores = precision == "fp32" or (precision == "tf32" and "tf32" not in row.tflops)
    version = _version(name)
    flops = next((row.tflops[dtype] for dtype in USABLE_PRECISIONS[precision] if dtype in row.tflops), 10.0) * 1e12
    eight = row.tflops.get("fp8") or row.tflops.get("int8") or row.tflops.get("fp4", 0.0) / 2.0
    capped = _capped(_stated(name, r"(\d+) ?W\b", 1.0) or version.watts, row)
    return Device(
        memory=_stated(name, r"([\d.]+) ?GB\b", 1e9) or version.memory or row.memory_gb * 1e9,
        modern=float(modern(row)),
        flops=flops * capped,
        flops_8=(eight * 1e12 or flops) * capped,
        reach=CORES_REACH if cores else matmul_reach(row)[1],
        bandwidth=_stated(name, r"([\d.]+) ?TB/s", 1e12) or version.bandwidth or row.memory_gbps * 1e9,
        link=link(row).value * version.links,
        fabric=fabric(interconnect, row),
        scalar=row.tflops.get("fp32", 20.0) * 1e12 * capped,
        clock=clock(row),
    )


@lru_cache(maxsize=4096)
def _version(name: str) -> Version:
    low = _spaced(name)
    return next((version for version in VERSIONS if re.search(version.words, low)), Version(""))


def node(row: Accelerator, devices: float, nodes: float | None) -> float:
    """Devices that share fast links: those of a server, of a rack, of a pod."""
    if row.id in PODS or NVL72.match(row.id):
        return PODS.get(row.id, 72.0)
    if nodes and devices >= nodes:
        return max(1.0, devices / nodes)
    return USUAL_NODE.get(row.id, 8.0)


def fabric(text: str, row: Accelerator) -> float:
    """Bytes/s between nodes that each device has: as stated, a device or a node of eight, else the usual."""
    gigabits = [
        float(many or 1) * float(speed)
        for many, speed in re.findall(r"(?:(\d+) ?[x×] ?)?([\d.]+) ?gb(?:ps|/s|it/s)?\b", text, re.I)
    ]
    if not gigabits:
        return usual_fabric(row)
    each = re.search(r"per gpu", text, re.I) is not None
    return max(gigabits) * 1e9 / 8.0 / (1.0 if each else 8.0)


def _stated(name: str, words: str, unit: float) -> float:
    found = re.search(words, name, re.I)
    return float(found[1]) * unit if found else 0.0


def _capped(watts: float, row: Accelerator) -> float:
    """Clock that a lower power limit leaves: about the cube root of the share of the rated power (ML_ENG)."""
    return min(1.0, (watts / row.tdp_w) ** (1.0 / 3.0)) if watts and row.tdp_w else 1.0
