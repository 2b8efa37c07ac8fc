"""Decisions beside the architecture's core: each is the simplest until the project's own answers ask for more."""

from collections.abc import Mapping

import pytest
from scenarios.cases import cases, grounds, known

from advisor.conclude import think
from advisor.decide import scaling
from advisor.units import say
from advisor.values.decision import Decided

PROCESSORS = {"cpus": 32, "memory": 1.28e11}
GPUS = {**PROCESSORS, "gpus": "4x a100-sxm4-80gb"}
TABLE: dict[str, object] = {"task": "tabular_clf"}
TEXT: dict[str, object] = {"task": "text_clf", "data.samples": 20000, "team": "small_with_infra"}
PHONE: dict[str, object] = {
    "task": "image_clf",
    "serving.offline": "yes",
    "client.devices": ["android"],
    "team": "platform_team",
}
STAYS: dict[str, object] = {"data.may_leave": "no_never_leaves_device", "data.location": "user_devices"}
ROWS = [
    ("g_need_ml", TABLE, {"baseline_first"}, "nothing was measured yet"),
    ("g_need_ml", TABLE | {"data.samples": 40, "purpose.baseline": "rule"}, {"no_ml"}, "forty rows teach nothing"),
    ("g_need_ml", TABLE | {"purpose.baseline": "deployed_model", "metrics.target": 0.9}, {"model"}, "both stand"),
    ("g_family", TABLE, {"boosted_trees"}, "columns"),
    ("g_family", {"task": "text_gen"}, {"language_model"}, "it writes"),
    ("g_family", {"task": "recsys_rank"}, {"embedding_network"}, "users and items"),
    ("g_family", {"task": "asr"}, {"speech_network"}, "sound"),
    ("g_family", {"task": "diffusion"}, {"diffusion_model"}, "pictures from words"),
    ("d_ip", TABLE | {"model.secrecy": "none_public_weights"}, set(), "nothing is secret"),
    ("d_ip", TABLE | {"model.secrecy": "low"}, {"legal"}, "a contract is enough"),
    ("d_storage", TABLE, {"local_nvme"}, "they lie on this disk"),
    ("d_storage", TEXT | {"data.location": "object_store", "data.bytes": "20 GB"}, {"object_store_stage"}, "fits"),
    ("d_storage", TEXT | {"data.location": "nfs_or_parallel_fs"}, {"nfs"}, "they lie there, for one machine"),
    ("d_feature_store", TABLE, {"none_ship_transform"}, "no feature is fetched"),
    ("d_feature_store", TABLE | {"preprocessing.online_features": "near_real_time"}, {"table_plus_cache"}, "a job"),
    ("d_federated", TEXT | {"train.mode": "full_finetune"}, {"central"}, "the data may move"),
    ("d_federated", PHONE | STAYS | {"client.fleet": 2000}, {"without_user_data"}, "two thousand are too few"),
    ("d_tracking", TABLE, {"files_csv_git"}, "one person, ten runs"),
    ("d_tracking", TABLE | {"rules.regimes": ["sector_bank"]}, {"registry_plus_ci"}, "an auditor asks"),
    ("d_scale", PHONE | {"client.memory": "4 GB"}, set(), "every user brings the device"),
    ("d_scale", TABLE, set(), "a library scales with its caller"),
    ("d_scale", TEXT | {"serving.caller": "js", "serving.availability": 0.999}, {"fixed_replicas"}, "one may be away"),
    ("d_time", TABLE, {"in_time"}, "seconds of a day"),
]  # fmt: skip


def _decided(decision: str, answers: Mapping[str, object], machine: Mapping[str, object] = GPUS) -> Decided:
    decisions = think(known(answers, machine), grounds()).architecture.decisions
    return next(each for each in decisions if each.id == decision)


@pytest.mark.parametrize(("decision", "answers", "expected", "why"), ROWS, ids=lambda part: str(part)[:40])
def test_it_is_the_simplest_that_the_answers_allow(
    decision: str, answers: Mapping[str, object], expected: set[str], why: str
) -> None:
    """Each decision chooses what its answers ask for, no more, and says why."""
    found = _decided(decision, answers)
    assert set(found.chosen) == expected, why
    assert found.because
    assert found.status != "infeasible"


def test_replicas_are_told_with_load_and_cost() -> None:
    """A service is sized in the project's own numbers: replicas, peak, percentile, money, cold start, break-even."""
    answers: dict[str, object] = {
        "task": "text_gen",
        "serving.caller": "js",
        "serving.load.peak": 20,
        "serving.load.mean": 5,
    }
    answers |= {"train.mode": "prompt_or_rag", "team": "platform_team"}
    told = " ".join(_decided("d_scale", answers, PROCESSORS).because)
    assert "20/s" in told
    assert "/month" in told
    assert "both cost the same" in told


