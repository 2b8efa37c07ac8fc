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
    "espnet": "asr", "speechbrain": "asr", "coqui-tts": "tts", "tts": "tts", "prophet": "timeseries",
    "statsforecast": "timeseries", "neuralforecast": "timeseries", "darts": "timeseries", "gluonts": "timeseries",
    "pytorch-forecasting": "timeseries", "stable-baselines3": "rl_sim", "gymnasium": "rl_sim",
    "torchrec": "recsys_rank",
    "recbole": "recsys_rank", "implicit": "recsys_retrieve", "lightfm": "recsys_retrieve", "trl": "text_gen",
    "vllm": "text_gen", "sentence-transformers": "embedding_search", "faiss-cpu": "embedding_search",
    "setfit": "text_clf",
}  # fmt: skip
"""Packages that are hardly used for anything else."""


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
    return found
