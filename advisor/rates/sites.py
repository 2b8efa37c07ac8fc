"""Where one could train, and how fast it goes there: measured where it was, else published, else the data sheet."""

from dataclasses import replace

from advisor.figure import Fact
from advisor.rates.sheets import BANDWIDTH_REACH, RENTED_FABRIC, clock, link, matmul_reach, modern, usual_fabric
from advisor.values.catalog import Accelerator, Price, Tables
from advisor.values.facts import Device, Machine, Rates
from advisor.values.workload import Site, Span, exactly

RENTED_HOST = (16.0, 1.2e11)
"""CPUs and bytes of host memory that come with each rented accelerator: EXPERT."""
RENTED_COUNTS = (1, 8, 32)
UNKNOWN_MEMORY_BYTES = 8e9
"""Of a GPU that told nothing and has no row: what the smallest ones that people train on have."""
UNIFIED_SHARE = 0.75
"""What the accelerator may take of memory that it shares with everything else (Apple's default limit)."""
SLICE = Span(1 / 7, 1 / 7, 3 / 7)
"""A MIG slice over its GPU: nobody says which slice a process will get, so the smallest is planned for."""
_FLOPS_A_CYCLE = (("avx512f", 32.0), ("avx2", 16.0), ("neon", 8.0), ("sve", 16.0))
_MEASURED = (("bf16", "bfloat16"), ("fp16", "float16"), ("tf32", "tf32"), ("fp32", "float32"))


def sites(machine: Machine, rates: Rates, tables: Tables) -> tuple[Site, ...]:
    """This machine's CPUs, its accelerators, and every accelerator of the catalogue that has a price."""
    own = [_own_gpu(machine, rates, tables)] if machine.devices else []
    rented = [accelerator_site(tables.accelerators[id], price) for id, price in tables.prices.items()]
    return (_cpu(machine, rates), *own, *rented)


def _number(machine: Machine, id: str, default: float) -> float:
    fact = machine.facts.get(id)
    return fact.number if fact is not None and fact.known and fact.number > 0 else default


def _span(fact: Fact) -> Span:
    low, high = fact.range
    return Span(fact.number, low, high)


def _rate(rates: Rates, id: str) -> Span | None:
    """A measured rate, None where there is none."""
    fact = rates.facts.get(id)
    return _span(fact) if fact is not None and fact.known and fact.number > 0 else None


def _sheet(measured: Span | None) -> Span | None:
    """The bandwidth of a data sheet that a measured copy would belong to."""
    return measured.times(1.0 / BANDWIDTH_REACH) if measured is not None else None


def _cpu(machine: Machine, rates: Rates) -> Site:
    cpus = _number(machine, "machine.cpus", 4.0)
    memory = _number(machine, "machine.memory", 1.6e10)
    matmul = _rate(rates, "rate.cpu.matmul.float32")
    return Site(
        id="cpu",
        kind="cpu",
        name="the CPU of this machine" if cpus == 1 else f"the {cpus:g} CPUs of this machine",
        accelerator="",
        counts=(1,),
        memory_bytes=memory,
        host_memory_bytes=memory,
        host_cpus=cpus,
        flops=(("fp32", matmul or _cpu_sheet(machine, cpus)),),
        trains=_rate(rates, "rate.cpu.train_transformer"),
        trains_mlp=_rate(rates, "rate.cpu.train_mlp"),
        bandwidth=_sheet(_rate(rates, "rate.cpu.stream")) or Span(2e10, 8e9, 1e11),
        link=exactly(1e12),
        price=exactly(0.0),
        tdp_w=10.0 * cpus,
        provenance="measured" if matmul else "assumed",
        basis=rates.facts["rate.cpu.matmul.float32"].source if matmul else "CPUs x clock x instruction set",
    )


def _cpu_sheet(machine: Machine, cpus: float) -> Span:
    """fp32 flop/s from CPUs x clock x operations a cycle, half of it for two threads a core; wide, as it must be."""
    flags = machine.facts.get("machine.cpu_flags")
    known = flags.value if flags is not None and isinstance(flags.value, tuple) else ()
    a_cycle = next((rate for flag, rate in _FLOPS_A_CYCLE if flag in known), 8.0)
    ghz = _number(machine, "machine.cpu_ghz", 2.5)
    peak = cpus * ghz * 1e9 * a_cycle
    return Span(peak * 0.7, peak * 0.3, peak * 1.6)


