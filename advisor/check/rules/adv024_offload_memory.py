"""ADV024: optimizer state is offloaded to a host that is too small for it."""

from collections.abc import Iterator

from advisor.check.launch.models import model
from advisor.check.launch.quantities import said_bytes
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding
from advisor.values.launches import Command, LaunchFacts

_STATE_BYTES = 12.0  # a parameter: 32-bit weights and Adam's two moments (arXiv:1910.02054, section 3.1)


def find(material: Material) -> Iterator[Finding]:
    """Each launch that names a configuration with offloading, where the model's size and the memory are known."""
    for launch in material.launches:
        for command in launch.commands:
            for config in material.configs_of(launch, command):
                offloads = (config, material.linked(config))
                for each in offloads:
                    if each is not None and _to_host(each.offload_optimizer):
                        yield from _compared(launch, command, config, each)


def _to_host(at: At | None) -> bool:
    return at is not None and at.word == "cpu"


def _compared(launch: LaunchFacts, command: Command, config: ConfigFacts, offload: ConfigFacts) -> Iterator[Finding]:
    named = config.model or command.model
    known = model(named.value) if named is not None else None
    limit, nodes = launch.memory, 1 if launch.nodes is None else launch.nodes.whole
    adapts = config.adapter is not None and config.adapter.on
    if known is None or named is None or limit is None or limit.number is None or not nodes or adapts:
        return
    needed = known.parameters * _STATE_BYTES / nodes
    if needed <= limit.number or offload.offload_optimizer is None:
        return
    over = f" over {nodes} nodes" if nodes > 1 else ""
    told = f"the optimizer state of {named.value} is {said_bytes(needed)} a node{over} "
    told += f"(12 bytes a parameter), {written(limit)} allows {said_bytes(limit.number)}"
    yield finding(RULE.id, "warning", told, RULE.remedy, limit, offload.offload_optimizer, named)


RULE = Rule(
    id="ADV024",
    title="Host memory is too small for the offloaded optimizer",
    severity="warning",
    group="memory",
    formats=("deepspeed", "kubernetes", "shell"),
    condition="A launch with a memory limit (--mem, limits.memory) names a configuration that offloads the optimizer "
    "to the CPU, the model's name says its size, and 12 bytes a parameter, divided by the nodes, are more than the "
    "limit. Adapters and offloading to NVMe are left out.",
    remedy="Raise the memory limit, use more nodes, or offload to NVMe.",
    why="The kernel kills the process (exit status 137), without a word from CUDA or the trainer.",
    evidence=(
        "https://arxiv.org/abs/1910.02054 (section 3.1: 12 bytes a parameter of optimizer state with Adam)",
        "https://www.deepspeed.ai/docs/config-json/#parameter-offloading",
    ),
    bad=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=1\n#SBATCH --gres=gpu:8\n#SBATCH --mem=64G\n"
            "#SBATCH --time=10:00:00\n\nsrun torchrun --nproc_per_node 8 train.py --model_name_or_path "
            "meta-llama/Llama-2-13b-hf --deepspeed ds_config.json\n",
            "ds_config.json": '{"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 3, '
            '"offload_optimizer": {"device": "cpu"}}}\n',
        },
        line=4,
    ),
    good=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=1\n#SBATCH --gres=gpu:8\n#SBATCH --mem=256G\n"
            "#SBATCH --time=10:00:00\n\nsrun torchrun --nproc_per_node 8 train.py --model_name_or_path "
            "meta-llama/Llama-2-13b-hf --deepspeed ds_config.json\n",
            "ds_config.json": '{"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 3, '
            '"offload_optimizer": {"device": "cpu"}}}\n',
        }
    ),
    find=find,
)
