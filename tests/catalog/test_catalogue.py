"""The rows that we vouch for: every name in them leads somewhere, and every option is of use or says why not."""

from collections import Counter
from collections.abc import Iterator

import pytest
from scenarios.cases import cases, grounds, known

from advisor.conclude import think
from advisor.rule import names_in
from advisor.values.catalog import Option

TABLES = grounds().tables
QUESTIONS = {question.id: question for question in grounds().questions}
ROWS = [(decision.id, option) for decision in TABLES.decisions for option in TABLES.options[decision.id]]
SEARCHED = ("d_time", "d_memory", "d_placement", "d_parallel")
"""Decisions read off the search over trainings, whose options the search itself brings up."""
NEVER_FIRST = {
    "d_runtime/libtorch_aoti": "its artefact is a prototype (AOTI), so ONNX comes first from C++",
    "d_ip/device_tee_partition": "published partitions were broken, so nothing asks for it",
    "d_ip/device_tee_full": "no enclave of a device holds a network of use",
    "d_ip/split_inference": "it protects a split, which a server or a student beats in every scenario",
    "d_ip/crypto_fhe_mpc": "orders of magnitude too slow today",
}
"""What is never ranked, and why that is right."""
KNOWN_DECISIONS = (
    "g_need_ml", "g_family", "d_topology", "d_ip", "g_train_mode", "d_time", "d_memory", "d_placement", "d_parallel",
    "d_data_format", "d_storage", "d_preproc", "d_feature_store", "d_federated", "d_tracking", "d_metrics",
    "d_artefact", "d_runtime", "d_scale",
)  # fmt: skip


def _conditions(option: Option) -> Iterator[str]:
    yield from (limit.condition for limit in option.limits)
    if option.suits:
        yield option.suits
    if option.note:
        yield option.note.condition


def _facts() -> set[str]:
    """Every name that a condition may read."""
    found = set(think(known({"task": "text_gen"}), grounds()).architecture.facts)
    return found | {"unknown"}


def _words() -> set[str]:
    """What a bare word may stand for: a choice, a value of a derived fact, an option."""
    choices = {choice for question in QUESTIONS.values() for choice in question.choices}
    derived = {str(row[name]) for row in TABLES.tasks.values() for name in ("family", "kind", "modality")}
    return choices | derived | {option.id for _, option in ROWS}


def test_conditions_name_only_what_there_is() -> None:
    """Every dotted word of a condition is a question or a fact; every bare word a fact, a choice or an option."""
    conditions = [text for _, option in ROWS for text in _conditions(option)]
    conditions += [gate.condition for gate in TABLES.gates]
    conditions += [text for row in TABLES.attributes.values() for text in (row.matters, row.important)]
    facts, words = _facts(), _words()
    odd = {
        (name, text)
        for text in conditions
        for name in names_in(text)
        if name not in facts and ("." in name or name not in words)
    }
    assert not odd


def test_a_limit_is_about_an_answer() -> None:
    """The answer that a limit names is a question, or a decision that is taken earlier."""
    steps = {row.id: row.step for row in TABLES.decisions}
    for decision, option in ROWS:
        for limit in option.limits:
            earlier = steps.get(limit.answer, steps[decision]) < steps[decision]
            assert limit.answer in QUESTIONS or earlier, (option.id, limit.answer)
            assert limit.say
            assert not limit.say.endswith(".")


def test_decisions_are_known_ones_in_their_order() -> None:
    """Decision ids are those of the knowledge they come from, in its order."""
    ids = [row.id for row in TABLES.decisions]
    assert ids == [id for id in KNOWN_DECISIONS if id in ids]
    assert {gate.decision for gate in TABLES.gates} <= set(KNOWN_DECISIONS)


def test_options_have_ids_of_their_own() -> None:
    """No option stands twice in a decision, and every decision but that of the metrics has options."""
    for row in TABLES.decisions:
        ids = [option.id for option in TABLES.options[row.id]]
        assert len(ids) == len(set(ids))
        assert bool(ids) is (row.id != "d_metrics")


def test_every_source_is_listed() -> None:
    """Whatever a row cites is in sources.yaml, and every option but the plainest cites something."""
    cited = {source for _, option in ROWS for source in (*option.sources, *(source for _, source in option.facts))}
    cited |= {source for gate in TABLES.gates for source in gate.sources}
    cited |= {source for row in TABLES.lifecycle for source in row.sources}
    cited |= {source for price in TABLES.prices.values() for source in price.sources}
    assert cited <= set(TABLES.sources)


def test_scores_lie_on_their_scale() -> None:
    """Scores are intervals within 1 to 5, of attributes that exist."""
    for _, option in ROWS:
        assert set(option.scores) <= set(TABLES.attributes)
        assert all(1 <= low <= high <= 5 for low, high in option.scores.values())


def test_an_option_in_use_says_what_it_brings() -> None:
    """An option that can be chosen names something it brings; one that is dead or unsafe says so instead."""
    silent = [
        id
        for id, option in ((o.id, o) for d, o in ROWS if d not in SEARCHED)
        if not option.gains and not option.lifecycle
    ]
    assert not silent


@pytest.fixture(scope="module")
def seen() -> tuple[Counter[str], Counter[str]]:
    """(chosen, ranked or noted beside what was chosen, removed) over all scenarios, by decision/option."""
    ranked: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    for case in cases():
        architecture = think(known(case.answers, case.machine), grounds()).architecture
        ranked.update(f"{said.about}/{said.id}" for said in architecture.statements if said.about)
        for decided in architecture.decisions:
            ranked.update(f"{decided.id}/{part}" for row in decided.ranking for part in row.option.split("+"))
            ranked.update(f"{decided.id}/{part}" for part in decided.chosen)
            removed.update(f"{decided.id}/{row.option}" for row in decided.removed)
    return ranked, removed


def test_no_row_is_out_of_reach(seen: tuple[Counter[str], Counter[str]]) -> None:
    """Every option is ranked, noted or removed in some scenario; every one that is alive is ranked or noted in one."""
    ranked, removed = seen
    ids = {f"{decision}/{option.id}" for decision, option in ROWS}
    assert ids - set(ranked) - set(removed) == set()
    alive = {f"{decision}/{option.id}" for decision, option in ROWS if not option.lifecycle}
    assert alive - set(ranked) == set(NEVER_FIRST)


def test_accelerators_are_told_apart() -> None:
    """No id, alias or driver's name stands for two accelerators."""
    names = [name for row in TABLES.accelerators.values() for name in (row.id, *row.aliases)]
    drivers = [name for row in TABLES.accelerators.values() for name in row.match]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [name for name, count in Counter(drivers).items() if count > 1] == []
    assert "h100" not in names


def test_prices_are_of_accelerators() -> None:
    """A price names an accelerator, and its typical value lies within its range."""
    assert set(TABLES.prices) <= set(TABLES.accelerators)
    assert all(0 < price.low <= price.typical <= price.high for price in TABLES.prices.values())


def test_every_phrase_is_used_with_what_it_asks_for() -> None:
    """A phrase is looked up by its name; an unknown one is our mistake and raises."""
    assert TABLES.say("at_most", value="5 GB") == "at most 5 GB"
    with pytest.raises(KeyError):
        TABLES.say("no such phrase")
