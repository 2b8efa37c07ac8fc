"""Where one could train, and how fast it goes there: measured where it was, else published, else the data sheet."""

from collections.abc import Mapping

from advisor.figure import Fact
from advisor.values.catalog import Accelerator, Price, Tables
from advisor.values.facts import Machine, Rates
from advisor.values.workload import Site, Span, exactly

MATMUL_REACH: Mapping[str, tuple[float, float, float]] = {
    "a100": (0.80, 0.87, 0.90), "h100": (0.72, 0.80, 0.84), "h200": (0.72, 0.80, 0.84), "b200": (0.70, 0.78, 0.82),
    "gb200": (0.66, 0.73, 0.78), "mi355x": (0.60, 0.68, 0.72), "mi325x": (0.53, 0.60, 0.65),
    "mi300x": (0.45, 0.51, 0.56),
}  # fmt: skip
"""Best measured bf16 matrix multiplication over the dense data sheet (ML_ENG), with a margin either side."""
USUAL_REACH = (0.60, 0.75, 0.88)
BANDWIDTH_REACH = (0.80, 0.88, 0.93)
RENTED_HOST = (16.0, 1.2e11)
"""CPUs and bytes of host memory that come with each rented accelerator: EXPERT."""
RENTED_COUNTS = (1, 8, 32)
_FLOPS_A_CYCLE = (("avx512f", 32.0), ("avx2", 16.0), ("neon", 8.0), ("sve", 16.0))


def sites(machine: Machine, rates: Rates, tables: Tables) -> tuple[Site, ...]:
    """This machine's CPUs, its accelerators, and every accelerator of the catalogue that has a price."""
    own = [_own_gpu(machine, tables)] if machine.devices else []
    rented = [_rented(tables.accelerators[id], price) for id, price in tables.prices.items()]
    return (_cpu(machine, rates), *own, *rented)


def _number(machine: Machine, id: str, default: float) -> float:
    fact = machine.facts.get(id)
    return fact.number if fact is not None and fact.known else default


def _span(fact: Fact) -> Span:
    low, high = fact.range
    return Span(fact.number, low, high)


def _cpu(machine: Machine, rates: Rates) -> Site:
    cpus = _number(machine, "machine.cpus", 4.0)
    memory = _number(machine, "machine.memory", 1.6e10)
    matmul, trains = rates.facts.get("rate.cpu.matmul.float32"), rates.facts.get("rate.cpu.train_transformer")
    stream = rates.facts.get("rate.cpu.stream")
    measured = matmul is not None and matmul.known
    return Site(
        id="cpu",
        kind="cpu",
        name=f"the {cpus:g} CPUs of this machine",
        accelerator="",
        counts=(1,),
        memory_bytes=memory,
        host_memory_bytes=memory,
        host_cpus=cpus,
        flops=(("fp32", _span(matmul) if matmul is not None and matmul.known else _cpu_sheet(machine, cpus)),),
        trains=_span(trains) if trains is not None and trains.known else None,
        bandwidth=_span(stream) if stream is not None and stream.known else Span(2e10, 8e9, 1e11),
        link=exactly(1e12),
        price=exactly(0.0),
        tdp_w=10.0 * cpus,
        provenance="measured" if measured else "assumed",
        basis=matmul.source if matmul is not None and measured else "CPUs x clock x instruction set",
    )


def _cpu_sheet(machine: Machine, cpus: float) -> Span:
    """fp32 flop/s from CPUs x clock x operations a cycle, half of it for two threads a core; wide, as it must be."""
    flags = machine.facts.get("machine.cpu_flags")
    known = flags.value if flags is not None and isinstance(flags.value, tuple) else ()
    a_cycle = next((rate for flag, rate in _FLOPS_A_CYCLE if flag in known), 8.0)
    ghz = _number(machine, "machine.cpu_ghz", 2.5)
    peak = cpus * ghz * 1e9 * a_cycle
    return Span(peak * 0.7, peak * 0.3, peak * 1.6)


def _own_gpu(machine: Machine, tables: Tables) -> Site:
    first = machine.devices[0]
    count = sum(1 for device in machine.devices if device.name == first.name)
    row = tables.accelerators.get(first.slug)
    cpus = _number(machine, "machine.cpus", 16.0 * count)
    memory = _number(machine, "machine.memory", RENTED_HOST[1] * count)
    site = _rented(row, None) if row is not None else _unknown_gpu(first.name, first.memory_bytes)
    return Site(
        id=first.slug or "gpu",
        kind="own_gpu",
        name=first.name,
        accelerator=first.slug,
        counts=tuple(sorted({1, count})),
        memory_bytes=first.memory_bytes,
        host_memory_bytes=memory,
        host_cpus=cpus,
        flops=site.flops,
        trains=None,
        bandwidth=site.bandwidth,
        link=site.link,
        price=exactly(0.0),
        tdp_w=site.tdp_w,
        provenance=site.provenance,
        basis=site.basis,
        devices_a_node=max(count, 1),
    )


def _rented(row: Accelerator, price: Price | None) -> Site:
    low, value, high = MATMUL_REACH.get(row.id.split("-")[0], USUAL_REACH)
    flops = tuple(
        (_PRECISION.get(dtype, dtype), Span(rate * 1e12 * value, rate * 1e12 * low, rate * 1e12 * high))
        for dtype, rate in row.tflops.items()
    )
    bandwidth = row.memory_gbps * 1e9
    link = (row.link_gbps or _pcie(row.pcie_gen)) * 1e9
    return Site(
        id=f"rent:{row.id}" if price is not None else row.id,
        kind="rented",
        name=row.id,
        accelerator=row.id,
        counts=RENTED_COUNTS,
        memory_bytes=row.memory_gb * 1e9,
        host_memory_bytes=RENTED_HOST[1],
        host_cpus=RENTED_HOST[0],
        flops=flops,
        trains=None,
        bandwidth=Span(*(bandwidth * reach for reach in (BANDWIDTH_REACH[1], BANDWIDTH_REACH[0], BANDWIDTH_REACH[2]))),
        link=Span(link * 0.7, link * 0.4, link * 0.85),
        price=Span(price.typical, price.low, price.high) if price is not None else exactly(0.0),
        tdp_w=row.tdp_w or 400.0,
        provenance="datasheet",
        basis=f"accelerators.yaml {row.id}: {row.source}",
    )


_PRECISION = {"bf16": "bf16", "fp16": "fp16", "fp32": "fp32", "tf32": "tf32"}


def _pcie(generation: str) -> float:
    """GB/s one way of sixteen lanes (eight where the row says x8), by generation."""
    lanes = 0.5 if generation.endswith("x8") else 1.0
    return {"3": 16.0, "4": 32.0, "5": 63.0, "6": 126.0}.get(generation[:1], 16.0) * lanes


def _unknown_gpu(name: str, memory_bytes: float) -> Site:
    """A GPU without a row: the range of consumer and data-centre cards, so that nothing is claimed."""
    return Site(
        id="gpu", kind="own_gpu", name=name, accelerator="", counts=(1,), memory_bytes=memory_bytes,
        host_memory_bytes=RENTED_HOST[1], host_cpus=RENTED_HOST[0],
        flops=(("fp32", Span(2e13, 5e12, 6e13)), ("fp16", Span(6e13, 2e13, 3e14))),
        trains=None, bandwidth=Span(5e11, 2e11, 2e12), link=Span(1.2e10, 6e9, 3e11), price=exactly(0.0), tdp_w=300.0,
        provenance="assumed", basis=f"no row for {name}",
    )  # fmt: skip
