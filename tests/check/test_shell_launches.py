"""Shell scripts, Slurm batch scripts, Megatron's arguments, docker run and Dockerfiles: written for this test in the
idioms of the tools' own examples.
"""

import pytest
from check.launches import found, launches

MEGATRON = """#!/bin/bash
GPUS_PER_NODE=8
NUM_NODES=2
DISTRIBUTED_ARGS=(
    --nproc_per_node $GPUS_PER_NODE
    --nnodes $NUM_NODES
    --master_addr $MASTER_ADDR
)
MODEL_ARGS=(
    --num-layers {layers}
    --hidden-size 4096
    --num-attention-heads {heads}
    --seq-length 4096   # tokens
    --max-position-embeddings 4096
)
PARALLEL_ARGS="--tensor-model-parallel-size {tensor} \\
    --pipeline-model-parallel-size {pipeline} {more}"
torchrun ${{DISTRIBUTED_ARGS[@]}} pretrain_gpt.py \\
    "${{MODEL_ARGS[@]}}" --micro-batch-size 1 --global-batch-size 64 --save $CHECKPOINTS \\
    $PARALLEL_ARGS > log.txt 2>&1
"""


def megatron(layers: int = 32, heads: int = 32, tensor: int = 4, pipeline: int = 2, more: str = "") -> str:
    return MEGATRON.format(layers=layers, heads=heads, tensor=tensor, pipeline=pipeline, more=more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (megatron(), []),
        (megatron(heads=32, tensor=3, pipeline=1), [("ADV011", "error", 16), ("ADV012", "error", 16)]),
        (megatron(heads=24, tensor=1), [("ADV012", "error", 12)]),
        (megatron(tensor=8, pipeline=4), [("ADV011", "error", 16)]),
        (megatron(layers=31), [("ADV013", "error", 17)]),
        (megatron(layers=31, more="--decoder-first-pipeline-num-layers 15"), []),
        (megatron(tensor=16, pipeline=1), [("ADV015", "warning", 16)]),
        (megatron(more="--fp16 --bf16"), [("ADV030", "error", 17)]),
        (megatron(heads=32).replace("NUM_NODES=2", "NUM_NODES=${NNODES}"), []),
        (megatron(tensor=8, pipeline=4).replace("NUM_NODES=2", "NUM_NODES=2\nNUM_NODES=4"), []),
        (megatron(tensor=8, pipeline=4).replace("NUM_NODES=2", 'NUM_NODES=2\n[ -n "$N" ] && NUM_NODES=3'), []),
        (megatron(tensor=8, pipeline=4).replace("NUM_NODES=2", "if true; then\nNUM_NODES=2\nfi"), []),
    ],
)  # fmt: skip
def test_megatron_arguments(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Arguments from arrays and strings are judged where they are written, and not where a value may be another."""
    assert found("train.sh", text) == expected


SBATCH = """#!/bin/bash
#SBATCH --job-name=tune
#SBATCH --nodes=2
#SBATCH --ntasks-per-node={tasks}
#SBATCH --gres=gpu:{gpus}
#SBATCH --time=12:00:00

export OMP_NUM_THREADS=8
MASTER=$(scontrol show hostnames $SLURM_JOB_NODELIST | head -n 1)
{command}
"""


def sbatch(command: str, tasks: int = 1, gpus: str = "4") -> list[tuple[str, str, int]]:
    return found("train.sbatch", SBATCH.format(tasks=tasks, gpus=gpus, command=command))


@pytest.mark.parametrize(
    ("command", "tasks", "expected"),
    [
        ("srun torchrun --nnodes 2 --nproc_per_node 4 train.py", 1, []),
        ("srun torchrun --nnodes=2 --nproc-per-node=8 train.py", 1, [("ADV003", "error", 10)]),
        ("srun torchrun --nnodes 2 --nproc_per_node gpu train.py", 1, []),
        ("srun torchrun --nnodes 2 --nproc_per_node $SLURM_GPUS_ON_NODE train.py", 1, []),
        ("srun torchrun --nnodes 2 --nproc_per_node 4 train.py", 4, [("ADV004", "error", 4)]),
        ("srun --ntasks-per-node=1 torchrun --nnodes 2 --nproc_per_node 4 train.py", 4, []),
        ("srun -n 2 torchrun --nnodes 2 --nproc_per_node 4 train.py", 4, []),
        ("srun -n8 torchrun --nnodes 2 --nproc_per_node 4 train.py", 1, [("ADV004", "error", 10)]),
        ("srun python train.py --devices 4 --num_nodes 2", 4, []),
        ("srun bash -c 'torchrun --nnodes 2 --nproc_per_node 8 train.py'", 1, [("ADV003", "error", 10)]),
        ("srun torchrun --nnodes 4 --nproc_per_node 4 train.py", 1, [("ADV002", "error", 10)]),
        ("srun accelerate launch --num_processes 8 --num_machines 2 train.py", 1, []),
        ("srun accelerate launch --num_processes 16 --num_machines 2 train.py", 1, [("ADV002", "error", 10)]),
        ("srun accelerate launch --num_processes $((4 * 2)) --num_machines 2 train.py", 1, []),
        ("# srun torchrun --nproc_per_node 8 train.py\ntrue", 1, []),
        ("echo srun torchrun --nproc_per_node 8 train.py", 1, []),
        ("cat > other.sh <<EOF\ntorchrun --nproc_per_node 8 train.py\nEOF", 1, []),
        ("CUDA_VISIBLE_DEVICES=0,1 torchrun --nproc_per_node 4 train.py", 1, [("ADV003", "error", 10)]),
        ("srun singularity exec --nv image.sif torchrun --nnodes 2 --nproc_per_node 8 train.py", 1,
         [("ADV003", "error", 10)]),
    ],
)  # fmt: skip
def test_slurm_and_its_launch_line(command: str, tasks: int, expected: list[tuple[str, str, int]]) -> None:
    """What the job is given and what the launch line starts are held against each other."""
    assert sbatch(command, tasks) == expected


@pytest.mark.parametrize(
    ("gpus", "count"),
    [("4", 4), ("a100:4", 4), ("h100_80gb:2", 2), ("$N", None), ("4,tmpfs:100G", 4)],
)
def test_gpus_of_a_node(gpus: str, count: int | None) -> None:
    """--gres is read with and without the GPU's name, and beside other resources."""
    (launch,) = launches("a.sbatch", SBATCH.format(tasks=1, gpus=gpus, command="srun torchrun train.py"))
    assert launch.gpus_a_node is not None
    assert launch.gpus_a_node.whole == count


@pytest.mark.parametrize(
    ("command", "gpus", "expected"),
    [
        ("srun torchrun --nnodes 2 --nproc_per_node 4 train.py --bf16 True", "v100:4", [("ADV026", "warning", 5)]),
        ("srun torchrun --nnodes 2 --nproc_per_node 4 train.py --bf16 False", "v100:4", []),
        ("srun torchrun --nnodes 2 --nproc_per_node 4 train.py --bf16", "a100:4", []),
        ("srun torchrun --nnodes 2 --nproc_per_node 4 train.py --fp8-format hybrid", "a100:4",
         [("ADV027", "error", 5)]),
        ("srun torchrun --nnodes 2 --nproc_per_node 4 train.py --attn_implementation flash_attention_2", "t4:4",
         [("ADV028", "error", 5)]),
        ("srun torchrun --nnodes 2 --nproc_per_node 16 train.py", "h100:16", [("ADV029", "error", 5)]),
    ],
)  # fmt: skip
def test_what_a_gpu_can(command: str, gpus: str, expected: list[tuple[str, str, int]]) -> None:
    """Formats that a GPU lacks are told at the GPU, with the setting beside it."""
    assert sbatch(command, gpus=gpus) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("#SBATCH --nodes=$NUM_NODES", [("ADV010", "error", 2)]),
        ("#SBATCH --output=${HOME}/%x-%j.out", [("ADV010", "error", 2)]),
        ("#SBATCH --output=%x-%j.out", []),
        ("##SBATCH --nodes=$NUM_NODES", []),
        ("#SBATCH --nodes=2  # $NUM_NODES is not read here", []),
        ("true\n#SBATCH --nodes=$NUM_NODES", []),
    ],
)
def test_variables_in_directives(line: str, expected: list[tuple[str, str, int]]) -> None:
    """A directive is text to the shell; patterns of Slurm's own, comments and later lines are none of it."""
    text = f"#!/bin/bash\n{line}\n#SBATCH --time=1:00:00\nsrun hostname\n"
    assert found("job.sh", text) == expected


