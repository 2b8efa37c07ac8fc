"""ADV009: processes and machines of an Accelerate configuration that do not work out."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import ConfigFacts
from advisor.values.finding import Finding

_SEVERAL = ("multi_gpu", "deepspeed", "fsdp")


def find(material: Material) -> Iterator[Finding]:
    """Processes that cannot be split, ranks out of range, and launches that are not complete."""
    for config in material.configs:
        if config.num_processes is not None or config.machines is not None:
            yield from _split(config)
            yield from _rank(config)
            yield from _alone(config)


def _split(config: ConfigFacts) -> Iterator[Finding]:
    processes, machines = config.num_processes, config.machines
    if processes is None or machines is None or not processes.whole or not machines.whole:
        return
    if processes.whole < 0 or machines.whole < 1 or processes.whole % machines.whole == 0:
        return
    each = processes.whole // machines.whole
    yield finding(
        RULE.id,
        "error",
        f"{written(processes)} cannot be split over {written(machines)}: {each} a machine would be started",
        f"num_processes counts the processes of all machines: {max(each, 1) * machines.whole} or "
        f"{(each + 1) * machines.whole}",
        machines,
        processes,
    )


def _rank(config: ConfigFacts) -> Iterator[Finding]:
    rank, machines = config.machine_rank, config.machines
    count = 1 if machines is None else machines.whole
    if rank is None or rank.whole is None or count is None or 0 <= rank.whole < max(count, 1):
        return
    yield finding(
        RULE.id,
        "error" if count > 1 else "warning",  # with one machine the launcher does not use it
        f"{written(rank)} is out of range for {count} {'machine' if count == 1 else 'machines'}",
        f"ranks go from 0 to {max(count, 1) - 1}; or set num_machines",
        rank,
        machines,
    )


def _alone(config: ConfigFacts) -> Iterator[Finding]:
    processes, engine, machines = config.num_processes, config.engine, config.machines
    if processes is not None and processes.whole == 1 and engine is not None and engine.word in _SEVERAL:
        told = f"{written(engine)} with {written(processes)}: nothing is distributed, unless the command line says more"
        yield finding(RULE.id, "note", told, "set num_processes to the number of GPUs", processes, engine)
    if engine is None:
        return  # another tool than Accelerate, which finds its machines in another way
    static = config.rendezvous is None or config.rendezvous.word == "static"
    if static and machines is not None and (machines.whole or 0) > 1 and config.main_address is None:
        told = f"{written(machines)} without main_process_ip: the machines find each other only with it"
        yield finding(RULE.id, "note", told, "set main_process_ip, or pass it on the command line", machines)


RULE = Rule(
    id="ADV009",
    title="Process arithmetic is impossible",
    severity="error",
    group="consistency",
    formats=("accelerate",),
    condition="num_processes is not a multiple of num_machines, or machine_rank is not below num_machines (a warning "
    "with one machine). One process under a distributed engine, and several machines without an address, are notes: "
    "launch lines often complete such files.",
    remedy="num_processes is the total over all machines.",
    why="accelerate launch starts num_processes // num_machines processes on each machine, so some are missing and "
    "the others wait for them until the timeout.",
    evidence=(
        "axolotl-ai-cloud/axolotl, docs/multi-node.qmd, version 0.19.0: num_processes is the total number of GPUs",
        "huggingface/accelerate, src/accelerate/utils/launch.py, prepare_multi_gpu_env",
        "huggingface/accelerate, src/accelerate/commands/launch.py, commit 00785cd",
    ),
    bad=Example(
        {
            "accelerate.yaml": "distributed_type: MULTI_GPU\nmain_process_ip: 10.0.0.1\nnum_machines: 2\n"
            "num_processes: 15\n"
        },
        line=3,
    ),
    good=Example(
        {
            "accelerate.yaml": "distributed_type: MULTI_GPU\nmain_process_ip: 10.0.0.1\nnum_machines: 2\n"
            "num_processes: 16\n"
        }
    ),
    find=find,
)
