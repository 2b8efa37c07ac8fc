"""What of a conclusion a record shows and what it folds away: nothing is lost, nothing told for its own sake."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from record import samples
from record.test_render import page, part, rows

from advisor.figure import Fact, Figure, rounded
from advisor.record import body
from advisor.units import say
from advisor.values.decision import Assumption, Conclusion, Consequence, Decided, Ranked, Statement, Tipping
from advisor.values.facts import Answer


def shown(text: str) -> str:
    """What a reader sees before anything is opened."""
    return re.sub(r"<details>.*?</details>", "", body(text), flags=re.S)


def contested(number: int, share: float) -> Decided:
    """A decision of two options with this share for the one that was chosen."""
    ranking = (Ranked("a", f"first {number}", share), Ranked("b", f"second {number}", 1 - share))
    return Decided(f"d_{number}", f"Question {number}?", "decided", ("a",), (f"first {number}",), ("why",), ranking)


def with_decisions(*more: Decided) -> Conclusion:
    whole = samples.text_service()
    return replace(whole, decisions=(*whole.decisions, *more))


def test_seven_decisions_stand_open_and_all_are_told() -> None:
    """What the title is about, what is too close and the closest of the rest are shown; the others are folded."""
    text = page(with_decisions(*(contested(number, 0.6 + number / 100) for number in range(9))))
    visible = [row[0] for row in rows(shown(text), "decision | chosen")]
    assert len(visible) == 7
    assert {"What is trained?", "Where does training run?", "Which runtime?", "Question 0?"} <= set(visible)
    assert "Question 8?" not in visible
    folded = [row[0] for row in rows(text.split("less close", 1)[1], "decision | chosen")]
    assert {"Question 8?", "Which metrics decide?"} <= set(folded)
    assert not set(visible) & set(folded)


def test_sources_stand_in_the_order_in_which_they_are_cited() -> None:
    """A source is listed for what is said, then for what was chosen among others; not for the only option left."""
    whole = samples.text_service()
    alone = replace(contested(1, 1.0), ranking=(Ranked("a", "first 1", 1.0),), sources=("ONLY",))
    whole = replace(
        whole,
        decisions=(*whole.decisions, alone),
        statements=(Statement("x", "mind the adapter", ("SAFETENSORS", "NOWHERE"), "g_train_mode"),),
        sources=(*whole.sources, ("ONLY", "Of the only option", "https://example.org/only")),
    )
    text = page(whole)
    listed = re.findall(r"^\d+\. \[(.*?)\]", text, flags=re.M)
    assert listed[0] == "safetensors: a format for tensors"
    assert "LoRA: Low-Rank Adaptation of Large Language Models" in listed
    assert "Of the only option" not in listed
    assert "mind the adapter (source [1](https://github.com/huggingface/safetensors))" in text


def test_what_the_law_asks_comes_first() -> None:
    """Of all that is to be minded, three are shown, and a legal regime among them; the rest is folded, not lost."""
    said = [Statement(f"s{number}", f"thing {number}", (), "d_storage") for number in range(5)]
    text = page(replace(samples.text_service(), statements=(*said, Statement("regimes", "a law applies", ()))))
    mind = re.findall(r"^\* Mind: (.*)$", part(shown(text), "Consequences"), flags=re.M)
    assert mind == ["a law applies", "thing 0", "thing 1"]
    assert all(f"* Mind: thing {number}" in text for number in range(5))


def test_consequences_are_of_the_decisions_that_matter_first() -> None:
    """Three bad ones are shown, those of the open decisions before those of the settled; the others are folded."""
    bad = [replace(contested(n, 0.99), consequences=(Consequence(False, f"harm {n}"),)) for n in range(5)]
    text = page(with_decisions(*bad))
    visible = part(shown(text), "Consequences")
    assert visible.count("* Bad: ") == 3
    assert "training and serving share one GPU" in visible
    assert "* Bad: harm 2 (first 2)" in text


def test_a_long_row_is_cut_and_told_in_full_below() -> None:
    """A change that leads to many things shows two of them and how many more; the fold has them all."""
    tip = Tipping("team", "solo", "platform_team", "", "a")
    many = [replace(contested(n, 0.99), tipping=(replace(tip, called=f"other {n}"),), ranking=()) for n in range(5)]
    text = page(with_decisions(*many))
    (row,) = (row for row in rows(shown(text), "answer | now") if row[0].startswith("team"))
    assert row[3] == "other 0; other 1; and 3 more"
    assert "other 0; other 1; other 2; other 3; other 4" in text
    lost = replace(many[4], tipping=(replace(tip, to="none"),))
    (row,) = (row for row in rows(shown(page(with_decisions(*many[:4], lost))), "answer | now") if row[0][:4] == "team")
    assert row[3] == "no option is left for d_4; other 0; and 3 more"


def test_trees_have_no_step_and_no_batch() -> None:
    """What is not trained in steps shows none, and a number that nothing was computed from is no assumption of it."""
    whole = samples.tabular_library()
    step = Figure("train.step", 0.002, 0.001, 0.003, "s", "trees_step", ("data.samples",), "assumed")
    unused = (Assumption("train.batch", 1, "samples", 0.0), Assumption("model.experts", 0, "experts", 0.0))
    heads = Fact("model.heads", None, gap="neither answered nor detected")
    answers = {**whole.answers, heads.id: Answer(heads, "assumed")}
    text = page(replace(whole, answers=answers, estimates={"train.step": step, **whole.estimates}, assumptions=unused))
    assert "model.heads" not in text
    assert "model.heads" in page(replace(samples.text_service(), answers=answers))
    assert "one training step" not in text.split("<summary>", 1)[0]
    assert [row[0] for row in rows(text, "what | value")] == ["one training run"]
    assert "global batch" not in text
    assert "2 questions were left at the usual answer" in text


def test_a_reason_that_many_share_gives_way_to_what_is_good() -> None:
    """Where three decisions have the same first reason, each shows what is good about its own option instead."""
    same = [
        replace(contested(n, 0.7), because=("it suits",), consequences=(Consequence(True, f"gain {n}"),))
        for n in range(3)
    ]
    text = page(with_decisions(*same))
    cells = {row[0]: row[2] for row in rows(text, "decision | chosen")}
    assert cells["Question 0?"] == "gain 0"
    two = page(with_decisions(*same[:2]))
    assert {row[0]: row[2] for row in rows(two, "decision | chosen")}["Question 0?"] == "it suits; gain 0"


def test_names_between_backticks_are_code_in_what_the_catalogue_says() -> None:
    """A statement may name a function; anything else between backticks stays as it was typed."""
    said = Statement("s", "it counts on `scaled_dot_product_attention`, not on `a b`", ())
    text = page(replace(samples.text_service(), statements=(said,)))
    assert "it counts on `scaled_dot_product_attention`, not on \\`a b\\`" in text


@given(st.floats(1e-3, 1e12), st.floats(1.0, 3.0), st.sampled_from(["s", "bytes", "USD", "USD/month", "1/s"]))
def test_an_estimate_is_said_alike_before_and_after_it_is_written(value: float, spread: float, unit: str) -> None:
    """Evidence keeps four digits; a sentence made before and a table made after say the same."""
    low, high = value / spread, value * spread
    assert say(value, unit, low, high) == say(rounded(value), unit, rounded(low), rounded(high))
