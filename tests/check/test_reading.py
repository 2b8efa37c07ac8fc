"""From bytes to configurations: what cannot be read is a finding with its place, never a crash."""

import copy
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.check.checking import judged
from advisor.check.formats import FORMATS, accelerate, deepspeed, training_arguments
from advisor.check.material import Material, absolute
from advisor.check.reading import read
from advisor.check.rulebook import Rule
from advisor.check.rules import RULES
from advisor.values.expected import Expected

OURS = '{"zero_optimization": {"stage": 2}}'


@pytest.mark.parametrize(
    ("data", "place", "part"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 801\n", (1, 1), "801 bytes"),
        (b"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", (2, 1), "merge conflict"),
        (b"<<<<<<< HEAD\r\nb: 1\r\n=======\r\nb: 2\r\n>>>>>>> x\r\n", (1, 1), "merge conflict"),
        (b"a: 1\nb: \x00\n", (2, 4), "binary"),
        (b"\x7fELF\x00\xff\xfe", (1, 6), "binary"),
        ("a: é\n".encode("latin-1"), (1, 4), "not UTF-8"),
        ("a: 1\n".encode("utf-16"), (1, 1), "UTF-16"),
        (b'{"zero_optimization": {"stage": 2,}}', (1, 34), "comma"),
        (b"\xef\xbb\xbf" + OURS.encode(), (1, 1), "byte order mark"),
        (b'{"a": 1, "a": 2}', (1, 10), '"a" stands twice'),
        (b"[" * 100_000, (1, 102), "deeper"),
        (b"", (1, 1), "the file ends"),
    ],
)
def test_flaws_have_their_place(data: bytes, place: tuple[int, int], part: str) -> None:
    """A file that the user named and that cannot be read as meant is told with line, column and a remedy."""
    (flaw,) = read("ds.json", data, named=True).flaws
    assert (flaw.place.line, flaw.place.column) == place
    assert part in flaw.what
    assert flaw.remedy


@pytest.mark.parametrize(
    ("path", "text", "flawed"),
    [
        ("tsconfig.json", '{\n // comment\n "a": 1,\n}', False),
        ("package.json", '{"name": "x", "name": "y"}', False),
        ("ds_config_zero3.json", "version https://git-lfs.github.com/spec/v1\nsize 1\n", True),
        ("data.json", "version https://git-lfs.github.com/spec/v1\nsize 1\n", False),
        ("any.json", OURS + ",", True),
        ("any.yaml", "distributed_type: FSDP\n bad: 1\n", True),
        ("any.yaml", "per_device_train_batch_size: 8\n<<<<<<< a\nb: 1\n=======\nb: 2\n>>>>>>> b\n", True),
    ],
)
def test_a_walk_judges_only_what_is_ours(path: str, text: str, flawed: bool) -> None:
    """A broken file that a walk comes across is told when its words or name say that it is a training configuration."""
    assert bool(read(path, text.encode(), named=False).flaws) is flawed


@pytest.mark.parametrize(
    "text",
    [
        "distributed_type: {% if x %}FSDP{% endif %}\n  x: {{ y }} {\n",
        "{% if x %}\ndistributed_type: FSDP\n{% else %}\ndistributed_type: MULTI_GPU\n{% endif %}\n",
    ],
)
def test_templates_are_left_alone(text: str) -> None:
    """A template that is no YAML before it is filled in, or says a thing twice, is skipped, not called broken."""
    reading = read("t.yaml", text.encode(), named=True)
    assert reading.flaws == ()
    assert "template" in reading.left_alone


def test_templates_are_read_as_far_as_they_are_literal() -> None:
    """What a template leaves open is unknown, and what stands beside it has its line and column."""
    text = "{% if x %}\ndistributed_type: {{ kind }}\nnum_processes: 8 {# #}\n{% endif %}\nnum_machines: {{ a }}{{ b }}"
    (config,) = read("t.yaml", text.encode(), named=True).configs
    assert config.num_processes is not None
    assert (config.num_processes.place.line, config.num_processes.place.column) == (3, 16)
    assert config.engine is not None
    assert config.machines is not None
    assert (config.engine.value, config.num_processes.value, config.machines.value) == (None, 8, None)


def test_other_formats_are_left_alone() -> None:
    """A named file of a format that is not read is skipped with the reason."""
    assert read("a.ini", b"[a]\nb = 1\n", named=True).left_alone


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends(end: str) -> None:
    """Places are right with either line end."""
    text = end.join(["{", '"zero_optimization": {},', '"train_batch_size": 32', "}"])
    (config,) = read("x.json", text.encode(), named=False).configs
    assert config.global_batch is not None
    assert (config.global_batch.place.line, config.global_batch.place.column) == (3, 21)
    assert config.global_batch.yaml_path == "train_batch_size"


@given(st.binary(max_size=200), st.sampled_from(["a.json", "a.yaml", "a"]), st.booleans())
def test_any_bytes(data: bytes, path: str, named: bool) -> None:
    """Arbitrary bytes give a reading, never a crash."""
    read(path, data, named=named)


SHAPES = st.sampled_from(
    [True, False, None, "auto", "steps", "1e-4", "no", [], {}, [1], {"a": 1}, "${X}", "", 0, -1, 0.5]
)
SHAPES |= st.integers() | st.floats() | st.text(max_size=5)


@given(st.lists(SHAPES, min_size=1, max_size=9), st.sampled_from([accelerate, deepspeed, training_arguments]))
def test_any_shape(values: list[object], format: Any) -> None:
    """Whatever stands where a setting belongs, the rules cope with it."""
    document: dict[str, Any] = {"load_best_model_at_end": True, "save_strategy": "steps", "eval_strategy": "steps"}
    for path, value in zip(format.SETTINGS, itertools.cycle(values), strict=False):
        inner = document
        *above, last = path.split(".")
        for name in above:
            inner[name] = inner[name] if isinstance(inner.get(name), dict) else {}
            inner = inner[name]
        inner[last] = copy.deepcopy(value)
    reading = read("x.json", json.dumps(document).encode(), named=True)
    expected = Expected("ddp", 4, 1, "bf16", "lora", 8, 64, "docs/decisions/0001-x.md")
    assert reading.configs or format is not accelerate
    judged(Material(reading.configs, reading.flaws, {absolute("."): expected}), {})


@pytest.mark.parametrize(
    "text",
    [
        "learning_rate: 1" + "0" * 200_000 + "x",
        "learning_rate: '" + "1" * 200_000 + "'",
        "\n" * 200_000,
        "<<<<<<< a\n" * 20_000 + "=======\n" * 5_000,
        "a: 1\n" * 20_000,
        "# advisor: ignore[" * 10_000,
        "save_strategy" + " " * 200_000,
    ],
)
def test_texts_made_to_take_long(text: str) -> None:
    """Texts that would keep a careless pattern busy for minutes are read, and few findings come of them."""
    whole = f"num_train_epochs: 1\nreport_to: none\n{text}\n"
    reading = read("t.yaml", whole.encode(), named=True)
    findings = judged(Material(reading.configs, reading.flaws), {"t.yaml": whole})
    assert len(findings) <= 20
    assert all(len(each.message) < 1000 for each in findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_plain_words_miss_no_format(rule: Rule) -> None:
    """The look for plain words lets through every text in which a format's own pattern finds something."""
    texts = [text for example in (rule.bad, rule.good) for text in example.files.values()]
    for text in (*texts, *(text.replace("\n", "\r\n") for text in texts)):
        told = [format.name for format in FORMATS if format.telltale.search(text)]
        assert [format.name for format in FORMATS if format.told_by(f"\n{text}")] == told
