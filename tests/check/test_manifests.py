"""Kubernetes, Ray, SkyPilot, Helm values, Compose, Triton, TorchServe and pipelines: defects beyond the rules' own
examples, and what looks like one and is none.
"""

import pytest
from check.launches import found, launches

IGNORED = ("ADV043", "ADV045", "ADV047", "ADV048", "ADV049")
SHM = "      volumes:\n        - name: shm\n          emptyDir: {medium: Memory}\n"
MOUNT = "          volumeMounts:\n            - {name: shm, mountPath: /dev/shm}\n"


def ours(path: str, text: str, **others: str) -> list[tuple[str, str, int]]:
    return [each for each in found(path, text, **others) if each[0] not in IGNORED]


def deployment(args: str, gpus: object = 2, pod: str = "", container: str = "", replicas: int = 2) -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: serve\nspec:\n  replicas: {replicas}\n  template:\n"
        f"    spec:\n{SHM}{pod}      containers:\n        - name: vllm\n          image: vllm/vllm-openai:v0.11.0\n"
        f"          args: [{args}]\n{container}{MOUNT}"
        + (f"          resources:\n            limits:\n              nvidia.com/gpu: {gpus}\n" if gpus else "")
    )


MODEL = "--model, Qwen/Qwen2.5-7B-Instruct"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (deployment(f"{MODEL}, --tensor-parallel-size, '2'"), []),
        (deployment(f"{MODEL}, --tensor-parallel-size=4"), [("ADV019", "error", 15)]),
        (deployment(f"{MODEL}, --tensor-parallel-size=4", gpus="4"), []),
        (deployment(f"{MODEL}, -tp, '4'", gpus='"4"'), []),
        (deployment(f"{MODEL}", gpus=4), [("ADV019", "warning", 20)]),
        (deployment(f"{MODEL}, --data-parallel-size, '4'", gpus=4), []),
        (deployment(f"{MODEL}, --tensor-parallel-size=$(TP)"), []),
        (deployment(f"{MODEL}, --tensor-parallel-size={{{{ .Values.tp }}}}"), []),
        (deployment(f"{MODEL}, --tensor-parallel-size=2", gpus=0), [("ADV040", "warning", 14)]),
        (deployment(f"{MODEL}, --tensor-parallel-size=2", gpus=0,
                    pod="      resourceClaims:\n        - name: gpu\n"), []),
        (deployment(f"{MODEL}, --tensor-parallel-size=2", gpus=2,
                    pod="      nodeSelector:\n        node.kubernetes.io/instance-type: g5.xlarge\n"),
         [("ADV029", "error", 22)]),
        (deployment(f"{MODEL}, --tensor-parallel-size=2", gpus=2,
                    pod="      nodeSelector:\n        nvidia.com/gpu.product: Tesla-T4-SHARED\n"), []),
        (deployment(f"{MODEL}, --tensor-parallel-size=2, --dtype=bfloat16", gpus=2,
                    pod="      nodeSelector:\n        cloud.google.com/gke-accelerator: nvidia-tesla-v100\n"),
         [("ADV026", "error", 13)]),
        (deployment("--model, meta-llama/Llama-3.1-70B-Instruct, -tp, '2'", gpus=2,
                    pod="      nodeSelector:\n        cloud.google.com/gke-accelerator: nvidia-l4\n"),
         [("ADV022", "error", 17)]),
        (deployment("--model, casperhansen/llama-3-70b-instruct-awq, -tp, '2', --quantization, awq", gpus=2,
                    pod="      nodeSelector:\n        cloud.google.com/gke-accelerator: nvidia-l4\n"), []),
        (deployment("--model, meta-llama/Llama-3.1-70B-Instruct, -tp, '2', --quantization, $(QUANT)", gpus=2,
                    pod="      nodeSelector:\n        cloud.google.com/gke-accelerator: nvidia-l4\n"), []),
        (deployment(f"{MODEL}, -tp, '2'", replicas=1,
                    pod="      nodeSelector:\n        cloud.google.com/gke-spot: 'true'\n"),
         [("ADV037", "warning", 13)]),
        (deployment(f"{MODEL}, -tp, '2'",
                    pod="      nodeSelector:\n        cloud.google.com/gke-spot: 'true'\n"), []),
    ],
)  # fmt: skip
def test_a_served_deployment(text: str, expected: list[tuple[str, str, int]]) -> None:
    """GPUs, engine, model and nodes of a Deployment are held against each other; what is filled in later is unknown."""
    assert ours("serve.yaml", text) == expected


