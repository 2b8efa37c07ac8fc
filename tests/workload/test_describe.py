"""The workload: answers and evidence in SI units, with ranges wherever something was assumed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import catalog
from advisor.answers import load_questions, settle
from advisor.figure import Fact
from advisor.shelf import shelf
from advisor.values.workload import Span, exactly, within
from advisor.workload import describe
from advisor.workload.describe import ASSUMED_DATA_SPREAD, ASSUMED_SIZE_SPREAD, PADDING, VALUE_BYTES

TABLES = catalog.load()
QUESTIONS = load_questions(shelf("questionnaires"))
UNITS = {question.id: question.unit for question in QUESTIONS}


def described(task, evidence=(), **answers):
    """The workload of a task; answers by id with `__` for the dot, as values or (value, low, high)."""
    answered = {"task": Fact("task", task, provenance="answered")}
    for name, value in answers.items():
        id = name.replace("__", ".")
        number, low, high = value if isinstance(value, tuple) else (value, None, None)
        answered[id] = Fact(id, number, UNITS[id], low, high, provenance="answered")
    found = {fact.id: fact for fact in evidence}
    row = TABLES.tasks[task]
    return describe(settle(QUESTIONS, answered, found, TABLES.tasks), found, row)


@pytest.mark.parametrize("task", list(TABLES.tasks))
def test_a_task_alone_is_a_workload(task):
    """Only the task is required: everything else has a usual value, and what was assumed has a range."""
    work = described(task)
    row = TABLES.tasks[task]
    assert (work.task, work.kind, work.modality) == (task, row["kind"], row["modality"])
    assert work.family == ("trees" if row["family"] == "trees" else "neural")
    assert work.training.batch >= 1
    assert work.training.sequence >= 1
    assert work.serving.latency_s == pytest.approx(row["latency_ms"] / 1e3)
    for span in (work.model.parameters, work.training.samples, work.training.tokens, work.training.decoded_bytes):
        assert 0 < span.low <= span.value <= span.high


def test_what_was_assumed_is_wide_and_what_was_answered_is_exact():
    """An assumed size may be 2.5 times off and an assumed number of samples ten times; an answer is taken as it is."""
    assumed = described("text_clf")
    assert assumed.model.parameters == within(1.095e8, ASSUMED_SIZE_SPREAD)
    assert assumed.training.samples.high == pytest.approx(ASSUMED_DATA_SPREAD * assumed.training.samples.value)
    told = described("text_clf", model__parameters=6.6e7, data__samples=5000)
    assert told.model.parameters == exactly(6.6e7)
    assert told.training.samples == exactly(5000.0)


def test_a_range_that_was_found_is_kept():
    """A fact with a range, such as tokens counted in a sample of the files, keeps it."""
    evidence = [Fact("data.samples", 9000, "samples", 8000, 11000)]
    assert described("text_clf", evidence).training.samples == Span(9000.0, 8000.0, 11000.0)


def test_units_are_si():
    """Milliseconds become seconds."""
    work = described("text_clf", serving__latency=20.0)
    assert work.serving.latency_s == 0.02


def test_text_is_padded_but_never_beyond_its_sequence():
    """Computed tokens are the real ones with padding, at most samples times the length that is cut at."""
    short = described("text_clf", data__samples=1000, data__tokens=12_000.0, train__sequence=256)
    assert short.training.tokens.value == pytest.approx(12_000 * PADDING[1])
    assert short.training.tokens.high == pytest.approx(12_000 * PADDING[2])
    full = described("text_clf", data__samples=1000, data__tokens=1e9, train__sequence=256)
    assert full.training.tokens == exactly(256_000.0)


def test_sound_is_filled_to_its_length():
    """Speech models pad every sample to the full window."""
    work = described("asr", data__samples=1000)
    assert work.training.tokens.value == 1000 * 1500


def test_unknown_text_length_has_a_range():
    """Without a count, half the sequence is taken, a quarter to all of it."""
    tokens = described("text_clf", data__samples=1000, train__sequence=256).training.tokens
    assert (tokens.low, tokens.value, tokens.high) == (64_000, 128_000, 256_000)


@settings(deadline=None, max_examples=40)
@given(st.floats(1e7, 1e12))
def test_a_stated_size_has_a_shape(parameters):
    """For a size without layers, the shape holds about that many parameters: 12 layers h^2."""
    model = described("text_gen", model__parameters=parameters).model
    assert 0.3 * parameters < 12 * model.layers * model.hidden**2 < 3 * parameters
    assert model.kv_width <= model.hidden


def test_a_stated_shape_is_kept():
    """Layers, width, heads and feed-forward of a config are taken as they are, grouped queries too."""
    model = described(
        "text_gen", model__parameters=7.24e9, model__layers=32, model__hidden=4096, model__heads=32, model__kv_heads=8,
        model__ffn=14336,
    ).model  # fmt: skip
    assert (model.layers, model.hidden, model.ffn) == (32, 4096, 14336)
    assert model.kv_width == 1024


def test_keys_and_values_may_be_wider_than_the_model():
    """Stated heads and their width are taken as they are (Gemma-7B has 16 of 256 at width 3072); assumed heads never
    make keys and values wider than the model."""
    shape = {"model__layers": 28, "model__hidden": 3072, "model__head_dim": 256}
    assert described("text_gen", model__heads=16, model__kv_heads=16, **shape).model.kv_width == 4096
    assert described("text_gen", model__heads=16, **shape).model.kv_width == 3072


def test_whether_the_feed_forward_is_gated_is_found_or_usual():
    """Evidence about the gate beats what is usual for the task."""
    assert described("text_gen").model.gated
    assert not described("text_gen", [Fact("model.gated", False)]).model.gated


def test_a_larger_network_costs_more_a_sample():
    """Flops of an image model grow with its parameters, activations with their root."""
    small, large = described("image_clf"), described("image_clf", model__parameters=4 * 2.56e7)
    assert large.model.forward_flops == pytest.approx(4 * small.model.forward_flops)
    assert large.model.activation_bytes == pytest.approx(2 * small.model.activation_bytes)


def test_only_decoders_generate():
    """A classifier answers at once; a text generator token by token, and predicts tokens in training."""
    assert described("text_clf").serving.answer_tokens == 0
    assert not described("text_clf").model.predicts_tokens
    assert described("text_gen").serving.answer_tokens > 0
    assert described("text_gen").model.predicts_tokens


def test_a_table_in_memory_has_eight_bytes_a_value():
    """Columns that were found, not the bytes on disk, say how large a table becomes in memory."""
    evidence = [Fact("data.features", ("a", "b", "c", "label")), Fact("data.bytes", 1e9, "bytes")]
    work = described("tabular_clf", evidence, data__samples=1_000_000)
    assert work.training.features == 3
    assert work.training.decoded_bytes.value == 4 * VALUE_BYTES * 1e6


def test_a_utilisation_counts_only_when_it_was_said():
    """Nobody's utilisation is none; a stated one is kept."""
    assert described("text_gen").training.utilisation is None
    assert described("text_gen", train__utilisation=0.38).training.utilisation == 0.38


