"""The document itself: its order, its tables, its picture, and that no text of anybody breaks it."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from record import samples

from advisor.figure import gap
from advisor.record import markdown
from advisor.record.render import Identity, render
from advisor.record.sections import Prose, body, front_matter
from advisor.values.decision import Conclusion, Conflict, Ranked, Relaxation, Removed, Scaling, Tipping
from advisor.values.facts import Answer

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
IDENTITY = Identity(7, "2026-11-24", "proposed", "../evidence/0007-x.json")
H2 = [
    "Status",
    "Context and Problem Statement",
    "Decision Drivers",
    "Considered Options",
    "Decision Outcome",
    "Pros and Cons of the Options",
    "More Information",
]


def page(conclusion: Conclusion) -> str:
    return render(conclusion, IDENTITY)


def headings(text: str, level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} (.*)$", body(text), flags=re.M)


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose head row starts with `head`."""
    lines = text[text.index(f"| {head}") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def part(text: str, heading: str) -> str:
    """What stands beneath a heading, up to the next one of any level."""
    return re.split(r"^#+ ", text.split(f"# {heading}\n", 1)[1], flags=re.M)[0]


@pytest.mark.parametrize("name", samples.ALL)
def test_sections_in_the_order_of_madr(name: str) -> None:
    """Title right after the front matter, status and date before the first section, then the status again for those who
    look for a section, and the sections in MADR's order."""
    text = page(samples.ALL[name]())
    _, length = front_matter(text)
    assert text.splitlines()[length].startswith("# ")
    assert text.splitlines()[length - 2].startswith("### ")
    assert headings(text, 2) == H2
    assert text.index("* Status: proposed") < text.index("* Date: 2026-11-24") < text.index("## Context")


@pytest.mark.parametrize("name", samples.ALL)
def test_every_option_has_its_pros_and_cons(name: str) -> None:
    """Each considered option has one heading of its own, with something beneath it; the chosen one is among them."""
    text = page(samples.ALL[name]())
    options = re.findall(r"^\* (.*)$", part(text, "Considered Options"), flags=re.M)
    chosen = re.search(r'^Chosen option: "(.*?)",\s+because\s\S', text, flags=re.M)
    pros = text.split("## Pros and Cons of the Options", 1)[1].split("\n## ", 1)[0]
    assert chosen is not None
    assert chosen[1] in options
    assert headings(pros, 3) == options
    assert all(re.search(r"^\* \S", part(text, option), flags=re.M) for option in options)


def test_every_number_has_range_and_letters() -> None:
    """A number in the table comes with its range and with who vouches for it; the letters are explained."""
    text = page(samples.text_service())
    table = rows(text, "what")
    assert table[0] == ["one training step", "610 ms", "550–700", "C"]
    assert [row[3] for row in table] == ["C", "C(U)", "C(A)", "C(P)", "C"]
    assert "M measured · P published · D data sheet · U answered · A assumed · C computed" in text


def test_removed_options_name_their_limit() -> None:
    """What was thrown out stands there with the limit that it broke and its own value."""
    table = rows(page(samples.text_service()), "ruled out | by")
    assert all(cell for row in table for cell in row)
    limits = {option: row[1] for row in table for option in row[0].split("; ")}
    assert limits["On the agents' clients (3.2 GB at 4 bits)"] == (
        "memory of the weakest device (`client.memory`): 2 GB"
    )
    for option in ("Spot cloud", "Managed training", "Hosted API"):
        assert limits[option].startswith("data may leave (`data.may_leave`): ")
        assert "same premises" in limits[option]


def test_what_suits_no_such_project_is_folded() -> None:
    """Options that the task alone rules out do not stand between a reader and the limits that somebody set."""
    text = page(samples.text_service())
    folded = text.split("<summary>1 further option, ruled out by the task", 1)[1].split("</details>", 1)[0]
    assert "| task (`task`): text clf | It holds text to continue: Flat token file |" in folded
    assert "Flat token file" not in text.replace(folded, "")


def test_tipping_points_are_told_with_where_now_comes_from() -> None:
    """What would change the decision: the answer, its value and letter now, where it flips, and to what."""
    table = rows(page(samples.text_service()), "answer | now")
    assert [
        "peak load (`serving.load.peak`)",
        "4/s U",
        "9.5/s C",
        "Library in the calling process; Triton",
    ] in table
    assert [
        "training data (`data.samples`)",
        "12,140 samples M",
        "210k samples C",
        "Full fine-tuning",
    ] in table


def test_too_close_to_call_says_so_and_what_settles_it() -> None:
    """Two options that are level are not dressed up as a decision."""
    text = " ".join(page(samples.text_service()).split())
    assert 'Too close to call: "Which runtime?". ONNX Runtime ranks first in 51%, Triton ranks first in 49%' in text
    assert "Most cheaply settled by: mean load (`serving.load.mean`)" in text


def test_conflict_is_told_without_a_picture() -> None:
    """When the limits exclude each other the record says so, shows the limits, and draws nothing."""
    text = page(samples.infeasible())
    assert "breaks a hard limit" in text
    assert "```mermaid" not in text
    by = " ".join(row[1] for row in rows(text, "ruled out | by"))
    assert "works offline" in by
    assert "existential" in by


def test_assumptions_that_matter_come_first_and_the_rest_is_folded() -> None:
    """The assumption ledger leads with what could change a decision."""
    text = page(samples.text_service())
    assert [row[2] for row in rows(text, "answer | assumed | changes")] == ["2 of 10", "1 of 10"]
    folded = text.split("<summary>2 further assumptions</summary>", 1)[1].split("</details>", 1)[0]
    assert (
        "| sensitive data (`data.sensitive`) | personal data A | nothing on its own |\n"
        "| must work offline (`serving.offline`) | no A | nothing on its own |" in folded
    )


def test_ten_decisions_read_in_five_minutes() -> None:
    """A record of ten decisions stays short: what is folded included, under 330 lines and 2,200 words."""
    text = page(samples.text_service())
    assert len(text.splitlines()) < 330
    assert len(body(text).split()) < 2200


@pytest.mark.parametrize("name", samples.ALL)
def test_clean_text(name: str) -> None:
    """No space at the end of a line, no two blank lines, one newline at the end; the same twice."""
    text = page(samples.ALL[name]())
    assert not re.search(r"[ \t]$", text, flags=re.M)
    assert "\n\n\n" not in text
    assert text.endswith("-->\n")
    assert text == page(samples.ALL[name]())


TOPOLOGIES = {
    "batch_scoring": "Table of predictions",
    "embedded_lib": "function call",
    "rpc_service": "inputs (personal data) in, answer out",
    "async_queue": "Queue",
    "streaming": "Event log",
    "on_device": "leaves your hands",
    "edge_box": "Local application",
    "hybrid_split": "Early layers",
    "hybrid_cascade": "Small model",
    "confidential_server": "inputs (personal data) in, answer out",
    "an_option_that_came_later": "inputs (personal data) in, answer out",
}


def with_topology(option: str) -> Conclusion:
    whole = samples.text_service()
    decisions = tuple(replace(d, chosen=(option,)) if d.id == "d_topology" else d for d in whole.decisions)
    return replace(whole, decisions=decisions)


@pytest.mark.parametrize("option", TOPOLOGIES)
def test_picture_differs_by_topology(option: str) -> None:
    """The picture shows how this topology is called, what is handed over, and who holds the weights."""
    text = page(with_topology(option))
    picture = text.split("```mermaid\n")[1].split("```")[0]
    assert TOPOLOGIES[option] in picture
    assert "safetensors + config + tokenizer" in picture
    assert "weights" in picture or "worth keeping" in picture or "large model" in picture


def test_prose_stays_where_it_was() -> None:
    """What people wrote after a section, beneath the title or in the front matter comes back in its place."""
    kept = Prose(
        {"decision-makers": "decision-makers: [Ana, Rui]", "cost-centre": "cost-centre: 42"},
        {"": "Read me.", "drivers": "And peace."},
    )
    text = render(samples.text_service(), IDENTITY, kept)
    assert "decision-makers: [Ana, Rui]\n" in text
    assert "cost-centre: 42\n### generated" in text
    assert text.index("# Fine-tune") < text.index("Read me.") < text.index("* Status")
    assert text.index("advisor:end drivers") < text.index("And peace.") < text.index("advisor:begin options")


def skeleton(text: str) -> list[Any]:
    """The structure of the page: blocks with their level, the cells of each row; no words."""
    tokens = READER.parse(body(text))
    inline = [child.type for token in tokens if token.type == "inline" for child in token.children or []]
    blocks = [(token.type, token.tag) for token in tokens if token.type not in ("inline", "text")]
    return [blocks, inline.count("html_inline"), inline.count("link_open"), inline.count("code_inline")]


def everywhere(said: Callable[[str], str]) -> Conclusion:
    """The text service with each string that a person or file may bring replaced by `said(place)`."""
    whole = samples.text_service()
    decisions = tuple(
        replace(
            decided,
            title=said("decision"),
            because=tuple(said(f"because {i}") for i, _ in enumerate(decided.because)),
            chosen_names=tuple(said(f"chosen {i}") for i, _ in enumerate(decided.chosen_names)),
            ranking=tuple(
                replace(
                    r,
                    name=said(f"{decided.id} {r.option}"),
                    good=tuple(said("pro") for _ in r.good[:1]),
                    bad=tuple(said("con") for _ in r.bad[:1]),
                )
                for r in decided.ranking
            ),
            removed=tuple(
                replace(r, name=said(r.option), limit=said("limit"), value=said("value"), say=said("say"))
                for r in decided.removed
            ),
        )
        for decided in whole.decisions
    )
    goal = replace(whole.answers["purpose.goal"], fact=replace(whole.answers["purpose.goal"].fact, value=said("goal")))
    return replace(
        whole,
        title=said("title"),
        summary=said("summary"),
        answers=whole.answers | {"purpose.goal": goal},
        decisions=decisions,
        six=tuple(replace(row, answer=said("six")) for row in whole.six),
        statements=tuple(replace(each, text=said("statement")) for each in whole.statements),
        drivers=tuple(said("driver") for _ in whole.drivers),
        facts={id: replace(fact, source=said("source")) for id, fact in whole.facts.items()},
    )


ANY_TEXT = st.one_of(
    st.text(min_size=1, max_size=30),
    st.text(alphabet="a1.)-+=#>|`*_~[]()<>&;:!\\\"'{}%/@ \n", min_size=1, max_size=30),
)


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT)
@example("a | b\n---\n# c")
@example("</details><script>alert(1)</script><!-- advisor:end context -->")
@example("```\nmermaid")
@example("---\nstatus: accepted\n---")
def test_no_text_breaks_the_structure(text: str) -> None:
    """Pipes, backticks, tags, line breaks, dashes and hashes from anybody change words, never the structure."""
    if not markdown.title(text):
        return
    plain, tricky = (page(everywhere(lambda place, t=t: f"x{place}{t}")) for t in ("", text))
    assert skeleton(tricky) == skeleton(plain)
    assert front_matter(tricky) == front_matter(plain)
    assert tricky.count("<!-- advisor:") == plain.count("<!-- advisor:")
    assert len(re.findall(r"^```", tricky, flags=re.M)) == 2


