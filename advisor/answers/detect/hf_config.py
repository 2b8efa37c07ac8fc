"""A Hugging Face config.json: the shape of the model, its parameters by formula, what it was built to do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advisor.answers.detect.model.count import size_of
from advisor.answers.detect.model.place import Place, place_of
from advisor.answers.detect.model.shape import Shape, head_of, shape_of
from advisor.answers.detect.reading.bounded import Unreadable, json_of, mapping_of, text
from advisor.answers.detect.reading.sight import Found, Sight
from advisor.errors import BadInput

_CONFIG_BYTES = 1_000_000

_HEADS: tuple[tuple[str, str, int], ...] = (
    ("Whisper", "asr", 5),
    ("ForSequenceClassification", "text_clf", 5),
    ("ForTokenClassification", "text_clf", 4),
    ("ForImageClassification", "image_clf", 5),
    ("ForObjectDetection", "detection", 5),
    ("ForSemanticSegmentation", "segmentation", 5),
    ("ForUniversalSegmentation", "segmentation", 5),
    ("ForInstanceSegmentation", "segmentation", 5),
    ("ForCTC", "asr", 5),
    ("ForSpeechSeq2Seq", "asr", 5),
    ("ForTextToSpeech", "tts", 5),
    ("VitsModel", "tts", 5),
    ("ForPrediction", "timeseries", 4),
    ("ForConditionalGeneration", "text_gen", 3),
    ("ForCausalLM", "text_gen", 3),
    ("LMHeadModel", "text_gen", 3),
)
"""What the end of a class name says, and how surely: a language model may yet become a classifier."""


def find(sight: Sight) -> Found:
    """Raises BadInput when the model was given with --model and its config.json is no model's."""
    found = Found()
    place = place_of(sight, found)
    _say_other_configs(sight, place, found)
    if place is None:
        return found
    _say_library(place, sight, found)
    if place.config is None:
        return found
    where = sight.name(place.config)
    try:
        _say(_model(place.config), where, place, found)
    except Unreadable as error:
        if place.given:
            remedy = "point --model at the folder of a Hugging Face model, or answer model.parameters"
            raise BadInput(f"{error}", where=where, remedy=remedy) from None
        found.notes.append(f"{where} {error}")
    return found


def _model(path: Path) -> Mapping[str, Any]:
    whole = mapping_of(json_of(text(path, _CONFIG_BYTES)))
    if not whole.get("model_type") and not head_of(whole) and shape_of(whole) is None:
        raise Unreadable("describes no model: it has neither model_type nor architectures")
    return whole


def _say(whole: Mapping[str, Any], where: str, place: Place, found: Found) -> None:
    name = whole.get("_name_or_path")
    if isinstance(name, str) and name and not name.startswith((".", "/")):
        found.say("model.name", name, where)
    architecture = head_of(whole) or str(whole.get("model_type"))
    found.say("model.architecture", architecture, where)
    _hint(whole, where, found)
    dtype = whole.get("torch_dtype") or whole.get("dtype")
    if isinstance(dtype, str):
        found.say("model.dtype", dtype.removeprefix("torch."), where)
    shape = shape_of(whole)
    if shape is None:
        found.notes.append(f"{where}: no formula for {architecture}; its parameters need a safetensors file")
        return
    _say_shape(shape, where, found)
    _say_size(shape, where, found)
    if place.config is not None and shape.config.get("kv_lora_rank"):
        found.notes.append(f"{where}: latent attention, whose cache is smaller than heads and head size say")


def _say_shape(shape: Shape, where: str, found: Found) -> None:
    numbers = {
        "layers": (shape.layers, "layers"), "hidden": (shape.hidden, ""), "heads": (shape.heads, "heads"),
        "kv_heads": (shape.kv_heads, "heads"), "head_dim": (_head_dim(shape), ""), "ffn": (shape.ffn, ""),
        "vocabulary": (shape.vocabulary, "tokens"), "experts": (shape.experts, "experts"),
        "experts_active": (shape.experts_used, "experts"), "max_sequence": (shape.positions, "tokens"),
    }  # fmt: skip
    for field, (value, unit) in numbers.items():
        if value:
            found.say(f"model.{field}", value, where, unit)
    found.say("model.tied", shape.tied, where)


def _head_dim(shape: Shape) -> int:
    nope, rope = shape.config.get("qk_nope_head_dim"), shape.config.get("qk_rope_head_dim")
    return nope + rope if isinstance(nope, int) and isinstance(rope, int) else shape.head_dim


def _say_size(shape: Shape, where: str, found: Found) -> None:
    try:
        size = size_of(shape)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise Unreadable(f"has a value that no {shape.family} model has ({error})") from None
    if size is None:
        found.notes.append(
            f"{where}: no formula for {shape.family or 'this model'}; parameters need a safetensors file"
        )
        return
    share = size.share + (0.15 if shape.parts else 0)
    span = (round(size.total * (1 - size.share)), round(size.total * (1 + share)))
    source = f"{where}, counted like {size.by}{', its text part only' if shape.parts else ''}"
    found.say("model.parameters", size.total, source, "parameters", span)
    active = (round(size.active * (1 - size.share)), round(size.active * (1 + share)))
    if size.active < size.total:
        found.say("model.active", size.active, source, "parameters", active)


def _hint(whole: Mapping[str, Any], where: str, found: Found) -> None:
    head = head_of(whole)
    for ending, task, strength in _HEADS:
        if ending in head:
            found.hint(task, strength, "config", f"{where}: {head}")
            return
    if whole.get("problem_type") or _named_labels(whole):
        found.hint("text_clf", 2, "config", f"{where}: its labels have names")


def _named_labels(whole: Mapping[str, Any]) -> bool:
    labels = whole.get("id2label")
    return isinstance(labels, dict) and any(not str(label).startswith("LABEL_") for label in labels.values())


def _say_library(place: Place, sight: Sight, found: Found) -> None:
    """What other index files of a model's folder say."""
    folder = place.folder
    if (folder / "model_index.json").is_file():
        found.hint("diffusion", 5, "config", f"{sight.name(folder / 'model_index.json')}: a diffusion pipeline")
    if (folder / "modules.json").is_file() and (folder / "config_sentence_transformers.json").is_file():
        found.hint("embedding_search", 5, "config", f"{sight.name(folder / 'modules.json')}: a sentence embedder")
    adapter = folder / "adapter_config.json"
    if not adapter.is_file():
        return
    try:
        about = mapping_of(json_of(text(adapter, _CONFIG_BYTES)))
    except Unreadable as error:
        found.notes.append(f"{sight.name(adapter)} {error}")
        return
    if isinstance(base := about.get("base_model_name_or_path"), str) and base:
        found.say("model.name", base, sight.name(adapter))
    if about.get("peft_type") == "LORA":
        found.say("train.optimizer", "lora_adamw", f"{sight.name(adapter)}: a LoRA adapter")
    found.notes.append(f"{sight.name(adapter)}: an adapter; the base model is not in the project")


def _say_other_configs(sight: Sight, place: Place | None, found: Found) -> None:
    """A config.json that is no model is worth a word where a model's would lie."""
    here = sight.project / "config.json"
    if here in sight.named("config.json") and (place is None or place.folder != sight.project):
        found.notes.append(f"{sight.name(here)} describes no model: not used")
