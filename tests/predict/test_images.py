"""Networks of images in `advisor estimate`: by name, by their multiplications, from a table; trained and answering."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.images import image_model, image_models
from advisor.cli.shell import run
from advisor.estimate.holding import held
from advisor.estimate.images import Network, constants_of, image_shape, images_range
from advisor.estimate.steps import step
from advisor.predict import files
from advisor.predict.images import read_image
from advisor.predict.table import TRAINING_COLUMNS, serving_rows, training_rows
from advisor.values.runs import Run

GROUND = files.ground()
TRAIN = ["estimate", "train", "--on", "1x A100-SXM4-80GB"]
SERVE = ["estimate", "serve", "--on", "1x T4"]


def asked(capsys: pytest.CaptureFixture[str], words: list[str]) -> Any:
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def image_run(**cells: str) -> Run:
    found = read_image({"model": "resnet50", "gpu": "A100", **cells}, GROUND.models, GROUND.accelerators)
    assert found.run is not None, found.reason
    return found.run


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("resnet50", "resnet50"), ("microsoft/resnet-50", "resnet50"), ("ViT-B/16", "vit_base_patch16_224"),
        ("google/vit-base-patch16-224", "vit_base_patch16_224"), ("swin-t", "swin_tiny_patch4_window7_224"),
        ("facebook/convnext-tiny-224", "convnext_tiny"), ("EfficientNet-B0", "efficientnet_b0"),
        ("DiT-XL/2", "dit-xl-2"), ("stabilityai/stable-diffusion-xl-base-1.0", "stable-diffusion-xl"),
    ],
)  # fmt: skip
def test_a_network_is_known_by_its_names(name: str, key: str) -> None:
    """Names of timm, torchvision and model cards mean the same row."""
    found = image_model(name)
    assert found is not None
    assert found["key"] == key


def test_what_is_counted_is_what_is_published() -> None:
    """Multiplications and parameters are those of the papers: ResNet-50, ViT-B/16, DiT-XL/2, SDXL's network."""
    published = {"resnet50": (25.6, 4.1), "vit_base_patch16_224": (86.6, 17.6), "dit-b-2": (147.4, 23.0),
                 "stable-diffusion-xl": (2567.0, None)}  # fmt: skip
    for key, (parameters, gmacs) in published.items():
        row = image_models()[key]
        assert float(row["params_m"]) == pytest.approx(parameters, rel=0.01)
        assert gmacs is None or float(row["gmacs"]) == pytest.approx(gmacs, rel=0.01)


def test_every_row_of_the_catalogue_can_be_estimated() -> None:
    """Each network has numbers from which a step and a memory follow."""
    for key in image_models():
        row = {"config_id": key, "model": key, "gpu": "H100", "micro_batch": "8", "precision": "amp"}
        cells = next(training_rows([row], GROUND))
        assert cells["status"] in ("ok", "assumed"), (key, cells)
        assert float(cells["step_s_low"]) < float(cells["step_s"]) < float(cells["step_s_high"])


def test_training_says_step_images_and_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """ResNet-50 on one A100: between what NVIDIA (2,470) and Lambda (1,582) publish, in memory that holds 256."""
    found = asked(capsys, [*TRAIN, "--model", "resnet50", "--micro-batch", "256", "--image", "224"])["estimate"]
    assert 1500 < found["samples_per_s_per_gpu"] < 2500
    assert found["step_s"] == pytest.approx(256 / found["samples_per_s_per_gpu"], rel=1e-4)
    assert 9e9 < found["peak_process_bytes"] < 20e9
    assert found["fits"] is True