def test_shared_memory() -> None:
    """Several GPUs in a container need shared memory; one does not, and the host's is enough."""
    text = deployment(f"{MODEL}, -tp, '2'").replace(MOUNT, "")
    assert ours("serve.yaml", text) == [("ADV031", "warning", 18)]
    assert ours("serve.yaml", text.replace("    spec:\n", "    spec:\n      hostIPC: true\n")) == []
    assert ours("serve.yaml", text.replace("gpu: 2", "gpu: 1").replace("-tp, '2'", "-tp, '1'")) == []


GROUP = """apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {{name: group}}
spec:
  replicas: 1
  leaderWorkerTemplate:
    size: {size}
    workerTemplate:
      spec:
        hostIPC: true
        containers:
          - name: vllm
            image: vllm/vllm-openai:v0.11.0
            command: [sh, -c, "vllm serve m --tensor-parallel-size {tensor} --pipeline-parallel-size {pipeline}"]
            resources:
              limits:
                nvidia.com/gpu: 8
"""


@pytest.mark.parametrize(
    ("size", "tensor", "pipeline", "expected"),
    [
        ("2", 8, 2, []),
        ("2", 16, 1, [("ADV015", "warning", 14)]),
        ("2", 8, 4, [("ADV019", "error", 14)]),
        ("$SIZE", 8, 4, []),
    ],
)
def test_a_group_of_pods(size: str, tensor: int, pipeline: int, expected: list[tuple[str, str, int]]) -> None:
    """Leader and workers count together, and tensor parallelism over pods is told."""
    assert ours("group.yaml", GROUP.format(size=size, tensor=tensor, pipeline=pipeline)) == expected


OPERATOR = """apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {{name: train}}
spec:
  pytorchReplicaSpecs:
    Master:
      replicas: 1
      restartPolicy: OnFailure
      template: &pod
        spec:
          hostIPC: true
          containers:
            - name: pytorch
              image: registry.example/train:1.4.0
              command: [torchrun, --nnodes, "{nodes}", --nproc_per_node, "{each}", train.py]
              resources:
                limits:
                  nvidia.com/gpu: 4
    Worker:
      replicas: 1
      restartPolicy: OnFailure
      template: *pod
"""


@pytest.mark.parametrize(
    ("nodes", "each", "expected"),
    [
        ("2", "4", []),
        ("2", "8", [("ADV003", "error", 15)]),
        ("4", "4", [("ADV002", "error", 15)]),
        ("1:2", "4", []),
        ("$(PET_NNODES)", "auto", []),
    ],
)
def test_a_job_of_the_operator(nodes: str, each: str, expected: list[tuple[str, str, int]]) -> None:
    """Master and workers are the machines of the run; ranges and variables are left alone."""
    assert ours("job.yaml", OPERATOR.format(nodes=nodes, each=each)) == expected


@pytest.mark.parametrize(
    ("accelerators", "count"),
    [("H100:8", 8), ("{H100: 8}", 8), ("A100", 1), ("[H100:8, A100:8]", None), ("$GPU", None), ("tpu-v5e-8", 1)],
)
def test_accelerators_of_a_task(accelerators: str, count: int | None) -> None:
    """The GPUs of a node are read in each way in which SkyPilot takes them."""
    (task,) = launches("task.yaml", f"resources:\n  accelerators: {accelerators}\nrun: |\n  nvidia-smi\n")
    assert (task.gpus_a_node.whole if task.gpus_a_node is not None else None) == count


SPOT = "resources:\n  accelerators: A100:1\n  use_spot: true\n{mounts}run: |\n  {run}\n"
BUCKET = "file_mounts:\n  /out:\n    name: bucket\n    mode: MOUNT\n"


@pytest.mark.parametrize(
    ("run", "mounts", "expected"),
    [
        ("python train.py --output_dir out", "", [("ADV033", "warning", 3)]),
        ("python train.py --output_dir /out", BUCKET, []),
        ("python train.py --output_dir s3://bucket/run", "", []),
        ("python train.py --resume_from_checkpoint last", "", []),
        ("python train.py && cp -r results /out/", BUCKET, [("ADV033", "warning", 3)]),
        ("python evaluate.py", "", []),
        ("vllm serve Qwen/Qwen2.5-7B-Instruct", "", []),
    ],
)
def test_spot_tasks(run: str, mounts: str, expected: list[tuple[str, str, int]]) -> None:
    """A run that may be taken away needs something that outlives it; a copy at the end is too late."""
    assert ours("task.yaml", SPOT.format(run=run, mounts=mounts)) == expected


