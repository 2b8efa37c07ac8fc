"""`advisor fits`: one line first, then the ways in; from a name, a config, or the header of a checkpoint."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.cli.fits import verdict
from advisor.cli.shell import run
from advisor.errors import BadInput
from advisor.predict.fitting import Fit
from advisor.predict.gguf import cells

CONFIG = {
    "model_type": "llama", "architectures": ["LlamaForCausalLM"], "num_hidden_layers": 16, "hidden_size": 2048,
    "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 8192, "vocab_size": 128256,
    "tie_word_embeddings": True,
}  # fmt: skip
KEYS = {
    "block_count": 16, "embedding_length": 2048, "attention.head_count": 32, "attention.head_count_kv": 8,
    "feed_forward_length": 8192, "vocab_size": 128256,
}  # fmt: skip


def document(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run(["fits", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def gguf(keys: dict[str, int], *, version: int = 3) -> bytes:
    """A GGUF header as its specification says."""

    def text(words: str) -> bytes:
        return struct.pack("<Q", len(words)) + words.encode()

    pairs = [text("general.architecture") + struct.pack("<I", 8) + text("llama")]
    pairs += [text(f"llama.{key}") + struct.pack("<II", 4, value) for key, value in keys.items()]
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs)) + b"".join(pairs)


@given(st.floats(1, 200), st.floats(1, 2), st.floats(1, 2), st.floats(1, 200))
def test_the_range_decides(needed: float, below: float, above: float, memory: float) -> None:
    """Yes only where the whole range fits, no only where the middle does not, probably between."""
    fit = Fit("way", needed, needed / below, needed * above, memory)
    said = verdict(fit)
    assert (said == "yes") == (needed * above <= memory)
    assert (said == "no") == (needed > memory)


def test_one_line_for_each_question(capsys: pytest.CaptureFixture[str]) -> None:
    """A card of 24 GB and a model of 8B: the way that fits leads, what does not says by how much."""
    assert run(["fits", "llama-3.1-8b", "--on", "1x RTX 4090"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    one = " ".join(shown.split())
    assert one.startswith("train yes with QLoRA: ")
    for words in (
        "full fine-tuning no, short by",
        " serve ",
        "smallest machine for full fine-tuning:",
        "QLoRA instead",
    ):
        assert words in one


def test_an_encoder_is_trained_and_served(capsys: pytest.CaptureFixture[str]) -> None:
    """An encoder answers in one pass; training and answering are said alike."""
    assert run(["fits", "bert-large", "--on", "1x L4"]) == 0
    shown = capsys.readouterr().out
    assert "train  yes" in shown
    assert "serve  yes with 16 bits" in shown


def test_where_all_fits_there_is_no_advice(capsys: pytest.CaptureFixture[str]) -> None:
    """On a large machine two lines are all."""
    assert run(["fits", "llama-3.1-8b", "--on", "8x H200"]) == 0
    shown = capsys.readouterr().out
    assert [line[:10] for line in shown.splitlines()] == ["train  yes", "serve  yes"]


def test_more_memory_never_fits_worse(capsys: pytest.CaptureFixture[str]) -> None:
    """From a small card to a large one no verdict becomes worse."""
    rank = {"no": 0, "probably": 1, "yes": 2}
    before = [0] * 6
    for on in ("1x RTX 4090", "1x L40S", "1x A100-80GB", "1x H200", "8x H200"):
        found = document(capsys, "llama-3.1-8b", "--on", on)
        now = [rank[way["verdict"]] for way in (*found["train"], *found["serve"])]
        assert all(later >= earlier for earlier, later in zip(before, now, strict=True)), on
        before = now


def test_all_sources_of_a_model_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same dimensions from a config.json and from a GGUF header need the same bytes to be trained."""
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf" / "config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "m.gguf").write_bytes(gguf(KEYS))
    folder, header = (document(capsys, str(tmp_path / name), "--on", "1x A100-80GB") for name in ("hf", "m.gguf"))
    mine, theirs = folder["train"][0]["bytes"], header["train"][0]["bytes"]
    assert theirs == pytest.approx(mine, rel=0.25)  # a header does not say that its tables are tied
    assert theirs >= mine


def test_a_safetensors_header_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a config the names and shapes of the header tell layers and width."""
    shapes = {"model.embed_tokens.weight": [32000, 512], "lm_head.weight": [32000, 512]}
    for layer in range(4):
        head = f"model.layers.{layer}."
        shapes |= {f"{head}self_attn.q_proj.weight": [512, 512], f"{head}mlp.up_proj.weight": [1024, 512]}
    header, at = {}, 0
    for name, shape in shapes.items():
        size = 2 * shape[0] * shape[1]
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    with (tmp_path / "model.safetensors").open("wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        out.truncate(8 + len(text) + at)
    assert document(capsys, str(tmp_path / "model.safetensors"), "--on", "1x L4")["train"][0]["verdict"] == "yes"


@settings(max_examples=80)
@given(st.binary(max_size=64), st.integers(0, 400), st.integers(0, 255))
def test_broken_headers_are_named(tmp_path_factory: pytest.TempPathFactory, tail: bytes, at: int, byte: int) -> None:
    """A GGUF file that is cut, changed or something else gives cells or BadInput with its name."""
    whole = bytearray(gguf(KEYS))
    whole[at % len(whole)] = byte
    path = tmp_path_factory.mktemp("broken") / "m.gguf"
    for content in (bytes(whole), bytes(whole[: at % len(whole)]), b"GGUF" + tail, tail):
        path.write_bytes(content)
        assert told(path) in ("cells", str(path))


def told(path: Path) -> str:
    """What a header gives: cells that are all filled in, or the place that its message names."""
    try:
        return "cells" if all(cells(path).values()) else "an empty cell"
    except BadInput as error:
        return error.where
