"""What of a conclusion bears on a project, and until when it can be relied on."""

from dataclasses import replace

from record import samples

from advisor.decide.lasting import lasting
from advisor.figure import Figure
from advisor.plan import grounds
from advisor.values.decision import Assumption, Conclusion

ON = grounds()


def _with(conclusion: Conclusion, *, cost: float) -> Conclusion:
    figure = Figure("train.cost.run", cost, cost, cost, "USD", "device-hours x price")
    return replace(
        conclusion, estimates={figure.id: figure}, assumptions=(Assumption("train.optimizer", "x", "", 0.0),)
    )


def _lasting(conclusion: Conclusion) -> Conclusion:
    return lasting(conclusion, ON.questions, ON.tables)


def test_a_record_without_prices_does_not_age_with_them() -> None:
    """Where nothing is paid, what is maintained is looked at again first; where a price counts, the sooner of both."""
    free, paid = (_lasting(_with(samples.text_service(), cost=cost)) for cost in (0.0, 12.0))
    assert free.review_by == ON.tables.good_until["lifecycle"]
    assert paid.review_by == min(ON.tables.good_until.values())
    assert free.review_because
    assert paid.review_because


def test_assumptions_about_what_fell_away_are_left_out() -> None:
    """The optimizer is no assumption of a record in which no network is trained; one that matters stays."""
    conclusion = _with(samples.text_service(), cost=0.0)
    about = next(set(question.changes) for question in ON.questions if question.id == "train.optimizer")
    fallen = tuple(
        replace(decided, status="not_needed") if decided.id in about else decided for decided in conclusion.decisions
    )
    assert _lasting(conclusion).assumptions
    assert not _lasting(replace(conclusion, decisions=fallen)).assumptions
    mattering = (Assumption("train.optimizer", "x", "", 0.1),)
    assert _lasting(replace(conclusion, decisions=fallen, assumptions=mattering)).assumptions == mattering
