"""Values that the columns of published tables take: optimizers, precisions, devices; and rows nobody should write."""

import csv
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.estimate.holding import held
from advisor.predict import files
from advisor.predict.table import TRAINING_COLUMNS, training_rows
from advisor.predict.training import read

GROUND = files.ground()
ROW = {
    "config_id": "one", "arch_key": "llama-3.1-8b", "gpu": "H100-SXM-80GB", "gpus": "8", "seq": "4096",
    "micro_batch": "1", "global_batch": "64", "zero_stage": "1", "act_ckpt": "none", "framework": "nemo",
    "precision": "bf16", "task": "pretrain",
}  # fmt: skip
COLUMNS = ("gpus", "seq", "micro_batch", "global_batch", "tp", "pp", "vp", "cp", "ep", "layers", "hidden", "heads",
           "kv_heads", "ffn", "vocab", "nodes", "zero_stage", "act_ckpt", "offload", "precision", "optimizer", "gpu",
           "framework", "arch_key", "notes", "arch_notes", "sequense")  # fmt: skip
CELLS = st.sampled_from(["", "nan", "-1", "0", "1", "8", "1e300", "inf", "three", "3 (FSDP)", "full", "1e17", "é\0"])


def states(optimizer: str) -> float:
    found = read({**ROW, "optimizer": optimizer}, GROUND.models, GROUND.accelerators)
    assert found.run is not None
    return float(held(found.run, GROUND.constants).states)


def test_optimizers_keep_what_they_keep() -> None:
    """AdamW's states need most, then one moment, moments in 8 bits, factored ones; the fp32 copy is in all of them."""
    sizes = [states(name) for name in ("AdamW", "Muon", "AdamW 8-bit", "Adafactor")]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    assert states("Lion") == states("SGD") == states("Muon")
    assert sizes[3] > sizes[0] / 3.0


@pytest.mark.parametrize(
    "precision", ["bf16", "fp16", "fp8", "fp8 hybrid", "mxfp8", "nvfp4", "tf32", "fp32", "AMP", ""]
)
@pytest.mark.parametrize(
    "gpu", ["B200", "GB200", "B300", "MI300X", "MI325X", "MI355X", "L40S", "RTX 4090", "RTX 5090", "A800-80GB", "H800"]
)
def test_new_devices_and_formats_are_covered(precision: str, gpu: str) -> None:
    """Each precision on each newer device gets a step with its range."""
    found = next(training_rows([{**ROW, "gpu": gpu, "precision": precision}], GROUND))
    assert found["status"] in ("ok", "assumed"), found
    assert 0 < float(found["step_s_low"]) < float(found["step_s"]) < float(found["step_s_high"])


@settings(deadline=None, max_examples=150)
@given(changes=st.dictionaries(st.sampled_from(COLUMNS), CELLS, max_size=6))
def test_no_row_stops_a_table(changes: dict[str, str]) -> None:
    """Whatever cells hold, the row is answered with numbers or with a reason, and so is the next."""
    first, second = training_rows([{**ROW, **changes}, {**ROW, "config_id": "two"}], GROUND)
    assert first["status"] in ("ok", "assumed") or first["reason"]
    assert second["status"] in ("ok", "assumed")


def test_a_long_table_is_read_in_pieces(tmp_path) -> None:
    """Rows are answered while the table is still being read: memory does not grow with its length."""
    drawn = 0

    def endless():
        nonlocal drawn
        while True:
            drawn += 1
            yield {**ROW, "config_id": str(drawn)}

    assert len(list(islice(training_rows(endless(), GROUND), 5000))) == 5000
    assert drawn < 20_000
    out = tmp_path / "out.csv"
    assert files.write(out, TRAINING_COLUMNS, training_rows([ROW], GROUND)) == 1
    assert [row["config_id"] for row in csv.DictReader(out.open())] == ["one"]
