"""ADV037: one replica on preemptible capacity serves users."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each server with one replica on capacity that may be taken away."""
    for launch in material.launches:
        replicas, spot = launch.replicas, launch.preemptible
        if launch.role != "serve" or replicas is None or spot is None or replicas.whole != 1:
            continue
        told = f"{written(replicas)} on {written(spot)}: every preemption is an outage until the model is loaded again"
        yield finding(RULE.id, "warning", told, RULE.remedy, spot, replicas)


RULE = Rule(
    id="ADV037",
    title="The only replica of a server runs on preemptible capacity",
    severity="warning",
    group="robustness",
    formats=("helm_values", "kubernetes", "skypilot"),
    condition="A Deployment, StatefulSet, LeaderWorkerSet, InferenceService or SkyPilot service that runs an inference "
    "server has one replica (or one at least), on nodes that the provider may take away.",
    remedy="Keep one replica on demand, or two on preemptible capacity.",
    why="Until another node is there and the weights are loaded, nobody is served.",
    evidence=(
        "https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms",
        "GoogleCloudPlatform/kubernetes-engine-samples, ai-ml/llm-multiple-gpus/llama2-70b: one replica on gke-spot",
    ),
    bad=Example(
        {
            "serve.yaml": "service:\n  readiness_probe: /v1/models\n  replicas: 1\nresources:\n  accelerators: L4:1\n"
            "  use_spot: true\nrun: |\n  vllm serve Qwen/Qwen2.5-7B-Instruct --max-model-len 4096\n"
        },
        line=6,
    ),
    good=Example(
        {
            "serve.yaml": "service:\n  readiness_probe: /v1/models\n  replicas: 2\nresources:\n  accelerators: L4:1\n"
            "  use_spot: true\nrun: |\n  vllm serve Qwen/Qwen2.5-7B-Instruct --max-model-len 4096\n"
        }
    ),
    find=find,
)
