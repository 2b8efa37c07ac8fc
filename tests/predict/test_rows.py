"""Tables of runs in, tables of predictions out, through the command line."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cli.shell import run
from advisor.predict.seen import Seen

HEAD = "config_id,model,arch_key,seq,gpu,gpus,tp,pp,zero_stage,micro_batch,global_batch,act_ckpt,precision,framework"
GOOD = "a,,llama-3.1-8b,4096,H100-SXM-80GB,8,1,1,3,1,8,none,bf16,torchtitan"


def estimated(folder: Path, text: str, kind: str = "train") -> list[dict[str, str]]:
    (folder / "in.csv").write_text(text)
    assert run(["estimate", kind, "--rows", str(folder / "in.csv"), "--out", str(folder / "out.csv")]) == 0
    with (folder / "out.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_one_row_for_each_config_in_order(tmp_path: Path) -> None:
    """Rows with the same config_id become one; the order is that of the input."""
    rows = estimated(tmp_path, "\n".join([HEAD, GOOD, GOOD.replace("a,", "c,", 1), GOOD, GOOD.replace("a,", "b,", 1)]))
    assert [row["config_id"] for row in rows] == ["a", "c", "b"]
    assert {row["status"] for row in rows} == {"ok"}


def test_a_prediction_is_whole(tmp_path: Path) -> None:
    """Every number has its interval around it, tokens follow from the step, reserved is more than allocated."""
    (row,) = estimated(tmp_path, f"{HEAD}\n{GOOD}")
    for name in ("step_s", "peak_allocated_bytes", "peak_reserved_bytes", "peak_process_bytes"):
        assert float(row[f"{name}_low"]) < float(row[name]) < float(row[f"{name}_high"])
    assert float(row["tokens_per_s_per_gpu"]) == pytest.approx(4096 / float(row["step_s"]), rel=1e-4)
    assert float(row["peak_allocated_bytes"]) < float(row["peak_reserved_bytes"]) < float(row["peak_process_bytes"])
    assert row["fits"] in ("true", "false")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("x,,llama-9,4096,H100,8,1,1,3,1,8,none,bf16,", "no model is called 'llama-9'"),
        ("x,,llama-3.1-8b,4096,H1000,8,1,1,3,1,8,none,bf16,", "did you mean"),
        ("x,,llama-3.1-8b,4096,H100,8,3,1,3,1,8,none,bf16,", "does not divide"),
        ("x,,llama-3.1-8b,4096,H100,8,-2,1,3,1,8,none,bf16,", "no number"),
        ("x,,llama-3.1-8b,inf,H100,8,1,1,3,1,8,none,bf16,", "no number"),
        ("x,,llama-3.1-8b,1e17,H100,8,1,1,3,1e17,1e18,none,bf16,", ""),
        ("x,tacotron2,,,H100,8,1,1,,,,,,", "no transformer"),
        ("x", "unknown"),
        ('x,"\x00', ""),
    ],
)
def test_a_bad_row_never_fails_the_table(tmp_path: Path, bad: str, why: str) -> None:
    """What cannot be estimated says why, and the rows around it are estimated."""
    rows = estimated(tmp_path, "\n".join([HEAD, GOOD, bad, GOOD.replace("a,", "z,", 1)]).replace('"\x00', ""))
    assert [row["status"] for row in rows if row["config_id"] in "az"] == ["ok", "ok"]
    told = next(row for row in rows if row["config_id"] == "x")
    assert why in told["reason"]
    assert told["status"] == "not_covered" or not why


def test_what_is_assumed_is_said(tmp_path: Path) -> None:
    """A row without framework, micro batch and checkpointing says what was assumed, and its interval is wider."""
    bare = "b,,llama-3.1-8b,4096,H100-SXM-80GB,8,1,1,3,,,,bf16,"
    good, assumed = estimated(tmp_path, f"{HEAD}\n{GOOD}\n{bare}")
    assert assumed["status"] == "assumed"
    assert "framework" in assumed["reason"]
    width = [float(row["step_s_high"]) / float(row["step_s_low"]) for row in (good, assumed)]
    assert width[1] > width[0]


def test_models_beside_the_table(tmp_path: Path) -> None:
    """A models.csv beside the table resolves what the catalogue does not know."""
    (tmp_path / "models.csv").write_text("arch_key,layers,hidden,heads,ffn,vocab\nours,24,2048,16,8192,32000\n")
    (row,) = estimated(tmp_path, f"{HEAD}\n{GOOD.replace('llama-3.1-8b', 'ours')}")
    assert row["status"] == "ok"


def test_columns_may_lack_and_may_be_more(tmp_path: Path) -> None:
    """Unknown columns are passed over; without config_id rows go by their number."""
    rows = estimated(tmp_path, "arch_key,gpu,gpus,colour\nllama-3.1-8b,H100,8,blue\n")
    assert [(row["config_id"], row["status"]) for row in rows] == [("row 1", "assumed")]


def test_serving_rows(tmp_path: Path) -> None:
    """Serving has its own columns; fewer bits answer faster and hold less."""
    head = "config_id,arch_key,gpu,gpus,tp,precision,engine,input_len,output_len,concurrency\n"
    rows = estimated(tmp_path, head + "a,llama-3.1-8b,H100,1,1,bf16,vllm,512,128,1\n"
                     "b,llama-3.1-8b,H100,1,1,int4,vllm,512,128,1\n", "serve")  # fmt: skip
    assert [row["status"] for row in rows] == ["ok", "ok"]
    assert float(rows[1]["tpot_s"]) < float(rows[0]["tpot_s"])
    assert float(rows[1]["peak_bytes"]) < float(rows[0]["peak_bytes"])


def test_wrong_usage_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No output file, the table itself as output, an empty table, no model: exit 2 with what to do."""
    table = tmp_path / "in.csv"
    table.write_text("")
    for words in (["--rows", str(table)], ["--rows", str(table), "--out", str(table)],
                  ["--rows", str(table), "--out", str(tmp_path / "o.csv")], ["--on", "1x H100"],
                  ["--model", "llama3", "--on", "8x H1000"]):  # fmt: skip
        assert run(["estimate", "train", *words]) == 2
        assert "Error" in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize(
    ("table", "out", "told"),
    [
        ("none.csv", "o.csv", "none.csv: there is no such file"),
        (".", "o.csv", "is a folder"),
        ("garbage.csv", "o.csv", "none of its columns is known"),
        ("good.csv", ".", "is a folder"),
        ("good.csv", "none/o.csv", "there is no such folder"),
    ],
)
def test_paths_that_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: str, out: str, told: str
) -> None:
    """A table that is missing, a folder or no table of runs, and a place that cannot be written: exit 2, told."""
    monkeypatch.chdir(tmp_path)
    Path("garbage.csv").write_bytes(b"\x89PNG\x00\xff,\x01\n\x02")
    Path("good.csv").write_text(f"{HEAD}\n{GOOD}\n")
    assert run(["estimate", "train", "--rows", table, "--out", out]) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert "\n  " in shown, "what to do"


