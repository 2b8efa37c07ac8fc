"""ADV020: a quantisation, optimizer or kernel that does not work with the training method."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each combination that the tool refuses."""
    for config in material.configs:
        for clash in config.clashes:
            if clash.kind == "method":
                yield finding(RULE.id, clash.severity, clash.told, clash.remedy, clash.at, *clash.others)


RULE = Rule(
    id="ADV020",
    title="Quantisation, optimizer or kernel does not work with the training method",
    severity="error",
    group="parallelism",
    formats=("axolotl", "llamafactory", "torchtune"),
    condition="axolotl: adapter qlora without load_in_4bit, a quantised model without an adapter, LoRA kernels with "
    "trust_remote_code or 8-bit LoRA, sample packing with reinforcement learning, Muon with DeepSpeed. LLaMA-Factory: "
    "quantization_bit with another method than LoRA or OFT, GaLore or APOLLO with DeepSpeed, and with a file named for "
    "ZeRO-3 pure_bf16 or Unsloth (a warning). torchtune: dtype fp16, a fused optimizer under tensor parallelism.",
    remedy="Choose a combination that the tool accepts.",
    why="The tools raise ValueError when they read the configuration, after the job has waited in the queue. Newer "
    "versions may accept what is refused here: the versions that were read stand in the evidence.",
    evidence=(
        "axolotl-ai-cloud/axolotl, src/axolotl/utils/schemas/validation.py and peft.py, version 0.19.0",
        "hiyouga/LLaMA-Factory, src/llamafactory/hparams/parser.py, version 0.9.5",
        "meta-pytorch/torchtune, recipes/full_finetune_distributed.py, version 0.6.1",
    ),
    bad=Example(
        {
            "sft.yaml": "stage: sft\nfinetuning_type: full\ntemplate: qwen3\nquantization_bit: 4\n"
            "per_device_train_batch_size: 1\n"
        },
        line=4,
    ),
    good=Example(
        {
            "sft.yaml": "stage: sft\nfinetuning_type: lora\ntemplate: qwen3\nquantization_bit: 4\n"
            "per_device_train_batch_size: 1\n"
        }
    ),
    find=find,
)
