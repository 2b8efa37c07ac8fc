"""Candidates: every sensible way to train, and none that makes no sense."""

from dataclasses import replace

from estimate.samples import CPU, DECODER, GPU, IMAGE

from advisor.candidates import needs_cluster, propose
from advisor.candidates.propose import TRAINED
from advisor.values.candidates import UNTRAINED, Field
from advisor.values.workload import exactly

OWN = replace(GPU, id="own", kind="own_gpu", counts=(1, 4))
CLUSTER = replace(GPU, counts=(1, 8, 32))
ALL = (*UNTRAINED, *TRAINED)


def rows(*sites, modes=ALL, family="neural"):
    return propose(family, sites, modes).rows


def test_ids_are_unique():
    """No candidate is proposed twice."""
    ids = [candidate.id for candidate in rows(CPU, OWN, CLUSTER)]
    assert len(ids) == len(set(ids))


def test_the_simplest_comes_first():
    """What needs no training stands first, then this machine; one device before many, plain before savers."""
    found = rows(CPU, OWN, CLUSTER)
    assert [candidate.mode for candidate in found[: len(UNTRAINED)]] == list(UNTRAINED)
    sites = [candidate.site.id for candidate in found[len(UNTRAINED) :]]
    assert list(dict.fromkeys(sites)) == ["cpu", "own", "gpu"]
    counts = [candidate.count for candidate in found if candidate.site is CLUSTER]
    assert counts == sorted(counts)


def test_only_open_modes_are_proposed():
    """A mode that a limit removed is not proposed."""
    assert {candidate.mode for candidate in rows(CPU, GPU, modes=("lora", "prompt_or_rag"))} == {
        "lora",
        "prompt_or_rag",
    }


def test_one_device_is_not_spread():
    """One device has no layout; several always have one; states are sharded in nodes only across nodes."""
    for candidate in rows(CPU, OWN, CLUSTER, modes=TRAINED):
        assert (candidate.count == 1) == (candidate.parallel == "none")
        if candidate.parallel == "hsdp":
            assert candidate.nodes > 1


def test_independent_runs_need_ones_own_devices():
    """Several runs side by side are an option for devices one has, not for rented ones."""
    parallels = {site.kind: {c.parallel for c in rows(site, modes=("lora",))} for site in (OWN, CLUSTER)}
    assert "independent_runs" in parallels["own_gpu"]
    assert "independent_runs" not in parallels["rented"]


def test_no_4_bit_weights_on_cpus():
    """QLoRA needs an accelerator."""
    assert not [candidate for candidate in rows(CPU) if candidate.mode == "qlora"]
    assert [candidate for candidate in rows(GPU) if candidate.mode == "qlora"]


def test_a_frozen_encoder_recomputes_nothing():
    """Nothing is kept for backward in a linear probe, so nothing is checkpointed."""
    assert not [c for c in rows(GPU) if c.mode == "linear_probe" and c.checkpointing]


def test_trees_grow_on_cpus():
    """Boosted trees are proposed on CPUs only, in memory or from disk."""
    found = rows(CPU, OWN, CLUSTER, family="trees")
    assert {candidate.site.kind for candidate in found} == {"cpu"}
    assert [candidate.paged for candidate in found] == [False, True]


def test_the_same_question_has_the_same_answer():
    """Proposing twice gives the very same field, so that its columns are made once."""
    assert propose("neural", (CPU, GPU), TRAINED) is propose("neural", (CPU, GPU), TRAINED)


def test_columns_are_made_once():
    """A column of a field is computed when it is first asked for, and kept."""
    field, made = Field(rows(GPU, modes=("lora",))), []
    for _ in range(2):
        column = field.column("count", lambda candidate: made.append(candidate) or candidate.count)
    assert column.shape == (len(field.rows), 1)
    assert len(made) == len(field.rows)


def test_savers_have_the_names_of_the_catalogue():
    """What a candidate saves memory with is named by the rows of d_memory."""
    from advisor import catalog

    known = {option.id for option in catalog.load().options["d_memory"]}
    for candidate in (*rows(CPU, OWN, CLUSTER), *rows(CPU, family="trees")):
        assert set(candidate.savers) <= known, candidate.id


def test_hundreds_of_devices_are_for_what_needs_them():
    """Clusters are proposed where they are asked for, of linked rented devices, to train all weights."""
    slow = replace(GPU, id="cards", link=exactly(1e10))
    few = {candidate.id for candidate in rows(CPU, OWN, slow, CLUSTER)}
    many = propose("neural", (CPU, OWN, slow, CLUSTER), ALL, clusters=True).rows
    assert few < {candidate.id for candidate in many}
    wide = [candidate for candidate in many if candidate.count > 32]
    assert {candidate.count for candidate in wide} == {128, 512}
    assert {candidate.site.id for candidate in wide} == {"gpu"}
    assert not {candidate.mode for candidate in wide} & {"lora", "qlora", "linear_probe", *UNTRAINED}


def test_only_large_runs_need_a_cluster():
    """A trillion tokens through 8B parameters are worth hundreds of devices, tuning on a thousandth of them is not."""
    tuned = replace(DECODER, training=replace(DECODER.training, tokens=exactly(1e9)))
    pretrained = replace(DECODER, training=replace(DECODER.training, tokens=exactly(1e12), epochs=1.0))
    assert not needs_cluster(tuned)
    assert needs_cluster(pretrained)
    assert not needs_cluster(IMAGE)