def test_a_task_and_the_file_that_it_names() -> None:
    """The command line overrides the Accelerate file; a value that is known only when it runs overrides it too."""
    task = (
        "resources:\n  accelerators: H100:8\nnum_nodes: 2\nfile_mounts:\n  /conf: ./conf\nrun: |\n"
        "  accelerate launch --config_file /conf/fsdp.yaml {} train.py\n"
    )
    others = {"conf/fsdp.yaml": "distributed_type: FSDP\nmain_process_ip: a\nnum_processes: 8\nnum_machines: 1\n"}
    assert ours("task.yaml", task.format(""), **others) == [("ADV002", "warning", 7)]
    assert ours("task.yaml", task.format("--num_processes 16"), **others) == []
    assert ours("task.yaml", task.format("--num_processes $N"), **others) == []
    assert ours("task.yaml", task.format("--num_processes 4"), **others) == [("ADV002", "warning", 7)]


STACK = """servingEngineSpec:
  modelSpec:
    - name: m
      repository: vllm/vllm-openai
      tag: v0.11.0
      modelURL: {model}
      replicaCount: {replicas}
      requestGPU: {gpus}
      vllmConfig:
        tensorParallelSize: {tensor}
        maxModelLen: 4096
{more}"""
RAY = "      raySpec:\n        headNode:\n          requestGPU: 2\n"


@pytest.mark.parametrize(
    ("model", "gpus", "tensor", "more", "expected"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", 2, 2, "", []),
        ("Qwen/Qwen2.5-7B-Instruct", 1, 4, "", [("ADV019", "error", 10)]),
        ("Qwen/Qwen2.5-7B-Instruct", 2, 4, RAY, [("ADV015", "warning", 10)]),
        ("Qwen/Qwen2.5-7B-Instruct", 3, 3, "", [("ADV012", "error", 10)]),
        ("my-own-model", 3, 3, "", []),
    ],
)
def test_values_of_the_production_stack(
    model: str, gpus: int, tensor: int, more: str, expected: list[tuple[str, str, int]]
) -> None:
    """requestGPU and tensorParallelSize go together, a head and its workers count together."""
    text = STACK.format(model=model, replicas=1, gpus=gpus, tensor=tensor, more=more)
    assert ours("values.yaml", text) == expected


def test_values_of_another_chart() -> None:
    """A container that a chart's values describe is judged by its limits and probes."""
    text = (
        "image:\n  repository: vllm/vllm-openai\n  tag: v0.11.0\n"
        "  command: [vllm, serve, meta-llama/Llama-3.1-70B-Instruct, --tensor-parallel-size, '4']\n"
        "resources:\n  requests:\n    nvidia.com/gpu: {request}\n  limits:\n    nvidia.com/gpu: 4\n"
        "livenessProbe:\n  initialDelaySeconds: {delay}\n  failureThreshold: 3\n  periodSeconds: 10\n"
    )
    assert ours("values.yaml", text.format(request=4, delay=600)) == []
    assert ours("values.yaml", text.format(request=2, delay=600)) == [("ADV040", "error", 7)]
    assert ours("values.yaml", text.format(request=4, delay=15)) == [("ADV041", "warning", 11)]


CLUSTER = """apiVersion: ray.io/v1
kind: RayCluster
metadata: {{name: ray}}
spec:
  rayVersion: "{version}"
  headGroupSpec:
    rayStartParams: {{num-gpus: "0"}}
    template:
      spec:
        containers:
          - {{name: head, image: "{head}"}}
  workerGroupSpecs:
    - groupName: gpu
      replicas: 2
      rayStartParams: {{num-gpus: "{gpus}"}}
      template:
        spec:
          containers:
            - name: worker
              image: "{worker}"
              resources:
                limits:
                  nvidia.com/gpu: 4
"""