def with_decision(id: str, **changes: Any) -> Conclusion:
    """The text service with one decision changed."""
    conclusion = samples.text_service()
    decisions = tuple(replace(each, **changes) if each.id == id else each for each in conclusion.decisions)
    return replace(conclusion, decisions=decisions)


def test_choices_that_lead_to_the_same_share_a_row() -> None:
    """Values of a choice that all tip the decision to one option are told together, numbers never."""
    moves = [Tipping("serving.caller", "python", at, "", "full_finetune") for at in ("go", "rust")]
    numbers = [Tipping("data.samples", 12140, at, "samples", "full_finetune") for at in (2e5, 4e5)]
    table = rows(page(with_decision("g_train_mode", tipping=(*moves, *numbers))), "answer | now")
    assert [row[2] for row in table if row[0].startswith("language of the caller")] == ["Go or Rust C"]
    assert sum(row[0].startswith("training data") for row in table) == 2


def test_an_answer_that_leaves_nothing_says_so() -> None:
    """Where no option is left the row says for what; where nothing is trained it says only that."""
    nothing = (Tipping("data.may_leave", "yes", "no_never_leaves_device", "", "none"),)
    text = page(with_decision("d_topology", tipping=nothing))
    assert "no option is left for where it answers" in text
    text = page(with_decision("d_placement", tipping=nothing))
    assert "| nothing is trained |" in text
    text = page(with_decision("d_memory", tipping=nothing))
    assert "| no saver of memory |" in text
    assert "nothing is trained" not in text


