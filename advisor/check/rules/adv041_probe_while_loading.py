"""ADV041: the liveness probe gives up before the model can be loaded."""

from collections.abc import Iterator

from advisor.check.launch.quantities import said_bytes
from advisor.check.launch.serving import served_model, weights_bytes
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts, Probe

_FASTEST_LOAD = 1e9  # bytes a second, from a local disk or a fast network volume; a download is slower


def find(material: Material) -> Iterator[Finding]:
    """Each server whose weights cannot be read before its liveness probe gives up."""
    for launch in material.launches:
        if launch.startup is not None:
            continue
        if launch.liveness is not None and launch.liveness.gives_up_s is not None:
            yield from _compared(launch, launch.liveness.gives_up_s)
        if launch.readiness is not None and launch.readiness.asks_s is not None:
            yield from _asked(launch, launch.readiness, launch.readiness.asks_s)


def _asked(launch: LaunchFacts, readiness: Probe, asks_s: float) -> Iterator[Finding]:
    """A readiness probe that must fail at first: no harm to the pod, and an event for each time."""
    for weights, at in _loaded(launch):
        if asks_s < weights / _FASTEST_LOAD:
            told = f"the readiness probe ({written(readiness.at)}) asks {asks_s:.0f} s after the start and fails until "
            told += f"{said_bytes(weights)} of weights are read, {weights / _FASTEST_LOAD:.0f} s at 1 GB/s"
            remedy = "a startupProbe holds it back until the server is up"
            yield finding(RULE.id, "note", told, remedy, readiness.at, at)


def _loaded(launch: LaunchFacts) -> Iterator[tuple[float, At]]:
    """The bytes of each served model, and where it is named."""
    for command in launch.commands:
        model = served_model(command)
        weights = weights_bytes(command, model) if model is not None else None
        if weights is not None and command.model is not None:
            yield weights, command.model


def _compared(launch: LaunchFacts, gives_up_s: float) -> Iterator[Finding]:
    for weights, model in _loaded(launch):
        if weights / _FASTEST_LOAD <= gives_up_s or launch.liveness is None:
            continue
        at = launch.liveness.at
        told = f"the liveness probe ({written(at)}) gives up {gives_up_s:.0f} s after the start; {said_bytes(weights)} "
        told += f"of weights need {weights / _FASTEST_LOAD:.0f} s at 1 GB/s"
        yield finding(RULE.id, "warning", told, RULE.remedy, at, model)


RULE = Rule(
    id="ADV041",
    title="Liveness probe gives up while the model is loaded",
    severity="warning",
    group="serving",
    formats=("helm_values", "kubernetes"),
    condition="There is no startupProbe, the model's name says its size, and initialDelaySeconds + failureThreshold x "
    "periodSeconds of the livenessProbe are less than the time to read its weights at 1 GB/s. A readiness probe that "
    "asks before that keeps requests away and restarts nothing: a note.",
    remedy="Add a startupProbe that waits as long as loading may take.",
    why="The kubelet restarts the container before it is up, again and again.",
    evidence=(
        "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
        "GoogleCloudPlatform/kubernetes-engine-samples, ai-ml/llm-serving-gemma: liveness after 600 s for 27 B",
    ),
    bad=Example(
        {
            "serve.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: serve\nspec:\n  volumes:\n    - name: shm\n"
            "      emptyDir: {medium: Memory}\n  containers:\n    - name: vllm\n      image: vllm/vllm-openai:v0.11.0\n"
            "      args: [--model, meta-llama/Llama-3.1-70B-Instruct, --tensor-parallel-size, '4']\n"
            "      livenessProbe:\n        httpGet: {path: /health, port: 8000}\n        initialDelaySeconds: 15\n"
            "      volumeMounts:\n        - {name: shm, mountPath: /dev/shm}\n      resources:\n        limits:\n"
            "          nvidia.com/gpu: 4\n"
        },
        line=15,
    ),
    good=Example(
        {
            "serve.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: serve\nspec:\n  volumes:\n    - name: shm\n"
            "      emptyDir: {medium: Memory}\n  containers:\n    - name: vllm\n      image: vllm/vllm-openai:v0.11.0\n"
            "      args: [--model, meta-llama/Llama-3.1-70B-Instruct, --tensor-parallel-size, '4']\n"
            "      startupProbe:\n        httpGet: {path: /health, port: 8000}\n        failureThreshold: 180\n"
            "      livenessProbe:\n        httpGet: {path: /health, port: 8000}\n"
            "      volumeMounts:\n        - {name: shm, mountPath: /dev/shm}\n      resources:\n        limits:\n"
            "          nvidia.com/gpu: 4\n"
        }
    ),
    find=find,
)
