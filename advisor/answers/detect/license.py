"""The licence of the base weights: the model card's front matter, or the LICENSE beside the weights.

The licence of the project's own code says nothing about the weights, so only a model's folder counts.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advisor.answers.detect.model.place import place_of
from advisor.answers.detect.reading.bounded import Unreadable, chunk, decoded, mapping_of, yaml_of
from advisor.answers.detect.reading.sight import Found, Sight

_KINDS: tuple[tuple[str, str], ...] = (
    (r".*(-nc\b|-nc-|noncommercial|non-commercial|research-only|research_only|-research\b).*", "non_commercial"),
    (r"(apache-2|mit\b|bsd|cc-by-\d|cc0|unlicense|isc\b|zlib|afl|wtfpl|pddl|odc-by|cdla-permissive)", "permissive"),
    (r"(llama|gemma|.*openrail|bigscience|bigcode|deepseek|qwen|tongyi|falcon|.*community)", "community_restricted"),
)  # fmt: skip
_TEXTS: tuple[tuple[str, str], ...] = (
    ("Attribution-NonCommercial", "non_commercial"),
    ("non-commercial research", "non_commercial"),
    ("COMMUNITY LICENSE AGREEMENT", "community_restricted"),
    ("Community License Agreement", "community_restricted"),
    ("Gemma Terms of Use", "community_restricted"),
    ("Responsible AI License", "community_restricted"),
    ("Apache License", "permissive"),
    ("Permission is hereby granted, free of charge", "permissive"),
    ("Redistribution and use in source and binary forms", "permissive"),
)
_PIPELINES: Mapping[str, str] = {
    "text-classification": "text_clf", "token-classification": "text_clf", "zero-shot-classification": "text_clf",
    "text-generation": "text_gen", "text2text-generation": "text_gen", "summarization": "text_gen",
    "translation": "text_gen", "image-text-to-text": "text_gen", "image-classification": "image_clf",
    "object-detection": "detection", "image-segmentation": "segmentation", "automatic-speech-recognition": "asr",
    "text-to-speech": "tts", "sentence-similarity": "embedding_search", "feature-extraction": "embedding_search",
    "text-to-image": "diffusion", "image-to-image": "image_to_image", "time-series-forecasting": "timeseries",
    "tabular-classification": "tabular_clf", "tabular-regression": "tabular_reg",
}  # fmt: skip
_FRONT = re.compile(r"\A---\r?\n(.*?)\r?\n---\s*(?:\r?\n|\Z)", re.DOTALL)


def find(sight: Sight) -> Found:
    found = Found()
    place = place_of(sight)
    if place is not None:
        _card(place.folder / "README.md", sight, found)
        if "model.license" not in found.facts:
            _text(place.folder, sight, found)
    elif _reads_like_card(sight.project / "README.md"):
        _card(sight.project / "README.md", sight, found)
    return found


def front_matter(path: Path) -> Mapping[str, Any]:
    """The YAML between the first two `---` lines; empty without one. Raises Unreadable for broken YAML."""
    match = _FRONT.match(decoded(chunk(path, 40_000), cut=True))
    return mapping_of(yaml_of(match[1])) if match else {}


def kind_of(name: str) -> str:
    """permissive, community_restricted or non_commercial; "" for a licence that is none of them for sure."""
    text = name.strip().lower()
    return next((kind for pattern, kind in _KINDS if re.match(pattern, text)), "")


def _reads_like_card(path: Path) -> bool:
    try:
        return bool({"pipeline_tag", "library_name", "base_model"} & front_matter(path).keys())
    except Unreadable:
        return False


def _card(path: Path, sight: Sight, found: Found) -> None:
    where = sight.name(path)
    if not path.is_file():
        return
    try:
        card = front_matter(path)
    except Unreadable as error:
        found.notes.append(f"{where}: its front matter {error}")
        return
    for field in ("license", "license_name"):
        name = card.get(field)
        if isinstance(name, str) and (kind := kind_of(name)):
            found.say("model.license", kind, f"{where}: {field} {name}")
    name = card.get("license")
    if isinstance(name, str) and "model.license" not in found.facts:
        found.notes.append(
            f"{where}: licence {name} is neither clearly permissive nor clearly restricted: please answer"
        )
    if any(str(key).startswith("extra_gated") for key in card):
        found.say("model.gated", True, where)
    if isinstance(base := card.get("base_model"), str):
        found.say("model.name", base, where)
    task = _PIPELINES.get(str(card.get("pipeline_tag")))
    if task:
        found.hint(task, 4, "card", f"{where}: pipeline_tag {card['pipeline_tag']}")


def _text(folder: Path, sight: Sight, found: Found) -> None:
    """A licence file beside the weights, known by its own words."""
    if folder == sight.project:
        return
    for path in (folder / name for name in ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "USE_POLICY.md")):
        if not path.is_file():
            continue
        try:
            words = " ".join(decoded(chunk(path, 20_000), cut=True).split())
        except Unreadable:
            continue
        kind = next((kind for phrase, kind in _TEXTS if phrase in words), "")
        if kind:
            found.say("model.license", kind, f"{sight.name(path)}")
            return
