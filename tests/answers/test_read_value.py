"""What a person typed, read by its question."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.answers import load_questions, parse_setting, read_value, spoken
from advisor.errors import BadInput
from advisor.figure import Fact
from advisor.shelf import shelf
from advisor.values.reading import MACHINE_KEYS

QUESTIONS = load_questions(shelf("questionnaires"))
BY_ID = {row.id: row for row in (*QUESTIONS, *MACHINE_KEYS)}


def _value(id: str, raw: Any) -> object:
    return read_value(BY_ID[id], raw).value


def _refused(id: str, raw: Any) -> str:
    with pytest.raises(BadInput) as caught:
        read_value(BY_ID[id], raw)
    assert caught.value.what.startswith(f"{id}: ")
    assert caught.value.remedy
    return f"{caught.value.what} | {caught.value.remedy}"


@pytest.mark.parametrize(
    ("id", "raw", "value"),
    [
        ("task", "text_clf", "text_clf"),
        ("task", " Text-Clf ", "text_clf"),
        ("task", "text clf", "text_clf"),
        ("task", "text_c", "text_clf"),
        ("task", "4", "text_clf"),
        ("task", "put texts into classes", "text_clf"),
        ("team", "solo", "solo"),
        ("data.may_leave", "yes", "yes"),
        ("data.may_leave", True, "yes"),
        ("data.may_leave", "no", "no_never_leaves_device"),
        ("hardware.spot", "no", "no"),
        ("hardware.spot", "false", "no"),
        ("hardware.spot", "3", "yes"),
        ("data.formats", "parquet, csv", ("csv", "parquet")),
        ("data.formats", ["parquet", "csv", "csv"], ("csv", "parquet")),
        ("data.formats", "[csv, jsonl]", ("csv", "jsonl")),
        ("data.formats", "csv", ("csv",)),
        ("data.sensitive", "1", ("none",)),
        ("data.bytes", "80GB", 80_000_000_000),
        ("data.bytes", "80 GiB", 85_899_345_920),
        ("data.bytes", {"value": "80", "unit": "GB"}, 80_000_000_000),
        ("data.bytes", {"value": 80, "unit": "GB"}, 80_000_000_000),
        ("data.bytes", {"value": 80}, 80),
        ("model.parameters", "1.3B", 1_300_000_000),
        ("model.parameters", "3.21B", 3_210_000_000),
        ("train.deadline", "2h30", 2.5),
        ("train.deadline", "3 days", 72),
        ("train.deadline", 24, 24),
        ("data.samples", "10k", 10_000),
        ("data.samples", "12,140", 12_140),
        ("serving.latency", "1.5 s", 1500),
        ("serving.budget", "$500", 500),
        ("serving.budget", "2k", 2000),
        ("serving.availability", "99.9%", 0.999),
        ("serving.offline", "y", True),
        ("serving.offline", "No", False),
        ("serving.offline", "off", False),
        ("serving.offline", False, False),
        ("purpose.goal", "  sort   mails\ninto folders ", "sort mails into folders"),
        ("purpose.goal", 5, "5"),
        ("machine.cpu_flags", "avx2, amx_bf16", ("avx2", "amx_bf16")),
        ("machine.memory", "64 GB", 64_000_000_000),
        ("task", None, None),
    ],
)
def test_read(id: str, raw: Any, value: object) -> None:
    """Names, starts of names, places in the list, units and lists are read as a person means them."""
    fact = read_value(BY_ID[id], raw)
    assert fact.value == value
    assert type(fact.value) is type(value) or isinstance(value, float | int)
    assert (fact.id, fact.provenance) == (id, "answered")


@pytest.mark.parametrize(
    ("id", "raw", "says"),
    [
        ("task", "text_clff", "did you mean text_clf?"),
        ("task", "text", "may be text_clf or text_gen"),
        ("task", "0", "is not one of tabular_clf"),
        ("task", "19", "is not one of tabular_clf"),
        ("task", "", "is not one of tabular_clf"),
        ("task", ["text_clf"], "a list cannot be the answer"),
        ("task", {"value": "text_clf"}, "a group of keys cannot be the answer"),
        ("data.formats", "csv,,parquet", "a choice is missing"),
        ("data.formats", [], "a choice is missing"),
        ("data.formats", "csv, parket", "did you mean parquet?"),
        ("data.sensitive", "none, health", "'none' stands alone"),
        ("data.bytes", "1.000 GB", "1.000 can be read as 1000 or as 1 | type 1000 or 1"),
        ("data.bytes", {"value": "1.000", "unit": "GB"}, "1.000 can be read as 1000 or as 1"),
        ("serving.latency", "1.234", "type 1234 or 1.2340"),
        ("serving.latency", "1,5", "type 1.5"),
        ("serving.latency", "50 GB", "'GB' is not a unit of ms"),
        ("serving.latency", {"value": "50", "unit": "GB"}, "'GB' is not a unit of ms"),
        ("serving.latency", {"unit": "ms"}, "`value` is missing"),
        ("serving.latency", {"value": "5", "units": "ms"}, "'units' does not belong here"),
        ("serving.latency", "fast", "not a number"),
        ("serving.latency", True, "not a number"),
        ("serving.latency", float("nan"), "not a number"),
        ("serving.latency", "1e999", "too large"),
        ("serving.latency", "0", "at least 0.001 ms"),
        ("serving.percentile", "30", "at least 50"),
        ("serving.availability", "2", "at most 1"),
        ("data.bytes", "-5 GB", "at least 0 bytes"),
        ("train.runs", "2.5", "not a whole number | type 2 or 3"),
        ("serving.offline", "perhaps", "neither yes nor no"),
        ("serving.offline", "", "neither yes nor no"),
        ("purpose.goal", "", "is empty"),
        ("purpose.goal", "a\x1b[31mred", "control character U+001B"),
        ("purpose.goal", "a\u202egnp.exe", "control character U+202E"),
        ("purpose.goal", "\udcff", "control character U+DCFF"),
        ("purpose.goal", "caf\ufffd", "not UTF-8"),
        ("purpose.goal", "x" * 1001, "at most 1000"),
    ],
)
def test_refused(id: str, raw: Any, says: str) -> None:
    """What cannot be read in exactly one way is refused with the valid answers or a suggestion."""
    assert says in _refused(id, raw)


def test_the_remedy_for_an_ambiguous_number_works() -> None:
    """Each of the two readings that a refusal offers is accepted."""
    advice = _refused("serving.latency", "1.234").split("| type ")[1]
    assert [_value("serving.latency", text) for text in advice.split(" or ")] == [1234, 1.234]


@pytest.mark.parametrize("row", [row for row in QUESTIONS if row.choices], ids=lambda row: row.id)
def test_every_choice_can_be_given_three_ways(row: Any) -> None:
    """A choice is reached by its name, its place in the list, and its words."""
    for place, name in enumerate(row.choices, 1):
        for text in (name, str(place), row.choice_texts[name].upper()):
            value = read_value(row, text if row.type == "choice" else [text]).value
            assert value in (name, (name,))


@given(st.text(max_size=60), st.sampled_from(sorted(BY_ID)))
def test_anything_typed_is_read_or_refused(text: str, id: str) -> None:
    """Whatever is typed gives an answer without control codes, or a refusal with a remedy, never another error."""
    refusal = ""
    try:
        value = _value(id, text)
    except BadInput as error:
        refusal = error.remedy
        value = None
    assert (value is None) is bool(refusal)
    assert not any(ord(char) < 32 for char in str(value))


@given(st.floats(1e-3, 1e15), st.sampled_from(["data.bytes", "serving.latency", "train.deadline", "serving.budget"]))
def test_a_number_is_itself(number: float, id: str) -> None:
    """A number handed over by a program is taken as it is, to a billionth."""
    assert _value(id, number) == pytest.approx(number, rel=1e-9)


@given(st.sets(st.sampled_from(BY_ID["data.formats"].choices), min_size=1), st.randoms(use_true_random=False))
def test_the_order_of_choices_does_not_matter(chosen: set[str], random: Any) -> None:
    """Several choices give the same answer in whatever order they are typed."""
    shuffled = sorted(chosen)
    random.shuffle(shuffled)
    assert _value("data.formats", ", ".join(shuffled)) == _value("data.formats", sorted(chosen))


@pytest.mark.parametrize(
    ("text", "id", "value"),
    [
        ("task=text_clf", "task", "text_clf"),
        ("serving.latency = 50 ms", "serving.latency", 50),
        ("purpose.goal=a=b", "purpose.goal", "a=b"),
        ("machine.cpus=8", "machine.cpus", 8),
        ("serving.load.peak=null", "serving.load.peak", None),
    ],
)
def test_setting(text: str, id: str, value: object) -> None:
    """KEY=VALUE is read as its question reads the value; null leaves it unknown."""
    key, fact = parse_setting(text, QUESTIONS)
    assert (key, fact.id, fact.value) == (id, id, value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("taks=text_clf", "did you mean task?"),
        ("latency=50", "did you mean serving.latency?"),
        ("serving.latancy=50", "did you mean serving.latency?"),
        ("machine.cpu=8", "did you mean machine.cpus?"),
        ("zzz=1", "advisor schema"),
        ("task", "--set team=solo"),
        ("=3", "advisor schema"),
        ("task=text_clff", "did you mean text_clf?"),
    ],
)
def test_a_bad_setting(text: str, says: str) -> None:
    """An unknown key or a value that does not fit is refused with what was probably meant."""
    with pytest.raises(BadInput) as caught:
        parse_setting(text, QUESTIONS)
    assert says in caught.value.remedy


@pytest.mark.parametrize(
    ("id", "raw", "text"),
    [
        ("data.bytes", "80GB", "80 GB"),
        ("train.deadline", "72", "3 days"),
        ("model.parameters", "1300000000", "1.3B parameters"),
        ("data.location", "laptop_disk", "on this machine's disk"),
        ("data.formats", "csv, jsonl", "CSV, JSON lines"),
        ("serving.offline", "y", "yes"),
        ("purpose.goal", "sort mails", "sort mails"),
        ("task", None, ""),
    ],
)
def test_spoken(id: str, raw: object, text: str) -> None:
    """An answer is echoed in words, numbers with their unit."""
    assert spoken(BY_ID[id], read_value(BY_ID[id], raw)) == text


def test_spoken_in_a_range() -> None:
    """A detected number is echoed with its range."""
    assert spoken(BY_ID["data.tokens"], Fact("data.tokens", 4e7, low=3e7, high=5e7)) == "40M tokens (30–50)"


@pytest.mark.parametrize("text", ["1e300", "1e22", "-1e300", "1e-300", 1e300])
def test_numbers_beyond_everything_there_is(text: Any) -> None:
    """A slip of the exponent is refused before anything is multiplied with it."""
    assert "check the exponent" in _refused("data.samples", text)
    assert "check the exponent" in _refused("preprocessing.cost", text)
