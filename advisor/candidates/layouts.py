"""How a run may be spread over devices: the plain ways, and those that only some models are worth."""

from advisor.values.candidates import WHOLE, Mode, Needs, Parallel, Split
from advisor.values.workload import Site

Layout = tuple[Parallel, Split]

WEIGHTS_TRAINED: tuple[Mode, ...] = ("full_finetune", "continue_pretrain", "from_scratch")
"""Modes with states for every weight: what is divided by anything more than plain sharding."""
FAST_LINK = 1e11
"""Bytes/s between devices of a node over which matrices, sequences and experts may be cut (ML_ENG)."""
NODE = 8
"""Devices over which matrices are cut at most: more is bound by communication (SCALING)."""
EXPERTS = 64
"""Ranks over which experts are spread at most in a cluster: DeepSeek-V3's layout (MEGATRON)."""


def layouts(site: Site, count: int, mode: Mode, needs: Needs) -> tuple[Layout, ...]:
    """Ways to spread one run over `count` devices, the simplest first."""
    if count == 1:
        return (("none", WHOLE),)
    found = [(parallel, WHOLE) for parallel in _plain(site, count, mode, needs)]
    if mode in WEIGHTS_TRAINED:
        found += _cut(site, count, needs)
    return tuple(layout for layout in found if count // layout[1].devices <= needs.ranks)


def _plain(site: Site, count: int, mode: Mode, needs: Needs) -> list[Parallel]:
    """Replicas, whose states are divided or not; tables of rows are divided by rows, the rest is small."""
    apart: list[Parallel] = ["independent_runs"] if site.kind == "own_gpu" and count <= site.devices_a_node else []
    if needs.tables:
        return [*apart, "ddp", "embedding_sharding"]
    zero: list[Parallel] = ["zero1", "zero2"] if needs.heavy and mode in WEIGHTS_TRAINED else []
    across: list[Parallel] = ["hsdp"] if count > site.devices_a_node else []
    return [*apart, "ddp", *zero, *across, "fsdp2"]


def _cut(site: Site, count: int, needs: Needs) -> list[Layout]:
    """Where one copy of the model is cut itself: in the node by its fast links, across nodes in stages."""
    node, nodes = min(NODE, site.devices_a_node), count // site.devices_a_node
    fast = site.link.value > FAST_LINK and count >= node > 1
    found: list[Layout] = []
    if needs.wide and fast:
        found.append(("tp", Split(tensor=node)))
    if needs.long and fast:
        found.append(("cp", Split(context=node)))
    if needs.experts and fast:
        found.append(("ep", Split(expert=node)))
    if needs.wide and nodes in needs.stages:
        found.append(("pp", Split(pipeline=nodes)))
    if needs.wide and fast and nodes > 1:
        found += _hybrids(node, count, needs)
    return found


def _hybrids(node: int, count: int, needs: Needs) -> list[Layout]:
    """Matrices cut in the node, stages across, copies over the rest; experts over copies instead of matrices."""
    found: list[Layout] = []
    for stages in needs.stages:
        tensor = 1 if needs.experts else node
        ranks = count // (tensor * stages)
        if ranks >= 1:
            expert = min(EXPERTS, ranks) if needs.experts else 1
            found.append(("nd_hybrid", Split(tensor=tensor, pipeline=stages, expert=expert)))
    return found
