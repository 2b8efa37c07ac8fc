"""The names that conditions may use: every answer, what follows from it, and what was estimated."""

from collections.abc import Mapping
from functools import lru_cache

from advisor.figure import Fact, gap
from advisor.values.estimates import ServingEstimates
from advisor.values.facts import Answer
from advisor.values.workload import Span, Workload

Facts = dict[str, Fact]


def situation(
    answers: Mapping[str, Answer], task: Mapping[str, object], work: Workload, serve: ServingEstimates
) -> Facts:
    """Facts by name. `task` is the row of the answered task."""
    facts = {id: answer.fact for id, answer in answers.items()}
    facts |= {
        "family": computed("family", work.family),
        "kind": computed("kind", work.kind),
        "modality": computed("modality", work.modality),
        "llm": computed("llm", work.kind == "decoder"),
        "generic": computed("generic", bool(task.get("generic"))),
        "decoded": _decoded(answers, work),
        "train.full_blocked": computed("train.full_blocked", False),
        **_served(serve),
    }
    return facts


@lru_cache(maxsize=64)
def _served(serve: ServingEstimates) -> Facts:
    facts = {
        "serve.memory": spanned("serve.memory", serve.memory_bytes, "bytes"),
        "serve.device_size": computed("serve.device_size", serve.device_bytes, "bytes"),
        "serve.device_memory": computed("serve.device_memory", serve.device_memory_bytes, "bytes"),
        "serve.on_gpu": computed("serve.on_gpu", serve.on_gpu),
    }
    for name, span in serve.latency_s.items():
        facts[f"latency.{name}"] = spanned(f"latency.{name}", span.times(1e3), "ms")
    for name, span in serve.token_s.items():
        facts[f"token.{name}"] = spanned(f"token.{name}", span.times(1e3), "ms")
    return facts


def _decoded(answers: Mapping[str, Answer], work: Workload) -> Fact:
    """Bytes of the data once decoded; unknown where neither that nor their size on disk is known."""
    if not (answers["data.decoded"].fact.known or answers["data.bytes"].fact.known):
        return gap("decoded", "neither the decoded size nor the size on disk is known", "bytes")
    return spanned("decoded", work.training.decoded_bytes, "bytes")


def trained_facts(
    work: Workload, host: tuple[float, float], devices: tuple[int, int], samples_per_s: float, sample_bytes: Fact
) -> Facts:
    """What the data decisions need of the chosen place: `host` is (bytes of memory, CPUs beside the devices),
    `devices` (GPUs, machines); `train.read` is what training reads a second."""
    each_s = work.training.preprocessing_s
    gpus, nodes = devices
    read = computed("train.read", samples_per_s * sample_bytes.number, "bytes/s") if sample_bytes.known else None
    return {
        "host.memory": computed("host.memory", host[0], "bytes"),
        "host.cpus": computed("host.cpus", host[1], "CPUs"),
        "train.gpus": computed("train.gpus", gpus),
        "train.nodes": computed("train.nodes", nodes),
        "train.read": read or gap("train.read", "the size of a sample is not known", "bytes/s"),
        "preproc.core_hours": computed("preproc.core_hours", each_s * work.training.samples.value / 3600.0, "h"),
        "preproc.cores": computed("preproc.cores", each_s * samples_per_s / 0.8, "CPUs"),
    }


def computed(id: str, value: str | float | bool, unit: str = "") -> Fact:
    return Fact(id, value, unit, provenance="computed", source="computed")


def spanned(id: str, span: Span, unit: str) -> Fact:
    return Fact(id, span.value, unit, span.low, span.high, provenance="computed", source="computed")
