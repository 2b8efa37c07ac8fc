"""The data: how much there is, in which formats, how many samples and labels, and what they are about."""

import math
from collections import Counter, defaultdict
from pathlib import Path

from advisor.answers.detect.content import media, samples, tables
from advisor.answers.detect.content.folders import indexed
from advisor.answers.detect.content.magic import FORMAT
from advisor.answers.detect.content.recognised import Data, is_aside, recognise
from advisor.answers.detect.reading.listing import Bounds, Scan, walk
from advisor.answers.detect.reading.places import data_roots, media_folders
from advisor.answers.detect.reading.sight import Found, Sight

_LOOSE = frozenset(
    [
        ".csv",
        ".tsv",
        ".parquet",
        ".jsonl",
        ".ndjson",
        ".arrow",
        ".feather",
        ".tfrecord",
        ".npy",
        ".npz",
        ".h5",
        ".hdf5",
        ".sqlite",
        ".mds",
        ".tar",
        ".wav",
        ".flac",
        ".mp3",
        ".ogg",
        ".zarr",
    ]
)
"""Files of these names count as data wherever they lie in a project without a data folder."""


def find(sight: Sight) -> Found:
    found = Found()
    roots = data_roots(sight.project, sight.data)
    if not roots and not sight.data and (folders := media_folders(sight.project, sight.files)):
        roots = folders + _tables_beside(sight)
    data = _walked(roots, sight, found) if roots or sight.data else _loose(sight)
    if all(is_aside(entry) for entry in data.files):
        if roots:
            found.notes.append(f"{data.place} holds no data files")
        return found
    _say_sizes(data, found)
    recognise(data, sight, found)
    _say_formats(data, found)
    _say_contents(data, sight, found)
    return found


def _tables_beside(sight: Sight) -> list[Path]:
    """Tables in the project's own folder: beside pictures or recordings they often say what is in them."""
    kept = (".csv", ".tsv", ".jsonl", ".parquet")
    return [Path(file.path) for file in sight.suffixed(*kept) if Path(file.path).parent == sight.project]


def _loose(sight: Sight) -> Data:
    files = [file for file in sight.files if file.suffix in _LOOSE]
    counts = Counter(file.folder for file in files)
    return Data([Scan(files, len(files), counts)], "data files in the project", defaultdict(list))


def _walked(roots: list[Path], sight: Sight, found: Found) -> Data:
    limits = sight.limits
    bounds = Bounds(
        limits.entries, limits.scan_s / max(len(roots), 1), sized=limits.sized_files, every=limits.size_every,
        clock=limits.clock,
    )  # fmt: skip
    place = ", ".join(sight.name(root) + ("/" if root.is_dir() else "") for root in roots)
    data = Data([walk(str(root), bounds) for root in roots], place, defaultdict(list))
    for scan in data.scans:
        _say_refusals(scan, sight, found)
    seen, sized = sum(scan.count for scan in data.scans), len(data.files)
    if any(scan.cut for scan in data.scans):
        found.notes.append(f"{place}: the scan ended after {seen:,} files; the totals are extrapolated")
    elif any(scan.sampled for scan in data.scans):
        found.notes.append(f"{place}: {seen:,} files were counted, {sized:,} of them sampled for size and content")
    return data


def _say_refusals(scan: Scan, sight: Sight, found: Found) -> None:
    for path, why in scan.refused[:5]:
        found.notes.append(f"{sight.name(path)} was skipped: {why}")
    if len(scan.refused) > 5:
        found.notes.append(f"{len(scan.refused) - 5} more folders could not be read")
    if scan.broken:
        found.notes.append(f"{scan.broken} files vanished or are broken links")


def _say_sizes(data: Data, found: Found) -> None:
    files, low, high = data.count()
    sampled = any(scan.sampled for scan in data.scans)
    found.say("data.files", round(files), f"{data.place} counted", "files", (low, high) if low < high else None)
    found.say("data.sampled", sampled, f"{data.place} scan")
    sizes = sorted(entry.size for entry in data.files)
    if not sizes:
        return
    mean = sum(sizes) / len(sizes)
    error = 1.645 * math.sqrt(sum((size - mean) ** 2 for size in sizes)) / len(sizes)
    span = (max(mean - error, 0) * low, (mean + error) * high) if sampled else None
    value = round(mean * files) if sampled else sum(sizes)
    found.say("data.bytes", value, f"{data.place} file sizes", "bytes", span)
    found.say("data.file_size", sizes[len(sizes) // 2], f"{data.place} median size", "bytes")
    found.say("data.file_size_p95", sizes[len(sizes) * 95 // 100], f"{data.place} 95th percentile of sizes", "bytes")


def _say_formats(data: Data, found: Found) -> None:
    """Formats with at least a hundredth of the bytes or a tenth of the files, the largest first."""
    size: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for kind, entries in data.kinds.items():
        size[FORMAT.get(kind, "")] += sum(entry.size for entry in entries)
        files[FORMAT.get(kind, "")] += len(entries)
    if stores := data.stores():
        chunks = [entry.size for entry in data.files if entry.path.startswith(stores)]
        size["zarr"], files["zarr"] = sum(chunks), len(chunks)
    kept = [
        name
        for name, share in size.most_common()
        if name and (100 * share >= size.total() or 10 * files[name] >= files.total())
    ]
    if kept:
        found.say("data.formats", tuple(kept), f"{data.place}: first bytes of a sample of the files")


def _say_contents(data: Data, sight: Sight, found: Found) -> None:
    """Samples, labels and what they mean, from the kind of file that holds most bytes."""
    weight = Counter({kind: sum(entry.size for entry in entries) for kind, entries in data.kinds.items()})
    heavy = sum(weight[kind] for kind in weight if FORMAT.get(kind) in ("images", "audio"))
    read = tables.read_all(data.kinds, sight, found) + [table for scan in data.scans for table in indexed(scan)]
    chosen = tables.samples_of(read, sight, found)
    if heavy and heavy > sum(table.size for table in read):
        media.say(data, sight, found)
        if chosen is not None:
            samples.say_beside(chosen, found)
    elif chosen is not None:
        samples.say(chosen, found)
    elif weight["text"]:
        samples.say_text(data, found)
    if "data.samples" not in found.facts:
        found.lack("data.samples", f"{data.place}: samples cannot be counted in these files", "samples")
