"""What one estimate shows: parts that add up, changes that are estimated again, formulas that evaluate, a picture."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from advisor.catalog.wording import formulas
from advisor.cli.drawn import picture
from advisor.cli.shell import run
from advisor.cli.worded import words
from advisor.predict import files
from advisor.predict.detail import Estimated, served, trained
from advisor.predict.formulas import lines
from advisor.predict.variants import helps, moves

GROUND = files.ground()
ROW = {"arch_key": "llama-3.1-8b", "gpu": "h100-sxm5-80gb", "gpus": "8", "seq": "4096", "framework": "torchtitan"}
FULL = {**ROW, "micro_batch": "2", "global_batch": "64", "zero_stage": "3", "act_ckpt": "selective", "task": "pretrain"}
PIPED = {**FULL, "gpus": "64", "tp": "4", "pp": "4", "vp": "2", "framework": "megatron-core", "zero_stage": "1"}
TUNED = {**FULL, "task": "full finetune", "gpus": "1", "global_batch": "2", "zero_stage": "0", "gpu": "rtx4090"}
ENCODER = {**FULL, "arch_key": "bert-large", "seq": "512", "framework": "transformers"}
ASKED = {**ROW, "gpus": "2", "tp": "2", "engine": "vllm", "input_len": "1000", "output_len": "200", "concurrency": "16"}
COMMAND = ["estimate", "train", "--model", "llama-3.1-8b", "--on", "8x H100", "--framework", "torchtitan"]


@pytest.mark.parametrize("row", [FULL, PIPED, TUNED, ENCODER])
def test_parts_add_up(row: dict[str, str]) -> None:
    """Parts of the step and of memory add up to what is said of the whole, and the three sizes are in order."""
    found = trained(row, GROUND)
    assert sum(part.value for part in found.time.values()) == pytest.approx(found.head["step_s"].value)
    assert sum(part.value for part in found.memory.values()) == pytest.approx(found.head["process_bytes"].value)
    sizes = [found.head[f"{name}_bytes"].value for name in ("allocated", "reserved", "process")]
    assert sizes == sorted(sizes)
    for part in (*found.head.values(), *found.time.values(), *found.memory.values()):
        assert part.low <= part.value <= part.high


def test_parts_of_serving_add_up() -> None:
    """The same for a token and the memory of a service."""
    found = served(ASKED, GROUND)
    assert sum(part.value for part in found.time.values()) == pytest.approx(found.head["tpot_s"].value)
    assert sum(part.value for part in found.memory.values()) == pytest.approx(found.head["process_bytes"].value)


@pytest.mark.parametrize("row", [FULL, PIPED, TUNED, ENCODER])
def test_formulas_evaluate_to_their_values(row: dict[str, str]) -> None:
    """What is printed as arithmetic comes to what is printed as its value, and belongs to a formula that is known."""
    known = {formula.id for formula in formulas()}
    rows = lines(trained(row, GROUND), GROUND.constants)
    assert {"matmul", "states", "step", "process"} <= {line.part for line in rows}
    for line in rows:
        assert eval(line.numbers, {"max": max}) == pytest.approx(line.value, rel=2e-3), line
        assert line.id in known
        assert line.source


def test_formulas_of_serving_evaluate() -> None:
    """The same for a service."""
    for line in lines(served(ASKED, GROUND), GROUND.constants):
        assert eval(line.numbers, {"max": max}) == pytest.approx(line.value, rel=2e-3), line


@pytest.mark.parametrize("row", [FULL, PIPED, TUNED])
def test_what_helps_is_estimated_again(row: dict[str, str]) -> None:
    """A change that is offered is what estimating the changed row says; none that helps nothing is offered."""
    found = trained(row, GROUND)
    offered = helps(found, GROUND, trained)
    assert offered
    for change in offered:
        again = trained(change.after.row, GROUND)
        assert again.head["process_bytes"].value == pytest.approx(found.head["process_bytes"].value - change.saved)
        assert change.time < 0.995 or change.saved > 0
        assert change.name in words()["changes"]


def test_where_it_does_not_fit_ways_in_come_first() -> None:
    """On one card of 24 GB an adapter with 4-bit weights leads what would help full fine-tuning."""
    found = trained(TUNED, GROUND)
    assert found.head["process_bytes"].verdict(found.room) == "no"
    verdicts = [change.fits for change in helps(found, GROUND, trained)]
    assert verdicts == sorted(verdicts, key=["yes", "probably", "no"].index)


def test_what_was_not_stated_moves_the_answer() -> None:
    """Every assumption that matters is estimated with another value; a row that states all has none of them."""
    bare = trained({"arch_key": "llama-3.1-8b", "gpu": "h100-sxm5-80gb", "gpus": "8"}, GROUND)
    named = {change.name for change in moves(bare, GROUND, trained)}
    assert {"framework", "seq", "recompute_full", "micro"} <= named
    stated = {one.name for one in moves(trained(FULL, GROUND), GROUND, trained)}
    assert not {"framework", "seq", "recompute_full", "micro"} & stated


@pytest.mark.parametrize("found", [trained(FULL, GROUND), trained(PIPED, GROUND), served(ASKED, GROUND)])
def test_the_picture_tells_what_the_tables_tell(found: Estimated) -> None:
    """The SVG is well-formed, 800 wide, has a title and a description, and its text is text that stays inside."""
    drawn = picture(found, "a <model> & more", "8x H100")
    root = ET.fromstring(drawn)
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.attrib["width"] == "800"
    assert root.attrib["role"] == "img"
    assert root.findtext("s:title", namespaces=space) == "a <model> & more on 8x H100"
    assert "GB" in (root.findtext("s:desc", namespaces=space) or "")
    assert len(root.findall("s:rect", space)) > 6
    assert "prefers-color-scheme: dark" in drawn
    for line in root.findall("s:line", space):
        assert 0 <= float(line.attrib["x1"]) <= float(line.attrib["x2"]) <= 800


def test_pictures_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--svg writes the file beside what is printed; --explain adds the formulas."""
    assert run([*COMMAND, "--svg", str(tmp_path / "a.svg"), "--explain"]) == 0
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    shown = capsys.readouterr().out
    assert "allocated: by tensors" in shown
    assert "advisor explain flops_token" in shown


def test_plain_draws_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """--plain has no block characters."""
    assert run([*COMMAND, "--plain"]) == 0
    assert not re.search("[█░]", capsys.readouterr().out)


def test_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    """--json is one document with parts, the limit, what helps and what was assumed."""
    assert run([*COMMAND, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"estimate", "parts", "verdict", "bound", "helps", "moves", "assumed"} <= set(document)
    assert document["estimate"]["step_s"] == pytest.approx(
        sum(part["value"] for part in document["parts"]["time_s"].values()), rel=1e-4
    )


def test_tensor_parallel_beyond_a_node_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    """It can exist, so it is estimated; that it is slow is said."""
    wide = ["estimate", "train", "--model", "llama-3.1-8b", "--on", "16x A100-80GB", "--tp", "16"]
    assert run([*wide, "--framework", "megatron"]) == 0
    assert "reaches beyond a node of 8" in " ".join(capsys.readouterr().out.split())
