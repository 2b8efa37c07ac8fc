"""What can be looked up: whole, well-founded, and found by the names that people use."""

import json

import pytest

from advisor import library, reference
from advisor.cli.catalog import KINDS
from advisor.plan import grounds
from advisor.values.reference import Entry

ON = grounds()
ALL = library.entries(ON)
WORDS = ON.tables.phrases["reference"]
ESTIMATES = (
    "train.step", "train.run", "train.memory.peak", "train.cost.run", "train.energy.run", "train.loader", "serve.ttft",
    "serve.tpot", "serve.latency", "serve.memory.peak", "serve.replicas", "serve.cost.month",
)  # fmt: skip


def of(kind: str) -> list[Entry]:
    return [entry for entry in ALL if entry.kind == kind]


def test_every_kind_has_rows_and_words() -> None:
    """No kind is empty, the command lists each, and every part of every entry has a label."""
    assert {entry.kind for entry in ALL} == set(WORDS["kinds"])
    assert tuple(library.kinds(ON)) == KINDS
    assert {word["many"] for word in WORDS["kinds"].values()} == set(KINDS)
    assert {part for entry in ALL for part in entry.says} <= set(WORDS["parts"])


def test_every_source_that_is_cited_is_there() -> None:
    """An entry cites no source that the catalogue does not know."""
    assert {source for entry in ALL for source in entry.sources} <= set(ON.tables.sources)


@pytest.mark.parametrize("kind", ["formula", "option", "price", "lifecycle"])
def test_what_is_vouched_for_names_a_source(kind: str) -> None:
    """Formulas, prices and what died have a source; of the options, those that state a fact."""
    for entry in of(kind):
        assert entry.sources or "facts" not in entry.says, entry.id
        assert entry.sources or kind == "option", entry.id


def test_every_number_of_a_record_has_its_formula() -> None:
    """Each estimate of the contract is explained by a formula."""
    assert {id for entry in of("formula") for id in entry.also} == set(ESTIMATES)


def test_formulas_name_the_letters_they_use() -> None:
    """A letter that is listed stands in the formula."""
    for entry in of("formula"):
        letters = entry.says.get("letters", {})
        assert isinstance(letters, dict)
        assert all(letter in str(entry.says["expression"]) for letter in letters), entry.id


def test_terms_point_at_formulas_that_are_there() -> None:
    """What a term says to look up can be looked up."""
    seen = {name for entry in of("term") for name in entry.says.get("see", [])}  # type: ignore[attr-defined]
    assert seen <= {entry.id for entry in of("formula")}


def test_entries_fit_json() -> None:
    """Each part of each entry is text, a number, a list or names with texts."""
    for entry in ALL:
        assert json.loads(json.dumps(entry.says)) == entry.says


def test_ids_are_unique_in_their_kind() -> None:
    """No two rows of a kind share an id, but for options of different decisions."""
    for kind in WORDS["kinds"]:
        ids = [entry.also[0] if kind == "option" else entry.id for entry in of(kind)]
        assert len(ids) == len(set(ids)), kind


@pytest.mark.parametrize(
    ("typed", "kind", "id"),
    [
        ("d_topology", "decision", "d_topology"),
        ("serving.latency", "question", "serving.latency"),
        ("q_offline", "question", "serving.offline"),
        ("on_device", "option", "on_device"),
        ("d_topology.on_device", "option", "on_device"),
        ("adv014", "rule", "ADV014"),
        ("train.step", "formula", "train_step"),
        ("Activation Checkpointing", "term", "activation-checkpointing"),
        ("ttft", "term", "time-to-first-token"),
        ("time to first token", "term", "time-to-first-token"),
        ("H100-SXM5-80GB", "accelerator", "h100-sxm5-80gb"),
        ("ML_ENG", "source", "ML_ENG"),
        ("text_clf", "task", "text_clf"),
        ("torchserve", "lifecycle", "torchserve"),
        ("llama-3.1-8b", "model", "llama-3.1-8b"),
    ],
)
def test_found_by_what_people_type(typed: str, kind: str, id: str) -> None:
    """An id, another spelling of it, an id of the knowledge, a name: each finds its row."""
    assert (kind, id) in [(entry.kind, entry.id) for entry in reference.found(ALL, typed)]


def test_each_entry_is_found_by_its_own_id() -> None:
    """What the catalogue lists can be explained; a price stands with its accelerator."""
    for entry in ALL:
        own = f"price.{entry.id}" if entry.kind == "price" else entry.id
        assert entry in reference.found(ALL, own), own


@pytest.mark.parametrize(
    ("typed", "meant"), [("serving.latncy", "serving.latency"), ("d_topolgy", "d_topology"), ("h100", "h100-sxm5-80gb")]
)
def test_did_you_mean(typed: str, meant: str) -> None:
    """A slip names what was meant; nonsense finds nothing."""
    assert not reference.found(ALL, typed)
    assert meant in reference.near(ALL, typed)
    assert not reference.found(ALL, "qqqqzzzz")
    assert not reference.near(ALL, "qqqqzzzz")
