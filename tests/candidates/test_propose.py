"""Candidates: every sensible way to train, and none that makes no sense."""

from dataclasses import replace

from estimate.samples import CPU, DECODER, GPU, IMAGE

from advisor.candidates import needs, propose
from advisor.candidates.propose import TRAINED
from advisor.values.candidates import UNTRAINED, Field, Needs
from advisor.values.workload import exactly

OWN = replace(GPU, id="own", kind="own_gpu", counts=(1, 4))
CLUSTER = replace(GPU, counts=(1, 8, 32))
ALL = (*UNTRAINED, *TRAINED)


SLOW = replace(GPU, id="cards", link=exactly(1e10), counts=(1, 8, 32))
"""Devices of a node that share no fast links."""
HUGE = Needs(clusters=(128, 512), heavy=True, wide=True, any_optimizer=True, stages=(4, 16), host_bytes=1e12)


def rows(*sites, modes=ALL, family="neural", needs=None):
    return propose(family, sites, modes, needs or Needs()).rows


def spreads(*sites, needs, modes=("from_scratch",)):
    return {candidate.parallel for candidate in rows(*sites, modes=modes, needs=needs)}


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

    options = catalog.load().options
    known, spread = ({option.id for option in options[decision]} for decision in ("d_memory", "d_parallel"))
    for candidate in (*rows(CPU, OWN, CLUSTER, needs=HUGE), *rows(CPU, family="trees")):
        assert set(candidate.savers) <= known, candidate.id
        assert candidate.parallel in spread


def test_hundreds_of_devices_are_for_what_needs_them():
    """Clusters are proposed where they are asked for, of linked rented devices, to train all weights."""
    few = {candidate.id for candidate in rows(CPU, OWN, SLOW, CLUSTER)}
    many = rows(CPU, OWN, SLOW, CLUSTER, needs=Needs(clusters=(128, 512)))
    assert few < {candidate.id for candidate in many}
    wide = [candidate for candidate in many if candidate.count > 32]
    assert {candidate.count for candidate in wide} == {128, 512}
    assert {candidate.site.id for candidate in wide} == {"gpu"}
    assert not {candidate.mode for candidate in wide} & {"lora", "qlora", "linear_probe", *UNTRAINED}


def test_only_large_runs_need_a_cluster():
    """A trillion tokens through 8B parameters are worth hundreds of devices, tuning on a thousandth of them is not, and
    fifteen trillion through 405B are worth thousands."""
    tuned = replace(DECODER, training=replace(DECODER.training, tokens=exactly(1e9)))
    pretrained = replace(DECODER, training=replace(DECODER.training, tokens=exactly(1e12), epochs=1.0))
    giant = sized(replace(pretrained, training=replace(pretrained.training, tokens=exactly(1.5e13))), 4.05e11)
    assert needs(tuned).clusters == ()
    assert max(needs(pretrained).clusters) == 512
    assert max(needs(giant).clusters) == 16384
    assert needs(IMAGE).clusters == ()


def sized(work, parameters, hidden=16384.0, layers=126.0):
    size = exactly(parameters)
    return replace(work, model=replace(work.model, parameters=size, active=size, hidden=hidden, layers=layers))


def test_a_small_model_is_spread_plainly():
    """What fits a small card is copied or sharded, whatever the devices: nothing is cut for it."""
    small = sized(DECODER, 1e8, 768.0, 12.0)
    assert spreads(OWN, SLOW, CLUSTER, needs=needs(small)) == {"none", "independent_runs", "ddp", "fsdp2", "hsdp"}


def test_each_cut_has_its_reason():
    """Matrices of a large model, long sequences, experts and tables of rows each bring their own layout, no other."""
    large, long = (
        sized(DECODER, 7e10, 8192.0, 80.0),
        replace(DECODER, training=replace(DECODER.training, sequence=32768.0)),
    )
    mixture = replace(large, model=replace(large.model, active=exactly(1e10)))
    tables = replace(IMAGE, kind="mlp", model=replace(IMAGE.model, embedding_values=1e10))
    cuts = {"tp", "cp", "ep", "pp", "nd_hybrid", "embedding_sharding"}
    assert spreads(CLUSTER, needs=needs(large)) & cuts == {"tp", "pp", "nd_hybrid"}
    assert spreads(CLUSTER, needs=needs(long)) & cuts == {"cp"}
    assert spreads(CLUSTER, needs=needs(mixture)) & cuts == {"tp", "ep", "pp", "nd_hybrid"}
    assert spreads(CLUSTER, needs=needs(tables)) & cuts == {"embedding_sharding"}
    assert not spreads(CLUSTER, needs=needs(tables)) & {"fsdp2", "hsdp"}


def test_matrices_are_cut_over_fast_links_only():
    """Cards that share a slow bus are joined by stages of layers, never by cut matrices."""
    assert spreads(SLOW, needs=HUGE) & {"tp", "cp", "ep", "pp", "nd_hybrid"} == {"pp"}


def test_a_copy_of_the_model_divides_its_devices():
    """A layout cuts a copy over no more devices than there are, stays in the node with its matrices, and leaves no
    more ranks than the batch bears."""
    for candidate in rows(CLUSTER, needs=replace(HUGE, clusters=(128, 2048), experts=True)):
        assert candidate.split.devices * candidate.ranks == candidate.devices
        assert candidate.split.tensor * candidate.split.context <= candidate.site.devices_a_node
        assert candidate.split.expert <= candidate.ranks
        assert candidate.ranks <= HUGE.ranks


def test_states_leave_the_device_last():
    """States beside the device are for one's only one: in the host's memory, on disk where that is too small."""
    one = replace(OWN, counts=(1,), host_memory_bytes=2e12)
    small = replace(one, host_memory_bytes=6.4e10)
    full = ("full_finetune",)

    def kept(*sites, needs=HUGE):
        return {candidate.states for candidate in rows(*sites, modes=full, needs=needs)} - {""}

    assert kept(one) == {"adamw8bit", "cpu_offload"}
    assert kept(small) == {"adamw8bit", "nvme_offload"}
    assert kept(CLUSTER, OWN) == {"adamw8bit", "bf16_states"}
    assert kept(one, needs=replace(HUGE, any_optimizer=False)) == {"cpu_offload"}
    assert kept(one, CLUSTER, needs=Needs()) == set()


def test_workloads_that_differ_little_share_their_candidates():
    """Needs are coarse: a size or batch a tenth larger proposes the very same field, so that its columns are kept."""
    more = sized(DECODER, 8.5e9, 4096.0, 32.0)
    batch = replace(more, training=replace(more.training, batch=more.training.batch * 1.1))
    assert propose("neural", (GPU,), TRAINED, needs(more)) is propose("neural", (GPU,), TRAINED, needs(batch))