def _own_gpu(machine: Machine, rates: Rates, tables: Tables) -> Site:
    """The devices that are like the first one, as one site."""
    first = machine.devices[0]
    count = sum(1 for device in machine.devices if device.name == first.name)
    row = tables.accelerators.get(first.slug)
    site = accelerator_site(row) if row is not None else _unknown_gpu(first.name)
    host = _number(machine, "machine.memory", RENTED_HOST[1] * count)
    known = replace(
        site,
        id=first.slug or "gpu",
        kind="own_gpu",
        name=first.name.removeprefix("NVIDIA "),
        counts=tuple(sorted({1, count})),
        memory_bytes=_memory(first, row, host),
        host_memory_bytes=host,
        host_cpus=_number(machine, "machine.cpus", RENTED_HOST[0] * count),
        devices_a_node=count,
    )
    return _sliced(known) if first.mig else _measured(known, rates)


def _memory(device: Device, row: Accelerator | None, host_bytes: float) -> float:
    """What the driver says, else the catalogue; a share of the machine's memory where the two are one."""
    told = device.memory_bytes or (row.memory_gb * 1e9 if row is not None else UNKNOWN_MEMORY_BYTES)
    return min(told, host_bytes) * UNIFIED_SHARE if row is not None and row.unified else told


def _sliced(site: Site) -> Site:
    return replace(
        site,
        memory_bytes=site.memory_bytes / 8.0,
        flops=tuple((dtype, _scaled(rate, SLICE)) for dtype, rate in site.flops),
        bandwidth=_scaled(site.bandwidth, SLICE),
        basis=f"{site.basis}; MIG is on: the smallest slice",
    )


def _scaled(span: Span, by: Span) -> Span:
    return Span(span.value * by.value, span.low * by.low, span.high * by.high)


def _measured(site: Site, rates: Rates) -> Site:
    """The site with what was measured on the first GPU in place of the data sheet."""
    found = {dtype: rate for dtype, name in _MEASURED if (rate := _rate(rates, f"rate.gpu0.matmul.{name}"))}
    if not found:
        return site
    sheet = {dtype: rate.value / site.reach for dtype, rate in site.flops}
    best = next(iter(found))
    return replace(
        site,
        flops=tuple((dict(site.flops) | found).items()),
        reach=found[best].value / sheet[best] if best in sheet else site.reach,
        trains=_rate(rates, "rate.gpu0.train_transformer"),
        trains_mlp=_rate(rates, "rate.gpu0.train_mlp"),
        bandwidth=_sheet(_rate(rates, "rate.gpu0.stream")) or site.bandwidth,
        provenance="measured",
        basis=next(fact.source for id, fact in rates.facts.items() if id.startswith("rate.gpu0.matmul") and fact.known),
    )


def accelerator_site(row: Accelerator, price: Price | None = None) -> Site:
    """The accelerator of a row, rented where there is a price."""
    low, reach, high = matmul_reach(row)
    network = usual_fabric(row)
    return Site(
        id=f"rent:{row.id}" if price is not None else row.id,
        kind="rented",
        name=row.id.upper(),
        accelerator=row.id,
        counts=RENTED_COUNTS,
        memory_bytes=row.memory_gb * 1e9,
        host_memory_bytes=RENTED_HOST[1],
        host_cpus=RENTED_HOST[0],
        flops=tuple((dtype, Span(reach, low, high).times(rate * 1e12)) for dtype, rate in row.tflops.items()),
        reach=reach,
        trains=None,
        bandwidth=exactly(row.memory_gbps * 1e9),
        link=link(row),
        fabric=Span(network, network * RENTED_FABRIC[0], network * RENTED_FABRIC[1]),
        price=Span(price.typical, price.low, price.high) if price is not None else exactly(0.0),
        tdp_w=row.tdp_w or 400.0,
        provenance="datasheet",
        basis=f"accelerators.yaml {row.id}: {row.source}",
        modern=modern(row),
        clock_hz=clock(row),
    )


def _unknown_gpu(name: str) -> Site:
    """A GPU without a row: the range of consumer and data-centre cards, so that nothing is claimed."""
    return Site(
        id="gpu", kind="own_gpu", name=name, accelerator="", counts=(1,), memory_bytes=UNKNOWN_MEMORY_BYTES,
        host_memory_bytes=RENTED_HOST[1], host_cpus=RENTED_HOST[0],
        flops=(("fp32", Span(2e13, 5e12, 6e13)), ("fp16", Span(6e13, 2e13, 3e14))),
        trains=None, bandwidth=Span(5e11, 2e11, 2e12), link=Span(1.2e10, 6e9, 3e11), price=exactly(0.0), tdp_w=300.0,
        provenance="assumed", basis=f"no row for {name}",
    )  # fmt: skip
