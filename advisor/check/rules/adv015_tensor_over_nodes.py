"""ADV015: tensor parallelism that reaches over more than one machine."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts


def find(material: Material) -> Iterator[Finding]:
    """Each configuration that says how many GPUs a machine has, and splits layers over more."""
    for config in material.configs:
        ranks, machine = config.tensor_parallel, _of_a_machine(config)
        if ranks is None or machine is None or (ranks.whole or 0) <= machine[0]:
            continue
        count, places = machine
        told = f"{written(ranks)} reaches over machines of {count} GPUs"
        yield finding(
            RULE.id, "warning", told, f"use {count} at most, and pipeline stages for the rest", ranks, *places
        )
    for launch in material.launches:
        for command in launch.commands:
            yield from _served(launch, command)


def _served(launch: LaunchFacts, command: Command) -> Iterator[Finding]:
    """A server whose group of machines has GPUs enough, but each machine fewer than the ranks."""
    ranks, machine, total = command.tensor_parallel, launch.gpus_a_node, launch.supply.gpus
    if command.role != "serve" or ranks is None or machine is None or not machine.whole or not ranks.whole:
        return
    if ranks.whole > machine.whole and (total is None or total >= ranks.whole):
        told = f"{written(ranks)} reaches over machines of {machine.whole} GPUs ({written(machine)})"
        remedy = f"use {machine.whole} at most, and pipeline stages for the rest"
        yield finding(RULE.id, "warning", told, remedy, ranks, machine)


def _of_a_machine(config: ConfigFacts) -> tuple[int, list[At]] | None:
    """The GPUs of one machine, where there are several machines and the configuration says so."""
    machines, devices, processes = config.machines, config.devices, config.num_processes
    if machines is None or (machines.whole or 0) < 2:
        return None
    if devices is not None and (devices.whole or 0) > 0:
        return devices.whole or 0, [devices, machines]
    if processes is not None and (processes.whole or 0) >= (machines.whole or 1):
        return (processes.whole or 0) // (machines.whole or 1), [processes, machines]
    return None


RULE = Rule(
    id="ADV015",
    title="Tensor parallelism reaches over more than one machine",
    severity="warning",
    group="parallelism",
    formats=("accelerate", "helm_values", "kubernetes", "lightning", "megatron", "ray"),
    condition="The configuration names several machines and the GPUs of each (or the processes of all), and the tensor "
    "parallel size is larger than the GPUs of one. Of a server: the group of pods has GPUs enough, each pod fewer.",
    remedy="Keep tensor parallelism within a machine and split further by pipeline stages or data.",
    why="Tensor parallelism sums activations over its ranks in every layer. The network between machines is ten times "
    "slower than NVLink within one. Machines whose NVLink domain spans several of them are the exception.",
    evidence=(
        "https://github.com/vllm-project/vllm/pull/20593 (the tensor parallel size is the GPUs of a node, the pipeline "
        "takes the nodes)",
        "https://docs.nvidia.com/megatron-core/developer-guide/latest/user-guide/parallelism-guide.html",
    ),
    bad=Example(
        {
            "acc.yaml": "distributed_type: MEGATRON_LM\nmain_process_ip: 10.0.0.1\nnum_machines: 2\nnum_processes: 16\n"
            "megatron_lm_config:\n  megatron_lm_tp_degree: 16\n"
        },
        line=6,
    ),
    good=Example(
        {
            "acc.yaml": "distributed_type: MEGATRON_LM\nmain_process_ip: 10.0.0.1\nnum_machines: 2\nnum_processes: 16\n"
            "megatron_lm_config:\n  megatron_lm_tp_degree: 8\n"
        }
    ),
    find=find,
)
