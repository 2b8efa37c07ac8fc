"""The walk of a data folder, and what files are by their content."""

import gzip
import io
import json
import os
import stat
import struct
import tarfile
import wave
import zipfile
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.answers.detect import look
from advisor.answers.detect.content import audio, images
from advisor.answers.detect.content.magic import kind_of
from advisor.answers.detect.reading.listing import Bounds, Entry, walk
from advisor.answers.detect.reading.sight import Limits


def png(width: int, height: int) -> bytes:
    def piece(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    pixels = zlib.compress(b"".join(b"\0" + b"\x10\x20\x30" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", pixels) + piece(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """The segments of a JPEG up to its frame header: that is all that is read."""
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    table = b"\xff\xc4" + struct.pack(">H", 5) + b"abc"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8" + app + table + frame + b"\xff\xd9"


def wav(seconds: float, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * int(seconds * rate)))
    return out.getvalue()


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"x")
    return out.getvalue()


def tarred(*names: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 3
            archive.addfile(member, io.BytesIO(b"abc"))
    return out.getvalue()


def tfrecord(*payloads: bytes) -> bytes:
    """Records with a right masked CRC-32C of the length (TensorFlow's record_writer)."""

    def masked(data: bytes) -> int:
        crc = 0xFFFFFFFF
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        crc ^= 0xFFFFFFFF
        return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF

    out = b""
    for payload in payloads:
        length = struct.pack("<Q", len(payload))
        out += length + struct.pack("<I", masked(length)) + payload + bytes(4)
    return out


def arrow_bytes() -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"a": [1, 2]})
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


SAMPLES: dict[str, tuple[str, bytes]] = {
    "png": ("a.bin", png(4, 3)),
    "jpeg": ("a.dat", jpeg(4, 3)),
    "gif": ("a", b"GIF89a" + struct.pack("<HH", 5, 6) + bytes(20)),
    "webp": ("a.x", b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + bytes(10) + b"\3\0\0\4\0\0"),
    "wav": ("a.x", wav(0.1)),
    "flac": (
        "a.x",
        b"fLaC\0\0\0\x22" + bytes(10) + ((16000 << 44) | (15 << 36) | 32000).to_bytes(8, "big") + bytes(16),
    ),
    "ogg": ("a", b"OggS" + bytes(40)),
    "mp3": ("a", b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x90\0" + bytes(413)),
    "dicom": ("a", bytes(128) + b"DICM" + bytes(20)),
    "hdf5": ("a.csv", b"\x89HDF\r\n\x1a\n" + bytes(100)),
    "sqlite": ("a", b"SQLite format 3\0" + bytes(84)),
    "npy": ("a", b"\x93NUMPY\1\0" + bytes(100)),
    "npz": ("a", zipped("weights.npy")),
    "pickle": ("a.pt", zipped("archive/data.pkl")),
    "spreadsheet": ("a.xlsx", zipped("[Content_Types].xml")),
    "zip": ("a", zipped("photo.jpg")),
    "webdataset": ("a.tar", tarred("0001.jpg", "0001.cls", "0002.jpg", "0002.cls")),
    "tar": ("a.tar", tarred("one.jpg", "two.jpg")),
    "tfrecord": ("a", tfrecord(b"hello world", b"x" * 30)),
    "arrow": ("a", arrow_bytes()),
    "feather": ("a.feather", arrow_bytes()),
    "lmdb": ("data.mdb", bytes(16) + b"\xde\xc0\xef\xbe" + bytes(100)),
    "csv": ("a", b"id,name\n" + b"1,abc\n2,def\n" * 20),
    "tsv": ("a", b"id\tname\n" + b"1\tabc\n2\tdef\n" * 20),
    "jsonl": ("a.txt", b'{"a": 1}\n{"a": 2}\n'),
    "json": ("a.jsonx", b'[\n {"a": 1},\n {"a": 2}\n]'),
    "text": ("a", "Il était une fois, dans une forêt, un petit renard.\nIl dormait.\n".encode()),
    "nifti": ("a", struct.pack("<i", 348) + bytes(340) + b"n+1\0" + bytes(10)),
    "safetensors": ("m.safetensors", struct.pack("<Q", 2) + b"{}" + bytes(8)),
    "gguf": ("m", b"GGUF" + bytes(20)),
    "unknown": ("a", bytes(range(1, 256)) * 3),
    "empty": ("a", b""),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_files_are_known_by_their_content(kind: str, tmp_path: Path) -> None:
    """A file is what its bytes say, whatever its name."""
    name, raw = SAMPLES[kind]
    (tmp_path / name).write_bytes(raw)
    assert kind_of(tmp_path / name) == kind


def test_gzip_is_looked_into(tmp_path: Path) -> None:
    """A packed CSV is a CSV, a packed tar is a packed tar."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id,name\n1,abc\n"))
    (tmp_path / "b.gz").write_bytes(gzip.compress(tarred("x.jpg")))
    assert kind_of(tmp_path / "a.csv.gz") == "csv"
    assert kind_of(tmp_path / "b.gz") == "tar.gz"


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_some_kind(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """No content makes the recogniser fail."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(raw)
    assert isinstance(kind_of(path), str)
    images.size_of(path)
    audio.sound_of(Entry(str(path), len(raw)))


@settings(deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_cut_files_never_stop_the_look(tmp_path_factory: pytest.TempPathFactory, kind: str, data: Any) -> None:
    """A data file cut off anywhere gives facts and notes, never an exception."""
    name, raw = SAMPLES[kind]
    project = tmp_path_factory.mktemp("cut")
    (project / "data").mkdir()
    (project / "data" / name).write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    assert look(project).facts["data.files"].value == 1


def test_sizes_and_formats(tmp_path: Path) -> None:
    """Bytes, files, median size and formats of a folder; READMEs and hidden files do not count as formats."""
    data = tmp_path / "data"
    (data / ".cache").mkdir(parents=True)
    (data / ".cache" / "x.bin").write_bytes(bytes(999))
    (data / "README.md").write_text("about")
    (data / "a.csv").write_text("x,y\n" + "1,2\n" * 50)
    (data / "b.jsonl").write_text('{"x": 1}\n' * 50)
    facts = look(tmp_path).facts
    assert facts["data.files"].value == 3
    assert facts["data.bytes"].value == 5 + 204 + 450
    assert facts["data.file_size"].value == 204
    assert facts["data.formats"].value == ("jsonl", "csv")
    assert facts["data.sampled"].value is False
    assert facts["data.bytes"].provenance == "measured"
    assert "data/" in facts["data.bytes"].source


def test_a_symlink_loop_is_survived(tmp_path: Path) -> None:
    """A folder that links to its parent is walked once."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("x,y\n1,2\n3,4\n")
    (tmp_path / "data" / "loop").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "gone").symlink_to(tmp_path / "nowhere")
    found = look(tmp_path)
    assert found.facts["data.files"].value == 1
    assert any("broken links" in note for note in found.notes)


def test_a_locked_folder_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without permission is skipped and named; the rest counts."""
    (tmp_path / "data" / "secret").mkdir(parents=True)
    (tmp_path / "data" / "a.csv").write_text("x,y\n1,2\n3,4\n")
    scandir: Callable[..., Any] = os.scandir

    def refusing(path: str) -> Any:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = look(tmp_path)
    assert found.facts["data.files"].value == 1
    assert "data/secret was skipped: Permission denied" in found.notes


def test_a_pipe_in_the_data_does_not_block(tmp_path: Path) -> None:
    """A named pipe is neither counted nor opened for reading."""
    (tmp_path / "data").mkdir()
    os.mkfifo(tmp_path / "data" / "pipe.csv")
    (tmp_path / "data" / "a.csv").write_text("x,y\n1,2\n3,4\n")
    assert look(tmp_path).facts["data.files"].value == 1


def test_many_files_are_sampled_for_size(tmp_path: Path) -> None:
    """Beyond the limit every file is counted, some are asked for their size, and the total has a range."""
    (tmp_path / "data").mkdir()
    for number in range(700):
        (tmp_path / "data" / f"{number}.txt").write_bytes(b"word " * (1 + number % 7))
    found = look(tmp_path, limits=Limits(sized_files=100, size_every=5))
    true = sum(5 * (1 + number % 7) for number in range(700))
    size = found.facts["data.bytes"]
    assert found.facts["data.files"].value == 700
    assert found.facts["data.files"].low is None
    assert size.range[0] <= true <= size.range[1]
    assert size.range[0] < size.range[1]
    assert found.facts["data.sampled"].value is True
    assert any("sampled" in note for note in found.notes)


def test_too_many_files_end_the_scan(tmp_path: Path) -> None:
    """Past the limit on entries the scan ends, says so, and what it could not see widens the range upwards."""
    for folder in range(20):
        (tmp_path / "data" / f"{folder:02}").mkdir(parents=True)
        for number in range(50):
            (tmp_path / "data" / f"{folder:02}" / f"{number}.txt").touch()
    found = look(tmp_path, limits=Limits(entries=250))
    files = found.facts["data.files"]
    assert files.range[0] <= 1000 <= files.range[1]
    assert 500 <= files.number <= 1500
    assert any("the scan ended after" in note for note in found.notes)


class Fake:
    """A directory entry of a folder that exists only in memory."""

    def __init__(self, folder: str, number: int) -> None:
        self.name = f"{number}.jpg"
        self.path = f"{folder}/{self.name}"
        self.size = 1000 + number % 100

    def is_dir(self, **_options: bool) -> bool:
        return False

    def stat(self) -> os.stat_result:
        return os.stat_result((stat.S_IFREG, 0, 0, 1, 0, 0, self.size, 0, 0, 0))


def test_a_flat_folder_of_very_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """200,000 files in one folder: half are counted, few are asked for their size, the rest is extrapolated."""
    (tmp_path / "data").mkdir()
    scandir: Callable[..., Any] = os.scandir

    def endless(path: str) -> Any:
        if str(path) != str(tmp_path / "data"):
            return scandir(path)
        return nullcontext(Fake(str(path), number) for number in range(200_000))

    monkeypatch.setattr(os, "scandir", endless)
    found = look(tmp_path, limits=Limits(entries=100_000, clock=lambda: 0.0))
    files, size = found.facts["data.files"], found.facts["data.bytes"]
    assert files.range[0] == 100_000
    assert files.range[1] >= 200_000
    assert size.range[0] <= 200_000 * 1049.5 <= size.range[1]
    assert any("ended after 100,000 files" in note for note in found.notes)


def test_a_slow_disk_ends_the_scan(tmp_path: Path) -> None:
    """The scan also ends when its seconds are over."""
    for number in range(600):
        (tmp_path / f"{number}").touch()
    ticks = iter(range(0, 10_000, 2))
    scan = walk(str(tmp_path), Bounds(entries=10**6, seconds=3, clock=lambda: next(ticks)))
    assert scan.cut
    assert 0 < scan.count < 600


def test_refused_files_say_what_to_do(tmp_path: Path) -> None:
    """Pickles, archives, spreadsheets and cut Parquet are named with their remedy, and not opened."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "weights.pkl").write_bytes(b"\x80\x04\x95\x0b\0\0\0\0\0\0\0}.")
    (tmp_path / "data" / "sheet.xlsx").write_bytes(zipped("[Content_Types].xml"))
    (tmp_path / "data" / "part.parquet").write_bytes(b"PAR1" + bytes(50))
    notes = "\n".join(look(tmp_path).notes)
    assert "data/weights.pkl is a pickle: not opened" in notes
    assert "convert it to safetensors" in notes
    assert "data/sheet.xlsx is a spreadsheet" in notes
    assert "data/part.parquet begins like Parquet and has no footer" in notes


def test_images_in_class_folders(tmp_path: Path) -> None:
    """One folder a class is image classification: labels of the training split, decoded size from headers."""
    for split, count in (("train", 6), ("test", 3)):
        for name in ("cat", "dog"):
            folder = tmp_path / "data" / split / name
            folder.mkdir(parents=True)
            for number in range(count + (name == "dog")):
                (folder / f"{number}.png").write_bytes(png(10, 20))
    facts = look(tmp_path).facts
    assert facts["task"].value == "image_clf"
    assert facts["data.samples"].value == 13
    assert facts["data.labels"].value == 13
    assert facts["data.labels_per_class"].value == 6
    assert facts["data.decoded"].value == 13 * 10 * 20 * 3
    assert facts["data.formats"].value == ("images",)


def test_images_by_date_are_no_classes(tmp_path: Path) -> None:
    """Folders named after years are an album, not classes."""
    for year in ("2021", "2022"):
        (tmp_path / "data" / year).mkdir(parents=True)
        for number in range(5):
            (tmp_path / "data" / year / f"{number}.jpg").write_bytes(jpeg(30, 20))
    facts = look(tmp_path).facts
    assert "task" not in facts
    assert facts["data.samples"].value == 10


def test_masks_beside_images_are_segmentation(tmp_path: Path) -> None:
    """images/ and masks/ side by side are segmentation."""
    for name in ("images", "masks"):
        (tmp_path / "data" / name).mkdir(parents=True)
        for number in range(4):
            (tmp_path / "data" / name / f"{number}.png").write_bytes(png(3, 3))
    assert look(tmp_path).facts["task"].value == "segmentation"


def test_recordings_with_transcripts(tmp_path: Path) -> None:
    """Hours come from the headers of the recordings, and transcripts beside them make it speech recognition."""
    (tmp_path / "data").mkdir()
    for number in range(4):
        (tmp_path / "data" / f"{number}.wav").write_bytes(wav(9.0))
        (tmp_path / "data" / f"{number}.txt").write_text("hello there")
    facts = look(tmp_path).facts
    assert facts["task"].value == "asr"
    assert facts["data.hours"].number == pytest.approx(4 * 9 / 3600)
    assert facts["data.samples"].value == 4
    assert facts["data.decoded"].value == 4 * 9 * 8000 * 4


def test_counted_formats(tmp_path: Path) -> None:
    """npy, TFRecord and tar shards say how many samples they hold."""
    numpy = pytest.importorskip("numpy")
    for name in ("npy", "tfrecord", "tar"):
        (tmp_path / name / "data").mkdir(parents=True)
    numpy.save(tmp_path / "npy" / "data" / "x.npy", numpy.zeros((17, 4), "float32"))
    (tmp_path / "tfrecord" / "data" / "a.tfrecord").write_bytes(tfrecord(*[b"x" * 40] * 9))
    shard = tarred(*[f"{number:04}.{suffix}" for number in range(6) for suffix in ("jpg", "json")])
    (tmp_path / "tar" / "data" / "shard-0.tar").write_bytes(shard)
    assert look(tmp_path / "npy").facts["data.samples"].value == 17
    assert look(tmp_path / "tfrecord").facts["data.samples"].value == 9
    assert look(tmp_path / "tar").facts["data.samples"].value == 6
    assert look(tmp_path / "tar").facts["data.formats"].value == ("tar_webdataset",)


def test_object_arrays_are_pickles(tmp_path: Path) -> None:
    """An npy of Python objects is refused with a remedy."""
    numpy = pytest.importorskip("numpy")
    (tmp_path / "data").mkdir()
    numpy.save(tmp_path / "data" / "x.npy", numpy.array([{}, []], dtype=object), allow_pickle=True)
    found = look(tmp_path)
    assert found.facts["data.samples"].gap
    assert any("pickle" in note for note in found.notes)


def test_mosaic_shards(tmp_path: Path) -> None:
    """Mosaic Data Shards are counted from their index."""
    (tmp_path / "data").mkdir()
    shard = {"format": "mds", "samples": 50, "column_names": ["text"], "raw_data": {"bytes": 1000}}
    (tmp_path / "data" / "index.json").write_text(json.dumps({"version": 2, "shards": [shard, shard]}))
    (tmp_path / "data" / "shard.00000.mds").write_bytes(bytes(1000))
    facts = look(tmp_path).facts
    assert facts["data.samples"].value == 100
    assert facts["data.formats"].value == ("mds",)


@pytest.mark.parametrize("size", [(1, 1), (640, 480), (65_535, 2)])
def test_image_sizes_from_headers(size: tuple[int, int], tmp_path: Path) -> None:
    """Width and height of JPEG and PNG are read from the header."""
    (tmp_path / "a").write_bytes(jpeg(*size))
    assert images.size_of(tmp_path / "a") == size
    (tmp_path / "b").write_bytes(png(*size)[:40])
    assert images.size_of(tmp_path / "b") == size


def test_lengths_of_packed_sound(tmp_path: Path) -> None:
    """FLAC says its samples; MP3 is estimated from its bit rate."""
    for kind in ("flac", "mp3"):
        (tmp_path / kind).write_bytes(SAMPLES[kind][1])
    flac = audio.sound_of(Entry(str(tmp_path / "flac"), 66))
    assert flac is not None
    assert (flac.seconds, flac.rate, flac.channels) == (2.0, 16000, 1)
    mp3 = audio.sound_of(Entry(str(tmp_path / "mp3"), 10 + 417))
    assert mp3 is not None
    assert not mp3.exact
    assert mp3.seconds == pytest.approx(417 * 8 / 128_000)


def test_network_mounts_are_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data below an NFS mount are on a parallel file system; below a local disk nothing is claimed."""
    from advisor.answers.detect import data_location

    (tmp_path / "data").mkdir()
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path.resolve()}/data nfs4 rw 0 0\n")
    monkeypatch.setattr(data_location, "_MOUNTS", str(mounts))
    assert look(tmp_path).facts["data.location"].value == "nfs_or_parallel_fs"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\n")
    assert "data.location" not in look(tmp_path).facts


def test_a_package_called_data_is_no_data(tmp_path: Path) -> None:
    """A folder of Python modules named data gives no facts about data."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "loader.py").write_text("x = 1\n")
    found = look(tmp_path)
    assert not found.facts
    assert found.notes == ("data/ holds no data files",)


def test_a_project_of_many_files_is_cut(tmp_path: Path) -> None:
    """The walk of the project itself ends too, and says so."""
    for number in range(300):
        (tmp_path / f"{number}.log").touch()
    assert any("many files" in note for note in look(tmp_path, limits=Limits(project_entries=200)).notes)


def test_a_linked_data_folder(tmp_path: Path) -> None:
    """data may be a link to another disk."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "a.csv").write_text("x,y\n1,2\n3,4\n")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "data").symlink_to(tmp_path / "disk")
    facts = look(tmp_path / "project").facts
    assert facts["data.samples"].value == 2
    assert facts["data.samples"].source == "data/a.csv every row counted"


def test_other_formats_in_a_folder_leave_a_gap(tmp_path: Path) -> None:
    """HDF5, SQLite and zarr are recognised; their samples are a gap with its reason."""
    (tmp_path / "data" / "x.zarr" / "c").mkdir(parents=True)
    (tmp_path / "data" / "x.zarr" / "zarr.json").write_text("{}")
    (tmp_path / "data" / "x.zarr" / "c" / "0").write_bytes(bytes(range(256)))
    facts = look(tmp_path).facts
    assert facts["data.formats"].value == ("zarr",)
    assert facts["data.samples"].gap


def test_a_folder_of_many_pictures_is_data_whatever_its_name(tmp_path: Path) -> None:
    """Class folders below `leaves/` are found without --data; the few pictures of a page are not data."""
    for name in ("rust", "scab"):
        folder = tmp_path / "leaves" / "train" / name
        folder.mkdir(parents=True)
        for number in range(30):
            (folder / f"{number}.jpg").write_bytes(jpeg(64, 48))
    facts = look(tmp_path).facts
    assert facts["task"].value == "image_clf"
    assert facts["data.samples"].value == 60
    page = tmp_path / "site" / "page"
    (page / "pictures").mkdir(parents=True)
    for number in range(3):
        (page / "pictures" / f"{number}.jpg").write_bytes(jpeg(64, 48))
    assert "data.files" not in look(page).facts


def test_recordings_and_the_table_beside_them_are_read_together(tmp_path: Path) -> None:
    """A folder of recordings with transcripts.csv beside it is speech to be turned into text."""
    (tmp_path / "calls").mkdir()
    for number in range(50):
        (tmp_path / "calls" / f"{number}.wav").write_bytes(wav(1.0))
    rows = "".join(f"calls/{number}.wav,hello there\n" for number in range(50))
    (tmp_path / "transcripts.csv").write_text("path,text\n" + rows)
    facts = look(tmp_path).facts
    assert facts["task"].value == "asr"
    assert facts["data.samples"].value == 50
    assert facts["data.hours"].number == pytest.approx(50 / 3600)
