"""Whatever is typed: an answer, or a message that names what is wrong; never a traceback."""

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.cli.shell import run

TRAIN = ["estimate", "train", "--model", "llama-3.1-8b", "--on", "8x H100"]


@dataclass(frozen=True)
class Result:
    exit_code: int
    stdout: str
    output: str


def asked(words: list[str]) -> Result:
    """What the command line says, and its exit status."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run(words)
    return Result(status, out.getvalue(), out.getvalue() + err.getvalue())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--tp", "3"], "does not divide"),
        (["--tp", "64", "--on", "64x H100"], "more than once"),
        (["--pp", "64"], "does not divide"),
        (["--batch", "12"], "cannot be divided over 8 replicas"),
        (["--batch", "24", "--micro-batch", "2"], "no multiple"),
        (["--pp", "2", "--vp", "5"], "virtual stages"),
        (["--vp", "2"], "need a pipeline"),
        (["--ep", "2"], "experts cannot be divided"),
        (["--cp", "8", "--seq", "4100"], "cannot be divided over 8 devices"),
        (["--seq", "999999999999"], "beyond anything"),
        (["--checkpointing", "selectve"], "did you mean selective?"),
        (["--optimizer", "adamwww"], "did you mean adamw?"),
        (["--precision", "int7"], "no precision"),
        (["--task", "dream"], "not known"),
        (["--observed", "/nowhere/run.json"], "no such file"),
        (["--batch", "64", "--search", "--svg", "x.svg"], "--svg: is of one layout"),
        (["--batch", "64", "--search", "--explain"], "--explain: is of one layout"),
        (["--batch", "64", "--deadline", "1 day", "--tokens", "1B", "--observed", "run.json"], "--observed: is of one"),
    ],
)
def test_layouts_that_cannot_exist_are_named(words: list[str], why: str) -> None:
    """Degrees that do not divide, words that nothing knows and absurd sizes end with 2 and say which flag."""
    result = asked([*TRAIN, *words])
    assert result.exit_code == 2
    assert why in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("on", ["8x H1000", "0x H100", "x", "", "-1x H100", "8x", "9999999x H100", "8x \x1b[31mred"])
def test_machines_that_nobody_has(on: str) -> None:
    """What names no accelerator ends with 2 for every command that takes one."""
    for words in (["estimate", "train", "--model", "llama-3.1-8b"], ["estimate", "serve", "--model", "llama-3.1-8b"],
                  ["fits", "llama-3.1-8b"]):  # fmt: skip
        result = asked([*words, "--on", on])
        assert result.exit_code == 2, (words, result.output)
        assert "\x1b" not in result.output


NUMBERS = st.one_of(
    st.integers(-2, 300), st.integers(0, 10**30), st.sampled_from(["nan", "inf", "1e5", "", "٣", "1_0"])
)
WORDS = st.text(max_size=12)
FLAGS = st.dictionaries(
    st.sampled_from(["--seq", "--batch", "--micro-batch", "--tp", "--pp", "--vp", "--cp", "--ep", "--zero"]),
    NUMBERS.map(str), max_size=5,
)  # fmt: skip
SAID = st.dictionaries(
    st.sampled_from(["--precision", "--framework", "--optimizer", "--task", "--checkpointing", "--tokens"]),
    WORDS, max_size=3,
)  # fmt: skip
FUZZ = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(FLAGS, SAID, st.sampled_from(["1x H100", "8x H100", "6x A100-80GB", "1x RTX 4090"]), st.booleans())
def test_any_training_flags(numbers: dict[str, str], said: dict[str, str], on: str, search: bool) -> None:
    """Flags with any numbers and words give one finite document or exit 2."""
    words = [f"{name}={value}" for name, value in {**numbers, **said}.items()]
    search_too = ["--search"] if search else []
    result = asked(["estimate", "train", "--model", "llama-3.1-8b", "--on", on, "--json", *words, *search_too])
    assert result.exit_code in (0, 2), result.output
    if result.exit_code == 0:
        json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} in a document"))


@FUZZ
@given(
    st.dictionaries(st.sampled_from(["--prompt", "--answer", "--concurrency", "--tp"]), NUMBERS.map(str), max_size=4),
    st.dictionaries(st.sampled_from(["--precision", "--engine"]), WORDS, max_size=2),
)
def test_any_serving_flags(numbers: dict[str, str], said: dict[str, str]) -> None:
    """The same for a service."""
    words = [f"{name}={value}" for name, value in {**numbers, **said}.items()]
    result = asked(["estimate", "serve", "--model", "qwen2.5-7b", "--on", "2x L4", "--json", *words])
    assert result.exit_code in (0, 2), result.output
    if result.exit_code == 0:
        json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} in a document"))


@FUZZ
@given(st.one_of(WORDS, st.sampled_from(["llama-3.1-8b", "mixtral-8x7b", "bert-large"])), WORDS, NUMBERS.map(str))
def test_any_question_of_fitting(model: str, on: str, seq: str) -> None:
    """Any model, machine and length: an answer or exit 2."""
    for machine in (on, "1x RTX 4090"):
        result = asked(["fits", f"--on={machine}", f"--seq={seq}", "--json", "--", model])
        assert result.exit_code in (0, 2), result.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["serve", "--model", "llama-3.1-8b", "--on", "8x H100", "--tp", "3"], "cannot be divided into replicas of 3"),
        (["train", "--model", "llama-3.1-8b", "--on", "any", "--batch", "64"], "'any' is for a search"),
    ],
)
def test_machines_that_cannot_be_meant(words: list[str], why: str) -> None:
    """Devices that no replicas of that size fill, and any machine without a search: exit 2, and what to do."""
    found = asked(["estimate", *words])
    assert found.exit_code == 2
    assert why in found.output
