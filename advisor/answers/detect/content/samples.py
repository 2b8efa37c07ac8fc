"""Facts about the samples of tables and of plain text: how many, their labels, tokens and size in memory."""

from collections import Counter
from collections.abc import Iterable

from advisor.answers.detect.content import folders, meaning
from advisor.answers.detect.content.columns import Column, classes_of
from advisor.answers.detect.content.recognised import Data
from advisor.answers.detect.content.tables import Samples
from advisor.answers.detect.reading.sight import Found

_TOKEN_BYTES = {False: (4.0, 6.0, 2.5), True: (2.5, 4.0, 1.0)}
"""Bytes a token (value, low count, high count) of English text, and of other scripts. Rule of thumb."""
_TEXT_TASKS = ("text_clf", "text_gen", "embedding_search")
_FEATURES = 60


def say(samples: Samples, found: Found) -> None:
    """Facts about tables that hold the samples."""
    rows, low, high = samples.rows
    span = (low, high) if low < high else None
    found.say("data.samples", round(rows), f"{samples.place} {samples.how}", "samples", span)
    if rows:
        size = sum(table.size for table in samples.tables)
        found.say("data.sample_bytes", max(round(size / rows), 1), f"{samples.place}: bytes / rows", "bytes")
    _say_decoded(samples, found)
    names = samples.main.names
    if names:
        found.say("data.features", names[:_FEATURES], samples.place)
    _say_labels(samples, found)
    task, strength, why = meaning.task_of(samples.main)
    if strength:
        found.hint(task, strength, "data", f"{samples.place}: {why}")
    text = sum(table.text_bytes for table in samples.tables)
    if text and (task in _TEXT_TASKS or text > 0.5 * sum(table.size for table in samples.tables)):
        _say_tokens(text, _foreign(samples.main.columns.values()), samples.place, found)
        _say_length(samples, found)


def say_beside(samples: Samples, found: Found) -> None:
    """Tables that describe images or recordings: only what they say about labels and task."""
    _say_labels(samples, found)
    task, strength, why = meaning.task_of(samples.main)
    if strength and not task.startswith(("tabular", "text")):
        found.hint(task, strength, "data", f"{samples.place}: {why}")


def say_text(data: Data, found: Found) -> None:
    """Plain text: tokens from bytes; samples and labels where one folder is a class."""
    entries = [entry for entry in data.kinds["text"] if entry.size]
    times, low, high = data.scale()
    size = sum(entry.size for entry in entries)
    value, least, most = _TOKEN_BYTES[False]
    source = f"{data.place}: bytes of text / {value:g}"
    found.suppose(
        "data.tokens", round(size * times / value), source, "tokens", (size * low / least, size * high / most)
    )
    classes = folders.classes_of(entries, data.scans[0]) if len(data.scans) == 1 else None
    if not classes:
        return
    total = sum(classes.values())
    found.say("data.samples", total, f"{data.place}: one file a sample", "samples")
    found.say("data.labels", total, f"{data.place}: folders are the classes", "examples")
    found.say("data.labels_per_class", min(classes.values()), f"{data.place}: the smallest folder", "examples")
    found.say("data.classes", len(classes), f"{data.place}: folders are the classes")
    found.hint("text_clf", 4, "data", f"{data.place}: texts in one folder a class")


def _say_decoded(samples: Samples, found: Found) -> None:
    sizes = [table.decoded for table in samples.tables if table.decoded]
    if len(sizes) < len(samples.tables):
        return
    value, low, high = (sum(size[part] for size in sizes) for part in range(3))
    kind = samples.main.format
    if kind == "npy":
        found.say("data.decoded", round(value), samples.place, "bytes")
        return
    found.suppose(
        "data.decoded", round(value), f"{samples.place}: {kind} in memory, rule of thumb", "bytes", (low, high)
    )


def _say_labels(samples: Samples, found: Found) -> None:
    """How many rows have a label, and how many the rarest class has; scaled where only a part was read."""
    name = samples.main.label
    labelled = [table for table in samples.tables if table.label == name and name]
    if not labelled:
        return
    found.say("data.label_column", name, samples.place)
    seen, rows = sum(table.seen for table in labelled), sum(table.rows for table in labelled)
    missing = next((table.no_classes for table in labelled if table.no_classes), "")
    if missing:
        found.lack("data.labels", missing, "examples")
        found.lack("data.labels_per_class", missing, "examples")
        return
    columns = [table.columns[name] for table in labelled]
    times = rows / seen if seen else 1.0
    total = sum(column.seen for column in columns) * (times if times > 1.001 else 1.0)
    source = f"{samples.place}: column {name}"
    found.say("data.labels", round(total), source, "examples", _around(total, times))
    counts = [classes_of(column) for column in columns]
    if all(count is not None for count in counts):
        merged = sum((count for count in counts if count), Counter())
        found.say("data.classes", len(merged), source)
        if merged:
            least = min(merged.values()) * (times if times > 1.001 else 1.0)
            found.say(
                "data.labels_per_class", round(least), f"{source}, its rarest value", "examples", _around(least, times)
            )


def _around(value: float, times: float) -> tuple[float, float] | None:
    """The range of a count that was seen in a part and scaled."""
    if times <= 1.001:
        return None
    error = 2 * (max(value / times, 1) ** 0.5) * times
    return max(value - error, 0), value + error


def _foreign(columns: Iterable[Column]) -> bool:
    """Whether a third of the texts hold letters outside ASCII."""
    prose = [column for column in columns if column.kind == "prose"]
    return 3 * sum(column.foreign for column in prose) > sum(column.seen for column in prose)


def _say_tokens(size: float, foreign: bool, place: str, found: Found) -> None:
    value, least, most = _TOKEN_BYTES[foreign]
    source = f"{place}: characters of text / {value:g}"
    found.suppose("data.tokens", round(size / value), source, "tokens", (size / least, size / most))


def _say_length(samples: Samples, found: Found) -> None:
    """The length that 95 of 100 texts stay below, in tokens."""
    label = samples.main.label
    prose = [column for column in samples.main.columns.values() if column.kind == "prose" and column.name != label]
    lengths = [sorted(column.lengths)[len(column.lengths) * 95 // 100] for column in prose if column.lengths]
    if not lengths:
        return
    value, least, most = _TOKEN_BYTES[_foreign(prose)]
    size = sum(lengths)
    span = (max(size / least, 1), size / most)
    source = f"{samples.place}: 95 of 100 texts are shorter, characters / {value:g}"
    found.suppose("data.sample_tokens", max(round(size / value), 1), source, "tokens", span)
