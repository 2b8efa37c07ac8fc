"""Every sensible combination of what is trained, where, on how many devices, how spread, with which savers."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from advisor.values.candidates import UNTRAINED, Candidate, Field, Mode, Parallel
from advisor.values.workload import Site, Span, Workload, exactly

NOWHERE = Site(
    id="none", kind="none", name="no training", accelerator="", counts=(1,), memory_bytes=1e12, host_memory_bytes=1e12,
    host_cpus=1.0, flops=(("fp32", exactly(1e12)),), trains=None, bandwidth=exactly(1e12), link=exactly(1e12),
    price=exactly(0.0), tdp_w=0.0, provenance="computed", basis="nothing is trained",
)  # fmt: skip

TRAINED: tuple[Mode, ...] = ("linear_probe", "lora", "qlora", "full_finetune", "continue_pretrain", "from_scratch")


CLUSTERS = (128, 512)
"""Devices of clusters that are worth renting where 32 would take weeks."""
CLUSTER_FLOPS = 5e21
"""What 32 of the fastest rented devices compute in about a week."""
CLUSTER_MODES: tuple[Mode, ...] = ("full_finetune", "continue_pretrain", "from_scratch")
CLUSTER_LINK = 1e11
"""Bytes/s between devices of a node that clusters are built of."""


def needs_cluster(work: Workload) -> bool:
    """Is there so much to compute, 6 flops a weight and token or three forward passes a sample, that more than 32
    devices are worth a thought?"""
    model, training = work.model, work.training
    each = 3.0 * model.forward_flops or 6.0 * model.active.value
    return each * training.tokens.value * training.epochs > CLUSTER_FLOPS


@lru_cache(maxsize=32)
def propose(family: str, sites: tuple[Site, ...], modes: tuple[Mode, ...], *, clusters: bool = False) -> Field:
    """Candidates in a fixed order, the simplest first. `modes` are those that no limit has removed yet; `clusters`
    adds hundreds of rented devices."""
    if family == "trees":
        whole = [_plain("from_scratch", site) for site in sites if site.kind == "cpu"]
        return Field((*whole, *(replace(candidate, paged=True) for candidate in whole)))
    idle = [_plain(mode, NOWHERE) for mode in UNTRAINED if mode in modes]
    trained = [candidate for site in sites for count in site.counts for candidate in _at(site, count, modes)]
    linked = [site for site in sites if site.kind == "rented" and site.link.value > CLUSTER_LINK] if clusters else []
    many = tuple(mode for mode in CLUSTER_MODES if mode in modes)
    wide = [candidate for site in linked for count in CLUSTERS for candidate in _at(site, count, many)]
    return Field((*idle, *trained, *wide))


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
