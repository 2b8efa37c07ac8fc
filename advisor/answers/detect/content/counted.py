"""Formats whose header or index says how many samples they hold: npy, TFRecord, tar shards, MDS, Arrow data sets."""

import ast
import math
import os
import struct

from advisor.answers.detect.content import tarred
from advisor.answers.detect.content.table import Table
from advisor.answers.detect.reading.bounded import Unreadable, chunk, json_of, mapping_of, text
from advisor.answers.detect.reading.listing import Entry
from advisor.answers.detect.reading.sight import Limits

_RECORDS = 2_000
_INDEX_BYTES = 4_000_000


def npy(entry: Entry, _limits: Limits) -> Table:
    """Rows are the first axis. Raises Unreadable, for arrays of Python objects (pickles) too."""
    head = chunk(entry.path, 12)
    wide = head[6:7] != b"\x01"
    length = int.from_bytes(head[8:12] if wide else head[8:10], "little")
    try:
        header = ast.literal_eval(chunk(entry.path, min(length, 65_536), 12 if wide else 10).decode("latin-1").strip())
        shape, kind = tuple(map(int, header["shape"])), str(header["descr"])
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        raise Unreadable("has a broken NumPy header") from None
    if "O" in kind:
        raise Unreadable("holds Python objects, which are a pickle: not opened; save it without objects")
    rows = shape[0] if shape else 1
    name = os.path.basename(entry.path)
    return Table(
        entry.path, "npy", entry.size, rows, rows, rows, f"shape {shape} in the header of {name}",
        decoded=(entry.size, entry.size, entry.size),
    )  # fmt: skip


def tfrecord(entry: Entry, _limits: Limits) -> Table:
    """Records by walking their lengths; from the mean of the first 2,000 in a longer file. Raises Unreadable."""
    at = records = 0
    while at < entry.size and records < _RECORDS:
        head = chunk(entry.path, 8, at)
        if len(head) < 8:
            break
        at += 16 + struct.unpack("<Q", head)[0]
        records += 1
    if at > entry.size:
        raise Unreadable("ends in the middle of a record")
    return _by_mean(entry, "tfrecord", records, at)


def webdataset(entry: Entry, _limits: Limits) -> Table:
    """Samples are distinct base names; from the first 2,000 members in a longer file. Raises Unreadable."""
    found = tarred.members(entry.path)
    return _by_mean(entry, "tar_webdataset", found.keys, found.end if found.files >= _RECORDS else entry.size)


def _by_mean(entry: Entry, format: str, samples: int, covered: int) -> Table:
    if covered >= entry.size or not covered:
        return Table(entry.path, format, entry.size, samples, samples, samples, "every record counted")
    rows = samples * entry.size / covered
    error = 2 * rows / math.sqrt(samples)
    how = f"from the mean size of its first {samples:,} records"
    return Table(entry.path, format, entry.size, rows, max(rows - error, samples), rows + error, how)


def mds(folder: str) -> Table | None:
    """The samples of Mosaic Data Shards, from index.json; None when the folder has no such index."""
    about = mapping_of(_json(os.path.join(folder, "index.json")))
    shards = about.get("shards")
    if not isinstance(shards, list) or not shards:
        return None
    each = [mapping_of(shard) for shard in shards]
    samples = sum(_whole(shard.get("samples")) for shard in each)
    raw = sum(_whole(mapping_of(shard.get("raw_data")).get("bytes")) for shard in each)
    columns = each[0].get("column_names")
    names = tuple(map(str, columns)) if isinstance(columns, list) else ()
    return Table(
        folder, "mds", raw, samples, samples, samples, "index.json", names,
        decoded=(raw, raw, 20 * raw) if raw else None,
    )  # fmt: skip


def arrow_data_set(folder: str) -> Table | None:
    """The examples of a saved Hugging Face data set, from dataset_info.json; None when there is none."""
    splits = mapping_of(mapping_of(_json(os.path.join(folder, "dataset_info.json"))).get("splits"))
    chosen = mapping_of(splits.get("train") or next(iter(splits.values()), None))
    rows = _whole(chosen.get("num_examples"))
    if not rows:
        return None
    size = _whole(chosen.get("num_bytes"))
    return Table(folder, "arrow", size, rows, rows, rows, "dataset_info.json", decoded=(size, size, 2 * size))


def _json(path: str) -> object:
    try:
        return json_of(text(path, _INDEX_BYTES))
    except Unreadable:
        return None


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