def test_what_people_read_names_the_parts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Tables of time and memory, what would help, formulas and a picture, as for language models."""
    picture = tmp_path / "x.svg"
    words = [*TRAIN, "--model", "vit-b/16", "--micro-batch", "64", "--svg", str(picture), "--explain"]
    assert run(words) == 0
    shown = capsys.readouterr().out
    for part in ("images", "matrix products", "activations", "what would help most", "formulas"):
        assert part in shown
    assert "token" not in shown.partition("formulas")[0]
    assert picture.read_text().startswith("<svg")


def test_serving_says_the_latency_of_a_batch(capsys: pytest.CaptureFixture[str]) -> None:
    """A larger batch takes longer and answers more a second; one pass of a classifier, many of diffusion."""
    one, many = (
        asked(capsys, [*SERVE, "--model", "resnet50", "--micro-batch", size])["estimate"] for size in ("1", "32")
    )
    assert one["ttft_s"] < many["ttft_s"]
    assert one["samples_per_s"] < many["samples_per_s"]
    few, usual = (
        asked(capsys, [*SERVE, "--model", "sd1.5", "--passes", passes])["estimate"]["ttft_s"] for passes in ("4", "40")
    )
    assert usual == pytest.approx(10 * few, rel=0.2)


def test_a_network_that_is_not_known_is_told_by_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Parameters, multiplications and values are enough; without the values the range is wider and says so."""
    told = [*TRAIN, "--parameters", "25.6M", "--gmacs", "4.1", "--micro-batch", "64"]
    known, unknown = asked(capsys, [*told, "--activations", "11.1M"]), asked(capsys, told)
    named = asked(capsys, [*TRAIN, "--model", "resnet50", "--micro-batch", "64"])["estimate"]["step_s"]
    assert known["estimate"]["step_s"] == pytest.approx(named, rel=0.15)
    assert any("values put out" in note for note in unknown["assumed"])
    width = [one["estimate"]["step_s_high"] / one["estimate"]["step_s_low"] for one in (known, unknown)]
    assert width[0] < width[1]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--model", "resnet51"], "did you mean resnet50"),
        (["--model", "resnet50", "--tp", "2", "--on", "8x A100"], "more than once"),
        (["--gmacs", "4.1"], "parameters unknown"),
        (["--gmacs", "x", "--parameters", "1M"], "no number"),
        (["--parameters", "many", "--gmacs", "4.1"], "many"),
        (["--model", "resnet50", "--observed", "run.json"], "corrects what works token by token"),
    ],
)
def test_bad_flags_name_what_is_wrong(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What no network of images can have is an error with a remedy."""
    assert run([*TRAIN, *words]) == 2
    assert why in capsys.readouterr().err


def test_a_table_may_mix_images_and_language() -> None:
    """Rows of both kinds in one table, in order; each has its own speed, and a row of the other task says so."""
    rows = [
        {"config_id": "a", "model": "resnet50", "gpu": "A100", "batch_per_gpu": "64", "task": "train"},
        {"config_id": "b", "arch_key": "llama-3.1-8b", "gpu": "H100", "gpus": "8", "seq": "2048"},
        {"config_id": "c", "model": "vit_base_patch16_224", "gpu": "T4", "task": "inference"},
    ]
    image, text, other = training_rows(rows, GROUND)
    assert float(image["samples_per_s_per_gpu"]) > 0
    assert "tokens_per_s_per_gpu" not in image
    assert float(text["tokens_per_s_per_gpu"]) > 0
    assert other["status"] == "not_covered"
    assert "serve" in other["reason"]
    assert [cells["status"] for cells in serving_rows(rows[1:], GROUND)] == ["assumed", "assumed"]
    assert TRAINING_COLUMNS[-1] == "samples_per_s_per_gpu"


@given(st.integers(1, 512), st.integers(1, 512), st.sampled_from(["resnet50", "vit_base_patch16_224", "dit-xl-2"]))
def test_more_images_take_longer_and_need_more(one: int, other: int, name: str) -> None:
    """Step and memory grow with the batch of a device."""
    small, large = sorted((one, other))
    runs = [image_run(model=name, micro_batch=str(size)) for size in (small, large)]
    k = constants_of(runs[0].shape, GROUND.constants)
    assert step(runs[0], k).total <= step(runs[1], k).total
    assert held(runs[0], k).process <= held(runs[1], k).process


@given(st.floats(1e6, 1e10), st.floats(1e7, 1e13), st.floats(1e5, 1e10), st.floats(32, 2048))
def test_the_shape_keeps_what_was_counted(parameters: float, macs: float, values: float, pixels: float) -> None:
    """Whatever a sample stands for: its parameters, multiplications and values are those of the network."""
    shape = image_shape(Network(parameters, macs, values, 2 * values, 0.1 * values, 200.0), pixels)
    assert shape.layers * shape.routed_weights == pytest.approx(parameters)
    assert shape.layers * shape.sequence * shape.routed_active == pytest.approx(macs)
    assert shape.layers * shape.sequence * shape.ffn_values == pytest.approx(values)


def test_constants_of_language_models_stay() -> None:
    """Only rows of images get constants of images."""
    language = replace(image_run().shape, image=0.0)
    assert constants_of(language, GROUND.constants) is GROUND.constants
    both = replace(language, image=numpy.array([0.0, 1.0]))
    rates = numpy.asarray(constants_of(both, GROUND.constants)["matmul"])
    assert rates.tolist() == [GROUND.constants["matmul"], GROUND.constants["image_matmul"]]


def test_the_largest_batches_that_ran_fill_the_card() -> None:
    """Batches that Lambda chose to fill a card (tests/published/images.csv) lie where the range of memory says."""
    published = Path(__file__).parents[1] / "published" / "images.csv"
    spread, seen, inside = GROUND.spreads["image_memory"], 0, 0
    with published.open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["source_id"] == "lambdal" and row["gpus"] == "1"]
    rows = [row for row in rows if "Quadro" not in row["gpu"]]
    for row in rows:
        one = image_run(**{**row, "optimizer": "sgd"})
        kept = held(one, constants_of(one.shape, GROUND.constants))
        low, high = images_range(float(kept.counted), float(kept.process - kept.counted), spread, 0.0)
        seen, inside = seen + 1, inside + (low <= one.device.memory <= 1.25 * high)
    assert seen >= 8
    assert inside >= 0.9 * seen


@pytest.mark.parametrize(
    ("model", "machine", "train", "serve"),
    [
        ("resnet50", "1x T4", "train yes with mixed precision", "serve yes with 16 bits"),
        ("sdxl", "1x RTX 4090", "train no, mixed precision short by", "serve yes with 16 bits"),
        ("flux", "1x RTX 4090", "train no, mixed precision short by", "serve no, 16 bits short by"),
    ],
)
def test_fits_answers_for_images(
    model: str, machine: str, train: str, serve: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for training and one for answering, how many images fit at a time, or where one does."""
    assert run(["fits", model, "--on", machine]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    one = " ".join(shown.split())
    assert one.startswith(train)
    assert serve in one
    assert ("at a time" in one) == ("yes" in one)
    assert run(["fits", model, "--on", machine, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["train_images"] > 0) == (told["train"][0]["verdict"] == "yes")


def test_as_many_images_as_are_said_to_fit_do(capsys: pytest.CaptureFixture[str]) -> None:
    """The number of images that fits says is one whose estimate fits, and twice as many is not surely."""
    assert run(["fits", "resnet50", "--on", "1x T4", "--json"]) == 0
    most = json.loads(capsys.readouterr().out)["train_images"]
    verdicts = [
        asked(
            capsys,
            [*TRAIN[:2], "--on", "1x T4", "--model", "resnet50", "--micro-batch", str(many), "--precision", "amp"],
        )
        for many in (most, 2 * most)
    ]
    assert verdicts[0]["verdict"] == "yes"
    assert verdicts[1]["verdict"] != "yes"


def test_an_encoder_answers_in_one_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """BERT is served by a forward pass over a batch: latency and sequences a second, and it fits a T4."""
    words = [*SERVE, "--model", "bert-base", "--prompt", "128", "--concurrency"]
    one, many = (asked(capsys, [*words, count])["estimate"] for count in ("1", "32"))
    assert one["ttft_s"] < many["ttft_s"] < 32 * one["ttft_s"]
    assert one["samples_per_s"] < many["samples_per_s"]
    assert "tpot_s" not in one
    assert run(["fits", "bert-base", "--on", "1x T4"]) == 0
    assert "serve yes with 16 bits" in " ".join(capsys.readouterr().out.split())
    assert run([*words, "8"]) == 0
    shown = capsys.readouterr().out
    assert "sequences" in shown
    assert "images" not in shown


def test_a_processor_is_no_accelerator(capsys: pytest.CaptureFixture[str]) -> None:
    """A machine's processors are said to be what they are, with where they are weighed."""
    assert run(["fits", "resnet50", "--on", "CPU 64 GB"]) == 2
    assert "advisor plan" in capsys.readouterr().err


VIT = {"model_type": "vit", "num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12, "image_size": 224,
       "patch_size": 16, "intermediate_size": 3072}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (VIT, "vit_base_patch16_224"),
        ({"model_type": "resnet", "depths": [3, 4, 6, 3], "layer_type": "bottleneck"}, "resnet50"),
        ({"model_type": "swin", "embed_dim": 96, "depths": [2, 2, 6, 2]}, "swin_tiny_patch4_window7_224"),
        ({"_class_name": "UNet2DConditionModel", "cross_attention_dim": 2048}, "stable-diffusion-xl"),
    ],
)
def test_a_configuration_is_estimated_as_the_network_that_it_is(
    config: dict[str, Any], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder with the config.json of transformers or diffusers takes as long as the same network by its name."""
    (tmp_path / "config.json").write_text(json.dumps(config))
    by_file, by_name = (
        asked(capsys, [*TRAIN, "--model", model, "--micro-batch", "16"])["estimate"] for model in (str(tmp_path), name)
    )
    for part in ("step_s", "peak_process_bytes"):
        assert by_file[part] == pytest.approx(by_name[part], rel=0.05)


@pytest.mark.parametrize(
    ("config", "why"),
    [({**VIT, "patch_size": None}, "is missing"), ({"model_type": "resnet", "depths": [9]}, "not counted")],
)
def test_a_configuration_that_tells_too_little_says_so(
    config: dict[str, Any], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be counted from a configuration is an error that names the file and the flags."""
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert run([*TRAIN, "--model", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert why in told
    assert "config.json" in told
