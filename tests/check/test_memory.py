"""Training that does not fit: configurations against the GPUs of their launch, or of the recorded decision."""

from dataclasses import replace
from functools import partial

import pytest

from advisor.check.checking import gathered, judged
from advisor.check.material import absolute
from advisor.check.reading import read
from advisor.predict.files import ground
from advisor.predict.short import shortfall
from advisor.values.configs import Devices
from advisor.values.expected import Expected
from advisor.values.finding import Finding

GROUND = ground()
AXOLOTL = (
    "base_model: meta-llama/Llama-3.1-8B\nmicro_batch_size: {micro}\nsequence_len: 4096\n"
    "gradient_checkpointing: {checkpointing}\noptimizer: adamw_torch\n{more}\n"
)
FSDP = "fsdp: [full_shard, auto_wrap]"
TASK = "resources:\n  accelerators: {gpu}\nrun: |\n  axolotl train train.yaml\n"


def found(files: dict[str, str], expected: Expected | None = None) -> list[Finding]:
    """What ADV021 says about files that lie beside each other."""
    readings = [read(path, text.encode(), named=True) for path, text in files.items()]
    material = gathered(readings, (), {absolute("."): expected} if expected else {})
    material = replace(material, shortfall=partial(shortfall, ground=GROUND))
    return [each for each in judged(material, files) if each.rule == "ADV021"]


def axolotl(micro: int = 1, checkpointing: str = "true", more: str = FSDP) -> str:
    return AXOLOTL.format(micro=micro, checkpointing=checkpointing, more=more)


@pytest.mark.parametrize(
    ("gpu", "text", "fits"),
    [
        ("H100:8", axolotl(), True),
        ("H100:8", axolotl(8, "false"), False),
        ("H100:8", axolotl(more=""), False),  # whole states on each GPU
        ("H100:8", axolotl(more="adapter: lora"), True),
        ("A100-40GB:1", axolotl(more=""), False),
        ("L4:1", axolotl(more="adapter: qlora\nload_in_4bit: true"), True),
        ("$GPU", axolotl(more=""), True),  # not known: compared with the largest there is
        ("Gaudi9:8", axolotl(more=""), True),
        ("H100:8", axolotl(more="deepspeed: somewhere/else.json"), True),  # how it shards is said elsewhere
    ],
)
def test_the_gpus_of_the_launch(gpu: str, text: str, fits: bool) -> None:
    """Only what certainly does not fit the GPUs that a launch asks for is found, where the model is named."""
    findings = found({"task.yaml": TASK.format(gpu=gpu), "train.yaml": text})
    assert [(each.place.path, each.place.line) for each in findings] == ([] if fits else [("train.yaml", 1)])


def test_the_message_says_what_would_fit() -> None:
    """It has the need with its range, what the GPU has, and what would bring it down to that."""
    text = axolotl(8, "false").replace("Llama-3.1-8B", "Llama-2-7b-hf")
    (finding,) = found({"task.yaml": TASK.format(gpu="H100:8"), "train.yaml": text})
    assert " a GPU, h100-sxm5-80gb has 80 GB; with activation checkpointing " in finding.message
    assert "needs " in finding.message


def test_the_gpus_of_the_decision() -> None:
    """A configuration that no launch starts is held against the GPUs that were decided."""
    text = axolotl(more="")
    assert found({"train.yaml": text}) == []
    assert found({"train.yaml": text}, Expected(accelerator="mi350x", gpus=1)) == []
    (finding,) = found({"train.yaml": text}, Expected(accelerator="rtx-4090", gpus=1))
    assert "24 GB" in finding.message


def test_sharding_in_other_files() -> None:
    """A DeepSpeed file and an Accelerate one say how the states are shared out and offloaded."""
    text = axolotl(more="deepspeed: ds.json")
    task = TASK.format(gpu="H100:8")
    files = {"task.yaml": task, "train.yaml": text}
    assert len(found({**files, "ds.json": '{"zero_optimization": {"stage": 0}}'})) == 1
    assert found({**files, "ds.json": '{"zero_optimization": {"stage": 3}}'}) == []
    offload = '{"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}'
    assert found({**files, "ds.json": offload}) == []
    run = (
        "resources:\n  accelerators: A100-40GB:8\nrun: |\n  accelerate launch --config_file acc.yaml train.py "
        "--model_name_or_path meta-llama/Llama-3.1-8B --bf16 --gradient_checkpointing --num_train_epochs 1 "
        "--per_device_train_batch_size 1 --output_dir out\n"
    )
    engine = "distributed_type: {}\nnum_machines: 1\nnum_processes: 8\n"
    assert found({"task.yaml": run, "acc.yaml": engine.format("FSDP")}) == []
    assert len(found({"task.yaml": run, "acc.yaml": engine.format("MULTI_GPU")})) == 1


def test_unknown_models_say_nothing() -> None:
    """A model that is neither named nor described is not estimated."""
    (config,) = read("a.yaml", axolotl().replace("meta-llama/Llama-3.1-8B", "me/mine").encode(), named=True).configs
    assert shortfall(config, Devices("rtx-4090", 1), GROUND) is None
