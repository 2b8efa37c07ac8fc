"""Tables of others, whose columns have other names."""

import csv
from pathlib import Path

import pytest

from advisor.predict.columns import OTHER_NAMES, renamed
from advisor.predict.files import ground, rows
from advisor.predict.table import training_rows

OURS = {
    "config_id": "a", "model": "llama-3-8b", "layers": "32", "hidden": "4096", "heads": "32", "kv_heads": "8",
    "ffn": "14336", "vocab": "128256", "seq": "8192", "gpu": "H100-80GB", "gpus": "64", "nodes": "8", "tp": "2",
    "pp": "2", "vp": "2", "cp": "1", "dp": "16", "zero_stage": "1", "micro_batch": "2", "grad_accum": "4",
    "global_batch": "128", "act_ckpt": "full", "precision": "fp8", "framework": "megatron-core", "optimizer": "adamw",
}  # fmt: skip


def _predicted(path: Path, row: dict[str, str]) -> dict[str, str]:
    with path.open("w", newline="") as out:
        table = csv.DictWriter(out, list(row))
        table.writeheader()
        table.writerow(row)
    return next(iter(training_rows(rows(path), ground())))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_other_names_of_columns_say_the_same(tmp_path, place):
    """A table whose columns are called `mbs`, `num_layers` or `Hidden Size` is estimated as one with our names."""
    there = [name for name in OURS if len(OTHER_NAMES.get(name, ())) > place]
    other = {OTHER_NAMES[name][place] if name in there else name: cell for name, cell in OURS.items()}
    other = {name.replace("_", " ").title() if name not in OURS else name: cell for name, cell in other.items()}
    assert len(there) > 5
    assert _predicted(tmp_path / "a.csv", other) == _predicted(tmp_path / "b.csv", OURS)


def test_no_name_stands_for_two_columns():
    """No other name belongs to two columns, or is the name of another column."""
    named = [name for others in OTHER_NAMES.values() for name in others]
    assert len(named) == len(set(named))
    assert not set(named) & set(OTHER_NAMES)


def test_what_a_source_wrote_wins_over_a_digest_of_it():
    """Beside `gpu_raw` the column `gpu` is somebody's short name; it is used where the first is empty."""
    rename = renamed(["gpu_raw", "gpu"])
    assert rename({"gpu_raw": "H100 PCIe 80GB", "gpu": "H100"})["gpu"] == "H100 PCIe 80GB"
    assert rename({"gpu_raw": "", "gpu": "H100"})["gpu"] == "H100"


@pytest.mark.parametrize("cell", ["unknown", "N/A", "nan", "-", "?", " ", "null"])
def test_words_for_nothing_are_nothing(cell):
    """What tables write where nothing is known is an empty cell; a plain `none` may mean something."""
    assert renamed(["ckpt"])({"ckpt": cell})["act_ckpt"] == ""
    assert renamed(["ckpt"])({"ckpt": "none"})["act_ckpt"] == "none"


@pytest.mark.parametrize(("bits", "words"), [("16.0", "bf16"), ("8", "fp8"), ("4.5", "nf4"), ("3.0", "exl2 3 bpw")])
def test_bits_are_a_precision(bits, words):
    """A precision that is told by its number of bits is read."""
    assert renamed(["bits"])({"bits": bits})["precision"] == words


@pytest.mark.parametrize("cells", [{"gated": "0"}, {"tied": "1"}])
def test_what_a_row_says_of_its_model_wins(tmp_path, cells):
    """Two matrices in the MLP instead of three, or one table of tokens instead of two, are less to hold and move."""
    plain = {**OURS, "pp": "1", "vp": "", "dp": "32", "model": "nobody knows", "gated": "1", "tied": "0"}
    held = [
        float(_predicted(tmp_path / f"{at}.csv", row)["peak_allocated_bytes"])
        for at, row in enumerate((plain, {**plain, **cells}))
    ]
    assert held[1] < held[0]


def test_no_virtual_stages_are_one(tmp_path):
    """`none` in the column of virtual stages is one stage a device."""
    said = _predicted(tmp_path / "a.csv", {**OURS, "vp": "none"})
    assert said == _predicted(tmp_path / "b.csv", {**OURS, "vp": "1"})
