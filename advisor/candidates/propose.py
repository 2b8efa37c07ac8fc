"""Every sensible combination of what is trained, where, on how many devices, how spread, with which savers."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from advisor.values.candidates import UNTRAINED, Candidate, Field, Mode, Parallel
from advisor.values.workload import Site, Span, exactly

NOWHERE = Site(
    id="none", kind="none", name="no training", accelerator="", counts=(1,), memory_bytes=1e12, host_memory_bytes=1e12,
    host_cpus=1.0, flops=(("fp32", exactly(1e12)),), trains=None, bandwidth=exactly(1e12), link=exactly(1e12),
    price=exactly(0.0), tdp_w=0.0, provenance="computed", basis="nothing is trained",
)  # fmt: skip

TRAINED: tuple[Mode, ...] = ("linear_probe", "lora", "qlora", "full_finetune", "continue_pretrain", "from_scratch")


@lru_cache(maxsize=32)
def propose(family: str, sites: tuple[Site, ...], modes: tuple[Mode, ...]) -> Field:
    """Candidates in a fixed order, the simplest first. `modes` are those that no limit has removed yet."""
    if family == "trees":
        whole = [_plain("from_scratch", site) for site in sites if site.kind == "cpu"]
        return Field((*whole, *(replace(candidate, paged=True) for candidate in whole)))
    idle = [_plain(mode, NOWHERE) for mode in UNTRAINED if mode in modes]
    trained = [candidate for site in sites for count in site.counts for candidate in _at(site, count, modes)]
    return Field((*idle, *trained))


def _plain(mode: Mode, site: Site) -> Candidate:
    return Candidate(mode, site, 1, "none", "fp32", checkpointing=False)


def _at(site: Site, count: int, modes: tuple[Mode, ...]) -> Iterator[Candidate]:
    precision = _precision(site)
    for mode in TRAINED:
        if mode not in modes or (mode == "qlora" and site.kind == "cpu"):
            continue
        for parallel in _layouts(site, count):
            for checkpointing in (False, True):
                if checkpointing and mode == "linear_probe":
                    continue
                yield Candidate(mode, site, count, parallel, precision, checkpointing)


def _layouts(site: Site, count: int) -> tuple[Parallel, ...]:
    if count == 1:
        return ("none",)
    if count > site.devices_a_node:
        return ("ddp", "hsdp", "fsdp2")
    return ("independent_runs", "ddp", "fsdp2") if site.kind == "own_gpu" else ("ddp", "fsdp2")


def _precision(site: Site) -> str:
    """bf16 where the device multiplies it faster than fp32, else fp16, else fp32."""
    rates: dict[str, Span] = dict(site.flops)
    plain = rates.get("fp32", exactly(0.0)).value
    for name in ("bf16", "fp16"):
        if name in rates and rates[name].value > 1.5 * plain:
            return name
    return "fp32"
