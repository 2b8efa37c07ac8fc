"""Rows, columns, labels and tokens of tables."""

import csv
import io
import json
import string
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.answers.detect import look
from advisor.answers.detect.content import delimited, jsonl, parquet
from advisor.answers.detect.reading.bounded import Unreadable
from advisor.answers.detect.reading.listing import Entry
from advisor.answers.detect.reading.sight import Limits
from advisor.values.evidence import Look

CELLS = st.text(alphabet=string.ascii_letters + ' ,"\n\r;\t|é', max_size=12)
PROSE = "the small library parses files and writes them back"


def entry(path: Path) -> Entry:
    return Entry(str(path), path.stat().st_size)


def written(rows: Sequence[Sequence[Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def looked(tmp_path: Path, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Look:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / name).write_text(written([header, *rows]))
    return look(tmp_path)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, st.integers()), min_size=1, max_size=40))
def test_csv_rows_are_counted_exactly(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, int]]
) -> None:
    """Quoted commas, quotes and newlines do not disturb the count of a small file."""
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_text(written([("first", "second", "third"), *rows]), newline="")
    table = delimited.read(entry(path), Limits())
    assert (table.rows, table.low, table.high) == (len(rows), len(rows), len(rows))
    assert table.names == ("first", "second", "third")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_are_found(delimiter: str, tmp_path: Path) -> None:
    """Comma, tab, semicolon and bar all separate columns."""
    path = tmp_path / "a.csv"
    path.write_text(written([("a", "b", "c"), *[(1, "x y", 2.5)] * 25], delimiter))
    table = delimited.read(entry(path), Limits())
    assert table.names == ("a", "b", "c")
    assert table.rows == 25


def test_a_table_without_header(tmp_path: Path) -> None:
    """Numbers in the first row are data, not names."""
    path = tmp_path / "a.csv"
    path.write_text("1,2,3\n4,5,6\n")
    table = delimited.read(entry(path), Limits())
    assert table.rows == 2
    assert table.label == ""


def test_a_table_of_words_only_has_its_header(tmp_path: Path) -> None:
    """Names above words are a header when they do not come back as data."""
    path = tmp_path / "a.csv"
    path.write_text("colour,shape\nred,round\nblue,square\n")
    assert delimited.read(entry(path), Limits()).names == ("colour", "shape")


def test_large_csv_is_estimated_within_its_range(tmp_path: Path) -> None:
    """A file above the limit is read in windows; the true count, quoted newlines included, lies in the range."""
    path = tmp_path / "a.csv"
    rows = [(number, "x" * (number * 7919 % 60), "two\nlines" if number % 3 else "one") for number in range(60_000)]
    path.write_text(written([("id", "text", "more"), *rows]), newline="")
    table = delimited.read(entry(path), Limits(exact_bytes=100_000, head_bytes=100_000, window_bytes=8_192))
    assert table.low <= 60_000 <= table.high
    assert table.high < 1.2 * table.low
    assert "windows" in table.how


def test_broken_quotes_are_no_traceback(tmp_path: Path) -> None:
    """A quote that never closes ends the count and says so."""
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n3,"' + "x" * 200_000)
    table = delimited.read(entry(path), Limits())
    assert "error" in table.how


def test_other_codings(tmp_path: Path) -> None:
    """UTF-16 with its mark, and Latin-1, are read."""
    for name, coding in (("a.csv", "utf-16"), ("b.csv", "latin-1")):
        (tmp_path / name).write_bytes("nom,âge\nRené,3\nZoë,4\n".encode(coding))
        table = delimited.read(entry(tmp_path / name), Limits())
        assert table.rows == 2
        assert table.names == ("nom", "âge")


def test_packed_csv_is_an_estimate(tmp_path: Path) -> None:
    """A gzip CSV that fits is exact; a broken one is refused with a reason."""
    import gzip

    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100))
    table = delimited.read(entry(path), Limits())
    assert table.rows == 100
    assert table.decoded == (3 * 404, 2 * 404, 5 * 404)
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(Unreadable, match="gzip"):
        delimited.read(entry(path), Limits())


JSON_VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=8), JSON_VALUES, max_size=4), min_size=1, max_size=30))
def test_json_lines_are_counted_exactly(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]
) -> None:
    """One record a line, blank lines apart; empty records count as records."""
    path = tmp_path_factory.getbasetemp() / "rows.jsonl"
    path.write_text("\n\n".join(json.dumps(record) for record in records) + "\n")
    if sum(not record for record in records) > len(records) / 10:
        return
    assert jsonl.read(entry(path), Limits()).rows == len(records)


