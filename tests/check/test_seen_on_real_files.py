"""What looked like a defect on public configurations, and is none; each file here is written anew for its point."""

from pathlib import Path

import pytest

from advisor import catalog
from advisor.check import check

STATEFUL = (
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: engine}}\nspec:\n  replicas: 2\n  template:\n    spec:\n"
    "      volumes: [{{name: shm, emptyDir: {{medium: Memory}}}}]\n      containers:\n        - name: engine\n"
    "          image: lmsysorg/sglang:v0.5.2\n          command: [/bin/bash, -c]\n          args:\n            - |\n"
    "              sglang serve --model-path Qwen/Qwen2.5-72B-Instruct --tp-size 16 {} --node-rank $POD_INDEX\n"
    "          volumeMounts: [{{name: shm, mountPath: /dev/shm}}]\n"
    "          resources: {{limits: {{nvidia.com/gpu: 8}}}}\n"
)
OUMI = (
    "model:\n  model_name: Qwen/Qwen3-8B\ntraining:\n  {}per_device_train_batch_size: 2\n  num_train_epochs: 1\n"
    "  learning_rate: 2e-5\n"
)
SFT = "{}\nargs = SFTConfig(output_dir='out', max_seq_length=2048, save_steps=50)\n"
PADDLE = "from {}.trainer import TrainingArguments\nargs = TrainingArguments('o', evaluation_strategy='epoch')\n"