def test_a_here_document_is_data() -> None:
    """A script that writes another one is not judged by what it writes."""
    text = "#!/bin/bash\nsbatch <<EOF\n#!/bin/bash\n#SBATCH --nodes=$N\ntorchrun --nproc_per_node 8 x.py\nEOF\n"
    assert found("submit.sh", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torchrun t.py --per_device_train_batch_size 1 --num_train_epochs 1 --bf16 True --fp16 True\n",
         [("ADV030", "error", 1)]),
        ("torchrun t.py --per_device_train_batch_size 1 --num_train_epochs 1 --evaluation_strategy no\n",
         [("ADV044", "warning", 1)]),
        ("torchrun t.py --per_device_train_batch_size 1 --num_train_epochs 1 --bf16 True --fp16 False\n", []),
        ("N=8\nexport CUDA_VISIBLE_DEVICES=0\ntorchrun --nproc_per_node $N t.py\n", []),
        ("for n in 1 2 4; do\n  CUDA_VISIBLE_DEVICES=0,1 torchrun --nproc_per_node $n t.py\ndone\n", []),
        ("vllm serve meta-llama/Llama-3.1-8B-Instruct --tensor-parallel-size 3\n", [("ADV012", "error", 1)]),
        ("python -m vllm.entrypoints.openai.api_server --model Qwen/Qwen2.5-7B-Instruct -tp 4\n", []),
        ("python -m vllm.entrypoints.openai.api_server --model Qwen/Qwen2.5-7B-Instruct -tp 8\n",
         [("ADV012", "error", 1)]),
        ("docker run --gpus '\"device=0,1\"' --ipc=host vllm/vllm-openai:v0.11.0 --model Qwen/Qwen2.5-7B-Instruct "
         "--tensor-parallel-size 4\n", [("ADV019", "error", 1)]),
        ("docker run --gpus 2 --shm-size 64m vllm/vllm-openai:v0.11.0 --model Qwen/Qwen2.5-7B-Instruct -tp 2\n",
         [("ADV031", "warning", 1)]),
        ("docker run --gpus all -it --rm ubuntu:24.04 bash\n", []),
    ],
)  # fmt: skip
def test_launch_lines(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Launch lines of training, of servers and of containers; a value that differs from run to run is unknown."""
    ours = [each for each in found("run.sh", f"#!/bin/bash\n{text}") if each[0] not in ("ADV047", "ADV049")]
    assert ours == [(rule, severity, line + 1) for rule, severity, line in expected]


def test_a_default_is_shown_as_such() -> None:
    """A value that the environment may change is read, and the message shows that it is a default."""
    text = "#!/bin/bash\nCUDA_VISIBLE_DEVICES=0 torchrun --nproc_per_node ${GPUS:-8} t.py\n"
    (launch,) = launches("run.sh", text)
    each = launch.commands[0].processes_a_node
    assert each is not None
    assert (each.whole, each.raw) == (8, "${GPUS:-8}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('FROM vllm/vllm-openai:v0.11.0\nENTRYPOINT ["vllm", "serve"]\nCMD ["meta-llama/Llama-3.1-8B-Instruct", \\\n'
         '  "--tensor-parallel-size", "5"]\n', [("ADV012", "error", 4)]),
        ("FROM vllm/vllm-openai:v0.11.0\nENV MODEL=meta-llama/Llama-3.1-8B-Instruct\n"
         "CMD vllm serve $MODEL \\\n  --tensor-parallel-size 3\n", [("ADV012", "error", 4)]),
        ("FROM vllm/vllm-openai:v0.11.0\nCMD vllm serve $MODEL --tensor-parallel-size 3\n", []),
    ],
)  # fmt: skip
def test_dockerfiles(text: str, expected: list[tuple[str, str, int]]) -> None:
    """What ENTRYPOINT and CMD start is judged with the environment that the file sets."""
    assert found("Dockerfile", text) == expected


def test_files_that_a_script_names() -> None:
    """A file that is not there is told where its folder is, or one of nearly the same name; else nothing is said."""
    script = "#!/bin/bash\naccelerate launch --config_file {} train.py\n"
    beside = {"fsdp.yaml": "distributed_type: FSDP\nnum_processes: 8\n"}
    assert found("run.sh", script.format("fsdpp.yaml"), **beside) == [("ADV005", "warning", 2)]
    assert found("run.sh", script.format("fsdp.yaml"), **beside) == []
    assert found("run.sh", script.format("$CONFIG"), **beside) == []
    assert found("run.sh", script.format("nowhere/else.yaml"), **beside) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python -m torch.distributed.launch --nproc_per_node 1 train.py\n", [("ADV044", "note", 1)]),
        ("torchrun --nproc_per_node 1 train.py\n", []),
        ("sky spot launch task.yaml\n", [("ADV044", "warning", 1)]),
        ("sky jobs launch task.yaml\n", []),
        ("# sky spot launch task.yaml\n", []),
    ],
)
def test_commands_under_an_old_name(text: str, expected: list[tuple[str, str, int]]) -> None:
    """A launcher that has a successor is told where it is called."""
    assert [each for each in found("train.sh", text) if each[0] == "ADV044"] == expected


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("trl sft --model_name_or_path Qwen/Qwen3-0.6B", "trl"),
        ("litgpt finetune_lora microsoft/phi-2", "litgpt"),
        ("axolotl train config.yml", "axolotl"),
        ("tune run lora_finetune_single_device --config c.yaml", "torchtune"),
        ("llamafactory-cli train c.yaml", "llamafactory"),
    ],
)
def test_programs_that_train(line: str, program: str) -> None:
    """The command-line programs of the training tools are training runs."""
    (launch,) = launches("train.sh", f"#!/bin/bash\n{line}\n")
    assert [(each.program.value, each.role) for each in launch.commands] == [(program, "train")]


JOB = "#!/bin/bash\n#SBATCH --nodes=2\n#SBATCH --gres=gpu:4\n#SBATCH --time=10:00:00\n{}\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("srun bash scripts/run.sh", [("ADV003", "error", 2)]),
        ("bash ./scripts/run.sh --resume", [("ADV003", "error", 2)]),
        ("srun scripts/run.sh", [("ADV003", "error", 2)]),
        ("source scripts/run.sh", [("ADV003", "error", 2)]),
        ("bash scripts/run.sh && bash scripts/run.sh", []),  # run twice: which of them is meant is not known
        ("bash $WORK/run.sh", []),
        ("cat scripts/run.sh", []),
        ("# bash scripts/run.sh", []),
    ],
)
def test_the_job_and_the_script_that_it_runs(line: str, expected: list[tuple[str, str, int]]) -> None:
    """The launch line in another script is held against the GPUs that the job asks for."""
    run = "#!/bin/bash\ntorchrun --nnodes 2 --nproc_per_node 8 train.py --output_dir out\n"
    seen = found("job.sbatch", JOB.format(line), **{"scripts/run.sh": run})
    assert [each for each in seen if each[0] == "ADV003"] == expected


def test_srun_and_the_launcher_in_the_script() -> None:
    """Tasks of the job, and processes of the launcher that its script starts, multiply across the two files."""
    job = JOB.format("srun bash run.sh").replace("--gres=gpu:4", "--gres=gpu:8\n#SBATCH --ntasks-per-node=8")
    run = "#!/bin/bash\ntorchrun --nproc_per_node 8 train.py --output_dir out\n"
    assert ("ADV004", "error", 4) in found("job.sbatch", job, **{"run.sh": run})
    assert "ADV004" not in {each[0] for each in found("job.sbatch", job.replace("node=8", "node=1"), **{"run.sh": run})}


def test_a_task_and_its_script() -> None:
    """A SkyPilot task hands its GPUs on to the script that it runs."""
    task = "resources:\n  accelerators: V100:8\nworkdir: .\nrun: |\n  bash train.sh\n"
    train = "#!/bin/bash\ntorchrun --nproc_per_node 8 train.py --bf16 --output_dir out\n"
    seen = found("task.yaml", task, **{"train.sh": train})
    assert [(rule, line) for rule, _, line in seen if rule == "ADV026"] == [("ADV026", 2)]