def test_json_documents(tmp_path: Path) -> None:
    """A JSON list of records is counted; a document without records is a note."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.json").write_text(
        json.dumps([{"text": PROSE, "label": n % 2} for n in range(8)], indent=1)
    )
    facts = look(tmp_path).facts
    assert facts["data.samples"].value == 8
    assert facts["task"].value == "text_clf"
    (tmp_path / "data" / "train.json").write_text('{"a": {"b": 1}}')
    found = look(tmp_path)
    assert found.facts["data.samples"].gap
    assert any("without a list of records" in note for note in found.notes)


def test_coco_is_detection(tmp_path: Path) -> None:
    """COCO annotations make it object detection."""
    (tmp_path / "data").mkdir()
    coco: dict[str, Any] = {"images": [{"id": 1}] * 5, "annotations": [{"bbox": [0, 0, 1, 1]}], "categories": []}
    (tmp_path / "data" / "instances_train.json").write_text(json.dumps(coco))
    assert look(tmp_path).facts["task"].value == "detection"


def parquet_file(path: Path, columns: Mapping[str, Sequence[Any]], **options: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(dict(columns)), path, **options)
    return path


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 300),
    st.integers(1, 100),
    st.sampled_from(["none", "snappy", "zstd", "gzip"]),
    st.sampled_from(["1.0", "2.6"]),
)
def test_parquet_footers_agree_with_pyarrow(
    tmp_path_factory: pytest.TempPathFactory, rows: int, group: int, codec: str, version: str
) -> None:
    """Rows, columns and kinds from the footer are what pyarrow reads, for every codec, version and grouping."""
    path = tmp_path_factory.getbasetemp() / "p" / "a.parquet"
    columns = {
        "id": list(range(rows)), "score": [0.5] * rows, "text": ["word"] * rows, "flag": [True] * rows,
        "nested": [{"a": 1, "b": [1, 2]}] * rows, "tags": [["x"]] * rows,
    }  # fmt: skip
    schema = pa.schema(
        [("id", pa.int64()), ("score", pa.float64()), ("text", pa.string()), ("flag", pa.bool_()),
         ("nested", pa.struct([("a", pa.int64()), ("b", pa.list_(pa.int64()))])), ("tags", pa.list_(pa.string()))]
    )  # fmt: skip
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns, schema=schema), path, row_group_size=group, compression=codec, version=version)
    table = parquet.read(entry(path), Limits())
    assert table.rows == pq.read_metadata(path).num_rows == rows
    assert table.names == tuple(pq.read_schema(path).names)
    if rows:
        assert {name: column.kind for name, column in table.columns.items()} == {
            "id": "whole", "score": "number", "text": "word", "flag": "whole", "nested": "word", "tags": "word",
        }  # fmt: skip


@settings(deadline=None)
@given(st.data())
def test_broken_footers_are_refused_cleanly(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A footer with changed bytes is read or refused, never a traceback, and never read beyond the file."""
    path = parquet_file(tmp_path_factory.getbasetemp() / "b" / "a.parquet", {"a": [1, 2, 3], "label": ["x", "y", "x"]})
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(len(raw) // 3, len(raw) - 5))] = data.draw(st.integers(0, 255))
    broken = path.with_name("broken.parquet")
    broken.write_bytes(raw)
    with suppress(Unreadable):
        table = parquet.with_classes(parquet.read(entry(broken), Limits()))
        assert table.rows >= 0


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow rows and columns are still exact; the labels are a gap that names the extra to install."""
    parquet_file(tmp_path / "data" / "a.parquet", {"x": [1.0, 2.0] * 10, "label": ["a", "b"] * 10})
    monkeypatch.setattr(parquet, "find_spec", lambda _name: None)
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    facts = look(tmp_path).facts
    assert facts["data.samples"].value == 20
    assert facts["data.features"].value == ("x", "label")
    assert facts["data.samples"].source == "data/a.parquet footer"
    assert facts["data.labels_per_class"].value is None
    assert "ml-architecture-advisor[data]" in facts["data.labels_per_class"].gap
    assert facts["task"].value == "tabular_clf"


def test_parquet_labels_are_counted(tmp_path: Path) -> None:
    """With pyarrow the label column is counted: the rarest class, and rows without a label left out."""
    parquet_file(tmp_path / "data" / "a.parquet", {"x": [1.0] * 9, "target": [0, 0, 0, 0, 0, 1, 1, 1, None]})
    facts = look(tmp_path).facts
    assert facts["data.labels"].value == 8
    assert facts["data.labels_per_class"].value == 3
    assert facts["data.classes"].value == 2


def test_the_same_rows_in_two_formats_count_once(tmp_path: Path) -> None:
    """a.csv and a.parquet of equal rows are one data set in two formats."""
    rows = [(number / 7, number % 3) for number in range(30)]
    found = looked(tmp_path, "wine.csv", ("alcohol", "target"), rows)
    parquet_file(tmp_path / "data" / "wine.parquet", {"alcohol": [r[0] for r in rows], "target": [r[1] for r in rows]})
    found = look(tmp_path)
    assert found.facts["data.samples"].value == 30
    assert set(found.facts["data.formats"].value) == {"csv", "parquet"}  # type: ignore[arg-type]
    assert any("counted once" in note for note in found.notes)


def test_samples_are_those_of_the_training_split(tmp_path: Path) -> None:
    """Where files are named train, validation and test, the samples are those to train on."""
    for name, count in (("train-00000-of-00002", 40), ("train-00001-of-00002", 30), ("validation", 9), ("test", 8)):
        found = looked(tmp_path, f"{name}.csv", ("a", "label"), [(1, number % 2) for number in range(count)])
    facts = found.facts
    assert facts["data.samples"].value == 70
    assert "training split" in facts["data.samples"].source


def test_other_tables_are_not_samples(tmp_path: Path) -> None:
    """Of tables with different columns the labelled one holds the samples; the others are named."""
    looked(tmp_path, "customers.csv", ("id", "age"), [(n, n) for n in range(90)])
    found = looked(tmp_path, "orders.csv", ("id", "amount", "churn"), [(n, n, n % 2) for n in range(50)])
    assert found.facts["data.samples"].value == 50
    assert any("data/customers.csv (90 rows)" in note for note in found.notes)


def test_many_tables_are_sampled(tmp_path: Path) -> None:
    """More files than the limit: the rows are scaled, with a range that holds the truth, and a note."""
    (tmp_path / "data").mkdir()
    for number in range(40):
        (tmp_path / "data" / f"part-{number:02}.csv").write_text("a,label\n" + "1,x\n2,y\n" * (20 + number % 5))
    found = look(tmp_path, limits=Limits(tables=10))
    samples = found.facts["data.samples"]
    assert samples.range[0] <= sum(2 * (20 + number % 5) for number in range(40)) <= samples.range[1]
    assert any("10 of 40" in note for note in found.notes)


def numbers(count: int, *columns: int) -> list[tuple[float, ...]]:
    return [tuple(number * 1.5 + column for column in columns) for number in range(count)]


TASKS: dict[str, tuple[Sequence[str], Sequence[Sequence[Any]]]] = {
    "tabular_clf": (("a", "b", "c", "d", "class"), [(*row, n % 3) for n, row in enumerate(numbers(60, 1, 2, 3, 4))]),
    "tabular_reg": (("a", "b", "c", "d", "target"), numbers(60, 1, 2, 3, 4, 5)),
    "text_clf": (("text", "label"), [(PROSE, "ab"[n % 2]) for n in range(40)]),
    "text_gen": (("instruction", "output"), [(PROSE, PROSE)] * 40),
    "embedding_search": (("query", "positive"), [(PROSE, PROSE)] * 40),
    "asr": (("audio_path", "transcript"), [(f"{n}.wav", PROSE) for n in range(40)]),
    "recsys_rank": (("user_id", "item_id", "clicked"), [(n, n * 3, n % 2) for n in range(40)]),
    "timeseries": (("date", "store", "sales"), [(f"2024-01-{1 + n % 28:02}", 3, n * 1.7) for n in range(60)]),
    "image_clf": (("image", "label"), [(f"{n}.jpg", "ab"[n % 2]) for n in range(40)]),
    "detection": (("image", "bbox"), [(f"{n}.jpg", "[0, 0, 1, 1]") for n in range(40)]),
}


@pytest.mark.parametrize("task", TASKS)
def test_columns_tell_the_task(task: str, tmp_path: Path) -> None:
    """Each kind of table is recognised by its columns and what they hold."""
    found = looked(tmp_path, "all.csv", *TASKS[task])
    assert found.facts["task"].value == task
    assert found.facts["task"].source.startswith("data/all.csv")


SILENT: dict[str, tuple[Sequence[str], Sequence[Sequence[Any]]]] = {
    "no label": (("a", "b"), numbers(30, 1, 2)),
    "a label that is an identifier": (("a", "label"), [(1, f"id{n}") for n in range(30)]),
    "whole numbers between classes and quantities": (("a", "target"), [(1.5, n % 50) for n in range(300)]),
    "one class": (("a", "label"), [(1.5, "x")] * 30),
}


@pytest.mark.parametrize("case", SILENT)
def test_doubtful_columns_tell_nothing(case: str, tmp_path: Path) -> None:
    """Where the columns do not say what is to be predicted there is no task, rather than a wrong one."""
    assert "task" not in looked(tmp_path, "all.csv", *SILENT[case]).facts


def test_tokens_and_length_of_texts(tmp_path: Path) -> None:
    """Tokens are a quarter of the characters, assumed and with a range; the length is that of the longest texts."""
    found = looked(tmp_path, "train.csv", ("text", "label"), [(PROSE * (1 + (n % 20 == 0)), n % 2) for n in range(100)])
    facts = found.facts
    tokens = facts["data.tokens"]
    assert tokens.provenance == "assumed"
    assert tokens.number == pytest.approx(105 * len(PROSE) / 4, rel=0.01)
    assert tokens.range[0] < tokens.number < tokens.range[1]
    assert facts["train.sequence"].provenance == "assumed"
    assert facts["train.sequence"].value == 32


def test_other_scripts_take_more_tokens(tmp_path: Path) -> None:
    """Text outside ASCII is given more tokens a character, and a wider range."""
    text = "это предложение написано кириллицей для проверки"
    found = looked(tmp_path, "train.csv", ("text", "label"), [(text, n % 2) for n in range(50)])
    assert found.facts["data.tokens"].number == pytest.approx(50 * len(text) / 2.5, rel=0.01)


def test_plain_text_has_tokens_and_no_samples(tmp_path: Path) -> None:
    """A folder of prose gives tokens with a range; how many samples it makes is a gap."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "book.txt").write_text((PROSE + ".\n") * 100)
    facts = look(tmp_path).facts
    assert facts["data.tokens"].number == pytest.approx(53 * 100 / 4, rel=0.01)
    assert facts["data.samples"].gap


def test_texts_in_class_folders(tmp_path: Path) -> None:
    """One text a file, one folder a class: text classification."""
    for name in ("pos", "neg"):
        (tmp_path / "data" / "train" / name).mkdir(parents=True)
        for number in range(6):
            (tmp_path / "data" / "train" / name / f"{number}.txt").write_text(PROSE)
    facts = look(tmp_path).facts
    assert facts["task"].value == "text_clf"
    assert facts["data.samples"].value == 12
    assert facts["data.labels_per_class"].value == 6


def test_memory_is_a_range(tmp_path: Path) -> None:
    """A CSV takes 2 to 5 times its size in memory, and says that this is a rule of thumb."""
    found = looked(tmp_path, "a.csv", ("a", "label"), [(n, n % 2) for n in range(100)])
    size, decoded = found.facts["data.bytes"].number, found.facts["data.decoded"]
    assert decoded.range == (2 * size, 5 * size)
    assert decoded.provenance == "assumed"


def test_loose_data_files_are_found(tmp_path: Path) -> None:
    """Without a data folder, files of data formats in the project count; code and settings do not."""
    (tmp_path / "iris.csv").write_text("a,species\n" + "1.5,setosa\n2.5,virginica\n" * 10)
    (tmp_path / "settings.json").write_text("{}")
    facts = look(tmp_path).facts
    assert facts["data.samples"].value == 20
    assert facts["data.files"].value == 1


def test_given_data_win(tmp_path: Path) -> None:
    """--data replaces the data folder, and a single file will do."""
    looked(tmp_path, "a.csv", ("a", "label"), [(1, 2)] * 3)
    (tmp_path / "other.csv").write_text("a,label\n" + "1,x\n2,y\n" * 20)
    facts = look(tmp_path, data=(tmp_path / "other.csv",)).facts
    assert facts["data.samples"].value == 40
    assert facts["data.files"].value == 1
