"""What looks like a defect and is none, and defects beyond the rules' own examples."""

import pytest

from advisor.check.checking import judged
from advisor.check.material import Material
from advisor.check.reading import read
from advisor.check.rules import RULES

IDS = {rule.id for rule in RULES}
ARGUMENTS = "per_device_train_batch_size: 8\nnum_train_epochs: 3\n"
ACCELERATE = "distributed_type: {}\nmixed_precision: bf16\n"


def rules(files: dict[str, str]) -> list[tuple[str, str, str, int]]:
    """(rule, severity, path, line) of what is found in files that a walk came across."""
    readings = [read(path, text.encode(), named=False) for path, text in files.items()]
    material = Material(
        tuple(config for each in readings for config in each.configs),
        tuple(flaw for each in readings for flaw in each.flaws),
    )
    findings = judged(material, files)
    assert {each.rule for each in findings} <= IDS
    return [(each.rule, each.severity, each.place.path, each.place.line) for each in findings]


def deepspeed(text: str) -> list[tuple[str, str, int]]:
    return [(rule, severity, line) for rule, severity, _, line in rules({"ds.json": text})]


def arguments(text: str) -> list[tuple[str, str, int]]:
    return [(rule, severity, line) for rule, severity, _, line in rules({"train.yaml": ARGUMENTS + text})]


def accelerate(text: str, engine: str = "MULTI_GPU") -> list[tuple[str, str, int]]:
    return [(rule, severity, line) for rule, severity, _, line in rules({"a.yaml": ACCELERATE.format(engine) + text})]


