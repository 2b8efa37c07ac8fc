"""Safetensors headers: exactly how many parameters, how many bytes, in which type."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from advisor.answers.detect.model.header import DTYPE_BYTES, Header, header_of
from advisor.answers.detect.model.place import Place, place_of
from advisor.answers.detect.reading.bounded import Unreadable, json_of, mapping_of, text
from advisor.answers.detect.reading.sight import Found, Sight
from advisor.errors import BadInput

_SHARDS = 400
_INDEX_BYTES = 20_000_000
_LAYER = re.compile(r"(?:^|\.)(?:layers?|h|blocks?)\.(\d+)\.")
_EMBEDDING = re.compile(r"(?:embed_tokens|word_embeddings|wte|tok_embeddings|shared)\.weight$")
_AGAIN = "download or copy the file again"


def find(sight: Sight) -> Found:
    """Raises BadInput when the model was given with --model and its header cannot be used."""
    found = Found()
    place = place_of(sight)
    if place is None:
        return found
    headers: dict[Path, Header] = {}
    for path in place.tensors()[:_SHARDS]:
        try:
            headers[path] = header_of(path)
        except Unreadable as error:
            if place.given:
                raise BadInput(f"{error}", where=sight.name(path), remedy=_AGAIN) from None
            found.notes.append(f"{sight.name(path)} {error}; {_AGAIN}")
            return found
    if headers:
        _say(headers, place, sight, found)
    return found


def _say(headers: Mapping[Path, Header], place: Place, sight: Sight, found: Found) -> None:
    paths = list(headers)
    missing = _missing(place)
    source = f"{sight.name(paths[0])} header" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
    if missing:
        found.notes.append(f"{sight.name(place.folder)}: {missing} of the model's shards are missing; {_AGAIN}")
        return
    counts: Counter[str] = sum((header.parameters for header in headers.values()), Counter())
    found.say("model.bytes", sum(header.size for header in headers.values()), source, "bytes")
    if counts:
        found.say(
            "model.dtype", max(counts, key=lambda dtype: counts[dtype] * DTYPE_BYTES.get(dtype, 1)).lower(), source
        )
    if any(header.packed for header in headers.values()):
        found.notes.append(f"{sight.name(paths[0])} holds packed weights: its parameters are taken from config.json")
        return
    if counts:
        found.say("model.parameters", counts.total(), source, "parameters")
    if place.config is None:
        _say_shape({name: shape for header in headers.values() for name, shape in header.shapes.items()}, source, found)


def _missing(place: Place) -> int:
    """Shards that the index names and the folder lacks."""
    try:
        index = mapping_of(json_of(text(place.folder / "model.safetensors.index.json", _INDEX_BYTES)))
    except Unreadable:
        return _missing_by_name(place)
    wanted = {str(name) for name in mapping_of(index.get("weight_map")).values()}
    return 0 if place.only else len(wanted - set(place.names()))


def _missing_by_name(place: Place) -> int:
    """Without an index, the names say how many there should be: model-00001-of-00003.safetensors."""
    names = [path.name for path in place.tensors()]
    totals = [int(match[1]) for name in names if (match := re.search(r"-of-0*(\d+)\.", name))]
    return max(max(totals, default=0) - len(names), 0)


def _say_shape(shapes: Mapping[str, tuple[int, ...]], source: str, found: Found) -> None:
    """Layers, hidden size and vocabulary from tensor names, where there is no config to say so."""
    layers = {int(match[1]) for name in shapes if (match := _LAYER.search(name))}
    if layers:
        found.say("model.layers", max(layers) + 1, f"{source}: tensor names", "layers")
    embedding = [shape for name, shape in shapes.items() if _EMBEDDING.search(name) and len(shape) == 2]
    if embedding:
        found.say("model.vocabulary", embedding[0][0], f"{source}: rows of the embedding", "tokens")
        found.say("model.hidden", embedding[0][1], f"{source}: width of the embedding")
