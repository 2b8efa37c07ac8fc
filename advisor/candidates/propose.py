"""Every sensible combination of what is trained, where, on how many devices, how spread, with which savers."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from advisor.candidates.layouts import FAST_LINK, WEIGHTS_TRAINED, layouts
from advisor.values.candidates import UNTRAINED, Candidate, Field, Mode, Needs, States
from advisor.values.workload import Site, Span, exactly

NOWHERE = Site(
    id="none", kind="none", name="no training", accelerator="", counts=(1,), memory_bytes=1e12, host_memory_bytes=1e12,
    host_cpus=1.0, flops=(("fp32", exactly(1e12)),), trains=None, bandwidth=exactly(1e12), link=exactly(1e12),
    price=exactly(0.0), tdp_w=0.0, provenance="computed", basis="nothing is trained",
)  # fmt: skip

TRAINED: tuple[Mode, ...] = ("linear_probe", "lora", "qlora", "full_finetune", "continue_pretrain", "from_scratch")
ANY = Needs()


def propose(family: str, sites: tuple[Site, ...], modes: tuple[Mode, ...], needs: Needs = ANY) -> Field:
    """Candidates in a fixed order, the simplest first. `modes` are those that no limit has removed yet; `needs` adds
    what is only worth a thought for some workloads. What differs in nothing that matters here shares its candidates."""
    alone = any(_alone(site) for site in sites)
    return _proposed(family, sites, modes, needs if alone else replace(needs, host_bytes=0.0))


@lru_cache(maxsize=32)
def _proposed(family: str, sites: tuple[Site, ...], modes: tuple[Mode, ...], needs: Needs) -> Field:
    if family == "trees":
        whole = [_plain("from_scratch", site) for site in sites if site.kind == "cpu"]
        return Field((*whole, *(replace(candidate, paged=True) for candidate in whole)))
    idle = [_plain(mode, NOWHERE) for mode in UNTRAINED if mode in modes]
    trained = [candidate for site in sites for count in site.counts for candidate in _at(site, count, modes, needs)]
    linked = [site for site in sites if site.kind == "rented" and site.link.value > FAST_LINK]
    many = tuple(mode for mode in WEIGHTS_TRAINED if mode in modes)
    wide = [row for site in linked for count in needs.clusters for row in _at(site, count, many, needs)]
    return Field((*idle, *trained, *wide))


def _plain(mode: Mode, site: Site) -> Candidate:
    return Candidate(mode, site, 1, "none", "fp32", checkpointing=False)


def _at(site: Site, count: int, modes: tuple[Mode, ...], needs: Needs) -> Iterator[Candidate]:
    precision = _precision(site)
    for mode in TRAINED:
        if mode not in modes or (mode == "qlora" and site.kind == "cpu"):
            continue
        for parallel, split in layouts(site, count, mode, needs):
            plain = Candidate(mode, site, count, parallel, precision, checkpointing=False, split=split)
            yield plain
            if mode == "linear_probe":
                continue
            yield replace(plain, checkpointing=True)
            for states in _savers(plain, needs):
                yield replace(plain, checkpointing=True, states=states)


def _savers(plain: Candidate, needs: Needs) -> tuple[States, ...]:
    """What else may make all weights' training fit, after recomputing: smaller states; on one's only device, as a last
    resort, states in the memory beside it, or on disk where that is too small."""
    site = plain.site
    if not needs.heavy or plain.mode not in WEIGHTS_TRAINED or plain.precision == "fp32":
        return ()
    if plain.parallel == "none" and _alone(site):
        beside: States = "cpu_offload" if needs.host_bytes <= site.host_memory_bytes else "nvme_offload"
        return ("adamw8bit", beside) if needs.any_optimizer else (beside,)
    if not needs.any_optimizer:
        return ()
    if plain.parallel in ("none", "ddp"):
        return ("adamw8bit",)
    return ("bf16_states",) if plain.parallel in ("fsdp2", "hsdp") and plain.nodes > 1 else ()


def _alone(site: Site) -> bool:
    """One's only device, beside which states may be kept."""
    return site.kind == "own_gpu" and max(site.counts) == 1


def _precision(site: Site) -> str:
    """bf16 where the device multiplies it faster than fp32, else fp16, else fp32."""
    rates: dict[str, Span] = dict(site.flops)
    plain = rates.get("fp32", exactly(0.0)).value
    for name in ("bf16", "fp16"):
        if name in rates and rates[name].value > 1.5 * plain:
            return name
    return "fp32"