def test_sizes_of_nothing_are_no_trouble():
    """Zero samples, zero tokens and a load of zero still make a workload with positive sizes."""
    work = described("text_clf", data__samples=0, data__tokens=0.0, serving__load__peak=0.0)
    assert work.training.samples.value > 0
    assert work.training.tokens.value > 0
    assert work.serving.peak_per_s == 0.0


def test_a_long_request_is_three_times_the_average():
    """Requests are planned at three times the average length of the data, within the sequence."""
    work = described("text_clf", data__samples=1000, data__tokens=20_000.0, train__sequence=256)
    assert work.serving.tokens == pytest.approx(60)
    longer = described("text_clf", data__samples=1000, data__tokens=500_000.0, train__sequence=256)
    assert longer.serving.tokens == 256


def test_mixtures_compute_less_than_they_hold():
    """Of a mixture of experts, only the active parameters are computed with; more than all of them is no answer."""
    model = described("text_gen", model__parameters=4.67e10, model__active=1.29e10).model
    assert model.active == exactly(1.29e10)
    assert model.parameters == exactly(4.67e10)
    assert described("text_gen", model__parameters=4.67e10, model__active=9e10).model.active == exactly(4.67e10)


def test_volumes_are_trained_on_in_patches():
    """A scan of 200 MB is a volume: the usual number of patches is seen however many scans there are; a picture in the
    same format is a picture, and epochs that were told stay."""
    scans = {"data__samples": 1500.0}
    formats = [Fact("data.formats", ("dicom",))]
    volumes = described("segmentation", formats, **scans, data__bytes=3e11)
    pictures = described("segmentation", formats, **scans, data__bytes=3e9)
    assert volumes.training.epochs * 1500 == pytest.approx(5e5)
    assert pictures.training.epochs == TABLES.tasks["segmentation"]["epochs"]
    assert volumes.model.forward_flops > pictures.model.forward_flops
    assert described("segmentation", formats, **scans, data__bytes=3e11, train__epochs=7.0).training.epochs == 7


def test_learning_by_rewards_is_mostly_writing():
    """Each prompt is answered several times, and writing costs more than learning: a pass is worth 8 to 128."""
    rewarded = described("rl_llm", data__samples=1000.0, train__epochs=2.0).training
    assert rewarded.epochs == 2 * 8 * 4
    assert rewarded.samples.low * rewarded.epochs == pytest.approx(1000 * 2 * 8)
    assert rewarded.samples.high * rewarded.epochs == pytest.approx(1000 * 2 * 128)
