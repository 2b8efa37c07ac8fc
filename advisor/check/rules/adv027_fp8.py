"""ADV027: fp8 on a GPU that does not compute in it."""

from collections.abc import Iterator

from advisor.check.launch.hardware import FP8
from advisor.check.launch.serving import served_gpu
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Training in fp8 (an error), and a server with fp8 weights (a note), on a GPU before Ada and Hopper."""
    for launch in material.launches:
        gpu = served_gpu(launch)
        where = launch.accelerator or launch.machine_type
        if gpu is None or where is None or not 0 < gpu.capability < FP8:
            continue
        on = f"on {where.raw} ({gpu.name}): compute capability {gpu.capability}, fp8 needs {FP8}"
        for command in launch.commands:
            quantised = command.quantization
            if command.role == "train" and command.fp8 is not None:
                yield finding(RULE.id, "error", f"{written(command.fp8)} {on}", RULE.remedy, where, command.fp8)
            elif command.role == "serve" and quantised is not None and quantised.word == "fp8":
                told = f"{written(quantised)} {on}; the weights are kept in fp8, the arithmetic is not"
                yield finding(RULE.id, "note", told, "expect the memory of fp8, not its speed", where, quantised)


RULE = Rule(
    id="ADV027",
    title="fp8 on a GPU without it",
    severity="error",
    group="hardware",
    formats=("helm_values", "kubernetes", "ray", "shell", "skypilot"),
    condition="The GPU's compute capability is below 8.9, as that of A100, A10, V100 and T4 is, and a training command "
    "asks for fp8 (--fp8-format, mixed precision fp8). A server with fp8 weights is a note.",
    remedy="Train in bf16, or on GPUs of the Ada, Hopper or a newer generation.",
    why="Transformer Engine has no fp8 kernels for older GPUs and raises. vLLM keeps fp8 weights there and computes in "
    "16 bits (Marlin).",
    evidence=(
        "NVIDIA/TransformerEngine, transformer_engine/pytorch/fp8.py, check_fp8_support: capability 8.9 or higher",
        "vllm-project/vllm, marlin_utils_fp8.py: Your GPU does not have native support for FP8 computation",
    ),
    bad=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=1\n#SBATCH --gres=gpu:a100:8\n#SBATCH --time=10:00:00\n\n"
            "srun torchrun --nproc_per_node 8 pretrain_gpt.py --fp8-format hybrid\n"
        },
        line=3,
    ),
    good=Example(
        {
            "train.sbatch": "#!/bin/bash\n#SBATCH --nodes=1\n#SBATCH --gres=gpu:h100:8\n#SBATCH --time=10:00:00\n\n"
            "srun torchrun --nproc_per_node 8 pretrain_gpt.py --fp8-format hybrid\n"
        }
    ),
    find=find,
)