def found(folder: Path, files: dict[str, str]) -> list[tuple[str, str, int]]:
    """(rule, severity, line) of what is found in a project of these files."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    tables = catalog.load().lifecycle
    outcome = check((folder,), rederive=lambda _: None, expect=lambda _: None, lifecycle=lambda: tables)
    return [(each.rule, each.severity, each.place.line) for each in outcome.findings]


@pytest.mark.parametrize(
    ("nodes", "rules"),
    [
        ("--nnodes 2", []),
        ("--nnodes $NODES", []),
        ("--nnodes 1", ["ADV019"]),
        ("", ["ADV019"]),
    ],
)
def test_an_engine_over_several_pods(tmp_path: Path, nodes: str, rules: list[str]) -> None:
    """The ranks of an engine that says how many pods it stretches over are held against the GPUs of all of them."""
    assert [rule for rule, *_ in found(tmp_path, {"set.yaml": STATEFUL.format(nodes)}) if rule == "ADV019"] == rules


@pytest.mark.parametrize(("own", "rules"), [("trainer_type: TRL_SFT\n  ", []), ("", [("ADV007", "warning", 6)])])
def test_who_reads_the_file_says_what_a_number_is(tmp_path: Path, own: str, rules: list[tuple[str, str, int]]) -> None:
    """2e-5 is a number in a file that OmegaConf loads, and text in one that PyYAML loads."""
    assert [each for each in found(tmp_path, {"train.yaml": OUMI.format(own)}) if each[0] == "ADV007"] == rules


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('[project]\ndependencies = ["numpy", "torchserve==0.11"]\n', [("ADV043", "warning", 2)]),
        ('[project]\ndependencies = [\n  "numpy",\n  "torchserve==0.11",\n]\n', [("ADV043", "warning", 4)]),
        ('[project.optional-dependencies]\nserve = ["torchserve"]\n', [("ADV043", "warning", 2)]),
        ('[dependency-groups]\nserve = ["torchserve"]\n', [("ADV043", "warning", 2)]),
        ('[tool.poetry.dependencies]\npython = "^3.11"\ntorchserve = "0.11"\n', [("ADV043", "warning", 3)]),
        ('[tool.ruff]\nexclude = ["torchserve", "text-generation-inference"]\n', []),
        ('[tool.pytest.ini_options]\nfilterwarnings = ["ignore:.*weights_only=False.*:FutureWarning"]\n', []),
    ],
)
def test_what_a_project_depends_on(tmp_path: Path, text: str, rules: list[tuple[str, str, int]]) -> None:
    """Only what pyproject.toml lists as a dependency is one; folders that a linter leaves out are none."""
    assert found(tmp_path, {"pyproject.toml": text}) == rules


@pytest.mark.parametrize(
    ("path", "text", "rules"),
    [
        ("tune.yaml", "_component_: torchtune.models.a\nweights: [pytorch_model.bin]\n", [("ADV046", "note", 2)]),
        ("load.yaml", "weights: [pytorch_model.bin]\n", [("ADV046", "warning", 1)]),
        ("load.py", "w = fetch(url='https://models.acme.org/a.pt')\n", [("ADV046", "note", 1)]),
        ("load.py", "w = fetch(url='https://models.acme.org/your-model.pt')\n", []),
        ("load.py", "state = load(file, weights_only=False)\n", []),
        ("get.sh", "wget s3://your-bucket/model.ckpt\n", []),
        ("get.sh", "wget https://models.acme.org/model.ckpt\n", [("ADV046", "warning", 1)]),
    ],
)
def test_pickled_weights(tmp_path: Path, path: str, text: str, rules: list[tuple[str, str, int]]) -> None:
    """Weights in pickle are a warning where they are loaded whole, a note where tensors only; examples are nothing."""
    assert found(tmp_path, {path: text}) == rules


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (SFT.format("from trl import SFTConfig"), ["ADV044"]),
        (SFT.format("from unsloth import FastLanguageModel\nfrom trl import SFTConfig"), []),
        (PADDLE.format("transformers"), ["ADV044"]),
        (PADDLE.format("paddlenlp"), []),
    ],
)
def test_classes_of_the_same_name(tmp_path: Path, text: str, rules: list[str]) -> None:
    """Arguments are held against the framework that they are imported from, or that takes its place."""
    assert [rule for rule, severity, _ in found(tmp_path, {"train.py": text}) if severity != "note"] == rules


@pytest.mark.parametrize(
    "text",
    [
        "message: 'models://scope:prefix@registry/name is deprecated'\npassword_file: x\n",
        "password_file: x\nimage: https://images.acme.org/cat.jpg\n",
        "password_file: x\nimage: 0\n",
        "password_file: x\npattern: 'http://(?:localhost):(\\d+)([-a-z0-9@:%]*)'\n",
        "password_file: x\nsample: Bearer sk-unknown-9876543210fedcba\n",
        'password_file: x\nsample: "-----BEGIN PRIVATE KEY-----\\nSECRET\\n-----END PRIVATE KEY-----"\n',
    ],
)
def test_addresses_and_images_of_other_kinds(tmp_path: Path, text: str) -> None:
    """A scheme that no server speaks carries no password; the address of a picture is no container image."""
    assert found(tmp_path, {"a.yaml": text}) == []


@pytest.mark.parametrize(("degree", "rules"), [("tp_size: 2", ["ADV011"]), ("sp_size: 2", [])])
def test_groups_that_deepspeed_makes(tmp_path: Path, degree: str, rules: list[str]) -> None:
    """Accelerate compares the degrees with the processes, but not under DeepSpeed's sequence parallelism."""
    text = (
        "compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nnum_machines: 1\nnum_processes: 8\n"
        f"parallelism_config:\n  parallelism_config_{degree}\n  parallelism_config_dp_shard_size: 2\n"
    )
    assert [rule for rule, *_ in found(tmp_path, {"a.yaml": text}) if rule == "ADV011"] == rules


SLURM = (
    "#!/bin/bash\n#SBATCH --nodes=2\n#SBATCH --ntasks-per-node={tasks}\n#SBATCH --gres=gpu:8\n#SBATCH --time=1:00:00\n"
)
IN_A_VARIABLE = SLURM + (
    'GPUS={gpus}\nHEAD=$(scontrol show hostnames $SLURM_JOB_NODELIST | head -n 1)\nLAUNCHER="torchrun \\\n'
    "    --nproc_per_node $GPUS \\\n    --nnodes $SLURM_NNODES --role `hostname -s`: \\\n"
    '    --rdzv_endpoint $HEAD:6000"\n'
    'CMD="$LAUNCHER train.py"\nsrun --wait=60 bash -c "$CMD"\n'
)
EXPORTED = SLURM + (
    "{export}LAYERS=35\nexport STAGES=2\nexport HEADS=32\nsrun bash -c '\nexport RANK=$SLURM_PROCID\n"
    "python pretrain_gpt.py --num-layers $LAYERS --hidden-size 4096 --num-attention-heads $HEADS \\\n"
    "--seq-length 2048 --micro-batch-size 1 --pipeline-model-parallel-size $STAGES --tensor-model-parallel-size 1'\n"
)


