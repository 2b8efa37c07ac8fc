"""What kind of problem a table describes, by its column names and what they hold."""

from advisor.answers.detect.content.columns import Column, classes_of
from advisor.answers.detect.content.table import Table

_CHAT = ({"messages"}, {"conversations"}, {"prompt", "completion"}, {"prompt", "response"}, {"instruction", "output"},
         {"instruction", "response"}, {"prompt", "chosen", "rejected"}, {"chosen", "rejected"})  # fmt: skip
_PAIRS = ({"query", "positive"}, {"anchor", "positive"}, {"query", "pos"}, {"query", "passage"})
_SOUND = ({"audio"}, {"audio_filepath"}, {"audio_path"}, {"wav"}, {"path", "sentence"}, {"path", "transcript"})
_SPOKEN = {"transcript", "transcription", "sentence", "text", "normalized_text"}
_USERS = {"user", "user_id", "userid", "customer_id", "visitor_id"}
_ITEMS = {"item", "item_id", "itemid", "movie_id", "movieid", "product_id", "article_id"}
_CHOSEN = {"click", "clicked", "label", "purchased", "bought", "is_click"}
_PICTURES = {"image", "image_path", "img", "image_file", "filename", "file_name"}
_BOXES = {"bbox", "bboxes", "boxes", "objects", "xmin"}
_MASKS = {"mask", "mask_path", "segmentation_mask"}
_GROWING = {"sales", "demand", "value", "y", "target", "load", "consumption", "price", "close", "temperature"}


def task_of(table: Table) -> tuple[str, int, str]:
    """(task, strength 0..5, what says so); strength 0 where the columns do not tell."""
    names = {name.strip().lower() for name in table.names}
    return _by_names(names) or _by_time(table, names) or _by_label(table) or ("", 0, "")


def _by_names(names: set[str]) -> tuple[str, int, str] | None:
    if any(keys <= names for keys in _CHAT):
        return "text_gen", 4, "columns of prompts and answers"
    if any(keys <= names for keys in _PAIRS):
        return "embedding_search", 4, "columns of queries and passages"
    if any(keys <= names for keys in _SOUND) and _SPOKEN & names:
        return "asr", 4, "columns of recordings and transcripts"
    if _USERS & names and _ITEMS & names and _CHOSEN & names:
        return "recsys_rank", 4, "columns of users, items and clicks"
    if _PICTURES & names:
        return _pictured(names)
    return None


def _pictured(names: set[str]) -> tuple[str, int, str] | None:
    if _BOXES & names:
        return "detection", 4, "columns of images and boxes"
    if _MASKS & names:
        return "segmentation", 4, "columns of images and masks"
    if {"label", "labels", "class", "category"} & names:
        return "image_clf", 4, "columns of images and labels"
    return None


def _by_time(table: Table, names: set[str]) -> tuple[str, int, str] | None:
    """A time column and a number that moves with it, and no class to predict."""
    columns = table.columns.values()
    moving = [column for column in columns if column.kind in ("whole", "number") and column.name.lower() in _GROWING]
    if not any(column.kind == "time" for column in columns) or not moving or any(c.kind == "prose" for c in columns):
        return None
    label = table.columns.get(table.label)
    if label is not None and (label not in moving or classes_of(label)):
        return None
    return ("timeseries", 3, f"a column of times and the numbers in {moving[0].name}") if len(names) < 40 else None


def _by_label(table: Table) -> tuple[str, int, str] | None:
    label = table.columns.get(table.label)
    if label is None or not label.seen or label.kind == "prose":
        return None
    others = [column for column in table.columns.values() if column is not label]
    prose = [column for column in others if column.kind == "prose"]
    classes = classes_of(label)
    unread_words = bool(table.no_classes) and label.kind == "word"
    if classes is not None or unread_words:
        return _classes(label, 2 if unread_words else len(classes or ()), others, prose)
    many = label.kind == "whole" and label.distinct > 100 and not table.no_classes
    if not (many or label.kind == "number") or (prose and _few_numbers(others)):
        return None
    return "tabular_reg", 3 if table.no_classes else 4, f"the numbers in column {label.name}"


def _classes(label: Column, count: int, others: list[Column], prose: list[Column]) -> tuple[str, int, str] | None:
    if count < 2 or not others:
        return None
    if prose and _few_numbers(others):
        return "text_clf", 4, f"text in column {prose[0].name}, classes in column {label.name}"
    return "tabular_clf", 4, f"classes in column {label.name}"


def _few_numbers(others: list[Column]) -> bool:
    """Whether the text is the input: at most three columns of numbers stand beside it."""
    return sum(column.kind in ("whole", "number") for column in others) <= 3
