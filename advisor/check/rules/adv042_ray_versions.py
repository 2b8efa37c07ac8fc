"""ADV042: Ray's versions or resources differ between a cluster's description and its pods."""

import re
from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts

_RAY_IMAGE = re.compile(r"(?:^|/)ray(?:-ml|-llm)?:(\d+\.\d+\.\d+)(?:[.-]|$)")
_PYTHON = re.compile(r"[.-]py(\d{2,3})(?:[.-]|$)")


def find(material: Material) -> Iterator[Finding]:
    """Each Ray cluster whose pods have another Ray, another Python, or other GPUs than it is told."""
    for launch in material.launches:
        yield from _versions(launch)
        for pod in launch.ray_pods:
            said, limit = pod.ray_gpus, pod.gpus
            if said is None or limit is None or None in (said.whole, limit.whole) or said.whole == limit.whole:
                continue
            told = f"{written(said)}, but {written(limit)}"
            yield finding(RULE.id, "error", told, "leave num-gpus out, KubeRay takes the limit", said, limit)


def _versions(launch: LaunchFacts) -> Iterator[Finding]:
    images = [pod.image for pod in launch.ray_pods if pod.image is not None and _of(pod.image)]
    stated = launch.ray_version
    if stated is not None and isinstance(stated.value, str):
        other = next((image for image in images if _of(image) != stated.value), None)
        if other is not None:
            told = f"{written(stated)}, but the image is {other.raw[-60:]}"
            yield finding(RULE.id, "error", told, "make rayVersion the version of the images", stated, other)
            return
    for image in images[1:]:
        for what, mine, its in (("Ray", _of(images[0]), _of(image)), ("Python", _python(images[0]), _python(image))):
            if mine and its and mine != its:
                told = f"{what} {its} in {written(image)}, {mine} in the head's {images[0].raw[-60:]}"
                yield finding(RULE.id, "error", told, "use the same image version everywhere", image, images[0])


def _of(image: At) -> str:
    match = _RAY_IMAGE.search(image.raw)
    return match.group(1) if match is not None else ""


def _python(image: At) -> str:
    match = _PYTHON.search(image.raw)
    return match.group(1) if match is not None else ""


RULE = Rule(
    id="ADV042",
    title="Ray's version or resources contradict the pods",
    severity="error",
    group="serving",
    formats=("helm_values", "ray"),
    condition="rayVersion is not the version in an image's tag, images of the cluster have different versions of Ray "
    "or (where the tags say so) Python, or rayStartParams' num-gpus is not the pod's GPU limit. Images of other names, "
    "whose tags say nothing about Ray, are left out; so is num-gpus 0 on a head without GPUs.",
    remedy="Use one version everywhere, and let KubeRay derive num-gpus.",
    why="A worker of another version cannot join: RuntimeError, Version mismatch. Ray schedules GPUs that the pod does "
    "not have.",
    evidence=(
        "https://github.com/ray-project/kuberay/pull/154 (troubleshooting: Version mismatch)",
        "https://github.com/ray-project/ray/issues/44063 (Python 3.10.13 and 3.10.12 are two versions)",
        "ray-project/kuberay, ray-service.stable-diffusion.yaml: should match the Ray version in the image",
    ),
    bad=Example(
        {
            "cluster.yaml": "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata:\n  name: ray\nspec:\n"
            "  rayVersion: '2.46.0'\n  headGroupSpec:\n    rayStartParams: {}\n    template:\n      spec:\n"
            "        containers:\n          - name: ray-head\n            image: rayproject/ray:2.9.0\n"
        },
        line=6,
    ),
    good=Example(
        {
            "cluster.yaml": "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata:\n  name: ray\nspec:\n"
            "  rayVersion: '2.46.0'\n  headGroupSpec:\n    rayStartParams: {}\n    template:\n      spec:\n"
            "        containers:\n          - name: ray-head\n            image: rayproject/ray:2.46.0\n"
        }
    ),
    find=find,
)