def test_accelerators_that_are_there_serve_without_rent() -> None:
    """One's own accelerators answer where they are enough and something like them would have to be rented; a load
    beyond them is still priced, and what processors answer stays on processors."""
    writes: dict[str, object] = {"task": "text_gen", "serving.caller": "js", "team": "platform_team"}
    writes |= {"train.mode": "prompt_or_rag"}
    told = " ".join(_decided("d_scale", writes).because)
    assert "a100-sxm4-80gb, for nothing, since they are there" in told.lower()
    assert "both cost the same" not in told
    assert "/month" in " ".join(_decided("d_scale", writes | {"serving.load.peak": 5000}).because)
    ranks = {"task": "recsys_rank", "serving.caller": "jvm", "team": "platform_team"}
    assert "/month" in " ".join(_decided("d_scale", ranks).because)


def test_a_replica_beyond_its_server_is_told() -> None:
    """A price that is of a smaller server than the tables need is not left standing alone."""
    large: dict[str, object] = {
        "task": "recsys_rank",
        "model.embedding_rows": "2B",
        "serving.caller": "jvm",
        "team": "platform_team",
    }
    assert any("each replica holds" in reason for reason in _decided("d_scale", large).because)
    small = large | {"model.embedding_rows": "1M"}
    assert not any("each replica holds" in reason for reason in _decided("d_scale", small).because)


def test_a_removed_store_names_the_answer() -> None:
    """What is not built is removed by an answer of this project."""
    found = _decided("d_feature_store", TABLE)
    assert {out.by for out in found.removed if out.option == "feature_store"} == {"preprocessing.online_features"}


def test_deciding_again_chooses_the_same() -> None:
    """Without words and shares the same options are chosen, whatever is left unknown."""
    for answers in (TABLE, TEXT | {"purpose.pretrained": None, "purpose.baseline": None}, PHONE):
        told = think(known(answers, GPUS), grounds()).architecture.outcome
        assert think(known(answers, GPUS), grounds(), shares=False).architecture.outcome == told


def test_an_adapter_on_another_base_says_so() -> None:
    """Who asks for LoRA and gets it on a 4-bit base is not told that this was asked for."""
    said = {"task": "text_gen", "model.parameters": 70e9, "train.mode": "lora", "train.deadline": 72.0}
    there = known({**said, "team": "small_with_infra"}, {"cpus": 64, "memory": 1e12, "gpus": "8x h100-sxm5-80gb"})
    mode = next(each for each in think(there, grounds()).architecture.decisions if each.id == "g_train_mode")
    assert mode.chosen == ("qlora",)
    assert "4 bits" in mode.because[0]


def test_links_between_devices_are_those_that_somebody_knows() -> None:
    """A step over slower links than the data sheet's takes longer, and what is rented is as it was."""
    large: dict[str, object] = {"task": "text_gen", "model.parameters": "8B", "train.mode": "full_finetune"}
    sheet, slow = (
        think(known(large | link, GPUS), grounds()).table for link in ({}, {"hardware.link_within": "1 GB/s"})
    )
    for row, candidate in enumerate(sheet.candidates):
        if candidate.site.kind == "own_gpu" and candidate.parallel == "fsdp2":
            assert slow.step_s[row, 0] > sheet.step_s[row, 0]
        if candidate.site.kind == "rented":
            assert slow.step_s[row, 0] == sheet.step_s[row, 0]


def test_a_first_token_that_must_come_soon_takes_more() -> None:
    """Hardware is chosen for the first token that somebody asks for, not for a whole answer."""
    writes: dict[str, object] = {"task": "text_gen", "serving.caller": "js", "serving.latency": "20 s"}
    writes |= {"train.mode": "prompt_or_rag", "model.parameters": "70B", "train.sequence": 8192}
    late, soon = (
        think(known(writes | first, PROCESSORS), grounds()).serve for first in ({}, {"serving.first_token": "600 ms"})
    )
    assert soon.latency_s["rpc_service"].value < late.latency_s["rpc_service"].value
    assert soon.cost_month_usd.value > late.cost_month_usd.value


def test_what_more_devices_take_is_said_with_one_number() -> None:
    """Where a layout is told of as another machine and as what more devices would buy, time and money agree."""
    case = next(case for case in cases() if case.id == "pretrain-7b-on-a-cluster")
    thought = think(known(case.answers, case.machine), grounds())
    more = scaling(thought.architecture.winner, thought.table)
    assert more is not None
    told = next(each for each in thought.architecture.decisions if each.id == "d_time").because
    there = f"{more.count}x rented {thought.architecture.winner.candidate.site.name}"
    line = next(each for each in told if there in each)
    assert say(more.run_s, "s") in line
    assert say(more.cost_usd, "USD") in line
