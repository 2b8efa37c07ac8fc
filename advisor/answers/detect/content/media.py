"""Images and recordings: how many, how large once decoded, which classes."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from math import fsum
from typing import TypeVar

from advisor.answers.detect.content import audio, folders, images
from advisor.answers.detect.content.magic import FORMAT
from advisor.answers.detect.content.recognised import Data
from advisor.answers.detect.reading.bounded import Unreadable, evenly
from advisor.answers.detect.reading.listing import Entry
from advisor.answers.detect.reading.sight import Found, Sight

_HEADERS = 48
_Argument = TypeVar("_Argument")
_Result = TypeVar("_Result")


def say(data: Data, sight: Sight, found: Found) -> None:
    """Facts about whichever of images and audio holds more bytes."""
    groups = {
        name: [entry for kind, entries in data.kinds.items() if FORMAT.get(kind) == name for entry in entries]
        for name in ("images", "audio")
    }
    name = max(groups, key=lambda each: sum(entry.size for entry in groups[each]))
    entries = groups[name]
    count = _say_count(entries, data, found)
    if name == "images":
        _say_images(entries, count, found, sight)
        _hint_images(entries, data, found)
    else:
        _say_audio(entries, count, found, sight)
        if _transcribed(data.files):
            found.hint("asr", 3, "data", f"{data.place}: transcripts beside the recordings")


def _say_count(entries: list[Entry], data: Data, found: Found) -> tuple[float, float, float]:
    share, split = folders.training_share(entries)
    count, low, high = (len(entries) * share * times for times in data.scale())
    source = f"{data.place}: one file a sample{', the training split' if split else ''}"
    found.say("data.samples", round(count), source, "samples", (low, high) if low < high else None)
    found.say(
        "data.sample_bytes",
        round(fsum(entry.size for entry in entries) / len(entries)),
        f"{data.place} mean size",
        "bytes",
    )
    classes = _classes(entries, data)
    if classes:
        total, least = sum(classes.values()), min(classes.values())
        found.say("data.labels", total, f"{data.place}: folders are the classes", "examples")
        found.say("data.labels_per_class", least, f"{data.place}: the smallest folder", "examples")
        found.say("data.classes", len(classes), f"{data.place}: folders are the classes", "")
    return count, low, high


def _classes(entries: list[Entry], data: Data) -> Counter[str] | None:
    """The classes of a single scanned folder; several folders given together have no common root to read them from."""
    return folders.classes_of(entries, data.scans[0]) if len(data.scans) == 1 else None


def _say_images(entries: list[Entry], count: tuple[float, float, float], found: Found, sight: Sight) -> None:
    """Decoded as 8-bit RGB: width x height x 3."""
    sizes = [size for entry in evenly(entries, _HEADERS) if (size := _readable(images.size_of, entry.path))]
    if not sizes:
        return
    raw = [float(width * height * 3) for width, height in sizes]
    source = f"width × height × 3 from {len(raw)} image headers ({sight.name(entries[0].path)}, …)"
    _say_decoded(raw, count, source, found)


def _say_audio(entries: list[Entry], count: tuple[float, float, float], found: Found, sight: Sight) -> None:
    """Decoded as 32-bit floats; hours from the mean length of a sample of the files."""
    sounds = [sound for entry in evenly(entries, _HEADERS) if (sound := _readable(audio.sound_of, entry))]
    if not sounds:
        found.lack("data.hours", "the headers of these recordings do not say how long they are", "h")
        return
    raw = [sound.seconds * sound.rate * sound.channels * 4 for sound in sounds]
    _say_decoded(raw, count, f"seconds × rate × 4 bytes from {len(raw)} headers", found)
    mean, low, high = _mean([sound.seconds / 3600 for sound in sounds], count, len(sounds) >= len(entries))
    exact = all(sound.exact for sound in sounds)
    source = f"{len(sounds)} headers ({sight.name(entries[0].path)}, …){'' if exact else ', lengths from the bit rate'}"
    found.say("data.hours", mean, source, "h", (low, high) if exact else (low * 0.7, high * 1.3))


def _say_decoded(raw: Sequence[float], count: tuple[float, float, float], source: str, found: Found) -> None:
    value, low, high = _mean(raw, count, len(raw) >= count[0])
    found.say("data.decoded", round(value), source, "bytes", (low, high))


def _mean(values: Sequence[float], count: tuple[float, float, float], complete: bool) -> tuple[float, float, float]:
    """(mean x count, low, high): 90% of the mean's error, none where every file was read."""
    mean = fsum(values) / len(values)
    spread = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5 / len(values) ** 0.5
    error = 0.0 if complete else 1.645 * spread
    return mean * count[0], max(mean - error, 0) * count[1], (mean + error) * count[2]


def _readable(read: Callable[[_Argument], _Result], argument: _Argument) -> _Result | None:
    try:
        return read(argument)
    except Unreadable:
        return None


def _hint_images(entries: list[Entry], data: Data, found: Found) -> None:
    if folders.has_masks(entries):
        found.hint("segmentation", 3, "data", f"{data.place}: masks beside the images")
    elif folders.has_boxes(data.files):
        found.hint("detection", 3, "data", f"{data.place}: box annotations beside the images")
    elif _classes(entries, data):
        found.hint("image_clf", 4, "data", f"{data.place}: images in one folder a class")


def _transcribed(files: list[Entry]) -> bool:
    """Whether text files carry the names of recordings, or of their folders as in LibriSpeech."""
    if any(re.match(r"transcripts?\b", file.name, re.IGNORECASE) for file in files):
        return True
    return any(file.name.endswith((".trans.txt", ".lab", ".stm")) for file in files) or bool(
        {file.path.rpartition(".")[0] for file in files if file.suffix == ".txt"}
        & {file.path.rpartition(".")[0] for file in files if file.suffix in (".wav", ".flac", ".mp3", ".ogg")}
    )
