"""What the project depends on, and what its dependencies are for."""

import re
from collections.abc import Mapping
from pathlib import Path

from advisor.answers.detect.reading.bounded import Unreadable
from advisor.answers.detect.reading.packages import packages_in
from advisor.answers.detect.reading.sight import Found, Sight

_FILES = re.compile(r"(requirements[\w.-]*\.txt|pyproject\.toml|environment\.ya?ml|setup\.cfg)$", re.IGNORECASE)
_MOST = 20

_MEANING: Mapping[str, str] = {
    "ultralytics": "detection", "detectron2": "detection", "mmdet": "detection", "super-gradients": "detection",
    "segmentation-models-pytorch": "segmentation", "segment-anything": "segmentation", "nnunetv2": "segmentation",
    "mmsegmentation": "segmentation", "diffusers": "diffusion", "faster-whisper": "asr", "openai-whisper": "asr",
    "espnet": "asr", "speechbrain": "asr", "jiwer": "asr", "coqui-tts": "tts", "tts": "tts", "prophet": "timeseries",
    "statsforecast": "timeseries", "neuralforecast": "timeseries", "darts": "timeseries", "gluonts": "timeseries",
    "pytorch-forecasting": "timeseries", "stable-baselines3": "rl_sim", "gymnasium": "rl_sim",
    "torchrec": "recsys_rank",
    "recbole": "recsys_rank", "implicit": "recsys_retrieve", "lightfm": "recsys_retrieve", "trl": "text_gen",
    "vllm": "text_gen", "sentence-transformers": "embedding_search", "faiss-cpu": "embedding_search",
    "setfit": "text_clf",
}  # fmt: skip
"""Packages that are hardly used for anything else."""

_CHAINS = frozenset(("langchain", "langgraph", "llama-index", "haystack-ai", "dspy", "semantic-kernel", "pydantic-ai"))
_CALLED = frozenset(
    ("openai", "anthropic", "langchain-openai", "langchain-anthropic", "mistralai", "litellm", "ollama")
)
_KEPT = frozenset(("chromadb", "faiss-cpu", "faiss-gpu", "qdrant-client", "weaviate-client", "pinecone", "pgvector"))
"""What applications around a language model are put together from: chains, models that are called, stores of texts."""


def find(sight: Sight) -> Found:
    found = Found()
    packages: dict[str, str] = {}
    for file in [file for file in sight.files if _FILES.match(file.name)][:_MOST]:
        where = sight.name(file.path)
        try:
            for package in packages_in(Path(file.path)):
                packages.setdefault(package, where)
        except Unreadable as error:
            found.notes.append(f"{where} {error}")
    if packages:
        files = ", ".join(dict.fromkeys(packages.values()))
        found.say("project.requirements", tuple(sorted(packages)), files)
    hinted: set[str] = set()
    for package, where in packages.items():
        task = _MEANING.get(package)
        if task and task not in hinted:
            hinted.add(task)
            found.hint(task, 2, "requirements", f"{where}: {package}")
    _hint_application(packages, found)
    return found


def _hint_application(packages: Mapping[str, str], found: Found) -> None:
    """A chain or a called model, with another such part beside it, is an application that writes text."""
    parts = [next((name for name in packages if name in kind), "") for kind in (_CHAINS, _CALLED, _KEPT)]
    used = [name for name in parts if name]
    if (parts[0] or parts[1]) and len(used) >= 2:
        found.hint("text_gen", 3, "requirements", f"{packages[used[0]]}: {' with '.join(used)}")