@pytest.mark.parametrize(
    "text",
    [
        '{"train_batch_size": 256, "train_micro_batch_size_per_gpu": 8}',
        '{"train_batch_size": "auto", "train_micro_batch_size_per_gpu": 3, "gradient_accumulation_steps": 7}',
        '{"train_batch_size": 100, "train_micro_batch_size_per_gpu": "${MICRO}", "gradient_accumulation_steps": 1}',
        '{"train_batch_size": 100, "train_micro_batch_size_per_gpu": 8, "elasticity": {"enabled": true}}',
        '{"zero_optimization": {"stage": 3}, "pipeline": {"stages": "auto"}}',
        '{"zero_optimization": {"stage": 3}, "pipeline": {"stages": 1}}',
        '{"zero_optimization": {"stage": 2}, "fp16": {"enabled": true}, "bf16": {"enabled": false}}',
        '{"zero_optimization": {"stage": 2}, "optimizer": {"type": "Lamb", "params": {"lr": 0.5}}}',
        '{"zero_optimization": {"stage": 2}, "optimizer": {"type": "AdamW", "params": {"lr": "auto"}}}',
        '{"zero_optimization": {"stage": 2, "cpu_offload": false}}',
        '{"zero_optimization": true, "optimizer": "AdamW"}',
        '{"zero_optimization": {"stage": [1, 2]}, "fp16": null}',
    ],
)
def test_deepspeed_files_that_are_fine(text: str) -> None:
    """Placeholders, auto, elastic batches, other optimizers and odd shapes raise nothing."""
    assert deepspeed(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"train_batch_size": 30,\n"gradient_accumulation_steps": 4}', [("ADV001", "error", 1)]),
        ('{"train_batch_size": 0,\n"gradient_accumulation_steps": 4}', [("ADV007", "error", 1)]),
        ('{"zero_optimization": {},\n"train_batch_size": "32"}', [("ADV007", "error", 2)]),
        ('{"zero_optimization": {},\n"train_batch_size": 2.5}', [("ADV007", "error", 2)]),
        ('{"zero_optimization": {},\n"train_batch_size": true}', [("ADV007", "error", 2)]),
        (
            '{"zero_optimization": {},\n"optimizer": {"type": "Adam",\n"params": {"lr": 1e4}}}',
            [("ADV007", "warning", 3)],
        ),
        ('{"zero_optimization": {},\n"optimizer": {"type": "Lamb",\n"params": {"lr": -1}}}', [("ADV007", "error", 3)]),
        ('{"zero_optimization": {},\n"fp16": {"enabled": "true"}}', [("ADV007", "warning", 2)]),
        ('{"zero_optimization": {},\n"scheduler": {"params": {"warmup_num_steps": 0.1}}}', [("ADV007", "warning", 2)]),
        ('{"zero_optimization": {"cpu_offload": true}}', [("ADV044", "warning", 1)]),
        ('{"zero_optimization": {"stage": 3},\n"pipe_parallel_size": 2}', [("ADV014", "error", 1)]),
    ],
)
def test_deepspeed_defects(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Each defect of a DeepSpeed file is found once, at its line."""
    assert deepspeed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'learning_rate: 1.0e-4\nfp16: true\nbf16: false\nfsdp: ""\ndeepspeed: /etc/zero.json\n',
        "load_best_model_at_end: true\neval_strategy: epoch\nsave_strategy: best\n",
        "load_best_model_at_end: true\neval_strategy: steps\neval_steps: 100\nsave_steps: 300\n",
        "load_best_model_at_end: true\neval_strategy: steps\neval_steps: 0.1\nsave_steps: 0.3\n",
        "load_best_model_at_end: true\neval_strategy: ${EVAL}\nsave_strategy: epoch\n",
        "load_best_model_at_end: false\neval_strategy: steps\nsave_strategy: epoch\n",
        'save_strategy: "no"\nmax_steps: 50\n',
        'save_strategy: "no"\ndo_train: false\n',
        "save_steps: 500\nmax_steps: -1\n",
        "save_steps: 5000\nmax_steps: 1000\nsave_strategy: epoch\n",
        "optim: adafactor\nlearning_rate: 0.3\n",
        "learning_rate: <your rate>\nwarmup_steps: YOUR_STEPS\noptim: null\n",
        "learning_rate: {{ rate }}\ngradient_accumulation_steps: {{ steps }}\nfp16: {{ half }}\n",
        "fsdp: []\ndeepspeed: null\n",
    ],
)
def test_training_arguments_that_are_fine(text: str) -> None:
    """Defaults, placeholders, short trials and other optimizers raise nothing."""
    assert arguments(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("learning_rate: 2e-5\n", [("ADV007", "warning", 3)]),
        ("learning_rate: '0.001'\n", [("ADV007", "warning", 3)]),
        ("learning_rate: 1.0e+4\n", [("ADV007", "warning", 3)]),
        ("save_strategy: no\n", [("ADV007", "error", 3), ("ADV034", "warning", 3)]),
        ("warmup_steps: 0.1\n", [("ADV007", "note", 3)]),
        ("warmup_ratio: 500\n", [("ADV007", "warning", 3), ("ADV044", "note", 3)]),
        ("save_steps: 5000\nmax_steps: 1000\n", [("ADV034", "warning", 3)]),
        ("load_best_model_at_end: true\n", [("ADV006", "warning", 3)]),
        (
            "load_best_model_at_end: true\neval_strategy: steps\neval_steps: 200\nsave_steps: 500\n",
            [("ADV006", "error", 6)],
        ),
        (
            "load_best_model_at_end: true\neval_strategy: steps\neval_steps: 0.2\nsave_steps: 500\n",
            [("ADV006", "error", 6)],
        ),
        ("fp16: true\nbf16: true\n", [("ADV030", "error", 3)]),
        ("fsdp: true\ndeepspeed: {zero_optimization: {stage: 2}}\n", [("ADV016", "error", 3)]),
        (
            "deepspeed: {zero_optimization: {stage: 2},\n  train_batch_size: 10, gradient_accumulation_steps: 3}\n",
            [("ADV001", "error", 4)],
        ),
    ],
)
def test_training_argument_defects(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Each defect of TrainingArguments is found at its line."""
    assert arguments(text) == expected


def test_training_arguments_below_a_key_and_in_json() -> None:
    """They are recognised one level down and in JSON, and the path says where."""
    assert rules({"c.yaml": "train:\n  num_train_epochs: 1\n  save_strategy: 'no'\n"}) == [
        ("ADV034", "warning", "c.yaml", 3)
    ]
    assert rules({"c.json": '{"num_train_epochs": 1, "save_strategy": "no"}'}) == [("ADV034", "warning", "c.json", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "base_model: x\nnum_train_epochs: 1\nlr_scheduler_type: cosine\nlearning_rate: 2e-5\n",
        "trainer:\n  _component_: x\n  num_train_epochs: 1\n  report_to: none\n  learning_rate: 1e-4\n",
        "learning_rate: 1e-4\nepochs: 3\n",
    ],
)
def test_other_formats_are_left_alone(text: str) -> None:
    """Files of other tools that share a few names are not judged as TrainingArguments."""
    assert rules({"config.yaml": text}) == []


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("MULTI_GPU", "num_machines: 1\nmachine_rank: 0\nnum_processes: 8\n"),
        ("DEEPSPEED", "num_processes: 8\nfsdp_config: {}\ndeepspeed_config: {zero_stage: 2}\n"),
        ("FSDP", "num_processes: 8\ndeepspeed_config:\nfsdp_config: {fsdp_version: 2}\n"),
        ("MULTI_GPU", "num_machines: 2\nnum_processes: $GPUS\nmain_process_ip: 10.0.0.1\n"),
        ("MULTI_GPU", "num_processes: -1\n"),
        ("NO", "num_processes: 1\n"),
        ("FSDP", "num_processes: 8\nparallelism_config: {parallelism_config_dp_shard_size: -1}\n"),
        ("FSDP", "num_processes: 8\nparallelism_config: {parallelism_config_tp_size: 2}\n"),
    ],
)
def test_accelerate_files_that_are_fine(engine: str, text: str) -> None:
    """Empty sections, values of the launcher and degrees that take what is left raise nothing."""
    assert accelerate(text, engine) == []


