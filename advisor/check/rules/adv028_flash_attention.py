"""ADV028: FlashAttention-2 on a GPU before Ampere."""

from collections.abc import Iterator

from advisor.check.launch.hardware import FLASH_ATTENTION_2
from advisor.check.launch.serving import served_gpu
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding

_WORDS = ("flash_attention_2", "fa2", "flash_attn", "flash_attention")


def find(material: Material) -> Iterator[Finding]:
    """Each command that asks for FlashAttention-2 on an older GPU."""
    for launch in material.launches:
        gpu = served_gpu(launch)
        where = launch.accelerator or launch.machine_type
        if gpu is None or where is None or not 0 < gpu.capability < FLASH_ATTENTION_2:
            continue
        for command in launch.commands:
            at = command.flash_attention
            if at is not None and _asks(at):
                told = f"{written(at)} on {where.raw} ({gpu.name}): compute capability {gpu.capability}, "
                told += f"FlashAttention-2 needs {FLASH_ATTENTION_2}"
                yield finding(RULE.id, "error", told, RULE.remedy, where, at)


def _asks(at: At) -> bool:
    return at.value is True or at.word in _WORDS


RULE = Rule(
    id="ADV028",
    title="FlashAttention-2 on a GPU before Ampere",
    severity="error",
    group="hardware",
    formats=("kubernetes", "shell", "skypilot"),
    condition="The GPU's compute capability is below 8.0, and the command asks for FlashAttention-2 "
    "(attn_implementation flash_attention_2, flash_attn fa2, use_flash_attn).",
    remedy="Use sdpa (--attn_implementation sdpa), or a GPU of the Ampere generation or newer.",
    why="RuntimeError: FlashAttention only supports Ampere GPUs or newer.",
    evidence=(
        "Dao-AILab/flash-attention, csrc/flash_attn/flash_api.cpp: FlashAttention only supports Ampere GPUs or newer",
        "https://github.com/Dao-AILab/flash-attention/issues/762",
        "https://github.com/hiyouga/LLaMA-Factory/issues/3508",
    ),
    bad=Example(
        {
            "task.yaml": "resources:\n  accelerators: V100:8\nrun: |\n"
            "  torchrun --nproc_per_node 8 train.py --attn_implementation flash_attention_2\n"
        },
        line=2,
    ),
    good=Example(
        {
            "task.yaml": "resources:\n  accelerators: V100:8\nrun: |\n"
            "  torchrun --nproc_per_node 8 train.py --attn_implementation sdpa\n"
        }
    ),
    find=find,
)
