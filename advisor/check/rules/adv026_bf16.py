"""ADV026: bfloat16 on a GPU that does not compute in it."""

from collections.abc import Iterator

from advisor.check.launch.hardware import BF16
from advisor.check.launch.serving import served_gpu
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding, Severity
from advisor.values.launches import Command, LaunchFacts


def find(material: Material) -> Iterator[Finding]:
    """Each command that asks for bfloat16, or names a configuration that does, on an older GPU."""
    for launch in material.launches:
        gpu = served_gpu(launch)
        where = launch.accelerator or launch.machine_type
        if gpu is None or where is None or not 0 < gpu.capability < BF16:
            continue
        for command in launch.commands:
            asked = _asked(material, launch, command)
            if asked is not None:
                severity: Severity = "error" if command.role == "serve" else "warning"
                told = f"{written(asked)} on {where.raw} ({gpu.name}): compute capability {gpu.capability}, bfloat16 "
                yield finding(RULE.id, severity, f"{told}needs {BF16}", RULE.remedy, where, asked)


def _asked(material: Material, launch: LaunchFacts, command: Command) -> At | None:
    """The setting that asks for bfloat16."""
    if command.role == "serve":
        return command.dtype if command.dtype is not None and command.dtype.word in ("bfloat16", "bf16") else None
    if command.bf16 is not None:
        return command.bf16
    for config in material.configs_of(launch, command):
        if config.bf16 is not None and config.bf16.value is True:
            return config.bf16
        if config.mixed_precision is not None and config.mixed_precision.word == "bf16":
            return config.mixed_precision
    return None


RULE = Rule(
    id="ADV026",
    title="bfloat16 on a GPU without it",
    severity="error",
    group="hardware",
    formats=("helm_values", "kubernetes", "ray", "shell", "skypilot"),
    condition="The GPU (by its name, its label or the machine type) has a compute capability below 8.0, as V100, T4, "
    "P100 and RTX 20 have, and the command, or a configuration that it names, asks for bfloat16. A server is an error, "
    "training a warning: newer PyTorch emulates it, slowly.",
    remedy="Use float16 (--dtype half, fp16), or a GPU of the Ampere generation or newer.",
    why="vLLM refuses: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. TrainingArguments "
    "raises where PyTorch says that the device has no bfloat16.",
    evidence=(
        "vllm-project/vllm, vllm/platforms/cuda.py and vllm/worker/worker.py: Bfloat16 is only supported on GPUs",
        "https://github.com/vllm-project/vllm/issues/1157",
        "https://developer.nvidia.com/cuda-gpus (compute capability)",
    ),
    bad=Example(
        {
            "serve.yaml": "resources:\n  accelerators: T4:1\nrun: |\n"
            "  vllm serve Qwen/Qwen2.5-1.5B-Instruct --dtype bfloat16\n"
        },
        line=2,
    ),
    good=Example(
        {
            "serve.yaml": "resources:\n  accelerators: T4:1\nrun: |\n"
            "  vllm serve Qwen/Qwen2.5-1.5B-Instruct --dtype half\n"
        }
    ),
    find=find,
)
