"""Profiles of real kinds of projects, and what the best architect in the room would accept of each."""

import pytest
from scenarios.cases import Case, cases, faults, grounds, known, outside

from advisor.conclude import think


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_an_architect_would_accept_it(case: Case) -> None:
    """Every decision is one of the acceptable ones, none is forbidden, and what stands in the way is named."""
    thought = think(known(case.answers, case.machine), grounds())
    found = [*faults(case, thought.architecture), *outside(case, thought)]
    assert not found, f"{case.why}\n" + "\n".join(found)