def test_one_prediction_from_flags(capsys: pytest.CaptureFixture[str]) -> None:
    """Flags give one prediction with a table of where time and memory go, or one JSON document."""
    assert run(["estimate", "train", "--model", "llama-3.1-8b", "--on", "8x H100", "--framework", "torchtitan"]) == 0
    shown = capsys.readouterr().out
    assert "where the time of a step goes" in shown
    assert "optimizer states" in shown
    assert run(["estimate", "serve", "--model", "qwen2.5-7b", "--on", "1x L4", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["estimate"]["tpot_s"] > 0


def test_does_it_fit(capsys: pytest.CaptureFixture[str]) -> None:
    """An 8B model on an RTX 4090: QLoRA fits, full fine-tuning does not, and a machine is named on which it does."""
    assert run(["fits", "llama-3.1-8b", "--on", "1x RTX 4090"]) == 0
    shown = capsys.readouterr().out
    assert "yes with QLoRA" in shown
    assert "full fine-tuning no, short by" in shown
    assert "smallest machine for full fine-tuning:" in shown


def test_fits_from_a_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A config.json is enough."""
    (tmp_path / "config.json").write_text(
        '{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "num_hidden_layers": 16, "hidden_size": 2048,'
        '"num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 8192, "vocab_size": 128256,'
        '"tie_word_embeddings": true}'
    )
    assert run(["fits", str(tmp_path), "--on", "1x A100-80GB"]) == 0
    assert "full fine-tuning: " in capsys.readouterr().out


@given(st.lists(st.lists(st.text(max_size=2), max_size=30), max_size=8))
def test_a_name_counts_once_whatever_came_between(pieces: list[list[str]]) -> None:
    """A row is taken where its name is new, within a piece and over all pieces before it."""
    seen = Seen()
    before: set[str] = set()
    for names in pieces:
        fresh = seen.fresh(names)
        for name, new in zip(names, fresh, strict=True):
            assert new == (name not in before)
            before.add(name)
