"""Answers that count only together, what more accelerators would buy, and what the draws tell."""

from scenarios.cases import grounds, known

from advisor.conclude import changed, conclude, think
from advisor.decide.weigh import DRAWS, Contender, Wants, mean_weights, standings, weights
from advisor.values.facts import Known

WANTS = Wants(("fit", "simplicity", "cost"), ("fit",))


def one(id: str, low: float, high: float, complexity: float = 1.0) -> Contender:
    return Contender(id, dict.fromkeys(WANTS.attributes, (low, high)), complexity, {})


def decided(profile: Known) -> dict[str, tuple[str, ...]]:
    return dict(think(profile, grounds(), shares=False).architecture.outcome)


def test_two_answers_tip_together_where_neither_does_alone() -> None:
    """Scoring in batches takes inputs known beforehand and answers that may be old: both, decided again, do it."""
    profile = known({"task": "tabular_clf"})
    topology = next(each for each in conclude(profile, grounds()).decisions if each.id == "d_topology")
    way = next(way for way in topology.together if way.to == ("batch_scoring",))
    assert {change.answer for change in way.changes} == {"serving.inputs_known", "serving.staleness"}
    moved = profile
    for change in way.changes:
        alone = changed(profile, grounds(), change.answer, change.to)
        assert decided(alone)["d_topology"] != ("batch_scoring",)
        moved = changed(moved, grounds(), change.answer, change.to)
    assert decided(moved)["d_topology"] == ("batch_scoring",)


def test_a_number_says_what_more_accelerators_would_buy() -> None:
    """Eight cards for a small run: how much sooner it ends, at which share of what was added."""
    said = {"task": "image_clf", "train.mode": "full_finetune", "data.samples": 20000, "hardware.rent": False}
    scaling = conclude(known(said, {"cpus": 32, "memory": 2.56e11, "gpus": "8x h100-sxm5-80gb"}), grounds()).scaling
    assert scaling is not None
    assert (scaling.now, scaling.count) == (1, 8)
    assert scaling.efficiency == scaling.faster / 8
    assert 0 < scaling.efficiency < 0.6


def test_weights_agree_with_the_order_of_wants() -> None:
    """In each of ten thousand draws what is wanted first weighs most; their mean is the one that is calculated."""
    drawn = weights(WANTS)
    assert drawn.shape == (3, DRAWS)
    assert (drawn[0] >= drawn[1:].max(axis=0)).all()
    assert abs(drawn.sum(axis=0) - 1).max() < 1e-9
    assert abs(drawn.mean(axis=1) - mean_weights(WANTS)).max() < 0.002


def test_what_is_beaten_in_everything_is_named_and_never_first() -> None:
    """An option whose best is no better than another's worst is beaten by it; the rest share all first places."""
    good, bad, unsure = standings([one("good", 3.5, 4), one("bad", 1, 3), one("unsure", 1, 5)], WANTS)
    assert bad.beaten_by == "good"
    assert bad.share == 0
    assert not good.beaten_by
    assert not unsure.beaten_by
    assert abs(good.share + unsure.share - 1) < 1e-9


def test_regret_is_what_may_be_lost() -> None:
    """The surer of two options may lose little by the draws, the other much; the first has its confidence."""
    good, unsure = standings([one("good", 4, 4), one("unsure", 1, 4.2)], WANTS)
    assert good.regret is not None
    assert unsure.regret is not None
    assert good.regret < 0.06
    assert unsure.regret > 0.6
    assert good.confidence is not None
    assert good.confidence > 0.9