@pytest.mark.parametrize(
    ("version", "head", "worker", "gpus", "expected"),
    [
        ("2.46.0", "rayproject/ray:2.46.0-py311", "rayproject/ray:2.46.0-py311-gpu", 4, []),
        ("2.46.0", "rayproject/ray:2.46.0.abc-py311", "registry.example/ours:7", 4, []),
        ("2.46.0", "rayproject/ray:2.9.0", "rayproject/ray:2.9.0", 4, [("ADV042", "error", 5)]),
        ("2.46.0", "rayproject/ray:2.46.0-py311", "rayproject/ray:2.46.0-py39", 4, [("ADV042", "error", 20)]),
        ("2.46.0", "rayproject/ray:2.46.0", "rayproject/ray:2.46.0", 8, [("ADV042", "error", 15)]),
        ("$VERSION", "rayproject/ray:2.46.0", "rayproject/ray:2.46.0", 4, []),
    ],
)
def test_ray_clusters(version: str, head: str, worker: str, gpus: int, expected: list[tuple[str, str, int]]) -> None:
    """Versions of Ray and Python, and num-gpus, agree; images that say nothing of Ray are left alone."""
    text = CLUSTER.format(version=version, head=head, worker=worker, gpus=gpus)
    assert ours("ray.yaml", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('backend: "python"\nmax_batch_size: 0\n', []),
        ('backend: "python"\nmax_batch_size: 0\ndynamic_batching { }\n', [("ADV038", "error", 2)]),
        ('backend: "onnxruntime"\ninput [ ]\ndynamic_batching { }\n', [("ADV038", "note", 3)]),
        ('backend: "python"\nmax_batch_size: 4\ndynamic_batching { preferred_batch_size: 8 }\n',
         [("ADV038", "error", 3)]),
        ('backend: "python"\nmax_batch_size: 4\nmodel_warmup [ { batch_size: 4 }, { batch_size: 8 } ]\n',
         [("ADV038", "error", 2)]),
        ('backend: "python"\nmax_batch_size: 4\ninput {\n', [("ADV008", "error", 3)]),
    ],
)  # fmt: skip
def test_batching(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Batching without a size, and batches beyond it, are told; a model that does not batch is fine."""
    assert ours("config.pbtxt", text) == expected


def test_a_model_repository() -> None:
    """A name that is not its folder's is told beside other models; a lone example is not a repository."""
    one = 'name: "other"\nbackend: "python"\nmax_batch_size: 4\n'
    two = 'name: "second"\nbackend: "python"\nmax_batch_size: 4\n'
    assert ours("models/first/config.pbtxt", one) == []
    assert ours("models/first/config.pbtxt", one, **{"models/second/config.pbtxt": two}) == [("ADV039", "warning", 1)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("model-config.yaml", "minWorkers: 1\nmaxWorkers: 1\ndeviceIds: [0, 1]\ntorchrun:\n  nproc-per-node: 2\n", []),
        ("model-config.yaml", "minWorkers: 1\nmaxWorkers: 1\ndeviceIds: [0, 1]\ntorchrun:\n  nproc-per-node: 4\n",
         [("ADV003", "error", 5)]),
        ("MLproject", "entry_points:\n  main:\n    command: CUDA_VISIBLE_DEVICES=0 torchrun --nproc_per_node 2 t.py\n",
         [("ADV003", "error", 3)]),
        ("dvc.yaml", "stages:\n  train:\n    cmd: CUDA_VISIBLE_DEVICES=0 torchrun --nproc_per_node 2 t.py\n",
         [("ADV003", "error", 3)]),
        ("dvc.yaml", "stages:\n  train:\n    cmd: python src/train.py\n    deps: [src/train.py, data/prepared]\n", []),
    ],
)  # fmt: skip
def test_torchserve_and_pipelines(path: str, text: str, expected: list[tuple[str, str, int]]) -> None:
    """Commands of model archives, projects and stages are read as those of scripts are."""
    assert ours(path, text) == expected


def test_several_documents() -> None:
    """Each document of a file is read, with the lines of the whole file."""
    first = deployment(f"{MODEL}, --tensor-parallel-size=4")
    text = f"# a comment\n---\n{first}---\nkind: Service\napiVersion: v1\n---\n{first}"
    lines = first.count("\n")
    assert ours("all.yaml", text) == [("ADV019", "error", 17), ("ADV019", "error", 17 + lines + 4)]


