"""What starts a workload and what it is given to run on, whatever the format, each value with its place.

Sizes: counts of processes, tasks, machines (`nodes`), GPUs; `_bytes` and `_s` in the value of the `At`.
A fact that the file does not state is None; an `At` whose value is None is decided elsewhere.
"""

from dataclasses import dataclass
from typing import Literal

from advisor.values.configs import At, Renamed
from advisor.values.finding import Place

Role = Literal["train", "serve", "other"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command line as it would start: the launcher or server and what it is told.

    `processes` counts all machines, `processes_a_node` one. `under_srun` is set when Slurm's srun starts it, with
    that step's own `step_tasks` and `step_tasks_a_node`. `open_ended`: words that are known only when it runs may
    add options. `words` are all arguments as far as they are literal.
    """

    program: At
    role: Role
    under_srun: At | None = None
    step_tasks: At | None = None
    step_tasks_a_node: At | None = None
    nodes: At | None = None
    processes: At | None = None
    processes_a_node: At | None = None
    visible_devices: At | None = None
    config: At | None = None
    files: tuple[At, ...] = ()
    tensor_parallel: At | None = None
    pipeline_parallel: At | None = None
    data_parallel: At | None = None
    model: At | None = None
    dtype: At | None = None
    quantization: At | None = None
    cache_dtype: At | None = None
    context_length: At | None = None
    memory_share: At | None = None
    offload: At | None = None
    bf16: At | None = None
    fp8: At | None = None
    flash_attention: At | None = None
    output: At | None = None
    resume: At | None = None
    loader_workers: At | None = None
    open_ended: bool = False
    renamed: tuple[Renamed, ...] = ()
    words: tuple[At, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """Another script that a launch runs, and the srun that starts it, with that step's own numbers of tasks."""

    path: At
    under_srun: At | None = None
    step_tasks: At | None = None
    step_tasks_a_node: At | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A Kubernetes probe: `asks_s` is when it asks for the first time after the start of the container, `gives_up_s`
    when it first acts."""

    at: At
    gives_up_s: float | None
    asks_s: float | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """The GPUs that a server's one replica, or a training run, gets together: how many, in words, and where."""

    gpus: int | None
    told: str = ""
    places: tuple[At, ...] = ()


@dataclass(frozen=True, slots=True)
class Mount:
    """A path inside the workload and what it leads to.

    `kind`: `lasting` outlives the machine (bucket, claim, network), `local` is copied or mapped from the project
    (`source`), `passing` goes away with the pod, `memory` is kept in memory, `other` is anything else.
    """

    path: At
    kind: Literal["lasting", "local", "passing", "memory", "other"]
    source: At | None = None


@dataclass(frozen=True, slots=True)
class RayPod:
    """A pod of a Ray cluster: what its image and Ray's own start parameters say."""

    image: At | None
    ray_gpus: At | None
    gpus: At | None


@dataclass(frozen=True, slots=True)
class LaunchFacts:
    """One workload: a script, a job, a pod template, a task, a service.

    `kind` is the owner's word for it. `gpus_a_node` is what one machine or pod gets, `gpus_requested` what
    Kubernetes' requests say; `cpus` what it has of CPUs. `nodes` are the machines (pods, tasks) of one run.
    `accelerator` and `machine_type` are the names that the file has. `shared_memory` is None when nothing gives more
    than the default; `shared_memory_elsewhere` says that this cannot be told from the file. `local` says that relative
    paths are looked for in the project and not in an image.
    """

    format: str
    place: Place
    kind: At | None = None
    name: str = ""
    commands: tuple[Command, ...] = ()
    role: Role = "other"
    local: bool = True
    nodes: At | None = None
    tasks: At | None = None
    tasks_a_node: At | None = None
    gpus_a_node: At | None = None
    gpus_requested: At | None = None
    supply: Supply = Supply(None)
    accelerator: At | None = None
    machine_type: At | None = None
    shares_gpus: bool = False
    other_device: bool = False
    preemptible: At | None = None
    replicas: At | None = None
    memory: At | None = None
    cpus: At | None = None
    shared_memory: At | None = None
    shared_memory_elsewhere: bool = False
    image: At | None = None
    liveness: Probe | None = None
    startup: Probe | None = None
    readiness: Probe | None = None
    restart_policy: At | None = None
    retries: At | None = None
    time_limit: At | None = None
    mounts: tuple[Mount, ...] = ()
    workdir: At | None = None
    unexpanded: tuple[At, ...] = ()
    copied_at_end: At | None = None
    needed_files: tuple[At, ...] = ()
    ray_version: At | None = None
    ray_pods: tuple[RayPod, ...] = ()
    scripts: tuple[Script, ...] = ()


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output of a served model, by its name."""

    name: At
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Mapped:
    """A tensor of a step's model (`inside`) and the tensor of the ensemble that it is (`outside`)."""

    inside: At
    outside: At


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an ensemble: the model that it runs, and how its tensors are wired."""

    model: At
    inputs: tuple[Mapped, ...] = ()
    outputs: tuple[Mapped, ...] = ()


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model of an inference server's repository (Triton's config.pbtxt)."""

    format: str
    place: Place
    name: At | None = None
    backend: At | None = None
    largest_batch: At | None = None
    dynamic_batching: At | None = None
    preferred_batches: tuple[At, ...] = ()
    warmup_batches: tuple[At, ...] = ()
    steps: tuple[Step, ...] = ()
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
