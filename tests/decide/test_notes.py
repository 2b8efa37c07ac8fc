"""What goes with a training and is no choice of its own."""

import pytest
from scenarios.cases import cases, grounds, known

from advisor.conclude import think
from advisor.decide.architecture import Architecture

NOTED = {
    option.id: decision
    for decision, rows in grounds().tables.options.items()
    for option in rows
    if option.note is not None
}


def decided(id: str) -> Architecture:
    case = next(case for case in cases() if case.id == id)
    return think(known(case.answers, case.machine), grounds()).architecture


def said(architecture: Architecture) -> dict[str, str]:
    return {statement.id: statement.text for statement in architecture.statements if statement.id in NOTED}


def test_a_note_is_told_in_the_numbers_of_the_training() -> None:
    """Every name in a note is filled in, and the micro-batches that it tells make up the batch."""
    found = decided("seven-billion-on-a-gaming-card")
    texts = said(found)
    assert not [text for text in texts.values() if "{" in text or "}" in text]
    times = found.facts["train.accumulated"].number
    assert (
        times * found.winner.micro_batch >= found.facts["train.batch"].number > (times - 1) * found.winner.micro_batch
    )
    assert f"{times:g} micro-batches" in texts["grad_accum"]


def test_a_note_belongs_to_the_decision_of_its_option() -> None:
    """A note stands under the decision that its option is one of."""
    found = decided("a-run-that-may-be-interrupted")
    assert "cloud_spot" in said(found)
    assert all(each.about == NOTED[each.id] for each in found.statements if each.id in NOTED)


def test_spare_capacity_saves_less_than_the_run_costs() -> None:
    """What spot capacity would save lies between half and nine tenths of the price on demand."""
    found = decided("a-run-that-may-be-interrupted")
    cost, saves = found.winner.cost.value, found.facts["train.spot_saves"]
    assert saves.range == pytest.approx((0.5 * cost, 0.9 * cost))


def test_nothing_is_noted_of_what_is_not_trained() -> None:
    """Where nothing is trained or nothing fits, no note speaks of micro-batches, logits or prices."""
    for case in cases():
        found = think(known(case.answers, case.machine), grounds()).architecture
        if not found.winner.feasible:
            assert not set(said(found)) & {"grad_accum", "fused_attention", "chunked_ce", "cloud_spot", "hpc_grant"}