@pytest.mark.parametrize(
    ("engine", "text", "expected"),
    [
        ("MULTI_GPU", "num_machines: 3\nnum_processes: 8\nmain_process_ip: x\n", [("ADV009", "error", 3)]),
        ("MULTI_GPU", "num_processes: 8\nmachine_rank: 4\n", [("ADV009", "warning", 4)]),
        (
            "MULTI_GPU",
            "num_machines: 2\nnum_processes: 8\nmachine_rank: 2\nmain_process_ip: x\n",
            [("ADV009", "error", 5)],
        ),
        ("MULTI_GPU", "num_machines: 2\nnum_processes: 8\n", [("ADV009", "note", 3)]),
        ("FSDP", "num_processes: 1\n", [("ADV009", "note", 3)]),
        ("FSDP", "num_processes: 8\ndeepspeed_config: {zero_stage: 3}\n", [("ADV016", "warning", 4)]),
        ("DEEPSPEED", "num_processes: 8\nfsdp_config: {fsdp_version: 2}\n", [("ADV016", "warning", 4)]),
        ("FSDP", "num_processes: '8'\n", [("ADV007", "warning", 3)]),
    ],
)
def test_accelerate_defects(engine: str, text: str, expected: list[tuple[str, str, int]]) -> None:
    """Each defect of an Accelerate file is found at its line; what a launch line may complete is a note."""
    assert accelerate(text, engine) == expected


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("conf/train.yaml", ARGUMENTS + "bf16: true\ndeepspeed: ds/zero.json\n", 3),
        ("conf/accelerate.yaml", "distributed_type: DEEPSPEED\nmixed_precision: bf16\ndeepspeed_config:\n"
         "  deepspeed_config_file: ../ds/zero.json\n", 2),
    ],
)  # fmt: skip
def test_precision_over_two_files(name: str, text: str, line: int) -> None:
    """bf16 here and fp16 in the DeepSpeed file that is named, beside it or from above, contradict each other."""
    fp16 = '{"zero_optimization": {"stage": 2}, "fp16": {"enabled": true}}'
    assert rules({name: text, "ds/zero.json": fp16}) == [("ADV030", "error", name, line)]
    elsewhere = rules({name: text, "other/zero.json": fp16})
    assert [(rule, severity) for rule, severity, _, _ in elsewhere] == [("ADV005", "note")]
    assert rules({name: text, "ds/zero.json": fp16.replace("true", '"auto"')}) == []


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ('"train_batch_size": 64, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 2', []),
        ('"train_batch_size": 32, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 2', ["warning"]),
        ('"train_batch_size": 128, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 2', ["warning"]),
        ('"train_batch_size": 128, "train_micro_batch_size_per_gpu": 4', []),
        ('"train_batch_size": 36, "train_micro_batch_size_per_gpu": 4', ["warning"]),
        ('"train_batch_size": 30, "train_micro_batch_size_per_gpu": 4', ["error"]),
        ('"train_batch_size": 32, "tensor_parallel": {"autotp_size": 2}, "train_micro_batch_size_per_gpu": 4', []),
    ],
)
def test_batches_over_two_files(batches: str, expected: list[str]) -> None:
    """With the processes of the launch that names the file, the batch must be the whole product."""
    launch = "distributed_type: DEEPSPEED\nnum_processes: 8\ndeepspeed_config:\n  deepspeed_config_file: ds.json\n"
    found = rules({"a.yaml": launch, "ds.json": f'{{"zero_optimization": {{}}, {batches}}}'})
    assert [(rule, severity) for rule, severity, _, _ in found] == [("ADV001", each) for each in expected]
