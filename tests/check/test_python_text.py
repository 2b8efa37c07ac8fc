"""Literal arguments of calls in Python source: read with their place, never executed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.check.python_text import REST, read_python
from advisor.check.reading import read
from advisor.check.tree import Document, Leaf, Sequence, Table

PIECES = ("f(", "a=", "1", ",", ")", "{", "}", "'x'", "-", "**", "[", "]", "é", "\n", " ")
SOURCE = '''"""Docs: TrainingArguments(fp16=True)"""
import torch

arguments = transformers.TrainingArguments(
    output_dir=path,
    learning_rate=-2e-5,  # é
    bf16=torch.cuda.is_bf16_supported(),
    warmup_steps=1_000, save_strategy="no",
    deepspeed={"zero_optimization": {"stage": 3}, "x": [1, y]},
    **more,
)
other = build(a=1)
'''


def calls(text: str) -> list[tuple[str, Table]]:
    """(function, arguments) of each call."""
    roots, _ = read_python(text)
    found = [item for root in roots if isinstance(root, Table) for item in root.entries.items()]
    return [(name, entry.node) for name, entry in found if isinstance(entry.node, Table)]


def test_literal_arguments_are_read() -> None:
    """Constants, negative numbers, lists and mappings are read; what has to be run is unknown."""
    (name, arguments), (other, _) = calls(SOURCE)
    assert (name, other) == ("TrainingArguments", "build")
    values = {key: entry.node.value for key, entry in arguments.entries.items() if isinstance(entry.node, Leaf)}
    assert values == {
        "output_dir": None,
        "learning_rate": -2e-5,
        "bf16": None,
        "warmup_steps": 1000,
        "save_strategy": "no",
        REST: None,
    }
    stage, inner = arguments.entry("deepspeed.zero_optimization.stage"), arguments.entry("deepspeed.x")
    assert stage is not None
    assert isinstance(stage.node, Leaf)
    assert stage.node.value == 3
    assert inner is not None
    assert isinstance(inner.node, Sequence)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("path", "line", "column"), [("learning_rate", 6, 5), ("save_strategy", 8, 25), ("deepspeed.x", 9, 51)]
)
def test_arguments_have_their_place(path: str, line: int, column: int, end: str) -> None:
    """Line and column of an argument are right with any line end, also after letters of several bytes."""
    text = SOURCE.replace("\n", end)
    entry = calls(text)[0][1].entry(path)
    assert entry is not None
    before = text[: entry.at]
    assert before.count(end) + 1 == line
    assert len(before) - before.rfind(end) - len(end) + 1 == column


def test_a_form_feed_is_no_line() -> None:
    """What Python does not count as a line end is none here."""
    text = "# \x0c\x0b\x1c\u2028\nf(a=1)\n"
    entry = calls(text)[0][1].entries["a"]
    assert Document("x.py", text).place(entry.at).line == 2


@pytest.mark.parametrize("text", ["print 'old'", "f(a=1", "{% if x %}", "(" * 5000, "-" * 50_000 + "1", "\x00"])
def test_what_is_no_python_gives_nothing(text: str) -> None:
    """Source of another version, or broken, is for Python to report."""
    assert read_python(text) == ((), ())


def test_nothing_is_executed(tmp_path: object) -> None:
    """Code in arguments, decorators and at the top is not run."""
    text = f"open({str(tmp_path)!r} + '/x', 'w')\nTrainingArguments(output_dir=open({str(tmp_path)!r} + '/y', 'w'))\n"
    assert read("train.py", text.encode(), named=True).configs
    assert list(tmp_path.iterdir()) == []  # type: ignore[attr-defined]


@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text(text: str) -> None:
    """Whatever the text, there is a tree or nothing, and every place lies in it."""
    for _, table in calls(text):
        assert all(0 <= entry.at <= len(text) for entry in table.entries.values())