def test_the_record_is_its_own_alternative_never() -> None:
    """An option that bears the name of the chosen one is no alternative to it."""
    twin = (Ranked("lora", "LoRA adapter", 0.6), Ranked("lora_again", "LoRA adapter", 0.4))
    assert "LoRA adapter, instead of LoRA adapter" not in page(with_decision("g_train_mode", ranking=twin))


def test_reasons_say_what_they_are_about() -> None:
    """A further reason names its option; what is said about metrics is a warning, never a point in favour."""
    text = page(
        with_decision("d_metrics", because=("macro F1 counts each class alike", "the cost of a miss is unknown"))
    )
    assert "* Good: the base model stays as it was published and can be shared (LoRA adapter)" in text
    assert "* Mind: the cost of a miss is unknown" in text
    assert "Good: the cost of a miss" not in text


def test_what_nobody_said_is_told_apart() -> None:
    """The problem statement gathers what was assumed in a sentence of its own, and asks for a goal that is missing."""
    conclusion = samples.text_service()
    latency = conclusion.answers["serving.latency"]
    answers = {**conclusion.answers, "serving.latency": replace(latency, how="assumed")}
    answers.pop("purpose.goal", None)
    text = " ".join(page(replace(conclusion, answers=answers)).split())
    assert "Assumed, because nobody said: an answer is needed within" in text
    assert "Nobody has written down yet what this is for" in text