@pytest.mark.parametrize(
    ("tasks", "gpus", "rules"),
    [(1, 8, []), (1, 16, [("ADV003", "error", 6)]), (8, 8, [("ADV004", "error", 3)])],
)
def test_a_launcher_in_a_variable(tmp_path: Path, tasks: int, gpus: int, rules: list[tuple[str, str, int]]) -> None:
    """A launch line that is put together in variables and run by `bash -c` is read as far as it is literal."""
    text = IN_A_VARIABLE.format(tasks=tasks, gpus=gpus)
    assert [each for each in found(tmp_path, {"job.slurm": text}) if each[1] == "error"] == rules


@pytest.mark.parametrize(("export", "rules"), [("export ", [("ADV013", "error", 7)]), ("", [])])
def test_exported_variables_in_a_script_within(tmp_path: Path, export: str, rules: list[tuple[str, str, int]]) -> None:
    """A script in single quotes knows what was exported before, and nothing else."""
    text = EXPORTED.format(tasks=8, export=export)
    assert [each for each in found(tmp_path, {"job.slurm": text}) if each[1] == "error"] == rules


@pytest.mark.parametrize(
    ("engine", "more", "rules"),
    [
        ("{name: fsdp2}", "", []),
        ("{name: fsdp2}", "micro_batch_size: 0\n", [("ADV007", "error", 5)]),
        ("{name: fsdp2}", "micro_batch_size: 4\nglobal_batch_size: 30\n", [("ADV001", "error", 6)]),
        ("{name: deepspeed, config_file: data/none_z3.json}", "micro_batch_size: 1\n", [("ADV005", "warning", 4)]),
    ],
)
def test_version_1_of_llamafactory(tmp_path: Path, engine: str, more: str, rules: list[tuple[str, str, int]]) -> None:
    """The names of LLaMA-Factory's version 1 are read: batch, engine, its file."""
    text = (
        f"model: Qwen/Qwen3-0.6B\ntemplate: qwen3\ntrain_dataset: data/sft.yaml\ndist_config: {engine}\n"
        f"{more}max_steps: 1000\nlearning_rate: 1e-5\n"
    )
    kept = [each for each in found(tmp_path, {"train.yaml": text, "data/sft.yaml": "a: 1\n"}) if each[1] != "note"]
    assert kept == rules


@pytest.mark.parametrize(("gpus", "rules"), [(8, []), (16, [("ADV003", "error", 8)])])
def test_arguments_in_quoted_arrays(tmp_path: Path, gpus: int, rules: list[tuple[str, str, int]]) -> None:
    """`"${ARGUMENTS[@]}"` is its elements and no empty word before them, which would end the launcher's options."""
    text = SLURM.format(tasks=1) + (
        f"declare -a LAUNCH=(\n    --nnodes=$SLURM_NNODES\n    --nproc_per_node={gpus}\n    --rdzv_backend=c10d\n)\n"
        'OPTIONS=(--epochs 1)\nsrun -l torchrun "${LAUNCH[@]}" train.py "${OPTIONS[@]}"\n'
    )
    assert [each for each in found(tmp_path, {"job.slurm": text}) if each[1] == "error"] == rules


@pytest.mark.parametrize(("size", "rules"), [(2, []), (1, ["ADV019"])])
def test_roles_of_a_disaggregated_set(tmp_path: Path, size: int, rules: list[str]) -> None:
    """Prefill and decode are groups of pods of their own, each held against its own GPUs."""
    text = (
        "apiVersion: disaggregatedset.x-k8s.io/v1\nkind: DisaggregatedSet\nmetadata: {name: engine}\nspec:\n  roles:\n"
        f"    - name: decode\n      spec:\n        leaderWorkerTemplate:\n          size: {size}\n"
        "          workerTemplate:\n            spec:\n"
        "              volumes: [{name: shm, emptyDir: {medium: Memory}}]\n              containers:\n"
        "                - name: engine\n                  image: vllm/vllm-openai:v0.11.0\n"
        "                  command: [vllm, serve, Qwen/Qwen2.5-72B-Instruct, --tensor-parallel-size, '8']\n"
        "                  volumeMounts: [{name: shm, mountPath: /dev/shm}]\n"
        "                  resources: {limits: {nvidia.com/gpu: 4}}\n"
    )
    assert [rule for rule, severity, _ in found(tmp_path, {"set.yaml": text}) if severity == "error"] == rules
