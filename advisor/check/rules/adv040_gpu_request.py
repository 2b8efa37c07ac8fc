"""ADV040: GPUs are requested otherwise than they are limited, or not at all."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts

_ENGINES = ("vllm", "sglang", "tgi")


def find(material: Material) -> Iterator[Finding]:
    """Each container whose request is not its limit, and each engine without a GPU."""
    for launch in material.launches:
        asked, limit = launch.gpus_requested, launch.gpus_a_node
        if asked is not None and limit is None:
            told = f"{written(asked)} without a limit: GPUs are given by limits"
            yield finding(RULE.id, "error", told, "write the same number under limits", asked)
        elif asked is not None and limit is not None:
            if None not in (asked.whole, limit.whole) and asked.whole != limit.whole:
                told = f"{written(asked)}, but {written(limit)}: they must be equal"
                yield finding(RULE.id, "error", told, "write the same number, or only the limit", asked, limit)
        elif limit is None and launch.format == "kubernetes" and not launch.other_device:
            yield from _no_gpu(launch)


def _no_gpu(launch: LaunchFacts) -> Iterator[Finding]:
    image = launch.image.raw.lower() if launch.image is not None else ""
    engine = next((each for each in launch.commands if each.program.value in _ENGINES), None)
    if engine is None or "cpu" in image or any("cpu" in word.raw.lower() for word in engine.words):
        return
    told = f"{engine.program.value} with no GPU among the container's limits"
    yield finding(RULE.id, "warning", told, "add nvidia.com/gpu to the limits", engine.program)


RULE = Rule(
    id="ADV040",
    title="GPU request and limit differ, or there is none",
    severity="error",
    group="serving",
    formats=("helm_values", "kubernetes", "ray"),
    condition="nvidia.com/gpu (or amd.com/gpu) stands under requests with another number than under limits, or without "
    "limits. A container that runs vLLM, SGLang or TGI with no device at all is a warning. Claims of dynamic resource "
    "allocation, slices and other devices are left out.",
    remedy="State the GPUs once, under limits.",
    why="The API server rejects a pod whose GPU request is not its limit. Without a limit the container gets no GPU.",
    evidence=("https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/ (these two values must be equal)",),
    bad=Example(
        {
            "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: train\nspec:\n  restartPolicy: OnFailure\n"
            "  containers:\n    - name: train\n      image: registry.example/train:1.4.0\n"
            "      resources:\n        requests:\n          nvidia.com/gpu: 2\n        limits:\n"
            "          nvidia.com/gpu: 1\n"
        },
        line=12,
    ),
    good=Example(
        {
            "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: train\nspec:\n  restartPolicy: OnFailure\n"
            "  containers:\n    - name: train\n      image: registry.example/train:1.4.0\n"
            "      resources:\n        limits:\n          nvidia.com/gpu: 1\n"
        }
    ),
    find=find,
)
