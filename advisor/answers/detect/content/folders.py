"""What the names of folders say: classes, splits, masks beside images, an index of shards."""

import os
import re
from collections import Counter
from collections.abc import Iterable

from advisor.answers.detect.content import counted
from advisor.answers.detect.content.table import Table
from advisor.answers.detect.content.tables import split_of
from advisor.answers.detect.reading.listing import Entry, Scan

_GENERIC = frozenset(
    [
        "images",
        "image",
        "imgs",
        "img",
        "jpg",
        "jpegs",
        "photos",
        "pictures",
        "raw",
        "masks",
        "mask",
        "labels",
        "annotations",
        "audio",
        "wav",
        "wavs",
        "clips",
        "data",
        "files",
        "input",
        "inputs",
        "output",
        "outputs",
        "samples",
        "all",
    ]
)
_MASKS = {"masks", "mask", "segmentation", "segmentationclass", "labels_mask", "gtfine"}
_DATED = re.compile(r"\d{4}([-_]?\d\d)*$|\d{1,6}$")


def classes_of(entries: list[Entry], scan: Scan) -> Counter[str] | None:
    """Files a class, where the folders are classes (`train/cat`, `train/dog`); None where they are anything else.

    With splits, those of the training split. Digits are classes up to a thousand (0, 1, … 9), dates never.
    """
    counts: Counter[str] = Counter()
    folders = {entry.folder for entry in entries}
    split = any(split_of(folder) == "train" for folder in folders)
    for folder in folders:
        name = os.path.basename(folder)
        if name.lower() in _GENERIC or (split_of(name) and len(folders) > 1 and _below_is_class(folder, folders)):
            continue
        if name.lower() in _GENERIC or split_of(name) or re.fullmatch(r"\d{4}[-_]?\d\d.*", name):
            return None
        if not split or split_of(folder) == "train":
            counts[name] += scan.folders[folder]
    depths = {folder.count(os.sep) for folder in folders}
    many = 2 <= len(counts) <= 2_000 and sum(counts.values()) >= 3 * len(counts)
    return counts if many and len(depths) == 1 and not _all_dates(counts) else None


def _below_is_class(folder: str, folders: set[str]) -> bool:
    return any(other.startswith(folder + os.sep) for other in folders)


def _all_dates(names: Iterable[str]) -> bool:
    return all(_DATED.fullmatch(name) and len(name) >= 4 for name in names)


def training_share(entries: list[Entry]) -> tuple[float, bool]:
    """(the share of files in the training split, whether there is one)."""
    kept = sum(split_of(entry.path) == "train" for entry in entries)
    return (kept / len(entries), kept < len(entries)) if kept else (1.0, False)


def has_masks(entries: list[Entry]) -> bool:
    """Whether folders of masks lie beside folders of images."""
    names = {part.lower() for entry in entries for part in entry.folder.split(os.sep)[-2:]}
    return bool(names & _MASKS)


def has_boxes(files: list[Entry]) -> bool:
    """Whether annotation files stand beside the images: labels/*.txt of YOLO, Annotations/*.xml of Pascal VOC."""
    return any(
        (file.suffix == ".txt" and os.path.basename(file.folder) == "labels")
        or (os.path.basename(os.path.dirname(file.folder)) == "labels" and file.suffix == ".txt")
        or (file.suffix == ".xml" and os.path.basename(file.folder).lower() == "annotations")
        for file in files
    )


def indexed(scan: Scan) -> list[Table]:
    """Data sets whose index says how many samples they hold."""
    found: list[Table] = []
    for entry in scan.files:
        if (entry.name == "index.json" and (table := counted.mds(entry.folder))) or (
            entry.name == "dataset_info.json" and (table := counted.arrow_data_set(entry.folder))
        ):
            found.append(table)
        if len(found) >= 8:
            break
    return found