VLLM = (
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: serve\nspec:\n  containers:\n    - name: vllm\n"
    "      image: vllm/vllm-openai:v0.11.0\n      args: [{arguments}]\n      resources:\n        limits:\n"
    "          nvidia.com/gpu: 1\n"
)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--model, meta-llama/Llama-3.1-8B, --gpu-memory-utilization, '0.9'", []),
        ("--model, meta-llama/Llama-3.1-8B, --gpu-memory-utilization, '90'", [("ADV007", "error", 9)]),
        ("--model, meta-llama/Llama-3.1-8B, --tensor-parallel-size, '0'", [("ADV007", "error", 9)]),
        ("--model, meta-llama/Meta-Llama-3-8B, --max-model-len, '8192'", []),
        ("--model, meta-llama/Meta-Llama-3-8B, --max-model-len, '16384'", [("ADV023", "warning", 9)]),
        ("--model, meta-llama/Meta-Llama-3-8B, --max-model-len, '16384', --rope-scaling, $(ROPE)", []),
        ("--model, NousResearch/Yarn-Llama-2-7b-128k, --max-model-len, '131072'", []),  # a variant of longer positions
    ],
)
def test_what_an_engine_is_told(arguments: str, expected: list[tuple[str, str, int]]) -> None:
    """Shares of memory, sizes, and lengths beyond the model's positions; scaled positions may reach further."""
    assert ours("serve.yaml", VLLM.replace("{arguments}", arguments)) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [("16", []), ("4", [("ADV039", "error", 3)]), ("0", [("ADV039", "note", 3)]), ("$SIZE", [])],
)
def test_an_ensemble_and_its_models(size: str, expected: list[tuple[str, str, int]]) -> None:
    """Triton refuses an ensemble that batches more than a model of it; one that does not batch may have its own way."""
    ensemble = (
        'name: "all"\nplatform: "ensemble"\nmax_batch_size: 16\n'
        'ensemble_scheduling { step [ { model_name: "one" model_version: -1 } ] }\n'
    )
    one = f'name: "one"\nbackend: "python"\nmax_batch_size: {size}\n'
    seen = found("models/all/config.pbtxt", ensemble, **{"models/one/config.pbtxt": one})
    assert [each for each in seen if each[0] == "ADV039"] == expected


def test_a_readiness_probe_that_asks_early() -> None:
    """It restarts nothing, so it is a note; a startupProbe holds it back."""
    text = VLLM.replace("{arguments}", "--model, meta-llama/Llama-3.1-8B")
    probe = "      readinessProbe:\n        httpGet: {path: /health, port: 8000}\n        initialDelaySeconds: 5\n"
    assert ours("serve.yaml", text + probe) == [("ADV041", "note", 15)]
    assert ours("serve.yaml", text + probe.replace(" 5\n", " 60\n")) == []
    assert ours("serve.yaml", text + probe + probe.replace("readiness", "startup")) == []


@pytest.mark.parametrize(
    ("cpus", "arguments", "expected"),
    [
        ('"4"', "--dataloader_num_workers, '32'", [("ADV032", "note", 7)]),
        ("16", "--dataloader_num_workers, '32'", []),
        ("4000m", "--num-workers=32", [("ADV032", "note", 7)]),
        ("$CPUS", "--num_workers=32", []),
    ],
)
def test_loaders_and_cpus(cpus: str, arguments: str, expected: list[tuple[str, str, int]]) -> None:
    """More loaders than twice the CPUs of a pod are a note; without a number of CPUs nothing is said."""
    text = (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: train\n      image: registry.example/train:1.4\n"
        f"      command: [torchrun, --nproc_per_node, '1', train.py, {arguments}]\n"
        f"      resources: {{limits: {{cpu: {cpus}, nvidia.com/gpu: 1}}}}\n"
    )
    assert ours("train.yaml", text) == expected


ENGINE = (
    "model: {model}\nhost: 0.0.0.0\ntensor-parallel-size: {tensor}\nmax-model-len: {length}\n"
    "gpu-memory-utilization: {share}\n"
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"tensor": "3"}, [("ADV012", "error", 3)]),
        ({"length": "16384"}, [("ADV023", "warning", 4)]),
        ({"share": "90"}, [("ADV007", "error", 5)]),
        ({"model": "${MODEL}", "tensor": "3"}, []),
    ],
)
def test_configuration_files_of_engines(changes: dict[str, str], expected: list[tuple[str, str, int]]) -> None:
    """What `vllm serve --config` reads is judged as the command line is; SGLang's file by its own names."""
    values = {"model": "meta-llama/Meta-Llama-3-8B", "tensor": "2", "length": "8192", "share": "0.9"} | changes
    text = ENGINE.format(**values)
    assert ours("serve.yaml", text) == expected
    sglang = text.replace("model:", "model-path:").replace("gpu-memory-utilization", "mem-fraction-static")
    sglang = sglang.replace("tensor-parallel-size", "tp-size").replace("max-model-len", "context-length")
    assert ours("serve.yaml", sglang) == expected


def test_a_model_configuration_is_no_engine_configuration() -> None:
    """A file that only has a model and a length is not taken for a server's."""
    assert launches("a.yaml", "model: gpt2\nmax_length: 4096\ntensor_parallel_size: 3\n") == ()