def test_no_id_of_a_decision_or_source_is_shown() -> None:
    """Limits that another decision set are named by what it decides; sources stand under their names."""
    by_another = (Removed("x", "ONNX Runtime Web", "d_topology", "on device", "a service", "runs in a browser"),)
    text = page(with_decision("d_runtime", removed=by_another))
    assert "| where it answers: a service | Runs in a browser: ONNX Runtime Web |" in text
    assert "d_topology" not in text
    assert "](http" in text
    assert not re.search(r"\(\[[A-Z_]+\]\(", text)


def test_the_ranking_is_a_chart_and_a_table() -> None:
    """Each race has its options with share and bar, the closest decision first, the chosen option bold."""
    text = page(samples.text_service())
    table = rows(text, "decision | option | first in")
    shares = [float(row[2].strip("%")) / 100 for row in table]
    for row, share in zip(table, shares, strict=True):
        assert row[3].count("█") == round(share * 20)
        assert len(row[3].strip("`")) == 20
    assert any(row[1].startswith("**") for row in table)
    firsts = [share for row, share in zip(table, shares, strict=True) if row[0]]
    assert firsts == sorted(firsts)


def test_what_need_not_be_decided_is_one_short_table() -> None:
    """A decision that fell away has no row among those that were taken, and says why it fell away."""
    text = page(with_decision("d_runtime", status="not_needed", chosen=(), chosen_names=(), because=("nothing runs",)))
    title = next(d.title for d in samples.text_service().decisions if d.id == "d_runtime")
    taken = [row[0] for row in rows(text, "decision | chosen")]
    assert title not in taken
    assert [title, "nothing runs"] in rows(text, "decision | because")


def test_reasons_are_sentences() -> None:
    """The outcome gives its reasons one sentence after the other, none joined by semicolons."""
    said = " ".join(part(page(samples.text_service()), "Decision Outcome").split())
    because = said.split('", because ', 1)[1].split(" Each choice ")[0].split(" Apart from ")[0]
    assert because.endswith(".")
    assert ";" not in because


def test_what_cannot_be_had_together_is_said_first() -> None:
    """Conflicts stand before the problem, each with the ways out that were found."""
    way = Relaxation((), ("rpc_service",), "with a network allowed, a service is left")
    clash = Conflict("x", "infeasible", "d_topology", ("serving.offline",), "no option works offline", "", (way,))
    text = page(replace(samples.text_service(), conflicts=(clash,)))
    context = part(text, "Context and Problem Statement")
    assert context.index("No option works offline.") < context.index("with a network allowed, a service is left.")
    assert context.index("with a network allowed") < context.index("Fewer tickets")
    assert "What cannot be had together" not in page(samples.text_service())


def test_what_was_not_asked_is_told() -> None:
    """The record says what nobody said, and what was left at the usual answer because it changes nothing."""
    conclusion = samples.text_service()
    nobody = Answer(gap("train.budget", "neither answered nor detected", "USD"), "assumed")
    text = page(replace(conclusion, answers={**conclusion.answers, "train.budget": nobody}))
    told = text.split("### What was not asked\n", 1)[1].split("\n### ", 1)[0]
    assert "2 questions were left at the usual answer" in told
    assert "1 thing that nobody said" in told
    assert "(`train.budget`)" in told


def test_what_to_do_stands_on_top() -> None:
    """The record opens with what to do: what is built, what it takes, and what comes before that."""
    context = part(page(samples.text_service()), "Context and Problem Statement")
    short = context.split("In short:", 1)[1].split("\n\n", 2)[1]
    lines = [line for line in short.splitlines() if line.startswith("* ")]
    assert len(lines) == 3
    assert lines[0].startswith("* Fine-tune with LoRA on the one A100 in house")
    assert lines[1].startswith("* A training run takes")


def test_what_more_accelerators_buy_and_pairs_are_told() -> None:
    """The number that says whether more devices help, and answers that only together change a choice, are printed."""
    pair = Relaxation((), ("batch",), "inputs known: yes; and age: 1 h; then: a table")
    conclusion = with_decision("d_topology", together=(pair,))
    slow = Scaling(now=1, count=2, parallel="ddp", run_s=5400.0, faster=1.3, efficiency=0.65, cost_usd=4.0)
    text = " ".join(page(replace(conclusion, scaling=slow)).split())
    assert "With 2 accelerators instead of 1 a run would end 1.3 times as fast (in 1.5 h, for $4): more help" in text
    assert "Only two answers moved at once change these: * Inputs known: yes; and age: 1 h; then: a table." in text
    none = " ".join(page(replace(conclusion, scaling=replace(slow, efficiency=0.3))).split())
    assert "more do not help." in none
